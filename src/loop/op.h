/* op.h — the other side of stackctl/op.h: for those who carry requests out. */
#ifndef STK_OP_H
#define STK_OP_H

#include "loop.h"
#include "stackctl/op.h"

/* Takes the request on. on_cancel is called at most once, by stk_op_cancel or the deadline, never
 * after stk_op_end; it must lead to stk_op_end (now or later), with whatever really came of it. */
void stk_op_begin(struct stk_op *op, struct stk_loop *loop, stk_op_fn *on_cancel);

/* Ends it: *err (moved, may be NULL for success) is the result; done follows from the loop. A
 * canceled request that failed reads "canceled" or "timed out after N s" unless *err says better
 * (any code but STK_ECANCELED). */
void stk_op_end(struct stk_op *op, struct stk_error *err);

/* Takes a request back that has no owner left to tell (a stream of our own, at closing time): its done
 * will not come. What carries it out must have let go of it. */
void stk_op_abandon(struct stk_op *op);

/* True between begin and end. */
bool stk_op_pending(const struct stk_op *op);

#endif
