/* timings.h — where the time of one `up` went: per unit, along the critical path, and as a trace. */
#ifndef STK_TIMINGS_H
#define STK_TIMINGS_H

#include "buf.h"
#include "command.h"

/* Both from a request that ended: its plan and timings. Nothing is added when nothing was done. */
void stk_timings_text(struct stk_buf *out, const struct stk_reconcile_req *req);
/* Chrome's trace event format: a JSON array of complete events, one row a unit. */
void stk_timings_trace(struct stk_buf *out, const struct stk_reconcile_req *req);

/* What --timings and --trace ask for, once `up` has ended. 0 or the exit status. */
int stk_timings_tell(const struct cli *cli, const struct stk_reconcile_req *req);

#endif
