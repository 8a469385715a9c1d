/* op.c — keeps the contract of stackctl/op.h: one done, from the loop, and deadlines as cancels. */
#include "op.h"

#include <assert.h>
#include <event2/event.h>

#include "arena.h"
#include "op_private.h"

static void run_ended(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct stk_loop *loop = arg;
    loop->batch = loop->ended;
    loop->ended = NULL;
    loop->ended_tail = &loop->ended;
    while (loop->batch) {
        struct stk_op *op = loop->batch; /* done may free it */
        loop->batch = op->next;
        op->next = NULL;
        op->ended = false;
        op->done(op);
    }
}

void stk_op_queue_init(struct stk_loop *loop)
{
    loop->ended_tail = &loop->ended;
    loop->soon = event_new(loop->base, -1, 0, run_ended, loop);
    if (!loop->soon)
        stk_out_of_memory();
}

void stk_op_queue_clear(struct stk_loop *loop)
{
    event_free(loop->soon);
}

static void ask(struct stk_op *op)
{
    stk_op_fn *hook = op->on_cancel;
    op->on_cancel = NULL;
    if (hook)
        hook(op);
}

static void deadline(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct stk_op *op = arg;
    op->timed_out = true;
    ask(op);
}

void stk_op_begin(struct stk_op *op, struct stk_loop *loop, stk_op_fn *on_cancel)
{
    assert(!op->pending && !op->ended && op->done);
    op->loop = loop;
    op->on_cancel = on_cancel;
    op->pending = true;
    op->canceled = op->timed_out = false;
    stk_error_clear(&op->err);
    if (op->timeout_ms) {
        struct event *timer = evtimer_new(loop->base, deadline, op);
        if (!timer)
            stk_out_of_memory();
        struct timeval tv = { op->timeout_ms / 1000, (long)(op->timeout_ms % 1000) * 1000 };
        evtimer_add(timer, &tv);
        op->timer = timer;
    }
}

static void settle_result(struct stk_op *op, struct stk_error *err)
{
    if (err && err->code != STK_OK)
        stk_error_move(&op->err, err);
    if (op->err.code != STK_ECANCELED)
        return;
    struct stk_src nowhere = { 0 };
    if (op->timed_out)
        stk_fail(&op->err, STK_ETIMEOUT, nowhere, "timed out after %g s", op->timeout_ms / 1000.0);
    else
        stk_fail(&op->err, STK_ECANCELED, nowhere, "canceled");
}

void stk_op_end(struct stk_op *op, struct stk_error *err)
{
    assert(op->pending && !op->ended);
    settle_result(op, err);
    op->pending = false;
    op->ended = true;
    op->on_cancel = NULL;
    if (op->timer)
        event_free(op->timer);
    op->timer = NULL;
    struct stk_loop *loop = op->loop;
    op->next = NULL;
    *loop->ended_tail = op;
    loop->ended_tail = &op->next;
    event_active(loop->soon, 0, 0);
}

static bool unlink_from(struct stk_op **list, const struct stk_op *op)
{
    for (; *list; list = &(*list)->next) {
        if (*list != op)
            continue;
        *list = op->next;
        return true;
    }
    return false;
}

void stk_op_abandon(struct stk_op *op)
{
    struct stk_loop *loop = op->loop;
    if (op->timer)
        event_free(op->timer);
    op->timer = NULL;
    if (op->ended && !unlink_from(&loop->batch, op) && unlink_from(&loop->ended, op)) {
        loop->ended_tail = &loop->ended;
        while (*loop->ended_tail)
            loop->ended_tail = &(*loop->ended_tail)->next;
    }
    op->pending = op->ended = false;
    op->on_cancel = NULL;
    op->next = NULL;
}

bool stk_op_pending(const struct stk_op *op)
{
    return op->pending;
}

void stk_op_cancel(struct stk_op *op)
{
    if (!op->pending)
        return;
    op->canceled = true;
    ask(op);
}
