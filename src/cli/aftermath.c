/* aftermath.c — an `up` that failed part of the way: tells exactly what is left, or stops what was started.
 * Rolling back is part of the plan (plan/undo.c). */
#include "aftermath.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "text.h"

/* Whether the action got so far as to do something to a container. */
static bool was_begun(const struct stk_reconcile_req *up, size_t i)
{
    const struct stk_action *action = &up->plan->v[i];
    return action->ref.kind == STK_SERVICE && stk_plan_shows(action) && action->verb != STK_KEEP &&
           up->timings && up->timings[i].ended_ms;
}

static bool begun(const struct stk_reconcile_req *up)
{
    for (size_t i = 0; up->plan && i < up->plan->n; i++)
        if (was_begun(up, i))
            return true;
    return false;
}

static void add_state(struct stk_buf *out, const struct stk_status *status)
{
    stk_buf_printf(out, "%s", stk_state_name(status->state));
    if (status->state == STK_EXITED)
        stk_buf_printf(out, " %d", status->exit_code);
    if (status->state == STK_RUNNING && status->health != STK_HEALTH_NONE)
        stk_buf_printf(out, ", %s", stk_health_name(status->health));
    if (stk_status_is_previous(status))
        stk_buf_puts(out, ", set aside by the update");
}

static void tell_left(const struct cli *cli, const struct stk_seen *seen)
{
    bool aside = false;
    STK_CLEANUP(stk_buf_clearp) struct stk_buf out;
    stk_buf_init(&out, STK_MIB);
    for (size_t i = 0; i < seen->n; i++) {
        const struct stk_status *status = &seen->v[i];
        if (status->ref.kind != STK_SERVICE || status->oneoff)
            continue;
        stk_buf_printf(&out, "%s%s (", out.size ? ", " : "left as they are: ", status->name);
        add_state(&out, status);
        stk_buf_putc(&out, ')');
        aside |= stk_status_is_previous(status);
    }
    if (!out.size)
        return;
    stk_say(stderr, "%s; 'stackctl -p %s down' removes them", out.bytes, cli->project);
    if (aside)
        fprintf(stderr, "what was set aside comes back with 'stackctl -p %s up --rollback'\n",
                cli->project);
}

static void stop_started(struct cli *cli, const struct stk_reconcile_req *up)
{
    const char **names = stk_arena_array(cli->arena, up->plan->n + 1, sizeof(*names));
    size_t n = 0;
    for (size_t i = 0; i < up->plan->n; i++)
        if (was_begun(up, i))
            names[n++] = up->plan->v[i].ref.name;
    struct stk_reconcile_req stop = {
        .goal = { .kind = STK_GOAL_STOP,
                  .services = { .set = true, .n = n, .v = names },
                  .ignore_orphans = true },
        .grace = up->grace,
    };
    (void)stk_drive(cli, &stop); /* it tells what it does; the status stays that of the failure */
    stk_reconcile_clear(&stop);
}

int stk_aftermath(struct cli *cli, const struct stk_reconcile_req *up, int rc)
{
    static const char *const silent[] = { "json", "quiet", "none" };
    struct stk_seen *seen = NULL;
    enum stk_code code = up->op.err.code;
    if (code == STK_OK || code == STK_ECANCELED || code == STK_EENGINE || !begun(up))
        return rc;
    if (up->goal.on_failure == STK_ON_FAILURE_STOP)
        stop_started(cli, up);
    for (size_t i = 0; cli->o.progress && i < STK_LEN(silent); i++)
        if (strcmp(cli->o.progress, silent[i]) == 0)
            return rc;
    if (stk_cli_look(cli, cli->project, STK_SEE_SERVICES, &seen) == 0)
        tell_left(cli, seen);
    stk_seen_free(seen);
    return rc;
}
