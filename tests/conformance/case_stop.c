/* case_stop.c — what must hold for stop and remove. */
#include <string.h>

#include "bench.h"
#include "text.h"

static void stop_ends_a_running_unit_with_its_signal(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    struct stk_stop_req req = { 0 };
    EXPECT(b, bench_stop(b, u->unit.ref, &req) == STK_OK);
    EXPECT(b, req.changed);
    const struct stk_status *st = bench_look(b, u->unit.ref);
    EXPECT(b, st && st->state == STK_EXITED && st->exit_code == 0);
}

static void stop_of_an_absent_unit_succeeds(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    struct stk_stop_req req = { 0 };
    EXPECT(b, bench_stop(b, u->unit.ref, &req) == STK_OK);
    EXPECT(b, !req.changed);
}

static void stop_of_a_stopped_unit_succeeds(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    EXPECT(b, bench_stop(b, u->unit.ref, NULL) == STK_OK);
    struct stk_stop_req req = { 0 };
    EXPECT(b, bench_stop(b, u->unit.ref, &req) == STK_OK);
    EXPECT(b, !req.changed);
}

static void stop_waits_for_its_grace_and_then_kills(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "stubborn");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    bench_breathe(b, 300); /* until it has set its trap */
    struct stk_stop_req req = { .grace = { true, 1000 } };
    int64_t began = stk_monotonic_ms();
    EXPECT(b, bench_stop(b, u->unit.ref, &req) == STK_OK);
    int64_t took = stk_monotonic_ms() - began;
    EXPECT(b, took >= 900 && took < 8000);
    const struct stk_status *st = bench_look(b, u->unit.ref);
    EXPECT(b, st && st->state == STK_EXITED && st->exit_code == 137);
}

static void stop_never_rounds_its_grace_down_to_nothing(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    bench_breathe(b, 300);
    struct stk_stop_req req = { .grace = { true, 900 } };
    EXPECT(b, bench_stop(b, u->unit.ref, &req) == STK_OK);
    const struct stk_status *st = bench_look(b, u->unit.ref);
    EXPECT(b, st && st->state == STK_EXITED && st->exit_code == 0);
}

static void stop_uses_the_units_own_grace(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "stubborn");
    u->service.stop_grace_period = (struct stk_opt){ true, STK_NS_PER_S };
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    bench_breathe(b, 300);
    int64_t began = stk_monotonic_ms();
    EXPECT(b, bench_stop(b, u->unit.ref, NULL) == STK_OK);
    EXPECT(b, stk_monotonic_ms() - began < 8000);
}

static void a_stopped_unit_publishes_nothing(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    bench_publish(b, u, "48312");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    EXPECT(b, bench_stop(b, u->unit.ref, NULL) == STK_OK);
    const struct stk_status *st = bench_look(b, u->unit.ref);
    EXPECT(b, st);
    for (size_t i = 0; i < st->n_ports; i++)
        EXPECT(b, st->ports[i].published == 0);
}

static void a_deadline_of_stop_reads_timed_out(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "stubborn");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    bench_breathe(b, 300);
    struct stk_stop_req req = { .op.timeout_ms = 300, .grace = { true, 3000 } };
    EXPECT(b, bench_stop(b, u->unit.ref, &req) == STK_ETIMEOUT);
    EXPECT_SAYS(b, "timed out after 0.3 s");
    struct stk_stop_req kill = { .kill = true };
    EXPECT(b, bench_stop(b, u->unit.ref, &kill) == STK_OK);
}

static void kill_does_not_wait(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "stubborn");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    struct stk_stop_req req = { .kill = true };
    int64_t began = stk_monotonic_ms();
    EXPECT(b, bench_stop(b, u->unit.ref, &req) == STK_OK);
    EXPECT(b, req.changed && stk_monotonic_ms() - began < 5000);
    const struct stk_status *st = bench_look(b, u->unit.ref);
    EXPECT(b, st && st->state == STK_EXITED && st->exit_code == 137);
}

