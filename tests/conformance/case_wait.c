/* case_wait.c — what must hold for wait_healthy: when it ends, and what its verdict says. */
#include <string.h>

#include "bench.h"

enum { LONG_MS = 30000 };

static void until_started_holds_once_it_runs(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    EXPECT(b, bench_wait(b, u->unit.ref, STK_UNTIL_STARTED, LONG_MS) == STK_OK);
    EXPECT(b, bench_waited(b) && bench_waited(b)->state == STK_RUNNING);
}

static void until_healthy_holds_when_the_check_passes(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "healthy");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    EXPECT(b, bench_wait(b, u->unit.ref, STK_UNTIL_HEALTHY, LONG_MS) == STK_OK);
    EXPECT(b, bench_waited(b) && bench_waited(b)->health == STK_HEALTH_HEALTHY);
}

static void until_healthy_fails_with_what_the_check_said(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "ill");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    EXPECT(b, bench_wait(b, u->unit.ref, STK_UNTIL_HEALTHY, LONG_MS) == STK_ENOTREADY);
    EXPECT_SAYS(b, "unhealthy");
    EXPECT_SAYS(b, "refused");
    const struct stk_status *st = bench_waited(b);
    EXPECT(b, st && st->health == STK_HEALTH_UNHEALTHY && st->probe_exit == 4);
    EXPECT(b, st->probe_output && strstr(st->probe_output, "refused"));
}

static void until_healthy_fails_without_a_check(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    EXPECT(b, bench_wait(b, u->unit.ref, STK_UNTIL_HEALTHY, LONG_MS) == STK_ENOTREADY);
    EXPECT_SAYS(b, "health");
}

static void until_healthy_fails_when_it_exits(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "failing"), *slow = bench_service(b, "slow");
    u->service.healthcheck = slow->service.healthcheck;
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    EXPECT(b, bench_wait(b, u->unit.ref, STK_UNTIL_HEALTHY, LONG_MS) == STK_ENOTREADY);
    EXPECT_SAYS(b, "exited with code 3");
}

static void until_completed_holds_when_it_exits_well(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "wellending");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    EXPECT(b, bench_wait(b, u->unit.ref, STK_UNTIL_COMPLETED, LONG_MS) == STK_OK);
    EXPECT(b, bench_waited(b)->state == STK_EXITED && bench_waited(b)->exit_code == 0);
}

static void until_completed_fails_with_the_exit_code(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "failing");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    EXPECT(b, bench_wait(b, u->unit.ref, STK_UNTIL_COMPLETED, LONG_MS) == STK_ENOTREADY);
    EXPECT_SAYS(b, "exited with code 3");
    EXPECT(b, bench_waited(b) && bench_waited(b)->exit_code == 3);
}

static void until_completed_names_the_signal_that_killed_it(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    struct stk_stop_req req = { .kill = true };
    EXPECT(b, bench_stop(b, u->unit.ref, &req) == STK_OK);
    EXPECT(b, bench_wait(b, u->unit.ref, STK_UNTIL_COMPLETED, LONG_MS) == STK_ENOTREADY);
    EXPECT_SAYS(b, "SIGKILL");
}

static void until_ready_holds_with_and_without_a_check(struct bench *b)
{
    struct bench_unit *plain = bench_service(b, "steady"), *checked = bench_service(b, "healthy");
    EXPECT(b, bench_start(b, plain, NULL) == STK_OK);
    EXPECT(b, bench_start(b, checked, NULL) == STK_OK);
    EXPECT(b, bench_wait(b, plain->unit.ref, STK_UNTIL_READY, LONG_MS) == STK_OK);
    EXPECT(b, bench_waited(b)->state == STK_RUNNING);
    EXPECT(b, bench_wait(b, checked->unit.ref, STK_UNTIL_READY, LONG_MS) == STK_OK);
    EXPECT(b, bench_waited(b)->health == STK_HEALTH_HEALTHY);
}

