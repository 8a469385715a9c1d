/* case_logs.c — what must hold for logs. */
#include <string.h>

#include "bench.h"

enum { LONG_MS = 30000 };
static const char printed[] = "O:one\nE:two\nO:three";

static bool said(const struct bench *b, const char *text)
{
    return strcmp(b->log.bytes ? b->log.bytes : "", text) == 0;
}

/* A unit that has ended, so that all it says is there. */
static struct bench_unit *ended(struct bench *b, const char *role)
{
    struct bench_unit *u = bench_service(b, role);
    bench_start(b, u, NULL);
    bench_wait(b, u->unit.ref, STK_UNTIL_EXITED, LONG_MS);
    return u;
}

static void logs_come_in_order_with_their_streams_and_a_last_line_without_its_end(struct bench *b)
{
    struct bench_unit *u = ended(b, "printing");
    EXPECT(b, bench_logs(b, u->unit.ref, NULL) == STK_OK);
    EXPECT(b, said(b, printed));
    EXPECT(b, strlen(b->stamp) > 20 && strchr(b->stamp, 'T'));
}

static void followed_logs_end_with_the_unit(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "printing");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    struct stk_logs_req req = { .follow = true };
    EXPECT(b, bench_logs(b, u->unit.ref, &req) == STK_OK);
    EXPECT(b, said(b, printed));
}

static void logs_that_are_not_followed_end_when_drained(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "greeting");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    bench_breathe(b, 500);
    EXPECT(b, bench_logs(b, u->unit.ref, NULL) == STK_OK);
    EXPECT(b, said(b, "O:hello\n"));
}

static void tail_gives_the_last_lines(struct bench *b)
{
    struct bench_unit *u = ended(b, "talking");
    struct stk_logs_req req = { .tail = { true, 2 } };
    EXPECT(b, bench_logs(b, u->unit.ref, &req) == STK_OK);
    EXPECT(b, said(b, "O:line 4\nO:line 5\n"));
    struct stk_logs_req none = { .tail = { true, 0 } };
    EXPECT(b, bench_logs(b, u->unit.ref, &none) == STK_OK);
    EXPECT(b, said(b, ""));
}

static void since_leaves_out_what_is_older(struct bench *b)
{
    struct bench_unit *u = ended(b, "talking");
    struct stk_logs_req last = { .tail = { true, 1 } };
    EXPECT(b, bench_logs(b, u->unit.ref, &last) == STK_OK);
    char stamp[sizeof(b->stamp)];
    memcpy(stamp, b->stamp, sizeof(stamp));
    struct stk_logs_req req = { .since = stamp };
    EXPECT(b, bench_logs(b, u->unit.ref, &req) == STK_OK);
    EXPECT(b, said(b, "O:line 5\n"));
}

static void since_of_a_start_leaves_out_earlier_runs(struct bench *b)
{
    struct bench_unit *u = ended(b, "printing");
    struct stk_start_req start = { 0 };
    EXPECT(b, bench_start(b, u, &start) == STK_OK);
    EXPECT(b, start.since[0]);
    struct stk_logs_req req = { .follow = true, .since = start.since };
    EXPECT(b, bench_logs(b, u->unit.ref, &req) == STK_OK);
    EXPECT(b, said(b, printed));
}

static void followed_logs_go_on_over_a_restart(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "crashing");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    struct stk_logs_req req = { .follow = true };
    b->cancel_at = 3;
    EXPECT(b, bench_logs(b, u->unit.ref, &req) == STK_ECANCELED);
    EXPECT(b, said(b, "O:run\nO:run\nO:run\n"));
}

static void followed_logs_of_a_created_unit_end_at_once(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "greeting");
    struct stk_start_req create = { .create_only = true };
    EXPECT(b, bench_start(b, u, &create) == STK_OK);
    struct stk_logs_req req = { .follow = true };
    EXPECT(b, bench_logs(b, u->unit.ref, &req) == STK_OK);
    EXPECT(b, said(b, ""));
}

static void logs_of_an_absent_unit_fail(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "printing");
    EXPECT(b, bench_logs(b, u->unit.ref, NULL) == STK_EABSENT);
}

static void logs_may_be_canceled_while_they_come(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "talking");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    struct stk_logs_req req = { .follow = true };
    b->cancel_at = 2;
    EXPECT(b, bench_logs(b, u->unit.ref, &req) == STK_ECANCELED);
    EXPECT(b, b->chunks == 2);
}

const struct bench_case cases_logs[] = {
    { "logs_come_in_order_with_their_streams_and_a_last_line_without_its_end",
      logs_come_in_order_with_their_streams_and_a_last_line_without_its_end },
    { "followed_logs_end_with_the_unit", followed_logs_end_with_the_unit },
    { "logs_that_are_not_followed_end_when_drained", logs_that_are_not_followed_end_when_drained },
    { "tail_gives_the_last_lines", tail_gives_the_last_lines },
    { "since_leaves_out_what_is_older", since_leaves_out_what_is_older },
    { "since_of_a_start_leaves_out_earlier_runs", since_of_a_start_leaves_out_earlier_runs },
    { "followed_logs_go_on_over_a_restart", followed_logs_go_on_over_a_restart },
    { "followed_logs_of_a_created_unit_end_at_once", followed_logs_of_a_created_unit_end_at_once },
    { "logs_of_an_absent_unit_fail", logs_of_an_absent_unit_fail },
    { "logs_may_be_canceled_while_they_come", logs_may_be_canceled_while_they_come },
    { 0 },
};
