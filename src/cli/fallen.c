/* fallen.c — one look, a moment after a detached `up`: "Started" would be half the truth about a container
 * that has failed since. Whether things become ready is --wait's to find out. */
#include "fallen.h"

#include "loop.h"

/* What a process needs that fails at once, and an engine to notice. Of many only the last ones need it,
 * and nobody should wait for them longer than the rest took: it is shared among all that were started. */
enum { MOMENT_MS = 250 };

static bool started(const struct stk_action *action)
{
    bool starts =
        action->verb == STK_CREATE || action->verb == STK_RECREATE || action->verb == STK_START;
    return starts && action->ref.kind == STK_SERVICE && !action->create_only;
}

static unsigned count_started(const struct stk_plan *plan)
{
    unsigned count = 0;
    for (size_t i = 0; i < plan->n; i++)
        count += started(&plan->v[i]);
    return count;
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
    unsigned count = req->plan && !req->plan_only ? count_started(req->plan) : 0;
    if (count == 0)
        return;
    let_pass(cli, MOMENT_MS / count);
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
