/* fallen.h — what became of the containers that a detached `up` started. */
#ifndef STK_FALLEN_H
#define STK_FALLEN_H

#include "command.h"

/* Warns of those that are down again with a failure. Looks only when some were started. */
void stk_fallen_tell(struct cli *cli, const struct stk_reconcile_req *req);

#endif
