/* The reconciler over random stacks on the fake engine: order, limits, failures, interruption. */
#include <stdio.h>
#include <unistd.h>

#include "fake.h"
#include "loop.h"
#include "reconcile.h"
#include "specs.h"
#include "test.h"

enum { STACKS = 60, TOLD_MAX = 4096 };

/* Everything the reconciler told, and when to interrupt it. */
struct listener {
    struct stk_sink sink;
    struct {
        enum stk_event_type type;
        enum stk_phase phase;
        struct stk_ref ref;
    } told[TOLD_MAX];
    size_t n, under_way, most_under_way;
    size_t cancel_after; /* 0: never */
    struct stk_op *op;
};

static void listen(struct stk_sink *sink, const struct stk_event *ev)
{
    struct listener *l = STK_CONTAINER(sink, struct listener, sink);
    bool wait = ev->phase == STK_PHASE_WAIT_HEALTHY || ev->phase == STK_PHASE_WAIT_COMPLETED ||
                ev->phase == STK_PHASE_WAIT_READY;
    ck_assert_uint_lt(l->n, TOLD_MAX);
    l->told[l->n].type = ev->type;
    l->told[l->n].phase = ev->phase;
    l->told[l->n++].ref = ev->ref;
    if (!wait && ev->type == STK_EV_BEGIN && ++l->under_way > l->most_under_way)
        l->most_under_way = l->under_way;
    if (!wait && (ev->type == STK_EV_DONE || ev->type == STK_EV_FAILED) &&
        ev->phase != STK_PHASE_KEEP)
        l->under_way--;
    if (l->n == l->cancel_after)
        stk_op_cancel(l->op);
}

struct bench {
    struct stk_loop *loop;
    struct stk_runtime *rt;
    struct stk_spec *spec;
    struct stk_graph *graph;
    struct listener *listener;
    int dones;
    char script[64];
};

static const char jobs_exit[] =
    "{ \"speed\": 100, \"services\": { \"*job\": { \"exit_ms\": 3, \"exit_code\": 0, \"start_ms\": "
    "1 },"
    "  \"*\": { \"start_ms\": 1, \"stop_ms\": 1, \"health\": [ { \"ms\": 2, \"is\": \"healthy\" } "
    "] } } }";

/* The same by a clock that jumps. */
static const char at_once[] =
    "{ \"speed\": 0, \"services\": { \"*job\": { \"exit_ms\": 3, \"exit_code\": 0, \"start_ms\": 1 "
    "},"
    "  \"*\": { \"start_ms\": 1, \"stop_ms\": 1, \"health\": [ { \"ms\": 2, \"is\": \"healthy\" } "
    "] } } }";

static void open_bench(struct bench *b, unsigned seed, unsigned services, const char *script)
{
    *b = (struct bench){ .loop = stk_loop_new() };
    snprintf(b->script, sizeof(b->script), "/tmp/stackctl-test-%d-XXXXXX", (int)getpid());
    int fd = mkstemp(b->script);
    ck_assert_int_eq(write(fd, script, strlen(script)), strlen(script));
    close(fd);
    struct stk_error err = { 0 };
    struct stk_runtime_opts opts = {
        .backend = "fake", .project = "p", .tool = "test", .script = b->script
    };
    ck_assert_msg(stk_runtime_open(b->loop, &opts, &b->rt, &err) == 0, "%s", err.msg);
    b->spec = test_random_spec(seed, services);
    b->graph = stk_graph_build(b->spec);
    b->listener = stk_alloc(sizeof(*b->listener));
    b->listener->sink.event = listen;
}

static void close_bench(struct bench *b)
{
    stk_runtime_close(b->rt);
    stk_loop_free(b->loop);
    stk_graph_free(b->graph);
    stk_spec_free(b->spec);
    free(b->listener);
    unlink(b->script);
}

static void reconciled(struct stk_op *op)
{
    struct bench *b = op->data;
    b->dones++;
    stk_loop_stop(b->loop);
}

static void reconcile(struct bench *b, struct stk_reconcile_req *req)
{
    b->listener->n = b->listener->under_way = b->listener->most_under_way = 0;
    b->listener->op = &req->op;
    req->op.done = reconciled;
    req->op.data = b;
    req->graph = b->graph;
    req->project = "p";
    req->sink = &b->listener->sink;
    b->dones = 0;
    stk_reconcile(b->loop, b->rt, req);
    stk_loop_run(b->loop);
    ck_assert_int_eq(b->dones, 1);
}

static size_t when(const struct listener *l, enum stk_event_type type, enum stk_phase phase,
                   const struct stk_ref *ref)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->told[i].type == type && l->told[i].phase == phase &&
            l->told[i].ref.kind == ref->kind && strcmp(l->told[i].ref.name, ref->name) == 0 &&
            l->told[i].ref.index == ref->index)
            return i;
    return TOLD_MAX;
}

