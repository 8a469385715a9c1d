/* The judge of waits: one look, one verdict. */
#include "judge.h"
#include "test.h"

/* One look by a fresh judge at a time when an engine's run of started_ms = 100000 is up_ms old. */
static void judged(enum stk_until until, struct stk_status st, int64_t up_ms, enum stk_verdict want,
                   const char *words)
{
    struct stk_judge judge;
    struct stk_error err = { 0 };
    unsigned again_ms;
    stk_judge_init(&judge, until, 0);
    enum stk_verdict verdict = stk_judge_look(&judge, &st, 5000, 100000 + up_ms, &again_ms, &err);
    ck_assert_int_eq(verdict, want);
    ck_assert_int_eq(err.code, want == STK_FAILS ? STK_ENOTREADY : STK_OK);
    if (words)
        ck_assert_str_eq(err.msg, words);
    stk_error_clear(&err);
}

#define UP      .state = STK_RUNNING, .started_ms = 100000
#define ENDED   .state = STK_EXITED, .started_ms = 100000
#define ST(...) ((struct stk_status){ __VA_ARGS__ })

START_TEST(absent_fails_every_wait)
{
    for (enum stk_until until = STK_UNTIL_STARTED; until <= STK_UNTIL_EXITED; until++)
        judged(until, ST(.state = STK_ABSENT), 0, STK_FAILS, "is not there");
}
END_TEST

START_TEST(running_is_started_but_neither_completed_nor_exited)
{
    judged(STK_UNTIL_STARTED, ST(UP), 0, STK_HOLDS, NULL);
    judged(STK_UNTIL_COMPLETED, ST(UP), 0, STK_PENDING, NULL);
    judged(STK_UNTIL_EXITED, ST(UP), 0, STK_PENDING, NULL);
}
END_TEST

START_TEST(health_decides_about_healthy_and_ready)
{
    judged(STK_UNTIL_HEALTHY, ST(UP, .health = STK_HEALTH_HEALTHY), 0, STK_HOLDS, NULL);
    judged(STK_UNTIL_READY, ST(UP, .health = STK_HEALTH_HEALTHY), 0, STK_HOLDS, NULL);
    judged(STK_UNTIL_HEALTHY, ST(UP, .health = STK_HEALTH_STARTING), 0, STK_PENDING, NULL);
    judged(STK_UNTIL_READY, ST(UP, .health = STK_HEALTH_STARTING), 9000, STK_PENDING, NULL);
    judged(
        STK_UNTIL_HEALTHY,
        ST(UP, .health = STK_HEALTH_UNHEALTHY, .probe_output = "no route\nmore", .probe_exit = 7),
        0, STK_FAILS, "is unhealthy: the last check exited 7: no route");
    judged(STK_UNTIL_READY, ST(UP, .health = STK_HEALTH_UNHEALTHY), 0, STK_FAILS, "is unhealthy");
    judged(STK_UNTIL_HEALTHY, ST(UP), 0, STK_FAILS, "has no health check to wait for");
}
END_TEST

START_TEST(without_a_check_ready_means_up_for_a_while)
{
    judged(STK_UNTIL_READY, ST(UP), STK_SETTLE_MS, STK_HOLDS, NULL);
    struct stk_judge judge;
    struct stk_status st = { UP };
    unsigned again_ms;
    stk_judge_init(&judge, STK_UNTIL_READY, 0);
    ck_assert_int_eq(stk_judge_look(&judge, &st, 5000, 0, &again_ms, NULL), STK_PENDING);
    ck_assert_uint_eq(again_ms, STK_SETTLE_MS);
    st.started_ms = 101000; /* it died and was restarted: the while begins again */
    ck_assert_int_eq(stk_judge_look(&judge, &st, 6500, 0, &again_ms, NULL), STK_PENDING);
    ck_assert_uint_eq(again_ms, STK_SETTLE_MS);
    ck_assert_int_eq(stk_judge_look(&judge, &st, 6500 + STK_SETTLE_MS, 0, &again_ms, NULL),
                     STK_HOLDS);
}
END_TEST

static enum stk_verdict heeding(enum stk_until until, struct stk_own own, struct stk_status st,
                                int64_t up_ms)
{
    struct stk_judge judge;
    unsigned again_ms;
    stk_judge_init(&judge, until, 0);
    stk_judge_heed(&judge, &own);
    return stk_judge_look(&judge, &st, 5000, 100000 + up_ms, &again_ms, NULL);
}

