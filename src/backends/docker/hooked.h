/* hooked.h — runs the hooks of one moment in a container, one after the other, as a step of a task: the
 * first that fails is the end. */
#ifndef STK_DOCKER_HOOKED_H
#define STK_DOCKER_HOOKED_H

#include "engine.h"
#include "exec.h"

struct stk_hooked {
    struct stk_op op;
    const char *service, *moment;
    const char *container; /* id */
    json_t *list;          /* of stk_hooks_of; the run's own from then on */
    void (*said)(struct stk_hooked *hooked, const char *line); /* without its end */
    /* private */
    struct stk_docker *docker;
    size_t at;
    struct stk_exec exec;
    json_t *environment;
    struct stk_buf line;
};

/* Begins it as a step of the task, which goes on when it has ended: look at hooked->op.err then. */
void stk_hooked_go(struct stk_task *task, int step, struct stk_hooked *hooked);
/* It ended because the container was down or gone before: nothing to be run in any more. */
bool stk_hooked_too_late(const struct stk_hooked *hooked);
void stk_hooked_clear(struct stk_hooked *hooked);

#endif
