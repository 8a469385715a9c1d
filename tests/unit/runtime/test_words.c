/* The words of states and events, and finding a status. */
#include "stackctl/events.h"

#include "test.h"

START_TEST(events_speak_as_docker_compose_does)
{
    static const struct {
        enum stk_phase phase;
        enum stk_event_type type;
        const char *word;
    } rows[] = {
        { STK_PHASE_PULL, STK_EV_BEGIN, "Pulling" },
        { STK_PHASE_PULL, STK_EV_DONE, "Pulled" },
        { STK_PHASE_CREATE, STK_EV_BEGIN, "Creating" },
        { STK_PHASE_CREATE, STK_EV_DONE, "Created" },
        { STK_PHASE_START, STK_EV_BEGIN, "Starting" },
        { STK_PHASE_START, STK_EV_DONE, "Started" },
        { STK_PHASE_RECREATE, STK_EV_BEGIN, "Recreate" },
        { STK_PHASE_RECREATE, STK_EV_DONE, "Recreated" },
        { STK_PHASE_WAIT_HEALTHY, STK_EV_BEGIN, "Waiting" },
        { STK_PHASE_WAIT_HEALTHY, STK_EV_DONE, "Healthy" },
        { STK_PHASE_WAIT_COMPLETED, STK_EV_DONE, "Exited" },
        { STK_PHASE_STOP, STK_EV_BEGIN, "Stopping" },
        { STK_PHASE_STOP, STK_EV_DONE, "Stopped" },
        { STK_PHASE_RESTART, STK_EV_BEGIN, "Restarting" },
        { STK_PHASE_RESTART, STK_EV_DONE, "Started" },
        { STK_PHASE_REMOVE, STK_EV_BEGIN, "Removing" },
        { STK_PHASE_REMOVE, STK_EV_DONE, "Removed" },
        { STK_PHASE_KILL, STK_EV_DONE, "Killed" },
        { STK_PHASE_PAUSE, STK_EV_DONE, "Paused" },
        { STK_PHASE_SIGNAL, STK_EV_DONE, "Signalled" },
        { STK_PHASE_UNPAUSE, STK_EV_DONE, "Unpaused" },
        { STK_PHASE_KEEP, STK_EV_DONE, "Running" },
        { STK_PHASE_START, STK_EV_FAILED, "Error" },
        { STK_PHASE_START, STK_EV_SKIPPED, "Skipped" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_str_eq(stk_event_word(rows[i].phase, rows[i].type), rows[i].word);
    ck_assert_str_eq(stk_kind_word(STK_SERVICE), "Container");
    ck_assert_str_eq(stk_kind_word(STK_NETWORK), "Network");
}
END_TEST

START_TEST(every_phase_has_its_words)
{
    for (enum stk_phase phase = 0; phase < STK_PHASE_COUNT; phase++) {
        ck_assert_ptr_nonnull(stk_event_word(phase, STK_EV_BEGIN));
        ck_assert_ptr_nonnull(stk_event_word(phase, STK_EV_DONE));
    }
}
END_TEST

START_TEST(a_one_off_never_stands_for_its_service)
{
    static const struct stk_status v[] = {
        { .ref = { .kind = STK_SERVICE, .name = "web", .index = 1 },
          .oneoff = true,
          .name = "shop-web-run-1" },
        { .ref = { .kind = STK_SERVICE, .name = "web", .index = 1 }, .name = "shop-web-1" },
        { .ref = { .kind = STK_NETWORK, .name = "web" }, .name = "shop_web" },
    };
    struct stk_seen seen = { .v = v, .n = 3 };
    struct stk_ref web = { .kind = STK_SERVICE, .name = "web", .index = 1 };
    struct stk_ref second = { .kind = STK_SERVICE, .name = "web", .index = 2 };
    struct stk_ref network = { .kind = STK_NETWORK, .name = "web", .index = 7 };
    ck_assert_ptr_eq(stk_seen_find(&seen, web), &v[1]);
    ck_assert_ptr_null(stk_seen_find(&seen, second));
    ck_assert_ptr_eq(stk_seen_find(&seen, network), &v[2]);
    ck_assert_ptr_null(stk_seen_find(NULL, web));
    stk_seen_free(NULL);
}
END_TEST

STK_TESTS("words", events_speak_as_docker_compose_does, every_phase_has_its_words,
          a_one_off_never_stands_for_its_service)
