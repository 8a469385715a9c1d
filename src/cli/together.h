/* together.h — several requests at a time, to the end of them all. Ctrl-C cancels what is under way.
 *
 *     struct together t = { .cli = cli };
 *     together_add(&t, &req[i].op);  stk_docker_top(cli->docker, &req[i]);   ... for each ...
 *     rc = together_run(&t);         ... then each op.err tells how it went */
#ifndef STK_TOGETHER_H
#define STK_TOGETHER_H

#include "command.h"
#include "interrupt.h"

struct together {
    struct cli *cli;
    void (*ended)(struct together *together, struct stk_op *op); /* one has; or NULL */
    void *data;                                                  /* for ended */
    /* private */
    struct stk_op **ops;
    size_t n, cap, left;
    struct stk_interrupt interrupt;
};

/* Takes op.done and op.data for itself; before the request is submitted. */
void together_add(struct together *together, struct stk_op *op);
/* Asks all to end. */
void together_cancel(struct together *together);
/* Returns when all have ended: 0, or 128 + the signal that came. */
int together_run(struct together *together);

#endif
