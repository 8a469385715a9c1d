/* Where the time went, from a plan and its timings made by hand. */
#include <jansson.h>

#include "test.h"
#include "timings.h"

/* net, then a and b at the same time, b the slower; web waits for both. d was never begun. */
static struct stk_after after_net[] = { { .action = 0 } },
                        after_both[] = { { .action = 1 }, { .action = 2 } };
static struct stk_action actions[] = {
    { .verb = STK_CREATE, .ref = { .kind = STK_NETWORK, .name = "net" }, .name = "p_net" },
    { .verb = STK_CREATE,
      .ref = { .name = "a" },
      .name = "p-a-1",
      .after = after_net,
      .n_after = 1 },
    { .verb = STK_CREATE,
      .ref = { .name = "b" },
      .name = "p-b-1",
      .after = after_net,
      .n_after = 1 },
    { .verb = STK_CREATE,
      .ref = { .name = "web" },
      .name = "p-web-1",
      .after = after_both,
      .n_after = 2 },
    { .verb = STK_KEEP, .ref = { .name = "c" }, .name = "p-c-1" },
    { .verb = STK_CREATE, .ref = { .name = "d" }, .name = "p-d-1" },
};
static struct stk_timing timings[] = { { 5, 15 },     { 15, 100 }, { 15, 900 },
                                       { 901, 1201 }, { 5, 6 },    { 0, 0 } };
static struct stk_plan plan = { .project = "p", .v = actions, .n = 6 };
static const struct stk_reconcile_req req = { .plan = &plan, .timings = timings };

START_TEST(the_critical_path_goes_through_what_was_waited_for)
{
    struct stk_buf out;
    stk_buf_init(&out, STK_MIB);
    stk_timings_text(&out, &req);
    ck_assert_str_eq(out.bytes, "Timings, 1.201 s in all:\n"
                                "     0.000  look     the engine  0.005 s\n"
                                "     0.005  create   p_net  0.010 s\n"
                                "     0.015  start    p-a-1  0.085 s\n"
                                "     0.015  start    p-b-1  0.885 s\n"
                                "     0.901  start    p-web-1  0.300 s\n"
                                "Critical path, 1.200 s:\n"
                                "     0.000  look     the engine  0.005 s\n"
                                "     0.005  create   p_net  0.010 s\n"
                                "     0.015  start    p-b-1  0.885 s\n"
                                "     0.901  start    p-web-1  0.300 s\n");
    stk_buf_clear(&out);
}
END_TEST

/* The limit is one: y comes after nothing and waits for x all the same; z comes after a pause. */
START_TEST(the_critical_path_goes_through_what_made_room_and_through_pauses)
{
    static struct stk_after after_gate[] = { { .action = 2 } };
    static struct stk_action v[] = {
        { .verb = STK_CREATE, .ref = { .name = "x" }, .name = "p-x-1" },
        { .verb = STK_CREATE, .ref = { .name = "y" }, .name = "p-y-1" },
        { .verb = STK_GATE, .ref = { .name = "y" }, .name = "p-y-1", .delay_ms = 500 },
        { .verb = STK_CREATE,
          .ref = { .name = "z" },
          .name = "p-z-1",
          .after = after_gate,
          .n_after = 1 },
    };
    static struct stk_timing times[] = { { 0, 100 }, { 100, 300 }, { 300, 800 }, { 800, 900 } };
    static struct stk_plan limited = { .project = "p", .v = v, .n = 4 };
    struct stk_buf out;
    stk_buf_init(&out, STK_MIB);
    stk_timings_text(&out, &(struct stk_reconcile_req){ .plan = &limited, .timings = times });
    ck_assert_ptr_nonnull(strstr(out.bytes, "Critical path, 0.900 s:\n"
                                            "     0.000  look     the engine  0.000 s\n"
                                            "     0.000  start    p-x-1  0.100 s\n"
                                            "     0.100  start    p-y-1  0.200 s\n"
                                            "     0.300  pause    p-y-1  0.500 s\n"
                                            "     0.800  start    p-z-1  0.100 s\n"));
    stk_buf_clear(&out);
}
END_TEST

START_TEST(images_that_came_first_are_told_of_too)
{
    struct stk_after after_first[] = { { .action = 0 } };
    struct stk_action images_v[] = {
        { .verb = STK_PULL, .ref = { STK_IMAGE, "i" }, .name = "i:1" },
        { .verb = STK_BUILD,
          .ref = { STK_IMAGE, "j" },
          .name = "j:1",
          .after = after_first,
          .n_after = 1 },
    };
    struct stk_action rest_v[] = {
        { .verb = STK_RECREATE, .ref = { .name = "a" }, .name = "p-a-1" },
    };
    struct stk_timing first[] = { { 2, 700 }, { 700, 710 } }, second[] = { { 720, 1000 } };
    struct stk_plan images = { .project = "p", .v = images_v, .n = 2 };
    struct stk_plan rest = { .project = "p", .v = rest_v, .n = 1 };
    struct stk_reconcile_req both = { .plan = &rest,
                                      .timings = second,
                                      .images = { .plan = &images, .timings = first } };
    struct stk_buf out;
    stk_buf_init(&out, STK_MIB);
    stk_timings_text(&out, &both);
    ck_assert_str_eq(out.bytes, "Timings, 1.000 s in all:\n"
                                "     0.000  look     the engine  0.002 s\n"
                                "     0.002  pull     i:1  0.698 s\n"
                                "     0.700  build    j:1  0.010 s\n"
                                "     0.720  recreate p-a-1  0.280 s\n"
                                "Critical path, 0.990 s:\n"
                                "     0.000  look     the engine  0.002 s\n"
                                "     0.002  pull     i:1  0.698 s\n"
                                "     0.700  build    j:1  0.010 s\n"
                                "     0.720  recreate p-a-1  0.280 s\n");
    stk_buf_clear(&out);
}
END_TEST

START_TEST(nothing_done_is_nothing_told)
{
    struct stk_buf out;
    stk_buf_init(&out, STK_MIB);
    stk_timings_text(&out, &(struct stk_reconcile_req){ .plan = &plan });
    ck_assert_uint_eq(out.size, 0);
    stk_buf_clear(&out);
}
END_TEST

START_TEST(the_trace_has_one_complete_event_for_each_action_done)
{
    struct stk_buf out;
    stk_buf_init(&out, STK_MIB);
    stk_timings_trace(&out, &req);
    json_t *events = json_loads(out.bytes, 0, NULL);
    ck_assert_uint_eq(json_array_size(events), 5);
    json_t *web = json_array_get(events, 4);
    ck_assert_str_eq(json_string_value(json_object_get(web, "tid")), "p-web-1");
    ck_assert_str_eq(json_string_value(json_object_get(web, "ph")), "X");
    ck_assert_int_eq(json_integer_value(json_object_get(web, "ts")), 901000);
    ck_assert_int_eq(json_integer_value(json_object_get(web, "dur")), 300000);
    json_decref(events);
    stk_buf_clear(&out);
}
END_TEST

STK_TESTS("timings", the_critical_path_goes_through_what_was_waited_for,
          the_critical_path_goes_through_what_made_room_and_through_pauses,
          images_that_came_first_are_told_of_too, nothing_done_is_nothing_told,
          the_trace_has_one_complete_event_for_each_action_done)
