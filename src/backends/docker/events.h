/* events.h — one subscription to the engine's events for everybody who waits. News are hints to
 * look again, never facts: a lost event costs a delay, not a wrong verdict. */
#ifndef STK_DOCKER_EVENTS_H
#define STK_DOCKER_EVENTS_H

#include "engine.h"

/* Embedded in who waits. */
struct stk_listener {
    /* From the loop. id: the container that something happened to; NULL: the subscription has begun
     * (again), so that anything may have happened before. */
    void (*news)(struct stk_listener *listener, const char *id);
    void *data;
    struct stk_listener *prev, *next;
};

void stk_events_listen(struct stk_docker *docker, struct stk_listener *listener);
void stk_events_leave(struct stk_docker *docker, struct stk_listener *listener);
/* True when news come from now on without a gap. */
bool stk_events_live(const struct stk_docker *docker);
void stk_events_close(struct stk_docker *docker);

#endif
