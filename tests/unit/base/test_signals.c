/* The signals of Linux by name and number. */
#include "buf.h"
#include "signals.h"
#include "test.h"

START_TEST(signals_are_read_by_name_and_number)
{
    static const struct {
        const char *text;
        int signal;
    } rows[] = { { "KILL", 9 },  { "SIGKILL", 9 },  { "sigkill", 9 },  { "9", 9 },
                 { "CHLD", 17 }, { "17", 17 },      { "STOP", 19 },    { "19", 19 },
                 { "USR1", 10 }, { "CLD", 17 },     { "POLL", 29 },    { "SIGRTMIN", 34 },
                 { "64", 64 },   { "RTMIN+3", 37 }, { "RTMAX-2", 62 }, { "RTMAX", 64 } };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int signal = 0;
        ck_assert_msg(stk_signal_parse(rows[i].text, &signal), "%s", rows[i].text);
        ck_assert_int_eq(signal, rows[i].signal);
    }
    static const char *const wrong[] = { "",   "SIG", "0",  "-1",       "32",
                                         "65", "NO",  "9x", "RTMIN+31", "RTMIN-1" };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        int signal = 0;
        ck_assert_msg(!stk_signal_parse(wrong[i], &signal), "'%s' was read", wrong[i]);
    }
}
END_TEST

START_TEST(every_signal_has_a_name_that_is_read_again)
{
    for (int signal = 1; signal <= 64; signal++) {
        struct stk_buf name;
        int again = 0;
        stk_buf_init(&name, STK_KIB);
        ck_assert_int_eq(stk_signal_add_name(&name, signal), signal != 32 && signal != 33);
        if (name.size) {
            ck_assert(stk_signal_parse(name.bytes, &again));
            ck_assert_int_eq(again, signal);
        }
        stk_buf_clear(&name);
    }
}
END_TEST

STK_TESTS("signals", signals_are_read_by_name_and_number,
          every_signal_has_a_name_that_is_read_again)
