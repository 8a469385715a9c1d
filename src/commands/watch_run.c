/* watch_run.c — rounds: one at a time, each doing what is due in the order of its steps. What counts as a
 * change is watch_rules.c's, what is done in containers watch_jobs.c's. */
#include "watch_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "loop.h"
#include "text.h"
#include "watch_private.h"

static void begin_round(struct watch_run *run);

enum { RETRY_MS = 1000 };

void watch_report(struct watch_run *run, const struct stk_error *err)
{
    if (err->code == STK_ECANCELED)
        return;
    run->lost |= err->code == STK_EENGINE;
    if (!run->lost || !run->told_lost)
        stk_report_error(run->cli, err);
    run->told_lost |= run->lost;
}

/* --- acting through the reconciler --- */

static void acted(struct stk_op *op)
{
    struct watch_run *run = op->data;
    run->acting = false;
    if (op->err.code && run->act.failed == 0)
        watch_report(run, &op->err);
    run->lost |= op->err.code == STK_EENGINE;
    bool planned = run->act.plan_only && run->act.plan && op->err.code == STK_OK;
    if (planned && stk_plan_changes(run->act.plan)) {
        STK_CLEANUP(stk_charp)
        char *text = stk_plan_text(run->act.plan, stk_colours(run->cli, 1));
        fputs(text, stdout);
        fflush(stdout);
    } else if (planned) {
        watch_say("nothing to change: what runs is as the files say");
        run->step++; /* nothing to apply */
    }
    if (op->err.code && run->step == WATCH_RELOAD)
        run->step++;
    run->built = run->step == WATCH_REBUILD && op->err.code == STK_OK;
    stk_reconcile_clear(&run->act);
    watch_next(run);
}

void watch_act(struct watch_run *run, struct stk_goal goal, bool plan_only)
{
    const struct options *o = &run->cli->o;
    goal.ignore_orphans = !plan_only;
    run->act = (struct stk_reconcile_req){
        .op = { .done = acted, .data = run },
        .graph = run->cli->graph,
        .project = run->cli->project,
        .goal = goal,
        .grace = o->timeout,
        .parallel = (unsigned)o->parallel,
        .no_probe = o->no_probe,
        .quiet_pull = o->quiet_pull,
        .quiet_build = o->quiet_build || o->quiet,
        .plan_only = plan_only,
        .sink = run->opts.sink ? run->opts.sink : run->view,
    };
    run->acting = true;
    stk_reconcile(run->cli->loop, run->cli->rt, &run->act);
}

struct stk_strs watch_services_due(struct watch_run *run, unsigned what, unsigned unless)
{
    size_t n = 0;
    free(run->names);
    run->names = stk_alloc((run->rules.n + 1) * sizeof(*run->names));
    for (size_t i = 0; i < run->n_due; i++) {
        const struct watch_rule *rule = &run->rules.v[i];
        bool out = !run->due[i].due || !(rule->what & what);
        for (size_t k = 0; !out && k < run->n_due; k++)
            out = run->due[k].due && run->rules.v[k].what & unless &&
                  run->rules.v[k].service == rule->service;
        for (size_t k = 0; !out && k < n; k++)
            out = stk_streq(run->names[k], rule->service->name);
        if (!out)
            run->names[n++] = rule->service->name;
    }
    return (struct stk_strs){ .set = true, .n = n, .v = run->names };
}

static void say_services(const char *what, const struct stk_strs *services)
{
    for (size_t i = 0; i < services->n; i++)
        watch_say("%s service \"%s\" after changes were detected", what, services->v[i]);
}

/* --- the steps; each returns whether it has begun something --- */

static bool reload(struct watch_run *run)
{
    if (!run->reload || !watch_reload(run)) {
        run->step++; /* nothing to apply */
        return false;
    }
    watch_act(run, (struct stk_goal){ .kind = STK_GOAL_UP, .services = run->cli->args }, true);
    return true;
}

static bool apply(struct watch_run *run)
{
    watch_act(run,
              (struct stk_goal){ .kind = STK_GOAL_UP,
                                 .services = run->cli->args,
                                 .remove_orphans = run->cli->o.remove_orphans },
              false);
    return true;
}

static bool rebuild(struct watch_run *run)
{
    struct stk_strs services = watch_services_due(run, DO_REBUILD, 0);
    if (services.n == 0)
        return false;
    say_services("Rebuilding", &services);
    watch_act(run,
              (struct stk_goal){
                  .kind = STK_GOAL_UP, .services = services, .no_deps = true, .build = true },
              false);
    return true;
}

