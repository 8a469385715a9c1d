/* control.h — pausing, going on after a pause, and signals: what is done to a container that runs,
 * beyond stopping it. */
#ifndef STACKCTL_DOCKER_CONTROL_H
#define STACKCTL_DOCKER_CONTROL_H

#include "stackctl/docker.h"

#ifdef __cplusplus
extern "C" {
#endif

enum stk_control { STK_CONTROL_PAUSE, STK_CONTROL_UNPAUSE, STK_CONTROL_SIGNAL };

/* Idempotent: a container that is paused already (or runs already) is a success without a change. One
 * that does not run: STK_ECONFLICT; none of that id: STK_EABSENT. */
struct stk_control_req {
    struct stk_op op;
    const char *id;
    enum stk_control what;
    int signal;   /* STK_CONTROL_SIGNAL: the number */
    bool changed; /* result */
};
void stk_docker_control(struct stk_docker *docker, struct stk_control_req *req);

#ifdef __cplusplus
}
#endif
#endif
