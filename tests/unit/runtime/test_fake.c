/* The fake engine: what a script can make it do. What every backend must do is in tests/conformance. */
#include <stdio.h>
#include <unistd.h>

#include "arena.h"
#include "fake.h"
#include "loop.h"
#include "test.h"
#include "text.h"

static struct stk_loop *loop;
static struct stk_runtime *rt;
static struct stk_error err; /* of the last request */

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}

static void open_path(const char *path)
{
    struct stk_runtime_opts opts = { .backend = "fake", .project = "shop", .script = path };
    loop = stk_loop_new();
    ck_assert_msg(stk_runtime_open(loop, &opts, &rt, &err) == 0, "%s", err.msg);
}

static void open_script(const char *text)
{
    char path[] = "/tmp/stackctl-fake-XXXXXX";
    close(mkstemp(path));
    write_file(path, text);
    open_path(path);
    unlink(path);
}

static void close_all(void)
{
    stk_runtime_close(rt);
    stk_loop_free(loop);
    stk_error_clear(&err);
}

static void stop_loop(struct stk_op *op)
{
    stk_error_move(&err, &op->err);
    stk_loop_stop(loop);
}

static struct stk_service service;
static struct stk_spec spec = { .project = "shop", .services = &service, .n_services = 1 };
static struct stk_unit unit;
static char unit_name[100];

/* Sets up unit as instance 1 of a service with this name. */
static void want(const char *name)
{
    service = (struct stk_service){ .name = name, .image = "app:1", .replicas = 1 };
    snprintf(unit_name, sizeof(unit_name), "shop-%s-1", name);
    unit = (struct stk_unit){ .ref = { .kind = STK_SERVICE, .name = name, .index = 1 },
                              .name = unit_name,
                              .config = "{}",
                              .hash = "1",
                              .spec = &spec,
                              .service = &service };
}

static enum stk_code start(void)
{
    struct stk_start_req req = { .op.done = stop_loop, .unit = &unit };
    stk_error_clear(&err);
    stk_runtime_start(rt, &req);
    stk_loop_run(loop);
    return err.code;
}

static enum stk_code wait_for(enum stk_until until)
{
    struct stk_wait_req req = { .op = { .done = stop_loop, .timeout_ms = 20000 },
                                .ref = unit.ref,
                                .until = until };
    stk_error_clear(&err);
    stk_runtime_wait_healthy(rt, &req);
    stk_loop_run(loop);
    stk_seen_free(req.seen);
    return err.code;
}

static struct stk_seen *look(struct stk_ref *ref)
{
    struct stk_inspect_req req = {
        .op.done = stop_loop, .ref = ref, .project = "shop", .what = STK_SEE_SERVICES
    };
    stk_runtime_inspect(rt, &req);
    stk_loop_run(loop);
    ck_assert_ptr_nonnull(req.seen);
    return req.seen;
}

static enum stk_state state_of_unit(void)
{
    struct stk_seen *seen = look(&unit.ref);
    enum stk_state state = seen->v[0].state;
    stk_seen_free(seen);
    return state;
}

START_TEST(the_nth_matching_request_fails_and_no_other)
{
    open_script("{ \"fail\": [ { \"request\": \"create\", \"unit\": \"*-b-*\", \"nth\": 2,"
                "              \"code\": \"engine\", \"message\": \"no route\" } ] }");
    struct stk_remove_req req = { .op.done = stop_loop };
    want("a");
    ck_assert_int_eq(start(), STK_OK);
    want("b");
    ck_assert_int_eq(start(), STK_OK);
    req.ref = unit.ref;
    stk_runtime_remove(rt, &req);
    stk_loop_run(loop);
    ck_assert_int_eq(start(), STK_EENGINE);
    ck_assert_str_eq(err.msg, "no route");
    ck_assert_int_eq(state_of_unit(), STK_ABSENT);
    ck_assert_int_eq(start(), STK_OK);
    close_all();
}
END_TEST