static void stop_keeps_its_restart_policy_from_restarting(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "crashing");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    EXPECT(b, bench_stop(b, u->unit.ref, NULL) == STK_OK);
    bench_breathe(b, 600);
    const struct stk_status *st = bench_look(b, u->unit.ref);
    EXPECT(b, st && st->state == STK_EXITED && !st->restarts_itself);
}

static void remove_of_an_absent_unit_succeeds(struct bench *b)
{
    struct bench_unit *units[] = { bench_service(b, "steady"), bench_network(b, "nonet"),
                                   bench_volume(b, "novolume") };
    for (size_t i = 0; i < 3; i++) {
        struct stk_remove_req req = { 0 };
        EXPECT(b, bench_remove(b, units[i]->unit.ref, &req) == STK_OK);
        EXPECT(b, !req.changed);
    }
}

static void remove_of_a_running_unit_forces_it(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "stubborn");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    struct stk_remove_req req = { 0 };
    EXPECT(b, bench_remove(b, u->unit.ref, &req) == STK_OK);
    EXPECT(b, req.changed);
    const struct stk_status *st = bench_look(b, u->unit.ref);
    EXPECT(b, st && st->state == STK_ABSENT);
}

static void remove_keeps_named_volumes(struct bench *b)
{
    struct bench_unit *volume = bench_volume(b, "data"), *u = bench_service(b, "steady");
    bench_mount(b, u, "data", "/data");
    EXPECT(b, bench_start(b, volume, NULL) == STK_OK);
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    const struct stk_status *st = bench_look(b, u->unit.ref);
    EXPECT(b, st && st->mounts.n == 1 && strcmp(st->mounts.v[0], volume->unit.name) == 0);
    struct stk_remove_req req = { .volumes = true };
    EXPECT(b, bench_remove(b, u->unit.ref, &req) == STK_OK);
    st = bench_look(b, volume->unit.ref);
    EXPECT(b, st && st->state == STK_PRESENT);
}

static void remove_leaves_the_units_of_others(struct bench *b)
{
    struct bench_unit *other = bench_service(b, "steady"), *u = bench_service(b, "steady");
    bench_to_other_project(b, other);
    EXPECT(b, bench_start(b, other, NULL) == STK_OK);
    EXPECT(b, bench_remove(b, u->unit.ref, NULL) == STK_OK);
    const struct stk_seen *seen = bench_look_all(b, BENCH_OTHER);
    EXPECT(b, seen && seen->n == 1 && seen->v[0].state == STK_RUNNING);
}

const struct bench_case cases_stop[] = {
    { "stop_ends_a_running_unit_with_its_signal", stop_ends_a_running_unit_with_its_signal },
    { "stop_of_an_absent_unit_succeeds", stop_of_an_absent_unit_succeeds },
    { "stop_of_a_stopped_unit_succeeds", stop_of_a_stopped_unit_succeeds },
    { "stop_waits_for_its_grace_and_then_kills", stop_waits_for_its_grace_and_then_kills },
    { "stop_never_rounds_its_grace_down_to_nothing", stop_never_rounds_its_grace_down_to_nothing },
    { "stop_uses_the_units_own_grace", stop_uses_the_units_own_grace },
    { "a_stopped_unit_publishes_nothing", a_stopped_unit_publishes_nothing },
    { "a_deadline_of_stop_reads_timed_out", a_deadline_of_stop_reads_timed_out },
    { "kill_does_not_wait", kill_does_not_wait },
    { "stop_keeps_its_restart_policy_from_restarting",
      stop_keeps_its_restart_policy_from_restarting },
    { "remove_of_an_absent_unit_succeeds", remove_of_an_absent_unit_succeeds },
    { "remove_of_a_running_unit_forces_it", remove_of_a_running_unit_forces_it },
    { "remove_keeps_named_volumes", remove_keeps_named_volumes },
    { "remove_leaves_the_units_of_others", remove_leaves_the_units_of_others },
    { 0 },
};
