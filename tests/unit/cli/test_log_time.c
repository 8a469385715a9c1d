/* Points in time as people write them. */
#include <time.h>

#include "log_time.h"
#include "test.h"

#define NOW INT64_C(1700000000500)

START_TEST(times_are_given_to_the_engine_as_it_takes_them)
{
    static const struct {
        const char *text, *wanted;
    } rows[] = {
        { "42m", "1699997480.500000000" },
        { "1h30m", "1699994600.500000000" },
        { "100ms", "1700000000.400000000" },
        { "2023-11-14T22:13:20Z", "2023-11-14T22:13:20Z" },
        { "2023-11-14T22:13:20.123456789Z", "2023-11-14T22:13:20.123456789Z" },
        { "2023-11-14T22:13:20+01:00", "2023-11-14T22:13:20+01:00" },
        { "1700000000", "1700000000" },
        { "1700000000.25", "1700000000.25" },
        { "2023-11-14", "1699920000.000000000" },
        { "2023-11-14T22:13:20", "1700000000.000000000" },
        { "99999h", "1340003600.500000000" },
        { "999999h", "0" },
    };
    setenv("TZ", "UTC0", 1);
    tzset();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *text = NULL;
        ck_assert_msg(stk_log_time(rows[i].text, NOW, &text), "%s", rows[i].text);
        ck_assert_str_eq(text, rows[i].wanted);
        free(text);
    }
}
END_TEST

START_TEST(what_is_no_time_is_refused)
{
    static const char *const wrong[] = { "", "yesterday", "2023-13-45", "12x", "1.2.3", "Z" };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char *text = NULL;
        ck_assert_msg(!stk_log_time(wrong[i], NOW, &text), "'%s' was taken", wrong[i]);
    }
}
END_TEST

STK_TESTS("log_time", times_are_given_to_the_engine_as_it_takes_them, what_is_no_time_is_refused)