/* That it was not to be done is worth a line, but nothing depends on it. */
static void pruned(struct stk_op *op)
{
    struct watch_run *run = op->data;
    run->asking = NULL;
    if (op->err.code && op->err.code != STK_ECANCELED)
        stk_warn("images that the build left are not removed: %s", op->err.msg);
    stk_error_clear(&op->err);
    watch_next(run);
}

static bool prune(struct watch_run *run)
{
    bool built = run->built;
    run->built = false;
    if (!built || run->cli->o.no_prune)
        return false;
    run->prune = (struct stk_prune_req){ .op = { .done = pruned, .data = run },
                                         .project = run->cli->project };
    run->asking = &run->prune.op;
    stk_docker_prune(run->cli->docker, &run->prune);
    return true;
}

static bool recreate(struct watch_run *run)
{
    struct stk_strs services = watch_services_due(run, DO_RECREATE, DO_REBUILD);
    if (services.n == 0)
        return false;
    say_services("Recreating", &services);
    watch_act(
        run,
        (struct stk_goal){
            .kind = STK_GOAL_UP, .services = services, .no_deps = true, .force_recreate = true },
        false);
    return true;
}

static void looked(struct stk_op *op)
{
    struct watch_run *run = op->data;
    run->asking = NULL;
    run->seen = TAKE(run->look.seen);
    if (op->err.code)
        watch_report(run, &op->err);
    stk_error_clear(&op->err);
    watch_next(run);
}

static void begin_look(struct watch_run *run, stk_op_fn *done)
{
    run->look = (struct stk_inspect_req){ .op = { .done = done, .data = run },
                                          .project = run->cli->project,
                                          .what = STK_SEE_SERVICES };
    run->asking = &run->look.op;
    stk_runtime_inspect(run->cli->rt, &run->look);
}

/* Nothing is begun again before it answers. */
static void knocked(struct stk_op *op)
{
    struct watch_run *run = op->data;
    run->lost = op->err.code != STK_OK;
    run->asking = NULL;
    stk_seen_free(TAKE(run->look.seen));
    if (!run->lost)
        watch_say("the engine is there again");
    run->told_lost = run->lost;
    stk_error_clear(&op->err);
    watch_next(run);
}

static bool knock(struct watch_run *run)
{
    if (run->told_lost)
        begin_look(run, knocked);
    return run->told_lost;
}

static bool look(struct watch_run *run)
{
    bool any = run->catch_up || run->reload;
    for (size_t i = 0; i < run->n_due; i++)
        any |= run->due[i].due && run->rules.v[i].what != DO_RESTART;
    if (!any)
        return false;
    begin_look(run, looked);
    return true;
}

/* Its dependents follow where they ask for it (depends_on.restart), each once, in order. */
static bool restart(struct watch_run *run)
{
    struct stk_strs services = watch_services_due(run, DO_RESTART, DO_REBUILD | DO_RECREATE);
    if (services.n == 0)
        return false;
    say_services("Restarting", &services);
    watch_act(run, (struct stk_goal){ .kind = STK_GOAL_RESTART, .services = services }, false);
    return true;
}

static bool (*const steps[])(struct watch_run *run) = {
    [WATCH_KNOCK] = knock,         [WATCH_RELOAD] = reload,   [WATCH_APPLY] = apply,
    [WATCH_REBUILD] = rebuild,     [WATCH_PRUNE] = prune,     [WATCH_RECREATE] = recreate,
    [WATCH_LOOK] = look,           [WATCH_SYNC] = watch_sync, [WATCH_RESTART] = restart,
    [WATCH_SIGNAL] = watch_signal, [WATCH_EXEC] = watch_exec,
};

/* --- rounds --- */

/* What the engine was away for is due again, with what has come since. */
static void try_again(struct watch_run *run)
{
    for (size_t i = 0; i < run->n_due; i++)
        watch_rule_give_back(&run->rules.v[i], TAKE(run->due[i].changes), run->due[i].n);
    stk_timer_start(run->cli->loop, &run->retry, RETRY_MS);
}