/* One life of a unit: up, replaced, stopped, gone. A step that fails is tried once more; how many did. */
static int live_once(void)
{
    struct stk_start_req replace = { .op.done = stop_loop, .unit = &unit, .replace = true };
    struct stk_stop_req stop = { .op.done = stop_loop, .ref = unit.ref };
    struct stk_remove_req remove = { .op.done = stop_loop, .ref = unit.ref };
    int failed = 0;
    for (int tries = 0; start() != STK_OK; tries++, failed++)
        ck_assert_int_eq(tries, 0);
    for (int step = 0; step < 3; step++) {
        for (int tries = 0; tries == 0 || err.code; tries++) {
            ck_assert_int_lt(tries, 2);
            stk_error_clear(&err);
            if (step == 0)
                stk_runtime_start(rt, &replace);
            else if (step == 1)
                stk_runtime_stop(rt, &stop);
            else
                stk_runtime_remove(rt, &remove);
            stk_loop_run(loop);
            failed += err.code != STK_OK;
        }
    }
    return failed;
}

START_TEST(whichever_request_fails_the_next_try_converges)
{
    const struct stk_fake_call *calls;
    open_script("{}");
    want("web");
    ck_assert_int_eq(live_once(), 0);
    size_t n = stk_fake_calls(rt, &calls);
    ck_assert_uint_ge(n, 12);
    close_all();
    for (size_t i = 1; i <= n; i++) {
        STK_CLEANUP(stk_charp)
        char *script = stk_printf("{ \"fail\": [ { \"unit\": \"?*\", \"nth\": %zu } ] }", i);
        open_script(script);
        want("web");
        ck_assert_int_eq(live_once(), 1);
        struct stk_seen *left = look(NULL);
        ck_assert_uint_eq(left->n, 0);
        stk_seen_free(left);
        close_all();
    }
}
END_TEST

START_TEST(calls_are_recorded_and_reads_told_from_writes)
{
    const struct stk_fake_call *calls;
    open_script("{}");
    want("web");
    stk_seen_free(look(NULL));
    ck_assert_uint_eq(stk_fake_calls(rt, &calls), 1);
    ck_assert_uint_eq(stk_fake_writes(rt), 0);
    ck_assert_int_eq(start(), STK_OK);
    static const char *const requests[] = { "list", "inspect", "pull", "create", "start" };
    ck_assert_uint_eq(stk_fake_calls(rt, &calls), STK_LEN(requests));
    for (size_t i = 0; i < STK_LEN(requests); i++)
        ck_assert_str_eq(calls[i].request, requests[i]);
    ck_assert_str_eq(calls[4].unit, "shop-web-1");
    ck_assert_uint_eq(stk_fake_writes(rt), 3);
    close_all();
}
END_TEST

START_TEST(units_of_the_script_hold_their_names_and_ports)
{
    open_script("{ \"busy_ports\": [9090], \"units\": ["
                "  { \"name\": \"old-web-1\", \"project\": \"old\", \"service\": \"web\","
                "    \"ports\": [ { \"target\": 80, \"published\": 8080 } ] },"
                "  { \"name\": \"shop-db-1\" } ] }");
    struct stk_port port = { .target = 80, .published = "8080", .protocol = "tcp" };
    want("web");
    service.ports = &port;
    service.n_ports = 1;
    ck_assert_int_eq(start(), STK_ECONFLICT);
    ck_assert_str_eq(err.msg, "starting container 'shop-web-1': port 8080 is held by container "
                              "'old-web-1' (project 'old')");
    want("api");
    port.published = "9090";
    service.ports = &port;
    service.n_ports = 1;
    ck_assert_int_eq(start(), STK_ECONFLICT);
    ck_assert_str_eq(err.msg,
                     "starting container 'shop-api-1': port 9090 is held by a process on the host");
    want("cache");
    port.published = "8080-8081"; /* one of these is free */
    service.ports = &port;
    service.n_ports = 1;
    ck_assert_int_eq(start(), STK_OK);
    want("db");
    ck_assert_int_eq(start(), STK_ECONFLICT);
    ck_assert_ptr_nonnull(strstr(err.msg, "name 'shop-db-1'"));
    close_all();
}
END_TEST

