/* reconcile.c — one pass: what is there, what to do about it, doing it. */
#include "reconcile.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "precheck.h"
#include "identity.h"
#include "op.h"
#include "run.h"
#include "text.h"
#include "trace.h"

struct pass {
    struct stk_reconcile_req *req;
    struct stk_runtime *rt;
    struct stk_inspect_req inspect;
    const char **images;
    const char **externals;
    const struct stk_unit **units;
    struct run run;
    int64_t began_ms;
    struct stk_inspect_req others; /* what is not the project's, which may be in the way */
    bool looking_around, running;
    struct stk_goal goal;
    bool images_first; /* what runs is the images alone; what they mean is looked at afterwards */
};

static void finish(struct pass *pass, struct stk_error *err)
{
    struct stk_reconcile_req *req = pass->req;
    run_clear(&pass->run);
    free(pass->images);
    free(pass->externals);
    free(pass->units);
    req->run = NULL;
    free(pass);
    stk_op_end(&req->op, err);
}

/* The first failure is the result; one that had time to fail says more than those that ran out of it. */
static bool says_more(const struct stk_error *so_far, const struct stk_error *err)
{
    bool weak = so_far->code == STK_ETIMEOUT || so_far->code == STK_ECANCELED;
    return so_far->code == STK_OK ||
           (weak && err->code != STK_ETIMEOUT && err->code != STK_ECANCELED);
}

static void inspected(struct stk_op *op);

/* The images are there: which containers they change is seen by looking again. */
static void look_again(struct pass *pass)
{
    struct stk_reconcile_req *req = pass->req;
    run_clear(&pass->run);
    pass->run = (struct run){ 0 };
    req->images = (struct stk_earlier){ .seen = TAKE(req->seen),
                                        .plan = TAKE(req->plan),
                                        .timings = TAKE(req->timings) };
    pass->running = pass->images_first = pass->looking_around = false;
    pass->goal.images_only = false;
    pass->goal.images_ready = true;
    pass->inspect.op = (struct stk_op){ .done = inspected, .data = pass };
    stk_runtime_inspect(pass->rt, &pass->inspect);
}

static void run_ended(struct run *run)
{
    struct pass *pass = STK_CONTAINER(run, struct pass, run);
    struct stk_error err = { 0 };
    struct stk_src nowhere = { 0 };
    pass->req->timings = stk_alloc(pass->req->plan->n * sizeof(*pass->req->timings));
    for (size_t i = 0; i < pass->req->plan->n; i++) {
        const struct job *job = &run->jobs[i];
        if (job->ended_ms)
            pass->req->timings[i] = (struct stk_timing){ job->began_ms - pass->began_ms,
                                                         job->ended_ms - pass->began_ms };
        if (job->action->verb == STK_GATE)
            continue;
        pass->req->changed += job->state == JOB_OK && job->changed;
        pass->req->skipped += job->state == JOB_SKIPPED;
        pass->req->failed += job->state == JOB_FAILED;
        if (job->state == JOB_FAILED && says_more(&err, &job->err))
            stk_error_copy(&err, &job->err);
    }
    if (run->stopping &&
        (err.code == STK_OK || err.code == STK_ETIMEOUT || err.code == STK_ECANCELED))
        stk_fail(&err, STK_ECANCELED, nowhere, "canceled");
    if (pass->images_first && err.code == STK_OK)
        look_again(pass);
    else
        finish(pass, &err);
}

static void say_notes(struct stk_reconcile_req *req)
{
    for (size_t i = 0; req->sink && i < req->plan->n_notes; i++)
        req->sink->event(req->sink, &(struct stk_event){ .type = STK_EV_WARNING,
                                                         .message = req->plan->notes[i] });
}

/* What the whole plan would trip over has been looked for: of that plan, now the images. */
static void plan_images_alone(struct pass *pass)
{
    struct stk_reconcile_req *req = pass->req;
    pass->goal.images_only = true;
    stk_plan_free(TAKE(req->plan));
    req->plan = stk_plan_make(req->graph, req->seen, &pass->goal, req->project);
}

static void act(struct pass *pass)
{
    if (pass->images_first)
        plan_images_alone(pass);
    pass->running = true;
    run_begin(&pass->run, pass->rt, pass->req, run_ended);
}

/* What all others have was seen: nothing was touched so far. */
static void others_seen(struct stk_op *op)
{
    struct pass *pass = op->data;
    struct stk_error err = { 0 };
    struct stk_seen *all = TAKE(pass->others.seen);
    if (op->err.code != STK_OK)
        stk_error_move(&err, &op->err);
    else
        check_conflicts(pass->rt, pass->req->plan, all, &err);
    if (!err.code && pass->others.missing)
        check_missing_elsewhere(pass->rt, pass->req->plan, pass->others.missing, &err);
    stk_seen_free(all);
    if (err.code)
        finish(pass, &err);
    else
        act(pass);
}

static void look_around(struct pass *pass, struct stk_strs paths)
{
    pass->others =
        (struct stk_inspect_req){ .op = { .done = others_seen, .data = pass },
                                  .what = STK_SEE_SERVICES | STK_SEE_NETWORKS | STK_SEE_OTHERS,
                                  .paths = paths };
    pass->looking_around = true;
    stk_runtime_inspect(pass->rt, &pass->others);
}

/* A container is replaced when its image has become another, which only pulling or building it
 * shows. */
static bool may_change_containers(const struct stk_plan *plan, const struct stk_seen *seen)
{
    bool images = false, containers = false;
    for (size_t i = 0; i < plan->n; i++)
        images |= plan->v[i].verb == STK_PULL || plan->v[i].verb == STK_BUILD;
    for (size_t i = 0; i < seen->n; i++)
        containers |= seen->v[i].ref.kind == STK_SERVICE;
    return images && containers;
}

