/* What a container's health check runs when we run it, and for how long. */
#include "probe.h"
#include "test.h"

static void runs(const char *config, const char *want)
{
    json_t *container = json_pack("{s:o}", "Config", json_loads(config, 0, NULL));
    json_t *words = stk_probe_command(container);
    char *got = words ? json_dumps(words, JSON_COMPACT) : NULL;
    if (want)
        ck_assert_str_eq(got, want);
    else
        ck_assert_ptr_null(got);
    free(got);
    json_decref(words);
    json_decref(container);
}

START_TEST(a_command_is_run_as_it_is)
{
    runs("{\"Healthcheck\":{\"Test\":[\"CMD\",\"curl\",\"-f\",\"http://x\"]}}",
         "[\"curl\",\"-f\",\"http://x\"]");
}
END_TEST

START_TEST(a_line_is_run_by_the_containers_own_shell)
{
    runs("{\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"a && b\"]}}",
         "[\"/bin/sh\",\"-c\",\"a && b\"]");
    runs("{\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"a\"]},\"Shell\":[\"/bin/bash\",\"-ec\"]}",
         "[\"/bin/bash\",\"-ec\",\"a\"]");
    runs("{\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"a\"]},\"Shell\":null}",
         "[\"/bin/sh\",\"-c\",\"a\"]");
}
END_TEST

START_TEST(what_is_no_check_runs_nothing)
{
    runs("{}", NULL);
    runs("{\"Healthcheck\":null}", NULL);
    runs("{\"Healthcheck\":{\"Test\":null}}", NULL);
    runs("{\"Healthcheck\":{\"Test\":[]}}", NULL);
    runs("{\"Healthcheck\":{\"Test\":[\"NONE\"]}}", NULL);
    runs("{\"Healthcheck\":{\"Test\":[\"CMD\"]}}", NULL);
    runs("{\"Healthcheck\":{\"Test\":[7,8]}}", NULL);
}
END_TEST

static unsigned limit_of(json_int_t ns)
{
    json_t *container = json_pack("{s:{s:{s:I}}}", "Config", "Healthcheck", "Timeout", ns);
    unsigned ms = stk_probe_limit_ms(container);
    json_decref(container);
    return ms;
}

START_TEST(a_run_is_bounded_by_the_checks_own_timeout)
{
    ck_assert_uint_eq(limit_of(1500000000), 1500);
    ck_assert_uint_eq(limit_of(0), 30000);
    ck_assert_uint_eq(limit_of(-5), 30000);
    ck_assert_uint_eq(limit_of(INT64_MAX), INT32_MAX);
    ck_assert_uint_eq(stk_probe_limit_ms(NULL), 30000);
}
END_TEST

STK_TESTS("probe", a_command_is_run_as_it_is, a_line_is_run_by_the_containers_own_shell,
          what_is_no_check_runs_nothing, a_run_is_bounded_by_the_checks_own_timeout)