static enum stk_phase phase_for(enum stk_until until)
{
    return until == STK_UNTIL_HEALTHY     ? STK_PHASE_WAIT_HEALTHY
           : until == STK_UNTIL_COMPLETED ? STK_PHASE_WAIT_COMPLETED
                                          : STK_PHASE_START;
}

START_TEST(no_service_starts_before_its_conditions_hold)
{
    for (unsigned seed = 0; seed < STACKS; seed++) {
        struct bench b;
        open_bench(&b, seed, 1 + seed % 20, jobs_exit);
        struct stk_reconcile_req req = { .goal = { .kind = STK_GOAL_UP, .wait = true } };
        reconcile(&b, &req);
        ck_assert_msg(req.op.err.code == STK_OK, "seed %u: %s", seed, req.op.err.msg);
        for (size_t i = 0; i < b.graph->n; i++)
            for (size_t k = 0; k < b.graph->v[i].n_needs; k++) {
                const struct stk_edge *edge = &b.graph->v[i].needs[k];
                const struct stk_ref *on = &b.graph->v[edge->to].unit.ref;
                if (on->kind != STK_SERVICE)
                    continue;
                size_t held = when(b.listener, STK_EV_DONE, phase_for(edge->until), on);
                size_t began =
                    when(b.listener, STK_EV_BEGIN, STK_PHASE_START, &b.graph->v[i].unit.ref);
                ck_assert_msg(held < began, "seed %u: %s began before %s was there", seed,
                              b.graph->v[i].unit.ref.name, on->name);
            }
        stk_reconcile_clear(&req);
        close_bench(&b);
    }
}
END_TEST

START_TEST(no_more_is_under_way_than_the_limit_allows)
{
    for (unsigned limit = 1; limit <= 4; limit++) {
        struct bench b;
        open_bench(&b, limit, 20, jobs_exit);
        struct stk_reconcile_req req = { .goal = { .kind = STK_GOAL_UP }, .parallel = limit };
        reconcile(&b, &req);
        ck_assert_int_eq(req.op.err.code, STK_OK);
        ck_assert_uint_le(b.listener->most_under_way, limit);
        ck_assert_uint_gt(b.listener->most_under_way, 0);
        stk_reconcile_clear(&req);
        close_bench(&b);
    }
}
END_TEST

/* How many were under way at a time in a `down` without a limit of the user's. */
static size_t most_stopping(const char *script)
{
    struct bench b;
    open_bench(&b, 7, 60, script);
    struct stk_reconcile_req up = { .goal = { .kind = STK_GOAL_UP } };
    reconcile(&b, &up);
    ck_assert_int_eq(up.op.err.code, STK_OK);
    stk_reconcile_clear(&up);
    struct stk_reconcile_req down = { .goal = { .kind = STK_GOAL_DOWN } };
    reconcile(&b, &down);
    ck_assert_int_eq(down.op.err.code, STK_OK);
    stk_reconcile_clear(&down);
    size_t most = b.listener->most_under_way;
    close_bench(&b);
    return most;
}

START_TEST(a_stop_that_takes_long_gives_its_place_to_others)
{
    static const char slow[] = "{ \"speed\": 1, \"services\": { \"*job\": { \"exit_ms\": 3, "
                               "\"exit_code\": 0 }, \"*\": { \"stop_ms\": 400 } } }";
    ck_assert_uint_le(most_stopping(at_once), STK_PARALLEL_DEFAULT);
    ck_assert_uint_gt(most_stopping(slow), STK_PARALLEL_DEFAULT);
}
END_TEST

START_TEST(a_stack_of_150_comes_up_within_any_limit)
{
    static const unsigned limits[] = { 1, 2, 8 };
    for (unsigned seed = 0; seed < 7; seed++)
        for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
            struct bench b;
            open_bench(&b, seed, 150, at_once);
            struct stk_reconcile_req req = { .goal = { .kind = STK_GOAL_UP },
                                             .parallel = limits[i] };
            reconcile(&b, &req);
            ck_assert_msg(req.op.err.code == STK_OK, "seed %u: %s", seed, req.op.err.msg);
            ck_assert_uint_le(b.listener->most_under_way, limits[i]);
            stk_reconcile_clear(&req);
            close_bench(&b);
        }
}
END_TEST

START_TEST(nothing_stops_before_what_needs_it_has_stopped)
{
    for (unsigned seed = 0; seed < STACKS; seed++) {
        struct bench b;
        open_bench(&b, seed, 1 + seed % 20, at_once);
        struct stk_reconcile_req up = { .goal = { .kind = STK_GOAL_UP } };
        reconcile(&b, &up);
        struct stk_reconcile_req down = { .goal = { .kind = STK_GOAL_DOWN } };
        reconcile(&b, &down);
        for (size_t i = 0; i < b.graph->n; i++)
            for (size_t k = 0; k < b.graph->v[i].n_needs; k++) {
                const struct stk_ref *user = &b.graph->v[i].unit.ref,
                                     *on = &b.graph->v[b.graph->v[i].needs[k].to].unit.ref;
                size_t stopped = when(b.listener, STK_EV_DONE, STK_PHASE_STOP, user);
                size_t began = when(b.listener, STK_EV_BEGIN, STK_PHASE_STOP, on);
                if (on->kind == STK_SERVICE && stopped < TOLD_MAX && began < TOLD_MAX)
                    ck_assert_msg(stopped < began, "seed %u: %s was stopped before %s", seed,
                                  on->name, user->name);
            }
        stk_reconcile_clear(&up);
        stk_reconcile_clear(&down);
        close_bench(&b);
    }
}
END_TEST