START_TEST(a_start_can_fail_and_leaves_what_was_created)
{
    open_script("{ \"services\": { \"web\": { \"start_error\": \"exec: no such file\" } } }");
    want("web");
    ck_assert_int_eq(start(), STK_EFAIL);
    ck_assert_str_eq(err.msg, "exec: no such file");
    ck_assert_int_eq(state_of_unit(), STK_CREATED);
    ck_assert_int_eq(wait_for(STK_UNTIL_STARTED), STK_ENOTREADY);
    close_all();
}
END_TEST

START_TEST(a_pull_fails_in_the_registrys_words)
{
    open_script("{ \"images\": { \"app:*\": { \"error\": \"manifest unknown\" } } }");
    want("web");
    ck_assert_int_eq(start(), STK_EIMAGE);
    ck_assert_str_eq(err.msg, "pulling 'app:1': manifest unknown");
    close_all();
}
END_TEST

START_TEST(ends_by_signal_and_memory_are_told)
{
    open_script("{ \"speed\": 0, \"services\": { \"a\": { \"exit_ms\": 50, \"signal\": 11 },"
                "                                 \"b\": { \"exit_ms\": 50, \"oom\": true } } }");
    want("a");
    ck_assert_int_eq(start(), STK_OK);
    ck_assert_int_eq(wait_for(STK_UNTIL_COMPLETED), STK_ENOTREADY);
    ck_assert_str_eq(err.msg, "was killed by signal 11 (SIGSEGV)");
    want("b");
    ck_assert_int_eq(start(), STK_OK);
    ck_assert_int_eq(wait_for(STK_UNTIL_COMPLETED), STK_ENOTREADY);
    ck_assert_str_eq(err.msg, "was killed because it ran out of memory");
    close_all();
}
END_TEST

START_TEST(one_that_dies_once_is_not_ready)
{
    open_script("{ \"speed\": 0, \"services\": { \"web\": { \"exit_ms\": 50, \"exit_code\": 1, "
                "\"runs\": 1 } } }");
    want("web");
    service.restart = "on-failure:5";
    ck_assert_int_eq(start(), STK_OK);
    ck_assert_int_eq(wait_for(STK_UNTIL_READY), STK_ENOTREADY);
    ck_assert_str_eq(err.msg, "exited with code 1 and is restarted by its policy");
    close_all();
}
END_TEST

static const char *const check_words[] = { "CMD", "true" };
static const struct stk_healthcheck check = {
    .set = true, .test = { .set = true, .n = 2, .v = (const char **)(uintptr_t)check_words }
};

START_TEST(one_with_a_check_that_recovers_after_two_runs_is_ready_in_the_end)
{
    open_script("{ \"speed\": 0, \"services\": { \"web\": { \"exit_ms\": 50, \"exit_code\": 1, "
                "\"runs\": 2, \"health\": [ { \"ms\": 100, \"is\": \"healthy\" } ] } } }");
    want("web");
    service.restart = "on-failure:5";
    service.healthcheck = check;
    ck_assert_int_eq(start(), STK_OK);
    ck_assert_int_eq(wait_for(STK_UNTIL_READY), STK_OK);
    struct stk_seen *seen = look(&unit.ref);
    ck_assert_uint_eq(seen->v[0].restarts, 2);
    stk_seen_free(seen);
    close_all();
}
END_TEST

static size_t count_probes(void)
{
    const struct stk_fake_call *calls;
    size_t count = 0;
    for (size_t n = stk_fake_calls(rt, &calls); n > 0; n--)
        count += strcmp(calls[n - 1].request, "probe") == 0 && !calls[n - 1].writes;
    return count;
}

