/* silence.h — an engine that says nothing any more, while something is followed that may be quiet for hours. After
 * 30 s of silence it is pinged, and given 10 s to answer (more or less as STACKCTL_TIMEOUT has it). */
#ifndef STACKCTL_DOCKER_SILENCE_H
#define STACKCTL_DOCKER_SILENCE_H

#include <stdbool.h>

#include "stackctl/docker.h"

#ifdef __cplusplus
extern "C" {
#endif

/* told hears when the engine has said nothing for after_ms, not even to a ping, and when it says something again.
 * What is followed goes on by itself as long as it can, and ends with an error of its own when it cannot. */
void stk_docker_on_silence(struct stk_docker *docker,
                           void (*told)(void *data, bool silent, unsigned after_ms), void *data);

#ifdef __cplusplus
}
#endif
#endif
