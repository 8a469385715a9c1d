/* status_follow.c — `status -w`: shows the stack again when the engine tells an event, or when an instance that was
 * not ready answers its check. Nothing is looked at while nothing happens. */
#include <stdlib.h>

#include "arena.h"
#include "interrupt.h"
#include "loop.h"
#include "stackctl/docker/event_stream.h"
#include "status.h"
#include "text.h"

enum { SETTLE_MS = 50 }; /* what comes together is shown together */

struct following {
    struct cli *cli;
    struct stk_event_stream_req req;
    struct stk_interrupt interrupt;
    struct stk_timer settle;
    bool waiting, changed, ended;
    struct status_open open;
    struct stk_wait_req *asks; /* of each that is open */
    size_t left;
};

static void wake(struct following *f)
{
    if (f->waiting)
        stk_loop_stop(f->cli->loop);
}

static void settled(struct stk_timer *timer)
{
    struct following *f = timer->data;
    f->changed = true;
    wake(f);
}

/* Health checks run in the container all the time; what they come to is an event of its own. */
static void came(struct stk_event_stream_req *req, const struct stk_docker_event *event)
{
    struct following *f = STK_CONTAINER(req, struct following, req);
    if (stk_starts(event->action, "exec_") || stk_streq(event->action, "top"))
        return;
    stk_timer_start(f->cli->loop, &f->settle, SETTLE_MS);
}

static void news(struct stk_event_stream_req *req, enum stk_stream_news news, const char *message)
{
    struct following *f = STK_CONTAINER(req, struct following, req);
    if (news == STK_STREAM_BROKE)
        stk_warn("the engine went away: %s; trying again", message);
    else
        stk_timer_start(f->cli->loop, &f->settle, SETTLE_MS); /* whatever happened meanwhile */
}

/* --- those that are not ready yet --- */

/* Why it is not, or will never be, an event tells. */
static void asked(struct stk_op *op)
{
    struct following *f = op->data;
    if (!op->err.code)
        stk_timer_start(f->cli->loop, &f->settle, 0);
    f->left--;
    wake(f);
}

/* That a check succeeds is no event before the engine has run it on its own schedule; a wait asks by itself, at
 * first at once, then with back-off. */
static void begin_asking(struct following *f)
{
    f->left = f->open.n;
    f->asks = stk_alloc((f->open.n + 1) * sizeof(*f->asks));
    for (size_t i = 0; i < f->open.n; i++) {
        f->asks[i] = (struct stk_wait_req){ .op = { .done = asked, .data = f },
                                            .ref = f->open.v[i],
                                            .until = STK_UNTIL_READY };
        stk_runtime_wait_healthy(f->cli->rt, &f->asks[i]);
    }
}

static void end_asking(struct following *f)
{
    for (size_t i = 0; i < f->open.n; i++)
        stk_op_cancel(&f->asks[i].op);
    f->waiting = true;
    while (f->left)
        stk_loop_run(f->cli->loop);
    f->waiting = false;
    for (size_t i = 0; i < f->open.n; i++) {
        stk_seen_free(f->asks[i].seen);
        stk_error_clear(&f->asks[i].op.err);
    }
    free(TAKE(f->asks));
    status_open_clear(&f->open);
}

/* --- until something changes --- */

static void stream_ended(struct stk_op *op)
{
    struct following *f = op->data;
    f->ended = true;
    wake(f);
}

static void interrupted(struct stk_interrupt *interrupt, unsigned count)
{
    struct following *f = interrupt->data;
    (void)count;
    stk_op_cancel(&f->req.op);
}

/* Until something has changed, or the stream has ended. */
static void wait_for_change(struct following *f)
{
    f->interrupt = (struct stk_interrupt){ .came = interrupted, .data = f };
    stk_interrupt_begin(f->cli->loop, &f->interrupt);
    begin_asking(f);
    f->waiting = true;
    while (!f->changed && !f->ended)
        stk_loop_run(f->cli->loop);
    end_asking(f);
    stk_timer_stop(&f->settle);
    f->changed = false;
    stk_interrupt_end(&f->interrupt);
}

static void end_stream(struct following *f)
{
    stk_timer_stop(&f->settle);
    stk_op_cancel(&f->req.op);
    f->waiting = true;
    while (!f->ended)
        stk_loop_run(f->cli->loop);
}

int status_follow(struct cli *cli)
{
    struct following f = { .cli = cli };
    bool ready;
    f.settle = (struct stk_timer){ .fire = settled, .data = &f };
    f.req = (struct stk_event_stream_req){
        .op = { .done = stream_ended, .data = &f },
        .project = cli->project,
        .event = came,
        .news = news,
    };
    stk_docker_event_stream(cli->docker, &f.req);
    int rc = status_show(cli, &ready, &f.open);
    while (!rc && !f.ended) {
        wait_for_change(&f);
        rc = stk_interrupt_status(&f.interrupt);
        if (!rc && !f.ended)
            rc = status_show(cli, &ready, &f.open);
    }
    status_open_clear(&f.open);
    end_stream(&f);
    if (!rc && f.req.op.err.code)
        rc = stk_report_error(cli, &f.req.op.err);
    stk_error_clear(&f.req.op.err);
    return rc;
}