static void until_ready_holds_for_a_job_that_ended_well(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "wellending");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    EXPECT(b, bench_wait(b, u->unit.ref, STK_UNTIL_EXITED, LONG_MS) == STK_OK);
    EXPECT(b, bench_wait(b, u->unit.ref, STK_UNTIL_READY, LONG_MS) == STK_OK);
}

static void until_ready_fails_for_what_exits(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "failing");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    EXPECT(b, bench_wait(b, u->unit.ref, STK_UNTIL_READY, LONG_MS) == STK_ENOTREADY);
    EXPECT_SAYS(b, "exited with code 3");
}

static void until_ready_fails_for_a_crash_loop(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "crashing");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    EXPECT(b, bench_wait(b, u->unit.ref, STK_UNTIL_READY, LONG_MS) == STK_ENOTREADY);
    EXPECT_SAYS(b, "exited with code 7");
    EXPECT_SAYS(b, "restarted");
    EXPECT(b, bench_waited(b) && bench_waited(b)->exit_code == 7);
}

/* A check says when a unit is ready, so that a death before is not yet the end. */
static void until_healthy_fails_for_what_keeps_crashing(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "crashing"), *slow = bench_service(b, "slow");
    u->service.healthcheck = slow->service.healthcheck;
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    EXPECT(b, bench_wait(b, u->unit.ref, STK_UNTIL_HEALTHY, LONG_MS) == STK_ENOTREADY);
    EXPECT_SAYS(b, "keeps crashing");
    EXPECT_SAYS(b, "exited with code 7");
}

static void until_ready_waits_for_as_long_as_it_is_told(struct bench *b)
{
    struct bench_unit *steady = bench_service(b, "steady"), *dying = bench_service(b, "dying");
    struct stk_wait_req brief = {
        .ref = steady->unit.ref, .until = STK_UNTIL_READY, .settle_ms = 100, .op.timeout_ms = 1500
    };
    struct stk_wait_req patient = { .ref = dying->unit.ref,
                                    .until = STK_UNTIL_READY,
                                    .settle_ms = LONG_MS / 2,
                                    .op.timeout_ms = LONG_MS };
    EXPECT(b, bench_start(b, steady, NULL) == STK_OK);
    EXPECT(b, bench_wait_as(b, &brief) == STK_OK);
    EXPECT(b, bench_start(b, dying, NULL) == STK_OK);
    EXPECT(b, bench_wait_as(b, &patient) == STK_ENOTREADY);
    EXPECT_SAYS(b, "exited with code 5");
}

/* ---- health checks that the backend runs itself ---- */

enum { SOON_MS = 20000 }; /* far below the interval of the checks: 1000 s */

static void the_first_success_of_a_check_ends_the_wait(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "late");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    EXPECT(b, bench_wait(b, u->unit.ref, STK_UNTIL_HEALTHY, SOON_MS) == STK_OK);
    EXPECT(b, bench_waited(b)->health == STK_HEALTH_HEALTHY);
    EXPECT(b, bench_wait(b, u->unit.ref, STK_UNTIL_READY, SOON_MS) == STK_OK);
    const struct stk_status *st = bench_look(b, u->unit.ref);
    EXPECT(b, st && st->health == STK_HEALTH_STARTING); /* the engine's own view is untouched */
}

static void waits_for_several_checks_all_end(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "late");
    struct stk_wait_req waits[12] = { 0 };
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    for (size_t i = 0; i < 12; i++) {
        waits[i] = (struct stk_wait_req){ .ref = u->unit.ref,
                                          .until = STK_UNTIL_HEALTHY,
                                          .op.timeout_ms = SOON_MS };
        bench_submit(b, &waits[i].op);
        stk_runtime_wait_healthy(b->rt, &waits[i]);
    }
    unsigned well = 0;
    for (size_t i = 0; i < 12; i++) {
        bench_until(b, &waits[i].op);
        well += waits[i].op.err.code == STK_OK;
        stk_seen_free(waits[i].seen);
        stk_error_clear(&waits[i].op.err);
    }
    EXPECT(b, well == 12);
}