START_TEST(a_check_is_run_at_once_and_then_with_back_off)
{
    open_script(
        "{ \"speed\": 0, \"services\": { \"web\": { \"health\": [], \"ready_ms\": 1000 } } }");
    want("web");
    service.healthcheck = check;
    ck_assert_int_eq(start(), STK_OK);
    ck_assert_int_eq(wait_for(STK_UNTIL_HEALTHY), STK_OK);
    ck_assert_uint_eq(count_probes(), 6); /* after 0, 50, 150, 350, 750 and 1250 ms */
    close_all();
}
END_TEST

START_TEST(a_verdict_of_the_engine_ends_the_wait_whatever_our_own_checks_say)
{
    open_script("{ \"speed\": 0, \"services\": { \"web\": { \"ready_ms\": 5000, \"probe_exit\": 3,"
                "\"probe_output\": \"refused\", \"health\": [ { \"ms\": 300, \"is\": \"unhealthy\" "
                "} ] } } }");
    want("web");
    service.healthcheck = check;
    ck_assert_int_eq(start(), STK_OK);
    ck_assert_int_eq(wait_for(STK_UNTIL_HEALTHY), STK_ENOTREADY);
    ck_assert_str_eq(err.msg, "is unhealthy: the last check exited 3: refused");
    ck_assert_uint_eq(count_probes(), 3); /* after 0, 50 and 150 ms */
    close_all();
}
END_TEST

START_TEST(a_job_may_try_as_often_as_its_policy_says)
{
    open_script("{ \"speed\": 0, \"services\": { \"web\": { \"exit_ms\": 20, \"exit_code\": 1, "
                "\"runs\": 4 } } }");
    want("web");
    service.restart = "on-failure:3";
    ck_assert_int_eq(start(), STK_OK);
    ck_assert_int_eq(wait_for(STK_UNTIL_COMPLETED), STK_ENOTREADY);
    ck_assert_str_eq(err.msg, "exited with code 1");
    close_all();
}
END_TEST

START_TEST(on_failure_gives_up_after_its_count)
{
    open_script(
        "{ \"speed\": 0, \"services\": { \"web\": { \"exit_ms\": 10, \"exit_code\": 1 } } }");
    want("web");
    service.restart = "on-failure:2";
    ck_assert_int_eq(start(), STK_OK);
    ck_assert_int_eq(wait_for(STK_UNTIL_EXITED), STK_OK);
    struct stk_seen *seen = look(&unit.ref);
    ck_assert_int_eq(seen->v[0].state, STK_EXITED);
    ck_assert_uint_eq(seen->v[0].restarts, 2);
    ck_assert_int_eq(seen->v[0].exit_code, 1);
    stk_seen_free(seen);
    close_all();
}
END_TEST

START_TEST(what_nobody_asked_for_is_seen_by_those_who_wait)
{
    open_script("{}");
    want("web");
    ck_assert_int_eq(start(), STK_OK);
    ck_assert(stk_fake_crash(rt, "shop-web-1", 9));
    ck_assert_int_eq(wait_for(STK_UNTIL_COMPLETED), STK_ENOTREADY);
    ck_assert_str_eq(err.msg, "exited with code 9");
    ck_assert(stk_fake_vanish(rt, "shop-web-1"));
    ck_assert_int_eq(wait_for(STK_UNTIL_COMPLETED), STK_ENOTREADY);
    ck_assert_str_eq(err.msg, "is not there");
    ck_assert(!stk_fake_crash(rt, "shop-web-1", 9));
    close_all();
}
END_TEST

