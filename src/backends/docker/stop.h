/* stop.h — stopping a container as a step of something larger. */
#ifndef STK_DOCKER_STOP_H
#define STK_DOCKER_STOP_H

#include "engine.h"

enum { STK_DOCKER_GRACE_S = 10 }; /* of a container that says none */
/* look: its single inspect, for the grace of its own, or NULL. 304 and 404 mean it is down. */
void stk_stop_send(struct stk_task *task, int step, const char *id, struct stk_opt grace_ms,
                   const json_t *look);

#endif
