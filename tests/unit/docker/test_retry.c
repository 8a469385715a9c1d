/* test_retry.c — what is tried again, how often, and what never is; and how long is waited. */
#include "test.h"

#include "pull.h"
#include "retry.h"

struct row {
    const char *method;
    char *path;
    int status;
    enum stk_http_fail fail; /* status 0: why there is no answer */
    bool again;
};

static char inspect[] = "/containers/a/json", create[] = "/containers/create?name=a",
            start[] = "/containers/a/start", stop[] = "/containers/a/stop?t=1",
            container[] = "/containers/a?force=1", pull[] = "/images/create?fromImage=a",
            rename_to[] = "/containers/a/rename?name=create";

static const struct row rows[] = {
    { "GET", inspect, 500, STK_HTTP_FINE, true },
    { "GET", inspect, 503, STK_HTTP_FINE, true },
    { "GET", inspect, 0, STK_HTTP_BROKEN, true },
    { "GET", inspect, 0, STK_HTTP_SLOW, false },
    { "GET", inspect, 0, STK_HTTP_BIG, false },
    { "GET", inspect, 429, STK_HTTP_FINE, false },
    { "GET", inspect, 404, STK_HTTP_FINE, false },
    { "DELETE", container, 0, STK_HTTP_BROKEN, true },
    { "DELETE", container, 500, STK_HTTP_FINE, false },
    { "POST", create, 0, STK_HTTP_BROKEN, true },
    { "POST", create, 503, STK_HTTP_FINE, true },
    { "POST", create, 500, STK_HTTP_FINE, false },
    { "POST", create, 409, STK_HTTP_FINE, false },
    { "POST", create, 429, STK_HTTP_FINE, false },
    { "POST", stop, 0, STK_HTTP_BROKEN, true },
    { "POST", start, 503, STK_HTTP_FINE, true },
    { "POST", start, 502, STK_HTTP_FINE, false },
    { "POST", start, 0, STK_HTTP_BROKEN, false }, /* a job would run twice */
    { "POST", pull, 0, STK_HTTP_BROKEN, false },
    { "POST", rename_to, 0, STK_HTTP_BROKEN, false },
    { "PUT", inspect, 0, STK_HTTP_BROKEN, false },
};

static struct stk_call call_of(const struct row *row)
{
    return (struct stk_call){ .method = row->method,
                              .path = row->path,
                              .status = row->status,
                              .http.fail = row->fail,
                              .lost = row->fail != STK_HTTP_FINE,
                              .tries = 1 };
}

START_TEST(only_what_may_be_done_twice_is_tried_again)
{
    for (size_t i = 0; i < STK_LEN(rows); i++) {
        struct stk_call call = call_of(&rows[i]);
        ck_assert_msg((stk_retry_after(&call) > 0) == rows[i].again, "row %zu: %s %s, %d", i,
                      call.method, call.path, call.status);
    }
}
END_TEST

START_TEST(it_waits_longer_and_gives_up)
{
    struct stk_call call = call_of(&rows[0]);
    unsigned first = stk_retry_after(&call);
    call.tries++;
    ck_assert_uint_gt(stk_retry_after(&call), first);
    call.tries++;
    ck_assert_uint_eq(stk_retry_after(&call), 0);
}
END_TEST

static bool take(struct stk_call *call, const char *bytes, size_t size)
{
    (void)call;
    (void)bytes;
    (void)size;
    return true;
}

START_TEST(a_stream_is_not_begun_again)
{
    struct stk_call call = call_of(&rows[2]);
    call.stream = take;
    ck_assert_uint_eq(stk_retry_after(&call), 0);
}
END_TEST

START_TEST(a_pull_that_the_engine_tried_for_long_is_over)
{
    ck_assert_uint_gt(stk_pull_again_ms("unexpected EOF", 1, 500), 0);
    ck_assert_uint_eq(stk_pull_again_ms("unexpected EOF", 1, 31000), 0);
    ck_assert_uint_eq(stk_pull_again_ms("unexpected EOF", 4, 500), 0);
    ck_assert_uint_eq(stk_pull_again_ms("manifest unknown", 1, 500), 0);
    ck_assert_uint_eq(stk_pull_again_ms("toomanyrequests: quota", 1, 500), 0);
    ck_assert_uint_gt(stk_pull_again_ms("toomanyrequests: retry-after: 2s, allowed", 1, 500), 0);
}
END_TEST

START_TEST(patience_is_seconds_or_refused)
{
    static const char *const bad[] = { "0", "-1", "2s", "x", "86401", "99999999999999999999" };
    struct stk_error err = { 0 };
    unsigned s = 0;
    ck_assert_int_eq(stk_docker_patience_parse(NULL, &s, &err), 0);
    ck_assert_uint_eq(s, 30);
    ck_assert_int_eq(stk_docker_patience_parse("5", &s, &err), 0);
    ck_assert_uint_eq(s, 5);
    for (size_t i = 0; i < STK_LEN(bad); i++) {
        ck_assert_int_eq(stk_docker_patience_parse(bad[i], &s, &err), -STK_EUSAGE);
        ck_assert_ptr_nonnull(strstr(err.msg, bad[i]));
        stk_error_clear(&err);
    }
}
END_TEST

START_TEST(patience_scales_every_limit)
{
    struct stk_docker docker = { 0 };
    ck_assert_uint_eq(stk_docker_patience(&docker, 30000), 30000);
    docker.patience_s = 60;
    ck_assert_uint_eq(stk_docker_patience(&docker, 75000), 150000);
    docker.patience_s = 2;
    ck_assert_uint_eq(stk_docker_patience(&docker, 75000), 5000);
    ck_assert_uint_eq(stk_docker_patience(&docker, 10000), 1000);
    ck_assert_uint_eq(stk_docker_patience(&docker, 0), 0);
    docker.patience_s = 86400;
    ck_assert_uint_lt(stk_docker_patience(&docker, 0x7fffffff), STK_FOREVER);
}
END_TEST

STK_TESTS("retry", only_what_may_be_done_twice_is_tried_again, it_waits_longer_and_gives_up,
          a_stream_is_not_begun_again, a_pull_that_the_engine_tried_for_long_is_over,
          patience_is_seconds_or_refused, patience_scales_every_limit)