START_TEST(what_is_called_a_job_is_ready_when_it_has_ended_well)
{
    const struct stk_own job = { .kind = "job" }, once = { .once = { true, true } };
    ck_assert_int_eq(heeding(STK_UNTIL_READY, job, ST(UP), 60000), STK_PENDING);
    ck_assert_int_eq(heeding(STK_UNTIL_READY, once, ST(UP), 60000), STK_PENDING);
    ck_assert_int_eq(heeding(STK_UNTIL_READY, job, ST(ENDED), 0), STK_HOLDS);
    ck_assert_int_eq(heeding(STK_UNTIL_READY, job, ST(ENDED, .exit_code = 3), 0), STK_FAILS);
}
END_TEST

START_TEST(what_is_called_a_service_has_failed_when_it_ends)
{
    const struct stk_own service = { .kind = "service" };
    ck_assert_int_eq(heeding(STK_UNTIL_READY, service, ST(UP), STK_SETTLE_MS), STK_HOLDS);
    ck_assert_int_eq(heeding(STK_UNTIL_READY, service, ST(ENDED), 0), STK_FAILS);
}
END_TEST

START_TEST(the_while_to_stay_up_is_the_files)
{
    const struct stk_own brief = { .settle = { true, 100000000 } },
                         none = { .settle = { true, 0 } };
    ck_assert_int_eq(heeding(STK_UNTIL_READY, brief, ST(UP), 99), STK_PENDING);
    ck_assert_int_eq(heeding(STK_UNTIL_READY, brief, ST(UP), 100), STK_HOLDS);
    ck_assert_int_eq(heeding(STK_UNTIL_READY, none, ST(UP), 0), STK_HOLDS);
}
END_TEST

START_TEST(what_is_asked_from_outside_is_ready_when_that_was_told_of_this_run)
{
    const struct stk_own own = { .ready = {
                                     .set = true, .tcp = "80", .timeout = { true, 3000000000 } } };
    struct stk_status st = { UP };
    struct stk_judge judge;
    struct stk_error err = { 0 };
    unsigned again_ms;
    stk_judge_init(&judge, STK_UNTIL_HEALTHY, 0);
    stk_judge_heed(&judge, &own);
    ck_assert_int_eq(stk_judge_look(&judge, &st, 5000, 0, &again_ms, &err), STK_PENDING);
    ck_assert_uint_eq(again_ms, 3000);
    ck_assert(stk_judge_may_ask(&judge, &st) && !stk_judge_may_pass(&judge, &st));
    judge.passed = true;
    st.started_ms = 101000; /* another run */
    ck_assert_int_eq(stk_judge_look(&judge, &st, 6000, 0, &again_ms, &err), STK_PENDING);
    judge.told = "tcp 80: connection refused";
    ck_assert_int_eq(stk_judge_look(&judge, &st, 8000, 0, &again_ms, &err), STK_FAILS);
    ck_assert_str_eq(err.msg, "was not ready within 3 s: tcp 80: connection refused");
    stk_error_clear(&err);
    judge.passed = true;
    ck_assert_int_eq(stk_judge_look(&judge, &st, 7900, 0, &again_ms, &err), STK_HOLDS);
    st.health = STK_HEALTH_UNHEALTHY;
    ck_assert_int_eq(stk_judge_look(&judge, &st, 7900, 0, &again_ms, &err), STK_FAILS);
    stk_error_clear(&err);
    ck_assert_int_eq(heeding(STK_UNTIL_READY, own, ST(ENDED), 0), STK_FAILS);
}
END_TEST

START_TEST(an_end_is_told_with_its_code_signal_or_memory)
{
    judged(STK_UNTIL_COMPLETED, ST(ENDED), 0, STK_HOLDS, NULL);
    judged(STK_UNTIL_READY, ST(ENDED), 0, STK_HOLDS, NULL);
    judged(STK_UNTIL_EXITED, ST(ENDED, .exit_code = 3), 0, STK_HOLDS, NULL);
    judged(STK_UNTIL_STARTED, ST(ENDED, .exit_code = 3), 0, STK_HOLDS, NULL);
    judged(STK_UNTIL_COMPLETED, ST(ENDED, .exit_code = 3), 0, STK_FAILS, "exited with code 3");
    judged(STK_UNTIL_READY, ST(ENDED, .exit_code = 143), 0, STK_FAILS,
           "was killed by signal 15 (SIGTERM)");
    judged(STK_UNTIL_COMPLETED, ST(ENDED, .exit_code = 137, .oom = true), 0, STK_FAILS,
           "was killed because it ran out of memory");
    judged(STK_UNTIL_HEALTHY, ST(ENDED), 0, STK_FAILS, "exited with code 0 before it was healthy");
}
END_TEST

