/* attach.h — `up` in the foreground: brings the stack up, streams its logs, and takes it down again
 * when asked to. */
#ifndef STK_ATTACH_H
#define STK_ATTACH_H

#include "command.h"

struct attach;
/* What goes on beside the logs once the stack is up, until all is stopped. */
struct stk_companion {
    /* Its own: 0 or an exit status after telling; what it does is told to the sink. */
    int (*begin)(struct stk_companion *companion, struct cli *cli, struct stk_sink *sink);
    void (*stop)(
        struct stk_companion *companion); /* leads to ended, perhaps at once; may be asked twice */
    /* Set before begin. */
    void (*ended)(struct stk_companion *companion);
    struct attach *attach;
};

/* The goal and the grace of *up are set; the rest is done here. The exit status. */
int stk_attach(struct cli *cli, struct stk_reconcile_req *up, struct stk_companion *companion);

#endif
