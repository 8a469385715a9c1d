/* case_cancel.c — what must hold when a request is canceled: it ends once, and is told as it is. */
#include <string.h>

#include "bench.h"

/* Canceled twice, at once: either it was done before, or it reads canceled. */
static bool ends_once(struct bench *b, struct stk_op *op)
{
    int dones = b->dones;
    stk_op_cancel(op);
    stk_op_cancel(op);
    bool silent = b->dones == dones; /* done never runs inside cancel */
    bench_until(b, op);
    bench_breathe(b, 20);
    bool once = b->dones == dones + 1;
    bool told = op->err.code == STK_OK ||
                (op->err.code == STK_ECANCELED && strcmp(op->err.msg, "canceled") == 0);
    stk_error_clear(&op->err);
    return silent && once && told;
}

static void a_canceled_start_ends_once(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    struct stk_start_req req = { .unit = &u->unit };
    bench_submit(b, &req.op);
    stk_runtime_start(b->rt, &req);
    EXPECT(b, ends_once(b, &req.op));
    EXPECT(b, bench_start(b, u, NULL) == STK_OK); /* and the next one converges */
    const struct stk_status *st = bench_look(b, u->unit.ref);
    EXPECT(b, st && st->state == STK_RUNNING);
}

static void a_canceled_replace_leaves_one_and_the_next_converges(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "stubborn");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    struct stk_start_req req = { .unit = &u->unit, .replace = true, .grace = { true, 1000 } };
    bench_submit(b, &req.op);
    stk_runtime_start(b->rt, &req);
    bench_breathe(b, 500);
    EXPECT(b, ends_once(b, &req.op));
    struct stk_start_req again = { .grace = { true, 1000 } };
    EXPECT(b, bench_replace(b, u, &again) == STK_OK);
    const struct stk_status *st = bench_look(b, u->unit.ref);
    EXPECT(b, st && st->state == STK_RUNNING && strcmp(st->name, u->unit.name) == 0);
}

static void a_canceled_stop_ends_once(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "stubborn");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    struct stk_stop_req req = { .ref = u->unit.ref, .grace = { true, 2000 } };
    bench_submit(b, &req.op);
    stk_runtime_stop(b->rt, &req);
    bench_breathe(b, 100);
    EXPECT(b, ends_once(b, &req.op));
    struct stk_stop_req kill = { .kill = true };
    EXPECT(b, bench_stop(b, u->unit.ref, &kill) == STK_OK);
}

static void a_canceled_remove_ends_once(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    struct stk_remove_req req = { .ref = u->unit.ref };
    bench_submit(b, &req.op);
    stk_runtime_remove(b->rt, &req);
    EXPECT(b, ends_once(b, &req.op));
    EXPECT(b, bench_remove(b, u->unit.ref, NULL) == STK_OK);
}

static void a_canceled_inspect_ends_once(struct bench *b)
{
    struct stk_inspect_req req = { .project = BENCH_PROJECT,
                                   .what = STK_SEE_SERVICES | STK_SEE_NETWORKS };
    bench_submit(b, &req.op);
    stk_runtime_inspect(b->rt, &req);
    EXPECT(b, ends_once(b, &req.op));
    stk_seen_free(req.seen);
}

static void a_canceled_wait_ends_once(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "slow");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    struct stk_wait_req req = { .ref = u->unit.ref, .until = STK_UNTIL_HEALTHY };
    bench_submit(b, &req.op);
    stk_runtime_wait_healthy(b->rt, &req);
    bench_breathe(b, 200);
    EXPECT(b, req.op.pending);
    EXPECT(b, ends_once(b, &req.op));
    stk_seen_free(req.seen);
}

static void ignore(struct stk_logs_req *req, const struct stk_log_chunk *chunk)
{
    (void)req, (void)chunk;
}

static void a_canceled_logs_ends_once(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "greeting");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    struct stk_logs_req req = { .ref = u->unit.ref, .follow = true, .chunk = ignore };
    bench_submit(b, &req.op);
    stk_runtime_logs(b->rt, &req);
    bench_breathe(b, 200);
    EXPECT(b, req.op.pending);
    EXPECT(b, ends_once(b, &req.op));
}

const struct bench_case cases_cancel[] = {
    { "a_canceled_start_ends_once", a_canceled_start_ends_once },
    { "a_canceled_replace_leaves_one_and_the_next_converges",
      a_canceled_replace_leaves_one_and_the_next_converges },
    { "a_canceled_stop_ends_once", a_canceled_stop_ends_once },
    { "a_canceled_remove_ends_once", a_canceled_remove_ends_once },
    { "a_canceled_inspect_ends_once", a_canceled_inspect_ends_once },
    { "a_canceled_wait_ends_once", a_canceled_wait_ends_once },
    { "a_canceled_logs_ends_once", a_canceled_logs_ends_once },
    { 0 },
};
