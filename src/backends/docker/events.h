/* events.h — one subscription to the engine's events for everybody who waits. News are hints to
 * look again, never facts: a lost event costs a delay, not a wrong verdict. */
#ifndef STK_DOCKER_EVENTS_H
#define STK_DOCKER_EVENTS_H

#include "engine.h"

struct stk_news {
    const char *id; /* the container that something happened to; NULL: the subscription has begun
                       (again), so that anything may have happened before */
    bool died;      /* a run of it ended ... */
    int exit_code;  /* ... in this way, which an engine forgets when it starts it again */
};

/* Embedded in who waits. */
struct stk_listener {
    void (*news)(struct stk_listener *listener, const struct stk_news *news); /* from the loop */
    void *data;
    struct stk_listener *prev, *next;
};

void stk_events_listen(struct stk_docker *docker, struct stk_listener *listener);
void stk_events_leave(struct stk_docker *docker, struct stk_listener *listener);
/* True when news come from now on without a gap. */
bool stk_events_live(const struct stk_docker *docker);
void stk_events_close(struct stk_docker *docker);

#endif