START_TEST(a_failed_start_is_told_in_the_engines_words)
{
    judged(STK_UNTIL_STARTED, ST(.state = STK_CREATED, .error = "no such file"), 0, STK_FAILS,
           "no such file");
    judged(STK_UNTIL_STARTED, ST(.state = STK_CREATED), 0, STK_PENDING, NULL);
}
END_TEST

#define DOWN_AGAIN .state = STK_RESTARTING, .restarts_itself = true, .exit_code = 1

START_TEST(without_a_check_one_death_fails)
{
    judged(STK_UNTIL_READY, ST(DOWN_AGAIN, .restarts = 1), 0, STK_FAILS,
           "exited with code 1 and is restarted by its policy");
    judged(STK_UNTIL_READY, ST(DOWN_AGAIN, .restarts = 3), 0, STK_FAILS,
           "keeps crashing: restarted 3 times, last exited with code 1");
}
END_TEST

/* Two looks by one judge, the second after a restart that nobody saw happen. */
static void judged_twice(struct stk_status first, int died, struct stk_status second,
                         enum stk_verdict want, const char *words)
{
    struct stk_judge judge;
    struct stk_error err = { 0 };
    unsigned again_ms;
    stk_judge_init(&judge, STK_UNTIL_READY, 0);
    ck_assert_int_eq(stk_judge_look(&judge, &first, 5000, 0, &again_ms, &err), STK_PENDING);
    if (died >= 0)
        stk_judge_died(&judge, died);
    ck_assert_int_eq(stk_judge_look(&judge, &second, 5500, 0, &again_ms, &err), want);
    if (words)
        ck_assert_str_eq(err.msg, words);
    stk_error_clear(&err);
}

#define UP_AGAIN .state = STK_RUNNING, .started_ms = 100400, .restarts_itself = true

START_TEST(a_death_between_two_looks_is_seen_by_the_count_and_told_by_the_event)
{
    judged_twice(ST(UP), 9, ST(UP_AGAIN, .restarts = 1), STK_FAILS,
                 "exited with code 9 and is restarted by its policy");
    judged_twice(ST(UP, .restarts = 4), 137, ST(UP_AGAIN, .restarts = 5), STK_FAILS,
                 "keeps crashing: restarted 5 times, last was killed by signal 9 (SIGKILL)");
    judged_twice(ST(UP), -1, ST(UP_AGAIN, .restarts = 1), STK_FAILS,
                 "keeps crashing: restarted 1 time");
}
END_TEST

START_TEST(restarts_of_earlier_days_and_by_hand_are_no_crashes)
{
    judged_twice(ST(UP, .restarts = 7), -1, ST(UP, .restarts = 7), STK_PENDING, NULL);
    judged_twice(ST(UP, .restarts = 7), 0, ST(UP_AGAIN, .restarts = 0), STK_PENDING, NULL);
    judged(STK_UNTIL_READY, ST(UP, .restarts = 7), STK_SETTLE_MS, STK_HOLDS, NULL);
}
END_TEST

START_TEST(a_death_told_before_the_first_look_counts)
{
    struct stk_judge judge;
    struct stk_error err = { 0 };
    struct stk_status st = { UP_AGAIN, .restarts = 1 };
    unsigned again_ms;
    stk_judge_init(&judge, STK_UNTIL_READY, 0);
    stk_judge_died(&judge, 3);
    ck_assert_int_eq(stk_judge_look(&judge, &st, 5000, 0, &again_ms, &err), STK_FAILS);
    ck_assert_str_eq(err.msg, "exited with code 3 and is restarted by its policy");
    stk_error_clear(&err);
}
END_TEST

START_TEST(the_settle_window_can_be_chosen)
{
    struct stk_judge judge;
    struct stk_status st = { UP };
    unsigned again_ms;
    stk_judge_init(&judge, STK_UNTIL_READY, 300);
    ck_assert_int_eq(stk_judge_look(&judge, &st, 5000, 0, &again_ms, NULL), STK_PENDING);
    ck_assert_uint_eq(again_ms, 300);
    ck_assert_int_eq(stk_judge_look(&judge, &st, 5300, 0, &again_ms, NULL), STK_HOLDS);
}
END_TEST

