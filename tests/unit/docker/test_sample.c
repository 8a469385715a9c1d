/* What a container uses, from the engine's readings. */
#include <jansson.h>

#include "sample.h"
#include "test.h"

static struct stk_sample read_text(const char *text)
{
    json_t *json = json_loads(text, 0, NULL);
    ck_assert_ptr_nonnull(json);
    struct stk_sample sample = stk_sample_read(json);
    json_decref(json);
    return sample;
}

START_TEST(numbers_are_as_dockers_own)
{
    struct stk_sample s = read_text(
        "{\"cpu_stats\":{\"cpu_usage\":{\"total_usage\":3000},\"system_cpu_usage\":20000,"
        "\"online_cpus\":4},\"precpu_stats\":{\"cpu_usage\":{\"total_usage\":1000},"
        "\"system_cpu_usage\":10000},\"memory_stats\":{\"usage\":3000,\"limit\":10000,"
        "\"stats\":{\"inactive_file\":1000}},\"pids_stats\":{\"current\":7},"
        "\"networks\":{\"eth0\":{\"rx_bytes\":1,\"tx_bytes\":2},\"eth1\":{\"rx_bytes\":10,"
        "\"tx_bytes\":20}},\"blkio_stats\":{\"io_service_bytes_recursive\":["
        "{\"op\":\"Read\",\"value\":5},{\"op\":\"write\",\"value\":6},{\"op\":\"Sync\",\"value\":9}"
        "]}}");
    ck_assert_double_eq_tol(s.cpu_percent, 80, 0.001);
    ck_assert_int_eq(s.memory, 2000);
    ck_assert_double_eq_tol(s.memory_percent, 20, 0.001);
    ck_assert_int_eq(s.net_in, 11);
    ck_assert_int_eq(s.net_out, 22);
    ck_assert_int_eq(s.block_in, 5);
    ck_assert_int_eq(s.block_out, 6);
    ck_assert_int_eq(s.pids, 7);
}
END_TEST

START_TEST(what_is_missing_is_zero)
{
    struct stk_sample s = read_text("{\"memory_stats\":{},\"cpu_stats\":[],\"networks\":3}");
    ck_assert_double_eq_tol(s.cpu_percent, 0, 0.001);
    ck_assert_double_eq_tol(s.memory_percent, 0, 0.001);
    ck_assert_int_eq(s.memory, 0);
    ck_assert_int_eq(s.net_in, 0);
    /* the first reading of a stream has nothing before it */
    s = read_text("{\"cpu_stats\":{\"cpu_usage\":{\"total_usage\":5},\"system_cpu_usage\":9},"
                  "\"precpu_stats\":{\"cpu_usage\":{\"total_usage\":9},\"system_cpu_usage\":99}}");
    ck_assert_double_eq_tol(s.cpu_percent, 0, 0.001);
}
END_TEST

STK_TESTS("sample", numbers_are_as_dockers_own, what_is_missing_is_zero)
