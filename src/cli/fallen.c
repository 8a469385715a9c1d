/* fallen.c — one look, a moment after a detached `up`: "Started" would be half the truth about a container
 * that has failed since. Whether things become ready is --wait's to find out. */
#include "fallen.h"

#include "loop.h"

/* What a process needs that fails at once, and an engine to notice. A machine where starting takes long is
 * as slow with that. */
enum { MOMENT_MIN_MS = 250, MOMENT_MAX_MS = 1000 };

static bool started(const struct stk_action *action)
{
    bool starts =
        action->verb == STK_CREATE || action->verb == STK_RECREATE || action->verb == STK_START;
    return starts && action->ref.kind == STK_SERVICE && !action->create_only;
}

/* How long to give them; 0: none was started. */
static unsigned moment(const struct stk_reconcile_req *req)
{
    int64_t longest = 0;
    bool any = false;
    for (size_t i = 0; i < req->plan->n; i++) {
        if (!started(&req->plan->v[i]))
            continue;
        any = true;
        int64_t took = req->timings ? req->timings[i].ended_ms - req->timings[i].began_ms : 0;
        longest = took > longest ? took : longest;
    }
    int64_t ms = longest < MOMENT_MIN_MS   ? MOMENT_MIN_MS
                 : longest > MOMENT_MAX_MS ? MOMENT_MAX_MS
                                           : longest;
    return any ? (unsigned)ms : 0;
}

static void passed(struct stk_timer *timer)
{
    stk_loop_stop(timer->data);
}

static void let_pass(struct cli *cli, unsigned ms)
{
    struct stk_timer timer = { .fire = passed, .data = cli->loop };
    stk_timer_start(cli->loop, &timer, ms);
    stk_loop_run(cli->loop);
    stk_timer_stop(&timer);
}

static void tell(const struct stk_status *status)
{
    if (status->state == STK_RESTARTING)
        stk_warn("container '%s' exited (%d) and is restarted again and again; 'stackctl logs %s' "
                 "may say why",
                 status->name, status->exit_code, status->ref.name);
    else if (status->state == STK_EXITED && status->exit_code != 0)
        stk_warn(
            "container '%s' exited (%d) right after it was started; 'stackctl logs %s' may say "
            "why",
            status->name, status->exit_code, status->ref.name);
}

void stk_fallen_tell(struct cli *cli, const struct stk_reconcile_req *req)
{
    struct stk_seen *seen = NULL;
    unsigned ms = req->plan && !req->plan_only ? moment(req) : 0;
    if (!ms)
        return;
    let_pass(cli, ms);
    if (stk_cli_look(cli, cli->project, STK_SEE_SERVICES, &seen) != 0)
        return;
    for (size_t i = 0; i < req->plan->n; i++) {
        const struct stk_action *action = &req->plan->v[i];
        const struct stk_status *status = started(action) ? stk_seen_find(seen, action->ref) : NULL;
        if (status)
            tell(status);
    }
    stk_seen_free(seen);
}
