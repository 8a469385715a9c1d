/* The contract of requests: one done, from the loop, whatever happens. */
#include "op.h"
#include "test.h"

static int dones;

static void count_done(struct stk_op *op)
{
    dones++;
    if (op->data)
        stk_loop_stop(op->data);
}

static void end_canceled(struct stk_op *op)
{
    struct stk_error err = { 0 };
    stk_fail(&err, STK_ECANCELED, (struct stk_src){ 0 }, "canceled");
    stk_op_end(op, &err);
}

START_TEST(done_runs_once_and_never_inside_end)
{
    struct stk_loop *loop = stk_loop_new();
    struct stk_op op = { .done = count_done };
    dones = 0;
    stk_op_begin(&op, loop, NULL);
    stk_op_end(&op, NULL);
    ck_assert_int_eq(dones, 0);
    stk_loop_run(loop);
    ck_assert_int_eq(dones, 1);
    ck_assert_int_eq(op.err.code, STK_OK);
    stk_loop_free(loop);
}
END_TEST

START_TEST(cancel_ends_with_what_came_of_it_and_only_once)
{
    struct stk_loop *loop = stk_loop_new();
    struct stk_op op = { .done = count_done };
    dones = 0;
    stk_op_begin(&op, loop, end_canceled);
    stk_op_cancel(&op);
    stk_op_cancel(&op);
    ck_assert_int_eq(dones, 0);
    stk_loop_run(loop);
    ck_assert_int_eq(dones, 1);
    ck_assert_int_eq(op.err.code, STK_ECANCELED);
    stk_error_clear(&op.err);
    stk_loop_free(loop);
}
END_TEST

START_TEST(a_deadline_is_a_cancel_that_reads_timed_out)
{
    struct stk_loop *loop = stk_loop_new();
    struct stk_op op = { .done = count_done, .timeout_ms = 20 };
    dones = 0;
    stk_op_begin(&op, loop, end_canceled);
    stk_loop_run(loop);
    ck_assert_int_eq(dones, 1);
    ck_assert_int_eq(op.err.code, STK_ETIMEOUT);
    ck_assert_str_eq(op.err.msg, "timed out after 0.02 s");
    stk_error_clear(&op.err);
    stk_loop_free(loop);
}
END_TEST

START_TEST(an_abandoned_request_gets_no_done)
{
    struct stk_loop *loop = stk_loop_new();
    struct stk_op pending = { .done = count_done, .timeout_ms = 20 },
                  ended = { .done = count_done };
    struct stk_op last = { .done = count_done };
    dones = 0;
    stk_op_begin(&pending, loop, NULL);
    stk_op_begin(&ended, loop, NULL);
    stk_op_end(&ended, NULL);
    stk_op_abandon(&pending);
    stk_op_abandon(&ended);
    stk_op_begin(&last, loop, NULL);
    stk_op_end(&last, NULL);
    stk_loop_run(loop);
    ck_assert_int_eq(dones, 1);
    stk_loop_free(loop);
}
END_TEST

STK_TESTS("op", done_runs_once_and_never_inside_end, cancel_ends_with_what_came_of_it_and_only_once,
          a_deadline_is_a_cancel_that_reads_timed_out, an_abandoned_request_gets_no_done)