START_TEST(a_plan_only_reads)
{
    for (unsigned seed = 0; seed < STACKS; seed++) {
        struct bench b;
        open_bench(&b, seed, 1 + seed % 20, jobs_exit);
        struct stk_reconcile_req plan = { .goal = { .kind = STK_GOAL_UP }, .plan_only = true };
        reconcile(&b, &plan);
        ck_assert_uint_gt(stk_plan_changes(plan.plan), 0);
        ck_assert_uint_eq(stk_fake_writes(b.rt), 0);
        stk_reconcile_clear(&plan);
        close_bench(&b);
    }
}
END_TEST

START_TEST(down_leaves_nothing_and_ends_well)
{
    for (unsigned seed = 0; seed < STACKS; seed++) {
        struct bench b;
        open_bench(&b, seed, 1 + seed % 20, jobs_exit);
        struct stk_reconcile_req up = { .goal = { .kind = STK_GOAL_UP } };
        reconcile(&b, &up);
        struct stk_reconcile_req down = { .goal = { .kind = STK_GOAL_DOWN, .volumes = true } };
        reconcile(&b, &down);
        ck_assert_msg(down.op.err.code == STK_OK, "seed %u: %s", seed, down.op.err.msg);
        struct stk_reconcile_req again = { .goal = { .kind = STK_GOAL_DOWN }, .plan_only = true };
        reconcile(&b, &again);
        ck_assert_uint_eq(again.plan->n, 0);
        stk_reconcile_clear(&up);
        stk_reconcile_clear(&down);
        stk_reconcile_clear(&again);
        close_bench(&b);
    }
}
END_TEST

START_TEST(interrupted_at_any_event_the_next_up_finishes_the_job)
{
    for (size_t moment = 1; moment <= 100; moment++) {
        struct bench b;
        open_bench(&b, (unsigned)moment % 7, 12, jobs_exit);
        b.listener->cancel_after = moment;
        struct stk_reconcile_req up = { .goal = { .kind = STK_GOAL_UP, .wait = true } };
        reconcile(&b, &up);
        if (b.listener->n > moment)
            ck_assert_int_eq(up.op.err.code, STK_ECANCELED);
        b.listener->cancel_after = 0;
        struct stk_reconcile_req again = { .goal = { .kind = STK_GOAL_UP, .wait = true } };
        reconcile(&b, &again);
        ck_assert_msg(again.op.err.code == STK_OK, "moment %zu: %s", moment, again.op.err.msg);
        stk_reconcile_clear(&up);
        stk_reconcile_clear(&again);
        close_bench(&b);
    }
}
END_TEST

START_TEST(a_failure_skips_what_needs_it_and_nothing_else)
{
    static const char one_fails[] =
        "{ \"speed\": 100, \"services\": { \"s00004job\": { \"exit_ms\": 1, \"exit_code\": 3 },"
        " \"*job\": { \"exit_ms\": 1 } } }";
    for (unsigned seed = 0; seed < STACKS; seed++) {
        struct bench b;
        open_bench(&b, seed, 15, one_fails);
        struct stk_reconcile_req up = { .goal = { .kind = STK_GOAL_UP } };
        reconcile(&b, &up);
        for (size_t i = 0; i < b.graph->n; i++) {
            const struct stk_ref *ref = &b.graph->v[i].unit.ref;
            if (ref->kind != STK_SERVICE)
                continue;
            bool doomed = when(b.listener, STK_EV_SKIPPED, STK_PHASE_START, ref) < TOLD_MAX;
            bool started = when(b.listener, STK_EV_DONE, STK_PHASE_START, ref) < TOLD_MAX;
            ck_assert_msg(doomed != started, "seed %u: %s-%u is neither", seed, ref->name,
                          ref->index);
        }
        if (up.skipped)
            ck_assert_int_eq(up.op.err.code, STK_ENOTREADY);
        stk_reconcile_clear(&up);
        close_bench(&b);
    }
}
END_TEST

STK_TESTS("reconcile", no_service_starts_before_its_conditions_hold,
          no_more_is_under_way_than_the_limit_allows,
          a_stop_that_takes_long_gives_its_place_to_others,
          a_stack_of_150_comes_up_within_any_limit, nothing_stops_before_what_needs_it_has_stopped,
          a_plan_only_reads, down_leaves_nothing_and_ends_well,
          interrupted_at_any_event_the_next_up_finishes_the_job,
          a_failure_skips_what_needs_it_and_nothing_else)