START_TEST(a_state_file_lets_the_next_process_see_the_same_engine)
{
    char dir[] = "/tmp/stackctl-fake-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(dir));
    STK_CLEANUP(stk_charp) char *script = stk_printf("%s/script.json", dir);
    STK_CLEANUP(stk_charp) char *state = stk_printf("%s/engine.json", dir);
    write_file(script, "{ \"state\": \"engine.json\", \"speed\": 0, \"services\": {"
                       "  \"job\": { \"exit_ms\": 5000, \"exit_code\": 4, \"logs\": [ { \"text\": "
                       "\"hi\\n\" } ] } } }");
    open_path(script);
    want("web");
    ck_assert_int_eq(start(), STK_OK);
    want("job");
    ck_assert_int_eq(start(), STK_OK);
    struct stk_seen *before = look(&unit.ref);
    stk_runtime_close(rt);
    stk_loop_free(loop);

    open_path(script);
    struct stk_seen *after = look(&unit.ref);
    ck_assert_str_eq(before->v[0].ref.id, after->v[0].ref.id);
    ck_assert_str_eq(after->v[0].hash, "1");
    ck_assert_int_eq(before->v[0].started_ms, after->v[0].started_ms);
    stk_seen_free(before);
    stk_seen_free(after);
    struct stk_seen *all = look(NULL);
    ck_assert_uint_eq(all->n, 2);
    stk_seen_free(all);
    ck_assert_int_eq(wait_for(STK_UNTIL_EXITED), STK_OK); /* its time goes on */
    stk_runtime_close(rt);
    stk_loop_free(loop);

    open_path(script);
    ck_assert_int_eq(state_of_unit(), STK_EXITED);
    close_all();
    unlink(script);
    unlink(state);
    rmdir(dir);
}
END_TEST

START_TEST(a_broken_state_file_is_told_by_name_and_line)
{
    char dir[] = "/tmp/stackctl-fake-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(dir));
    STK_CLEANUP(stk_charp) char *script = stk_printf("%s/script.json", dir);
    STK_CLEANUP(stk_charp) char *state = stk_printf("%s/engine.json", dir);
    write_file(script, "{ \"state\": \"engine.json\" }");
    write_file(state, "{ \"units\": [\n { \"name\": } ] }");
    struct stk_runtime_opts opts = { .backend = "fake", .project = "shop", .script = script };
    loop = stk_loop_new();
    ck_assert_int_lt(stk_runtime_open(loop, &opts, &rt, &err), 0);
    ck_assert_ptr_nonnull(strstr(err.msg, "engine.json': line 2"));
    stk_error_clear(&err);
    stk_loop_free(loop);
    unlink(script);
    unlink(state);
    rmdir(dir);
}
END_TEST

START_TEST(delays_are_by_the_engines_clock)
{
    open_script("{ \"speed\": 100, \"delays\": { \"create\": 10000 } }");
    want("web");
    int64_t began = stk_monotonic_ms();
    ck_assert_int_eq(start(), STK_OK);
    int64_t took = stk_monotonic_ms() - began;
    ck_assert_int_ge(took, 95);
    ck_assert_int_lt(took, 5000);
    close_all();
}
END_TEST

STK_TESTS("fake", whichever_request_fails_the_next_try_converges,
          the_nth_matching_request_fails_and_no_other,
          calls_are_recorded_and_reads_told_from_writes,
          units_of_the_script_hold_their_names_and_ports,
          a_start_can_fail_and_leaves_what_was_created, a_pull_fails_in_the_registrys_words,
          ends_by_signal_and_memory_are_told, one_that_dies_once_is_not_ready,
          one_with_a_check_that_recovers_after_two_runs_is_ready_in_the_end,
          a_check_is_run_at_once_and_then_with_back_off,
          a_verdict_of_the_engine_ends_the_wait_whatever_our_own_checks_say,
          a_job_may_try_as_often_as_its_policy_says, on_failure_gives_up_after_its_count,
          what_nobody_asked_for_is_seen_by_those_who_wait,
          a_state_file_lets_the_next_process_see_the_same_engine,
          a_broken_state_file_is_told_by_name_and_line, delays_are_by_the_engines_clock)
