/* test_env_lines.c — the entries of a .env file as they stand in its text. */
#include "env_lines.h"

#include "arena.h"
#include "test.h"

static void freep(struct stk_arena **arena)
{
    stk_arena_free(*arena);
}

START_TEST(entries_are_found_with_what_stands_before_them)
{
    STK_CLEANUP(freep) struct stk_arena *arena = stk_arena_new();
    struct env_line *v;
    ck_assert_uint_eq(env_lines(arena, "# who\nA=1\n\nexport B = two words # why\nno entry\n", &v),
                      2);
    ck_assert_str_eq(v[0].key, "A");
    ck_assert_str_eq(v[0].value, "1");
    ck_assert_uint_eq(v[0].before_size, 6);
    ck_assert_str_eq(v[1].key, "B");
    ck_assert_str_eq(v[1].value, "two words");
}
END_TEST

START_TEST(a_quoted_value_may_span_lines_and_hold_what_looks_like_an_entry)
{
    STK_CLEANUP(freep) struct stk_arena *arena = stk_arena_new();
    struct env_line *v;
    ck_assert_uint_eq(env_lines(arena, "A=\"x\nB=1\n\\\"\"\nC='#' # secret\n", &v), 2);
    ck_assert_str_eq(v[0].value, "\"x\nB=1\n\\\"\"");
    ck_assert_str_eq(v[1].key, "C");
    ck_assert_str_eq(v[1].value, "'#'");
    ck_assert(v[1].secret);
}
END_TEST

START_TEST(marks_stand_in_the_line_or_in_the_one_before)
{
    STK_CLEANUP(freep) struct stk_arena *arena = stk_arena_new();
    struct env_line *v;
    ck_assert_uint_eq(
        env_lines(arena, "A=secret\nB= # secret\n# optional\nC=\n# secretary\nD=", &v), 4);
    ck_assert(!v[0].secret);
    ck_assert(v[1].secret && !v[1].optional);
    ck_assert(v[2].optional && !v[2].secret);
    ck_assert(!v[3].secret && !v[3].optional);
    ck_assert_str_eq(v[3].value, "");
    ck_assert_ptr_null(env_lines_find(v, 4, "E"));
    ck_assert_ptr_eq(env_lines_find(v, 4, "C"), &v[2]);
}
END_TEST

START_TEST(a_quote_that_is_not_closed_ends_with_the_text)
{
    STK_CLEANUP(freep) struct stk_arena *arena = stk_arena_new();
    struct env_line *v;
    ck_assert_uint_eq(env_lines(arena, "A='x\nB=1\n", &v), 1);
    ck_assert_uint_eq(env_lines(arena, "A=\"\\", &v), 1);
    ck_assert_uint_eq(env_lines(arena, "", &v), 0);
}
END_TEST

STK_TESTS("env_lines", entries_are_found_with_what_stands_before_them,
          a_quoted_value_may_span_lines_and_hold_what_looks_like_an_entry,
          marks_stand_in_the_line_or_in_the_one_before,
          a_quote_that_is_not_closed_ends_with_the_text)