static void without_probes_the_engine_decides(struct bench *b)
{
    struct bench_unit *late = bench_service(b, "late"), *healthy = bench_service(b, "healthy");
    struct stk_wait_req req = { .until = STK_UNTIL_HEALTHY, .no_probe = true };
    EXPECT(b, bench_start(b, late, NULL) == STK_OK);
    req.ref = late->unit.ref;
    req.op.timeout_ms = 1500;
    EXPECT(b, bench_wait_as(b, &req) == STK_ETIMEOUT);
    EXPECT(b, bench_waited(b) && bench_waited(b)->health == STK_HEALTH_STARTING);
    EXPECT(b, bench_waited(b)->probe_output == NULL);
    EXPECT(b, bench_start(b, healthy, NULL) == STK_OK);
    req.ref = healthy->unit.ref;
    req.op.timeout_ms = LONG_MS;
    EXPECT(b, bench_wait_as(b, &req) == STK_OK);
}

static void a_check_that_fails_is_tried_again_and_told(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "slow");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    EXPECT(b, bench_wait(b, u->unit.ref, STK_UNTIL_HEALTHY, 1500) == STK_ETIMEOUT);
    const struct stk_status *st = bench_waited(b);
    EXPECT(b, st && st->health == STK_HEALTH_STARTING && st->probe_exit == 2);
    EXPECT(b, st->probe_output && strcmp(st->probe_output, "not yet\n") == 0);
    EXPECT(b, st->probe_command && strcmp(st->probe_command, "echo not yet; exit 2") == 0);
}

static void a_check_that_cannot_be_started_is_left_to_the_engine(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "uncheckable");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    EXPECT(b, bench_wait(b, u->unit.ref, STK_UNTIL_HEALTHY, 2000) == STK_ETIMEOUT);
    const struct stk_status *st = bench_waited(b);
    EXPECT(b, st && (st->probe_exit == 126 || st->probe_exit == 127));
    EXPECT(b, strcmp(st->probe_command, "/nonexistent/program") == 0);
}

static void until_exited_holds_however_it_ended(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "failing");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    EXPECT(b, bench_wait(b, u->unit.ref, STK_UNTIL_EXITED, LONG_MS) == STK_OK);
    EXPECT(b, bench_waited(b)->exit_code == 3);
}

static void wait_for_an_absent_unit_fails(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    EXPECT(b, bench_wait(b, u->unit.ref, STK_UNTIL_STARTED, LONG_MS) == STK_ENOTREADY);
    EXPECT(b, bench_waited(b) && bench_waited(b)->state == STK_ABSENT);
}

/* A wait that is on its way while the case does something else. */
static void begin_wait(struct bench *b, struct stk_wait_req *req, struct stk_ref ref,
                       enum stk_until until)
{
    *req = (struct stk_wait_req){ .ref = ref, .until = until };
    bench_submit(b, &req->op);
    stk_runtime_wait_healthy(b->rt, req);
    bench_breathe(b, 200);
}

/* The code it ends with; what it saw is freed. */
static enum stk_code end_wait(struct bench *b, struct stk_wait_req *req)
{
    bench_until(b, &req->op);
    enum stk_code code = req->op.err.code;
    stk_seen_free(req->seen);
    stk_error_clear(&req->op.err);
    return code;
}

static void a_wait_begun_before_the_start_sees_it(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "healthy");
    struct stk_start_req create = { .create_only = true };
    EXPECT(b, bench_start(b, u, &create) == STK_OK);
    struct stk_wait_req wait;
    begin_wait(b, &wait, u->unit.ref, STK_UNTIL_STARTED);
    bool waits = wait.op.pending;
    enum stk_code started = bench_start(b, u, NULL);
    EXPECT(b, end_wait(b, &wait) == STK_OK);
    EXPECT(b, waits && started == STK_OK);
}

