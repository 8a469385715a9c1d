/* watch_run.h — watches a stack's rules and its own files, and acts, until it is stopped. */
#ifndef STK_WATCH_RUN_H
#define STK_WATCH_RUN_H

#include "command.h"

struct watch_run;

struct watch_run_opts {
    struct stk_sink *sink;     /* where progress goes; NULL: to a view of its own */
    void (*ended)(void *data); /* it was stopped, and nothing is under way any more */
    void *data;
};

/* What is there now is what later changes are told against; what containers lack of it is brought over. 0 or
 * the exit status after telling. */
int watch_run_begin(struct cli *cli, const struct watch_run_opts *opts, struct watch_run **ret);
/* Begins nothing more, asks what is under way to end; ended follows, perhaps at once. */
void watch_run_stop(struct watch_run *run);
void watch_run_free(struct watch_run *run); /* only when it has ended; NULL is fine */

#endif