static void make_plan(struct pass *pass)
{
    struct stk_reconcile_req *req = pass->req;
    req->plan = stk_plan_make(req->graph, req->seen, &pass->goal, req->project);
    bool again = pass->goal.kind == STK_GOAL_UP && !req->plan_only && !pass->goal.images_ready;
    pass->images_first = again && may_change_containers(req->plan, req->seen);
}

static void inspected(struct stk_op *op)
{
    struct pass *pass = op->data;
    struct stk_reconcile_req *req = pass->req;
    if (op->err.code != STK_OK) {
        struct stk_error err = { 0 };
        stk_error_move(&err, &op->err);
        finish(pass, &err);
        return;
    }
    req->seen = TAKE(pass->inspect.seen);
    stk_identity_unseal(req->seen, pass->units, pass->inspect.n_units);
    make_plan(pass);
    stk_trace(STK_TRACE_PLAN, "%zu actions, %zu of them changes", req->plan->n,
              stk_plan_changes(req->plan));
    if (!req->plan_only && !pass->images_first)
        say_notes(req);
    if (req->plan_only || req->plan->n == 0) {
        finish(pass, NULL);
        return;
    }
    struct stk_error err = { 0 };
    int code = check_files(pass->rt, req->plan, &err);
    struct stk_strs paths = check_paths_elsewhere(pass->rt, req->plan);
    if (code)
        finish(pass, &err);
    else if (stk_preflight_needed(req->plan) || paths.n)
        look_around(pass, paths);
    else
        act(pass);
}

static void stop_looking(struct pass *pass)
{
    stk_op_cancel(pass->looking_around ? &pass->others.op : &pass->inspect.op);
}

static void cancel(struct stk_op *op)
{
    struct stk_reconcile_req *req = STK_CONTAINER(op, struct stk_reconcile_req, op);
    struct pass *pass = req->run;
    if (pass->running)
        run_cancel(&pass->run);
    else
        stop_looking(pass);
}

void stk_reconcile_wind_down(struct stk_reconcile_req *req)
{
    struct pass *pass = req->run;
    if (pass && pass->running)
        run_wind_down(&pass->run);
    else if (pass)
        stop_looking(pass);
}

static void name_images(struct pass *pass, const struct stk_graph *graph)
{
    pass->images = stk_alloc((graph->n + 1) * sizeof(*pass->images));
    size_t n = 0;
    for (size_t i = 0; i < graph->n; i++)
        if (graph->v[i].unit.ref.kind == STK_IMAGE)
            pass->images[n++] = graph->v[i].unit.name;
    pass->inspect.images = (struct stk_strs){ .set = true, .n = n, .v = pass->images };
}

static void name_externals(struct pass *pass, const struct stk_spec *spec)
{
    pass->externals =
        stk_alloc((spec->n_networks + spec->n_volumes + 1) * sizeof(*pass->externals));
    size_t n = 0;
    for (size_t i = 0; i < spec->n_networks; i++)
        if (spec->networks[i].external)
            pass->externals[n++] = spec->networks[i].name;
    for (size_t i = 0; i < spec->n_volumes; i++)
        if (spec->volumes[i].external)
            pass->externals[n++] = spec->volumes[i].name;
    pass->inspect.externals = (struct stk_strs){ .set = true, .n = n, .v = pass->externals };
}

static void name_units(struct pass *pass, const struct stk_graph *graph)
{
    pass->units = stk_alloc((graph->n + 1) * sizeof(*pass->units));
    for (size_t i = 0; i < graph->n; i++)
        pass->units[i] = &graph->v[i].unit;
    pass->inspect.units = pass->units;
    pass->inspect.n_units = graph->n;
    pass->inspect.compare = pass->req->compare;
}

static unsigned what_to_see(const struct stk_goal *goal)
{
    if (goal->kind == STK_GOAL_UP)
        return STK_SEE_SERVICES | STK_SEE_NETWORKS | STK_SEE_VOLUMES | STK_SEE_IMAGES;
    if (goal->kind == STK_GOAL_PULL || goal->kind == STK_GOAL_BUILD)
        return STK_SEE_IMAGES;
    if (goal->kind == STK_GOAL_DOWN)
        return STK_SEE_SERVICES | STK_SEE_NETWORKS | (goal->volumes ? STK_SEE_VOLUMES : 0);
    return STK_SEE_SERVICES;
}

void stk_reconcile(struct stk_loop *loop, struct stk_runtime *rt, struct stk_reconcile_req *req)
{
    struct pass *pass = stk_alloc(sizeof(*pass));
    pass->req = req;
    pass->rt = rt;
    pass->goal = req->goal;
    pass->began_ms = stk_monotonic_ms();
    req->run = pass;
    req->changed = req->failed = req->skipped = 0;
    stk_op_begin(&req->op, loop, cancel);
    pass->inspect.op = (struct stk_op){ .done = inspected, .data = pass };
    pass->inspect.project = req->project;
    pass->inspect.what = what_to_see(&req->goal);
    if (pass->inspect.what & STK_SEE_IMAGES)
        name_images(pass, req->graph);
    if (req->goal.kind == STK_GOAL_UP) {
        name_externals(pass, req->graph->spec);
        name_units(pass, req->graph);
    }
    stk_runtime_inspect(rt, &pass->inspect);
}

void stk_reconcile_clear(struct stk_reconcile_req *req)
{
    free(TAKE(req->timings));
    stk_plan_free(TAKE(req->plan));
    stk_seen_free(TAKE(req->seen));
    free(TAKE(req->images.timings));
    stk_plan_free(TAKE(req->images.plan));
    stk_seen_free(TAKE(req->images.seen));
    stk_error_clear(&req->op.err);
}
