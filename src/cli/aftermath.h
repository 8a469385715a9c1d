/* aftermath.h — after an `up` that failed: what --on-failure asks for, and what is left. */
#ifndef STK_AFTERMATH_H
#define STK_AFTERMATH_H

#include "command.h"

/* up has ended with the exit status rc, which is returned. */
int stk_aftermath(struct cli *cli, const struct stk_reconcile_req *up, int rc);

#endif
