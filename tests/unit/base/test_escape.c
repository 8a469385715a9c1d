/* What would act on a terminal becomes visible; everything else stays. */
#include "buf.h"
#include "escape.h"
#include "test.h"

static void assert_escaped(const char *s, size_t size, const char *wanted)
{
    struct stk_buf out;
    stk_buf_init(&out, STK_KIB);
    stk_escape_control(&out, s, size);
    ck_assert_str_eq(out.bytes, wanted);
    stk_buf_clear(&out);
}

START_TEST(control_characters_become_visible)
{
    assert_escaped("a\033[2J\xc2\x9b\tb\n", 10, "a\\x1b[2J\\x9b\tb\\x0a");
    assert_escaped("\0\x7f", 2, "\\x00\\x7f");
}
END_TEST

/* Terminals that are not set to UTF-8 take the bytes for controls. */
START_TEST(bytes_that_are_no_text_become_visible)
{
    assert_escaped("\x9b"
                   "31m",
                   4, "\\x9b31m");
    assert_escaped("\xff\xc3", 2, "\\xff\\xc3");
    assert_escaped("\xc2\033[", 3, "\\xc2\\x1b[");
}
END_TEST

START_TEST(marks_that_turn_text_become_visible)
{
    assert_escaped("a\u202eb\u2066c", 9, "a\\u202eb\\u2066c");
    assert_escaped("\u05d0\u200fé\u4e2d", 10, "\u05d0\u200fé\u4e2d");
}
END_TEST

START_TEST(json_keeps_its_meaning)
{
    struct stk_buf out;
    stk_buf_init(&out, STK_KIB);
    stk_escape_json(&out, "{\n\"a\": \"\u202e\xc2\x9b\x7fé\"}");
    ck_assert_str_eq(out.bytes, "{\n\"a\": \"\\u202e\\u009b\\u007fé\"}");
    stk_buf_clear(&out);
}
END_TEST

START_TEST(a_character_that_is_not_whole_is_known)
{
    ck_assert_uint_eq(stk_utf8_unfinished("aé", 3), 0);
    ck_assert_uint_eq(stk_utf8_unfinished("aé", 2), 1);
    ck_assert_uint_eq(stk_utf8_unfinished("\xf0\x9f\x98", 3), 3);
    ck_assert_uint_eq(stk_utf8_unfinished("\x80\x80\x80\x80", 4), 0);
    ck_assert_uint_eq(stk_utf8_unfinished("", 0), 0);
}
END_TEST

STK_TESTS("escape", control_characters_become_visible, bytes_that_are_no_text_become_visible,
          marks_that_turn_text_become_visible, json_keeps_its_meaning,
          a_character_that_is_not_whole_is_known)
