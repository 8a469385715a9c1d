/* Programs as requests: what they get, what they say, how they end, and that none is left behind. */
#include "process.h"
#include "test.h"

#include <errno.h>
#include <signal.h>

#include "text.h"

static struct stk_loop *loop;

static void ended(struct stk_op *op)
{
    (void)op;
    stk_loop_stop(loop);
}

static struct stk_process_req run(const char *const *argv, const char *input, unsigned timeout_ms)
{
    loop = stk_loop_new();
    struct stk_process_req req = { .op = { .done = ended, .timeout_ms = timeout_ms },
                                   .argv = argv,
                                   .input = input };
    stk_process_run(loop, &req);
    stk_loop_run(loop);
    stk_loop_free(loop);
    return req;
}

START_TEST(input_goes_in_and_both_outputs_come_out)
{
    static const char *const argv[] = { "sh", "-c", "cat; echo wrong >&2; exit 3", NULL };
    struct stk_process_req req = run(argv, "given", 0);
    ck_assert_int_eq(req.op.err.code, STK_OK);
    ck_assert_int_eq(req.status, 3);
    ck_assert_str_eq(req.out.bytes, "given");
    ck_assert_str_eq(req.err.bytes, "wrong\n");
    stk_process_clear(&req);
}
END_TEST

START_TEST(one_that_is_not_there_is_told)
{
    static const char *const argv[] = { "stackctl-no-such-program", NULL };
    struct stk_process_req req = run(argv, NULL, 0);
    ck_assert_int_eq(req.op.err.code, STK_EFAIL);
    ck_assert(req.not_found);
    stk_process_clear(&req);
}
END_TEST

static pid_t number(const struct stk_buf *text)
{
    return (pid_t)strtol(text->bytes, NULL, 10);
}

START_TEST(one_that_hangs_is_ended_with_all_it_started)
{
    static const char *const argv[] = { "sh", "-c",
                                        "trap '' TERM; sleep 1000 & echo $!; wait; wait", NULL };
    struct stk_process_req req = run(argv, NULL, 100);
    ck_assert_int_eq(req.op.err.code, STK_ETIMEOUT);
    ck_assert(req.out.size > 0);
    int64_t until = stk_monotonic_ms() + 5000; /* whoever inherits it has to notice */
    while (kill(number(&req.out), 0) == 0 && stk_monotonic_ms() < until)
        ;
    ck_assert_msg(kill(number(&req.out), 0) != 0 && errno == ESRCH, "its child lives on");
    stk_process_clear(&req);
}
END_TEST

START_TEST(what_it_leaves_running_does_not_hold_us_up)
{
    static const char *const argv[] = { "sh", "-c", "sleep 5 & echo here", NULL };
    int64_t began = stk_monotonic_ms();
    struct stk_process_req req = run(argv, NULL, 0);
    ck_assert_int_eq(req.op.err.code, STK_OK);
    ck_assert_str_eq(req.out.bytes, "here\n");
    ck_assert_int_lt(stk_monotonic_ms() - began, 4000);
    stk_process_clear(&req);
}
END_TEST

START_TEST(output_beyond_the_maximum_is_dropped)
{
    static const char *const argv[] = { "sh", "-c", "head -c 1000000 /dev/zero | tr '\\0' x",
                                        NULL };
    struct stk_process_req req = run(argv, NULL, 0);
    ck_assert_int_eq(req.status, 0);
    ck_assert_uint_eq(req.out.size, 64 * STK_KIB);
    stk_process_clear(&req);
}
END_TEST

STK_TESTS("process", input_goes_in_and_both_outputs_come_out, one_that_is_not_there_is_told,
          one_that_hangs_is_ended_with_all_it_started, what_it_leaves_running_does_not_hold_us_up,
          output_beyond_the_maximum_is_dropped)
