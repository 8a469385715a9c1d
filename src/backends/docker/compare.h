/* compare.h — asks the engine for what a comparison of units with what there is of them needs, and
 * puts what differs into the statuses. */
#ifndef STK_DOCKER_COMPARE_H
#define STK_DOCKER_COMPARE_H

#include "engine.h"

struct stk_compare_item; /* one unit that is compared */

struct stk_comparison {
    /* filled in by the caller; all borrowed until ended */
    struct stk_docker *docker;
    const struct stk_inspect_req *req;
    struct stk_seen *seen;                         /* what to compare with, and where to put it */
    const json_t *containers, *networks, *volumes; /* the engine's lists */
    void (*ended)(struct stk_comparison *compare); /* the caller's, to free */
    void *data;
    struct stk_error err; /* result */
    /* private */
    struct stk_compare_item *items;
    size_t n_items;
    struct stk_call *images, info;
    size_t n_images, pending;
};

/* Ends at once when nothing has to be asked for. */
void stk_compare_begin(struct stk_comparison *compare);
void stk_compare_cancel(struct stk_comparison *compare);

#endif
