/* drive.c — runs one request to its end on the loop, with progress and Ctrl-C. What an attached
 * `up` needs beyond that is in attach.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "command.h"
#include "interrupt.h"
#include "lock.h"
#include "loop.h"
#include "text.h"

struct drive {
    struct cli *cli;
    struct stk_op *op;
    struct stk_interrupt interrupt;
};

static void ended(struct stk_op *op)
{
    struct drive *drive = op->data;
    stk_loop_stop(drive->cli->loop);
}

static void interrupted(struct stk_interrupt *interrupt, unsigned count)
{
    struct drive *drive = interrupt->data;
    if (count == 1)
        stk_op_cancel(drive->op);
    else
        stk_loop_stop(drive->cli->loop);
}

/* Runs the submitted request; false when the user would not wait for its end. */
static bool finish(struct drive *drive)
{
    drive->interrupt = (struct stk_interrupt){ .came = interrupted, .data = drive };
    stk_interrupt_begin(drive->cli->loop, &drive->interrupt);
    stk_loop_run(drive->cli->loop);
    stk_interrupt_end(&drive->interrupt);
    return !drive->op->pending;
}

/* Everything is in disorder after a second Ctrl-C: leave without tidying. */
static _Noreturn void leave(struct cli *cli)
{
    fprintf(stderr, "left at once; 'stackctl -p %s ps -a' shows what there is\n", cli->project);
    stk_interrupt_reraise();
    _Exit(130);
}

static int show_plan(struct cli *cli, const struct stk_plan *plan)
{
    char *text = stk_plan_text(plan, stk_colours(cli, 1));
    fputs(text, stdout);
    free(text);
    return 0;
}

static int outcome(struct cli *cli, struct stk_reconcile_req *req, const struct drive *drive)
{
    int signalled = stk_interrupt_status(&drive->interrupt);
    if (signalled) {
        fprintf(stderr,
                "interrupted: %zu done, the rest was not; 'stackctl ps -a' shows what there is\n",
                req->changed);
        return signalled;
    }
    if (req->op.err.code == STK_OK)
        return 0;
    if (req->failed == 0)
        return stk_report_error(cli, &req->op.err);
    return stk_code_info(req->op.err.code)->exit_status;
}

int stk_drive(struct cli *cli, struct stk_reconcile_req *req)
{
    struct drive drive = { .cli = cli, .op = &req->op };
    req->project = cli->project;
    req->graph = cli->graph;
    req->parallel = (unsigned)cli->o.parallel;
    req->no_probe = cli->o.no_probe;
    req->quiet_pull = cli->o.quiet_pull;
    req->quiet_build = cli->o.quiet_build;
    req->plan_only |= cli->o.dry_run;
    req->op.done = ended;
    req->op.data = &drive;
    struct stk_lock lock = { .fd = -1 };
    bool images = req->goal.kind == STK_GOAL_PULL || req->goal.kind == STK_GOAL_BUILD;
    int locked = req->plan_only || images ? 0 : stk_lock_take(cli, &lock);
    if (locked)
        return locked;
    struct stk_sink *view = req->plan_only ? NULL : stk_view_new(cli);
    req->sink = view;
    stk_reconcile(cli->loop, cli->rt, req);
    bool over = finish(&drive);
    stk_view_free(view);
    stk_lock_release(&lock);
    if (!over)
        leave(cli);
    int rc = outcome(cli, req, &drive);
    return rc == 0 && cli->o.dry_run ? show_plan(cli, req->plan) : rc;
}

int stk_cli_look(struct cli *cli, const char *project, unsigned what, struct stk_seen **ret)
{
    struct drive drive = { .cli = cli };
    struct stk_inspect_req req = {
        .op = { .done = ended, .data = &drive },
        .project = project,
        .what = what,
    };
    drive.op = &req.op;
    stk_runtime_inspect(cli->rt, &req);
    if (!finish(&drive))
        leave(cli);
    if (stk_interrupt_status(&drive.interrupt)) {
        stk_error_clear(&req.op.err);
        stk_seen_free(req.seen);
        return stk_interrupt_status(&drive.interrupt);
    }
    if (req.op.err.code != STK_OK) {
        int rc = stk_report_error(cli, &req.op.err);
        stk_error_clear(&req.op.err);
        return rc;
    }
    *ret = req.seen;
    return 0;
}

bool stk_is_named(const struct cli *cli, const char *service)
{
    for (size_t i = 0; i < cli->args.n; i++)
        if (stk_glob(cli->args.v[i], service))
            return true;
    return cli->args.n == 0;
}

static bool known(const struct cli *cli, const struct stk_seen *seen, const char *name)
{
    for (size_t i = 0; cli->spec && i < cli->spec->n_services; i++)
        if (stk_glob(name, cli->spec->services[i].name))
            return true;
    for (size_t i = 0; cli->spec && i < cli->spec->disabled.n; i++)
        if (stk_glob(name, cli->spec->disabled.v[i]))
            return true;
    for (size_t i = 0; seen && i < seen->n; i++)
        if (seen->v[i].ref.kind == STK_SERVICE && stk_glob(name, seen->v[i].ref.name))
            return true;
    return false;
}

static const char *nearest(const struct cli *cli, const struct stk_seen *seen, const char *name)
{
    size_t n = 0, most = (cli->spec ? cli->spec->n_services : 0) + (seen ? seen->n : 0);
    const char **candidates = stk_arena_array(cli->arena, most + 1, sizeof(*candidates));
    for (size_t i = 0; cli->spec && i < cli->spec->n_services; i++)
        candidates[n++] = cli->spec->services[i].name;
    for (size_t i = 0; seen && i < seen->n; i++)
        if (seen->v[i].ref.kind == STK_SERVICE)
            candidates[n++] = seen->v[i].ref.name;
    return stk_arena_strdup(cli->arena, stk_nearest(name, candidates, n));
}

int stk_check_services(const struct cli *cli, const struct stk_seen *seen,
                       const struct stk_strs *names)
{
    for (size_t i = 0; i < names->n; i++) {
        if (known(cli, seen, names->v[i]))
            continue;
        const char *near = nearest(cli, seen, names->v[i]);
        struct stk_error err = { 0 };
        stk_fail(&err, STK_EFAIL, (struct stk_src){ 0 }, "no such service: %s%s%s%s", names->v[i],
                 near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
        int rc = stk_report_error(cli, &err);
        stk_error_clear(&err);
        return rc;
    }
    return 0;
}

int stk_check_existing(struct cli *cli)
{
    bool all_known = true;
    for (size_t i = 0; i < cli->args.n; i++)
        all_known &= known(cli, NULL, cli->args.v[i]);
    if (all_known)
        return 0;
    struct stk_seen *seen = NULL;
    int rc = stk_cli_look(cli, cli->project, STK_SEE_SERVICES, &seen);
    if (!rc)
        rc = stk_check_services(cli, seen, &cli->args);
    stk_seen_free(seen);
    return rc;
}