static void end_round(struct watch_run *run)
{
    bool lost = run->lost && !run->stopping;
    if (lost)
        try_again(run);
    for (size_t i = 0; i < run->n_due && !lost; i++)
        watch_changes_free(run->due[i].changes, run->due[i].n);
    free(TAKE(run->due));
    run->n_due = 0;
    stk_seen_free(TAKE(run->seen));
    stk_view_free(TAKE(run->view));
    stk_lock_release(&run->lock);
    run->in_round = false;
    run->catch_up &= lost;
    if (run->reload && !lost) {
        run->reload = false; /* rules that could not be made are told, the others hold */
        (void)watch_rules_make(&run->rules, run->cli);
        watch_sources_make(run);
    }
    if (run->step > WATCH_SYNC)
        watch_memory_save(run);
    run->ended = run->stopping;
    if (run->stopping)
        run->opts.ended(run->opts.data);
    else if (run->again && !lost)
        begin_round(run);
}

void watch_next(struct watch_run *run)
{
    while (!run->stopping && !run->lost && run->step < WATCH_REST - 1)
        if (steps[++run->step](run))
            return;
    end_round(run);
}

/* What is due is fixed now, and the rules hold until the round is over, whatever the files say by then. */
static void take_due(struct watch_run *run)
{
    run->n_due = run->rules.n;
    run->due = stk_alloc((run->n_due + 1) * sizeof(*run->due));
    for (size_t i = 0; i < run->n_due; i++) {
        run->due[i].changes = watch_rule_take(&run->rules.v[i], &run->due[i].n);
        run->due[i].due = run->due[i].n > 0;
    }
}

static bool is_anything_due(const struct watch_run *run)
{
    bool any = run->reload || run->catch_up;
    for (size_t i = 0; i < run->rules.n; i++)
        any |= run->rules.v[i].n > 0;
    return any;
}

static void begin_round(struct watch_run *run)
{
    run->again = false;
    for (size_t i = 0; i < run->n_sources; i++) {
        run->reload |= run->sources[i].changed;
        run->sources[i].changed = false;
    }
    if (run->stopping || !is_anything_due(run))
        return;
    run->in_round = true;
    run->lost = false;
    if (stk_lock_take(run->cli, &run->lock)) { /* told; what is due waits for the next change */
        end_round(run);
        return;
    }
    run->view = run->opts.sink ? NULL : stk_view_new(run->cli);
    run->step = -1;
    take_due(run);
    watch_next(run);
}

static void settled(void *data)
{
    struct watch_run *run = data;
    if (run->in_round)
        run->again = true;
    else
        begin_round(run);
}

static void retry(struct stk_timer *timer)
{
    settled(timer->data);
}

static void limited(void *data, const char *message)
{
    (void)data;
    stk_warn("%s", message);
}

int watch_run_begin(struct cli *cli, const struct watch_run_opts *opts, struct watch_run **ret)
{
    struct watch_run *run = stk_alloc(sizeof(*run));
    run->cli = cli;
    run->opts = *opts;
    run->lock.fd = -1;
    run->retry = (struct stk_timer){ .fire = retry, .data = run };
    run->watcher = stk_watcher_new(
        cli->loop, &(struct stk_watcher_opts){
                       .quiet_ms = cli->o.quiet_time.set ? (unsigned)cli->o.quiet_time.v : 0,
                       .settled = settled,
                       .limited = limited,
                       .data = run });
    run->rules = (struct watch_rules){ .watcher = run->watcher, .explain = cli->o.explain };
    int rc = watch_rules_make(&run->rules, cli);
    if (!rc)
        watch_sources_make(run);
    if (rc) {
        watch_run_free(run);
        return rc;
    }
    if (run->rules.n == 0)
        stk_warn("no rule in 'develop.watch' or 'x-stackctl.watch' of %s: only the stack's own "
                 "files are "
                 "watched",
                 cli->args.n ? "the named services" : "any service");
    watch_memory_load(run);
    watch_say("Watch enabled");
    *ret = run;
    run->catch_up = true;
    begin_round(run);
    return 0;
}

void watch_run_stop(struct watch_run *run)
{
    bool ended = run->ended, busy = run->in_round;
    run->stopping = true;
    stk_timer_stop(&run->retry);
    if (ended)
        return;
    run->ended = !busy;
    if (!busy)
        run->opts.ended(run->opts.data);
    else if (run->acting)
        stk_op_cancel(&run->act.op);
    else if (run->left)
        watch_jobs_cancel(run);
    else
        stk_op_cancel(run->asking);
}

void watch_run_free(struct watch_run *run)
{
    if (!run)
        return;
    watch_rules_clear(&run->rules);
    watch_sources_clear(run);
    stk_timer_stop(&run->retry);
    stk_watcher_free(run->watcher);
    for (size_t i = 0; i < run->n_known; i++)
        free(run->known[i]);
    free(run->known);
    free(run->names);
    free(run);
}