START_TEST(only_what_is_up_and_not_judged_yet_may_pass_by_its_check)
{
    static const struct {
        enum stk_until until;
        enum stk_state state;
        enum stk_health health;
        bool may;
    } rows[] = {
        { STK_UNTIL_HEALTHY, STK_RUNNING, STK_HEALTH_STARTING, true },
        { STK_UNTIL_READY, STK_RUNNING, STK_HEALTH_STARTING, true },
        { STK_UNTIL_READY, STK_RUNNING, STK_HEALTH_NONE, false },
        { STK_UNTIL_READY, STK_RUNNING, STK_HEALTH_UNHEALTHY, false },
        { STK_UNTIL_READY, STK_RESTARTING, STK_HEALTH_STARTING, false },
        { STK_UNTIL_READY, STK_PAUSED, STK_HEALTH_STARTING, false },
        { STK_UNTIL_COMPLETED, STK_RUNNING, STK_HEALTH_STARTING, false },
        { STK_UNTIL_STARTED, STK_RUNNING, STK_HEALTH_STARTING, false },
        { STK_UNTIL_EXITED, STK_RUNNING, STK_HEALTH_STARTING, false },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stk_judge judge;
        struct stk_status st = { .state = rows[i].state, .health = rows[i].health };
        stk_judge_init(&judge, rows[i].until, 0);
        ck_assert_msg(stk_judge_may_pass(&judge, &st) == rows[i].may, "row %zu", i);
    }
}
END_TEST

START_TEST(a_policy_that_gives_up_by_itself_decides_how_often)
{
    judged(STK_UNTIL_COMPLETED, ST(DOWN_AGAIN, .restarts = 4, .restarts_most = 5), 0, STK_PENDING,
           NULL);
    judged(STK_UNTIL_COMPLETED, ST(ENDED, .exit_code = 1, .restarts = 5, .restarts_most = 5), 0,
           STK_FAILS, "exited with code 1");
    judged(STK_UNTIL_READY, ST(DOWN_AGAIN, .restarts = 1, .restarts_most = 5), 0, STK_FAILS,
           "exited with code 1 and is restarted by its policy");
}
END_TEST

START_TEST(with_a_check_a_crash_loop_fails_after_a_few_restarts)
{
    judged(STK_UNTIL_READY, ST(DOWN_AGAIN, .restarts = 2, .health = STK_HEALTH_UNHEALTHY), 0,
           STK_PENDING, NULL);
    judged(STK_UNTIL_HEALTHY, ST(DOWN_AGAIN, .restarts = 3, .health = STK_HEALTH_UNHEALTHY), 0,
           STK_FAILS, "keeps crashing: restarted 3 times, last exited with code 1");
    judged(STK_UNTIL_COMPLETED, ST(DOWN_AGAIN, .restarts = 2), 0, STK_PENDING, NULL);
    judged(STK_UNTIL_COMPLETED, ST(DOWN_AGAIN, .restarts = 3), 0, STK_FAILS,
           "keeps crashing: restarted 3 times, last exited with code 1");
    judged(STK_UNTIL_EXITED, ST(DOWN_AGAIN, .restarts = 9), 0, STK_PENDING, NULL);
    judged(STK_UNTIL_HEALTHY, ST(UP, .restarts = 9, .health = STK_HEALTH_HEALTHY), 0, STK_HOLDS,
           NULL);
}
END_TEST

STK_TESTS("judge", absent_fails_every_wait, running_is_started_but_neither_completed_nor_exited,
          health_decides_about_healthy_and_ready, without_a_check_ready_means_up_for_a_while,
          what_is_called_a_job_is_ready_when_it_has_ended_well,
          what_is_called_a_service_has_failed_when_it_ends, the_while_to_stay_up_is_the_files,
          what_is_asked_from_outside_is_ready_when_that_was_told_of_this_run,
          an_end_is_told_with_its_code_signal_or_memory,
          a_failed_start_is_told_in_the_engines_words, without_a_check_one_death_fails,
          a_death_between_two_looks_is_seen_by_the_count_and_told_by_the_event,
          restarts_of_earlier_days_and_by_hand_are_no_crashes,
          a_death_told_before_the_first_look_counts, the_settle_window_can_be_chosen,
          only_what_is_up_and_not_judged_yet_may_pass_by_its_check,
          a_policy_that_gives_up_by_itself_decides_how_often,
          with_a_check_a_crash_loop_fails_after_a_few_restarts)
