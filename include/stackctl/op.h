/* op.h — the contract of everything that waits.
 *
 * A request embeds a struct stk_op, is submitted by a function that returns void, and ends once:
 *  1. done runs exactly once, from the loop, never inside submit or cancel.
 *  2. The request's memory is the caller's, lent until done begins; in done it may be reused or freed.
 *  3. stk_op_cancel asks; done tells what really came of it.
 *  4. A deadline (timeout_ms) is a cancel whose result reads "timed out". */
#ifndef STACKCTL_OP_H
#define STACKCTL_OP_H

#include "stackctl/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stk_loop;
struct stk_op;
typedef void stk_op_fn(struct stk_op *op);

struct stk_op {
    /* the caller's */
    stk_op_fn *done;
    void *data;
    unsigned timeout_ms;  /* 0: none */
    struct stk_error err; /* the result, valid in done; the caller clears it. code STK_OK: success */
    /* private to loop/op.c */
    struct stk_loop *loop;
    stk_op_fn *on_cancel;
    void *timer; /* struct event * */
    struct stk_op *next;
    bool pending, ended, canceled, timed_out;
    void *carrier; /* of whoever carries it out, between begin and end */
};

/* Asks a submitted request to end early. Nothing happens when it already ended. */
void stk_op_cancel(struct stk_op *op);

#ifdef __cplusplus
}
#endif
#endif