static void a_wait_ends_when_its_unit_is_removed(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "slow");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    struct stk_wait_req wait;
    begin_wait(b, &wait, u->unit.ref, STK_UNTIL_HEALTHY);
    enum stk_code removed = bench_remove(b, u->unit.ref, NULL);
    EXPECT(b, end_wait(b, &wait) == STK_ENOTREADY);
    EXPECT(b, removed == STK_OK);
}

static void waits_for_one_unit_all_end(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "slow");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    struct stk_wait_req waits[3];
    begin_wait(b, &waits[0], u->unit.ref, STK_UNTIL_HEALTHY);
    begin_wait(b, &waits[1], u->unit.ref, STK_UNTIL_READY);
    begin_wait(b, &waits[2], u->unit.ref, STK_UNTIL_EXITED);
    struct stk_stop_req kill = { .kill = true };
    enum stk_code stopped = bench_stop(b, u->unit.ref, &kill);
    enum stk_code codes[] = { end_wait(b, &waits[0]), end_wait(b, &waits[1]),
                              end_wait(b, &waits[2]) };
    EXPECT(b, stopped == STK_OK);
    EXPECT(b, codes[0] == STK_ENOTREADY && codes[1] == STK_ENOTREADY && codes[2] == STK_OK);
}

static void a_deadline_reads_timed_out(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "slow");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    EXPECT(b, bench_wait(b, u->unit.ref, STK_UNTIL_HEALTHY, 300) == STK_ETIMEOUT);
    EXPECT_SAYS(b, "timed out after 0.3 s");
    EXPECT(b, bench_waited(b) && bench_waited(b)->state == STK_RUNNING);
}

const struct bench_case cases_wait[] = {
    { "until_started_holds_once_it_runs", until_started_holds_once_it_runs },
    { "until_healthy_holds_when_the_check_passes", until_healthy_holds_when_the_check_passes },
    { "until_healthy_fails_with_what_the_check_said",
      until_healthy_fails_with_what_the_check_said },
    { "until_healthy_fails_without_a_check", until_healthy_fails_without_a_check },
    { "until_healthy_fails_when_it_exits", until_healthy_fails_when_it_exits },
    { "until_completed_holds_when_it_exits_well", until_completed_holds_when_it_exits_well },
    { "until_completed_fails_with_the_exit_code", until_completed_fails_with_the_exit_code },
    { "until_completed_names_the_signal_that_killed_it",
      until_completed_names_the_signal_that_killed_it },
    { "until_ready_holds_with_and_without_a_check", until_ready_holds_with_and_without_a_check },
    { "until_ready_holds_for_a_job_that_ended_well", until_ready_holds_for_a_job_that_ended_well },
    { "until_ready_fails_for_what_exits", until_ready_fails_for_what_exits },
    { "until_ready_fails_for_a_crash_loop", until_ready_fails_for_a_crash_loop },
    { "until_healthy_fails_for_what_keeps_crashing", until_healthy_fails_for_what_keeps_crashing },
    { "until_ready_waits_for_as_long_as_it_is_told", until_ready_waits_for_as_long_as_it_is_told },
    { "the_first_success_of_a_check_ends_the_wait", the_first_success_of_a_check_ends_the_wait },
    { "waits_for_several_checks_all_end", waits_for_several_checks_all_end },
    { "without_probes_the_engine_decides", without_probes_the_engine_decides },
    { "a_check_that_fails_is_tried_again_and_told", a_check_that_fails_is_tried_again_and_told },
    { "a_check_that_cannot_be_started_is_left_to_the_engine",
      a_check_that_cannot_be_started_is_left_to_the_engine },
    { "until_exited_holds_however_it_ended", until_exited_holds_however_it_ended },
    { "wait_for_an_absent_unit_fails", wait_for_an_absent_unit_fails },
    { "a_wait_begun_before_the_start_sees_it", a_wait_begun_before_the_start_sees_it },
    { "a_wait_ends_when_its_unit_is_removed", a_wait_ends_when_its_unit_is_removed },
    { "waits_for_one_unit_all_end", waits_for_one_unit_all_end },
    { "a_deadline_reads_timed_out", a_deadline_reads_timed_out },
    { 0 },
};
