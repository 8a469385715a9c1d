/* How a container ended, decided and worded. */
#include "buf.h"
#include "outcome.h"
#include "test.h"

START_TEST(each_end_has_its_words)
{
    static const struct {
        struct stk_status status;
        enum stk_end end;
        const char *words;
    } rows[] = {
        { { .state = STK_RUNNING, .exit_code = 0 }, STK_END_NONE, "has not ended" },
        { { .state = STK_EXITED, .exit_code = 3 }, STK_END_EXITED, "exited with code 3" },
        { { .state = STK_EXITED, .exit_code = 128 }, STK_END_EXITED, "exited with code 128" },
        { { .state = STK_EXITED, .exit_code = 255 }, STK_END_EXITED, "exited with code 255" },
        { { .state = STK_EXITED, .exit_code = 137 },
          STK_END_KILLED,
          "was killed by signal 9 (SIGKILL)" },
        { { .state = STK_RESTARTING, .exit_code = 145 },
          STK_END_KILLED,
          "was killed by signal 17 (SIGCHLD)" },
        { { .state = STK_EXITED, .exit_code = 137, .oom = true },
          STK_END_OOM,
          "was killed because it ran out of memory" },
        { { .state = STK_EXITED, .exit_code = 1, .oom = true },
          STK_END_OOM,
          "exited with code 1 after it ran out of memory" },
        { { .state = STK_EXITED, .exit_code = 127, .error = "no such file" },
          STK_END_ENGINE,
          "exited with code 127: no such file" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stk_outcome outcome = stk_outcome_of(&rows[i].status);
        struct stk_buf words;
        stk_buf_init(&words, STK_KIB);
        stk_outcome_text(&words, &outcome);
        ck_assert_int_eq(outcome.end, rows[i].end);
        ck_assert_str_eq(words.bytes, rows[i].words);
        stk_buf_clear(&words);
    }
}
END_TEST

START_TEST(the_note_of_an_end_begins_as_scripts_expect)
{
    static const struct {
        int code;
        bool oom;
        const char *words;
    } rows[] = {
        { 0, false, "exited with code 0" },
        { 3, false, "exited with code 3" },
        { 137, false, "exited with code 137 (killed by signal 9, SIGKILL)" },
        { 137, true, "exited with code 137 (out of memory)" },
        { 1, true, "exited with code 1 (out of memory)" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stk_outcome outcome = stk_outcome_of_code(rows[i].code, rows[i].oom);
        struct stk_buf words;
        stk_buf_init(&words, STK_KIB);
        stk_outcome_note(&words, &outcome);
        ck_assert_str_eq(words.bytes, rows[i].words);
        stk_buf_clear(&words);
    }
}
END_TEST

STK_TESTS("outcome", each_end_has_its_words, the_note_of_an_end_begins_as_scripts_expect)
