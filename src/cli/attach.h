/* attach.h — `up` in the foreground: brings the stack up, streams its logs, and takes it down again
 * when asked to. */
#ifndef STK_ATTACH_H
#define STK_ATTACH_H

#include "command.h"

/* The goal and the grace of *up are set; the rest is done here. The exit status. */
int stk_attach(struct cli *cli, struct stk_reconcile_req *up);

#endif
