/* A stream of events that is opened again: nothing twice, nothing left out, gaps noticed. */
#include <stdlib.h>
#include <string.h>

#include "position.h"
#include "test.h"

static enum stk_position_verdict take(struct stk_position *position, int64_t ns, const char *text)
{
    return stk_position_take(position, ns, text, strlen(text));
}

START_TEST(what_comes_again_is_left_out)
{
    struct stk_position p = { 0 };
    ck_assert_int_eq(take(&p, 10, "a"), STK_POSITION_NEW);
    ck_assert_int_eq(take(&p, 20, "b"), STK_POSITION_NEW);
    ck_assert_int_eq(take(&p, 20, "c"), STK_POSITION_NEW);
    stk_position_resume(&p);
    ck_assert_int_eq(take(&p, 20, "b"), STK_POSITION_SEEN);
    ck_assert_int_eq(take(&p, 20, "c"), STK_POSITION_SEEN);
    ck_assert_int_eq(take(&p, 20, "d"), STK_POSITION_NEW);
    ck_assert_int_eq(take(&p, 21, "e"), STK_POSITION_NEW);
    ck_assert_int_eq(take(&p, 19, "late"), STK_POSITION_NEW);
}
END_TEST

START_TEST(a_break_before_the_first_event_loses_nothing)
{
    struct stk_position p = { 0 };
    stk_position_begin(&p, 5000000000);
    stk_position_resume(&p);
    char *since = stk_position_since(&p, NULL);
    ck_assert_str_eq(since, "5.000000000");
    free(since);
    ck_assert_int_eq(take(&p, 5000000001, "a"), STK_POSITION_NEW);
}
END_TEST

START_TEST(an_engine_that_has_forgotten_is_noticed_once)
{
    struct stk_position p = { 0 };
    take(&p, 10, "a");
    stk_position_resume(&p);
    stk_position_resume(&p);
    ck_assert_int_eq(take(&p, 30, "b"), STK_POSITION_GAP);
    ck_assert_int_eq(take(&p, 31, "c"), STK_POSITION_NEW);
}
END_TEST

START_TEST(it_goes_on_from_the_last_event)
{
    struct stk_position p = { 0 };
    char *since = stk_position_since(&p, "12.5");
    ck_assert_str_eq(since, "12.5");
    free(since);
    ck_assert_ptr_null(stk_position_since(&p, NULL));
    take(&p, 1700000000000000042, "a");
    since = stk_position_since(&p, "12.5");
    ck_assert_str_eq(since, "1700000000.000000042");
    free(since);
}
END_TEST

STK_TESTS("position", what_comes_again_is_left_out, a_break_before_the_first_event_loses_nothing,
          an_engine_that_has_forgotten_is_noticed_once, it_goes_on_from_the_last_event)
