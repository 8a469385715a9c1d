/* op_private.h — what loop.c and op.c share. */
#ifndef STK_OP_PRIVATE_H
#define STK_OP_PRIVATE_H

#include "loop.h"
#include "stackctl/op.h"

struct event;
struct stk_loop {
    struct event_base *base;
    struct event *soon; /* fires when ended requests wait for their done */
    struct stk_op *ended, **ended_tail;
    struct stk_op *batch; /* those whose done is being run now */
};

void stk_op_queue_init(struct stk_loop *loop);
void stk_op_queue_clear(struct stk_loop *loop);

#endif
