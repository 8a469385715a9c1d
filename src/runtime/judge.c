/* judge.c — decides from one status whether what is waited for holds, may still come, or cannot.
 * When to look is left to the backend. */
#include "judge.h"

#include <string.h>

#include "arena.h"
#include "buf.h"
#include "outcome.h"
#include "text.h"

void stk_judge_init(struct stk_judge *judge, enum stk_until until, unsigned settle_ms)
{
    *judge = (struct stk_judge){ .until = until,
                                 .settle_given = settle_ms != 0,
                                 .settle_ms = settle_ms ? settle_ms : STK_SETTLE_MS };
}

static unsigned ms_of(struct stk_opt duration, unsigned otherwise)
{
    int64_t ms = duration.v / STK_NS_PER_MS;
    if (!duration.set)
        return otherwise;
    return ms < INT32_MAX ? (unsigned)ms : INT32_MAX;
}

void stk_judge_heed(struct stk_judge *judge, const struct stk_own *own)
{
    static const struct stk_own none;
    own = own ? own : &none;
    judge->job = stk_streq(own->kind, "job") || own->once.v;
    judge->service = stk_streq(own->kind, "service");
    judge->asked = own->ready.set && !judge->job;
    judge->timeout_ms = judge->asked ? ms_of(own->ready.timeout, 0) : 0;
    if (!judge->settle_given)
        judge->settle_ms = ms_of(own->settle, STK_SETTLE_MS);
    if (judge->job && judge->until == STK_UNTIL_READY)
        judge->until = STK_UNTIL_COMPLETED;
}

void stk_judge_died(struct stk_judge *judge, int exit_code)
{
    judge->died = true;
    judge->exit_code = exit_code;
    judge->deaths += !judge->looked;
}

static enum stk_verdict fail_exited(const struct stk_status *st, const char *too_early,
                                    struct stk_error *reterr)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf how;
    stk_buf_init(&how, 64 * STK_KIB);
    struct stk_outcome outcome = stk_outcome_of(st);
    stk_outcome_text(&how, &outcome);
    stk_fail(reterr, STK_ENOTREADY, (struct stk_src){ 0 }, "%s%s", how.bytes, too_early);
    return STK_FAILS;
}

static enum stk_verdict fail_unhealthy(const struct stk_status *st, struct stk_error *reterr)
{
    struct stk_src nowhere = { 0 };
    const char *said = st->probe_output ? st->probe_output : "";
    int line = (int)strcspn(said, "\r\n");
    if (line == 0)
        stk_fail(reterr, STK_ENOTREADY, nowhere, "is unhealthy");
    else
        stk_fail(reterr, STK_ENOTREADY, nowhere, "is unhealthy: the last check exited %d: %.*s",
                 st->probe_exit, line, said);
    return STK_FAILS;
}

static enum stk_verdict fail_with(const char *words, struct stk_error *reterr)
{
    stk_fail(reterr, STK_ENOTREADY, (struct stk_src){ 0 }, "%s", words);
    return STK_FAILS;
}

static enum stk_verdict by_health(const struct stk_status *st, struct stk_error *reterr)
{
    switch (st->health) {
    case STK_HEALTH_HEALTHY:
        return STK_HOLDS;
    case STK_HEALTH_UNHEALTHY:
        return fail_unhealthy(st, reterr);
    case STK_HEALTH_NONE:
        return fail_with("has no health check to wait for", reterr);
    case STK_HEALTH_STARTING:
        return STK_PENDING;
    }
    return STK_PENDING;
}

/* One lucky sample of a crash-looping unit reads "running": only one that stays up is ready. */
static enum stk_verdict by_settling(const struct stk_judge *judge, const struct stk_status *st,
                                    int64_t now_ms, int64_t engine_now_ms, unsigned *ret_again_ms)
{
    int64_t up = now_ms - judge->since_ms;
    if (engine_now_ms && st->started_ms && engine_now_ms - st->started_ms > up)
        up = engine_now_ms - st->started_ms;
    if (up >= judge->settle_ms)
        return STK_HOLDS;
    *ret_again_ms = (unsigned)(judge->settle_ms - up);
    return STK_PENDING;
}

static bool is_down(const struct stk_status *st)
{
    return st->state == STK_RESTARTING || (st->state == STK_EXITED && st->restarts_itself);
}

/* Those that happened while somebody waits, unless it is down now: then all of them led there. */
static unsigned restarts_that_count(const struct stk_judge *judge, const struct stk_status *st)
{
    if (is_down(st))
        return st->restarts;
    bool up = st->state == STK_RUNNING || st->state == STK_PAUSED;
    return up && st->restarts > judge->count ? st->restarts - judge->count : 0;
}

/* A policy that gives up by itself says how many deaths are too many. */
static bool keeps_crashing(const struct stk_judge *judge, const struct stk_status *st)
{
    bool settles =
        judge->until == STK_UNTIL_READY && st->health == STK_HEALTH_NONE && !judge->asked;
    if (!settles && st->restarts_most)
        return false;
    return restarts_that_count(judge, st) >= (settles ? 1 : STK_CRASH_RESTARTS);
}

/* Once it is up again an engine has forgotten how the last run ended; an event may have told. */
static enum stk_verdict fail_crashing(const struct stk_judge *judge, const struct stk_status *st,
                                      struct stk_error *reterr)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf how;
    struct stk_src nowhere = { 0 };
    stk_buf_init(&how, 64 * STK_KIB);
    struct stk_outcome outcome =
        is_down(st) ? stk_outcome_of(st) : stk_outcome_of_code(judge->exit_code, false);
    if (is_down(st) || judge->died)
        stk_outcome_text(&how, &outcome);
    if (!how.size)
        stk_fail(reterr, STK_ENOTREADY, nowhere, "keeps crashing: restarted %u time%s",
                 st->restarts, st->restarts == 1 ? "" : "s");
    else if (st->restarts < 2)
        stk_fail(reterr, STK_ENOTREADY, nowhere, "%s and is restarted by its policy", how.bytes);
    else
        stk_fail(reterr, STK_ENOTREADY, nowhere, "keeps crashing: restarted %u times, last %s",
                 st->restarts, how.bytes);
    return STK_FAILS;
}

static enum stk_verdict look_at_created(const struct stk_judge *judge, const struct stk_status *st,
                                        struct stk_error *reterr)
{
    if (judge->until != STK_UNTIL_EXITED && st->error && *st->error)
        return fail_with(st->error, reterr);
    return STK_PENDING;
}

static enum stk_verdict look_at_ended(const struct stk_judge *judge, const struct stk_status *st,
                                      struct stk_error *reterr)
{
    if (st->restarts_itself)
        return judge->until == STK_UNTIL_STARTED ? STK_HOLDS : STK_PENDING;
    switch (judge->until) {
    case STK_UNTIL_EXITED:
        return STK_HOLDS;
    case STK_UNTIL_STARTED:
        return st->started_ms ? STK_HOLDS : fail_exited(st, "", reterr);
    case STK_UNTIL_READY:
        if (judge->service || judge->asked)
            return fail_exited(st, " before it was ready", reterr);
        /* fall through */
    case STK_UNTIL_COMPLETED:
        return st->exit_code == 0 && !st->oom ? STK_HOLDS : fail_exited(st, "", reterr);
    case STK_UNTIL_HEALTHY:
        return fail_exited(st, " before it was healthy", reterr);
    }
    return STK_PENDING;
}

static enum stk_verdict by_asking(const struct stk_judge *judge, const struct stk_status *st,
                                  struct stk_error *reterr)
{
    if (st->health == STK_HEALTH_UNHEALTHY)
        return fail_unhealthy(st, reterr);
    return judge->passed ? STK_HOLDS : STK_PENDING;
}

static enum stk_verdict look_at_up(const struct stk_judge *judge, const struct stk_status *st,
                                   int64_t now_ms, int64_t engine_now_ms, unsigned *ret_again_ms,
                                   struct stk_error *reterr)
{
    switch (judge->until) {
    case STK_UNTIL_STARTED:
        return STK_HOLDS;
    case STK_UNTIL_HEALTHY:
        return judge->asked ? by_asking(judge, st, reterr) : by_health(st, reterr);
    case STK_UNTIL_READY:
        if (judge->asked)
            return by_asking(judge, st, reterr);
        if (st->health != STK_HEALTH_NONE)
            return by_health(st, reterr);
        return by_settling(judge, st, now_ms, engine_now_ms, ret_again_ms);
    case STK_UNTIL_COMPLETED:
    case STK_UNTIL_EXITED:
        return STK_PENDING;
    }
    return STK_PENDING;
}

/* Starting it by hand sets an engine's count back. */
static void note_restarts(struct stk_judge *judge, const struct stk_status *st)
{
    unsigned before = st->restarts > judge->deaths ? st->restarts - judge->deaths : 0;
    if (!judge->looked)
        judge->count = before;
    else if (st->restarts < judge->count)
        judge->count = st->restarts;
}

static void note_run(struct stk_judge *judge, const struct stk_status *st, int64_t now_ms)
{
    bool same_run =
        judge->looked && judge->started_ms == st->started_ms && st->state == STK_RUNNING;
    if (!judge->looked)
        judge->first_ms = now_ms;
    if (!same_run) {
        judge->since_ms = now_ms;
        judge->passed = false;
    }
    judge->started_ms = st->state == STK_RUNNING ? st->started_ms : 0;
    judge->looked = true;
}

static enum stk_verdict look(const struct stk_judge *judge, const struct stk_status *st,
                             int64_t now_ms, int64_t engine_now_ms, unsigned *ret_again_ms,
                             struct stk_error *reterr)
{
    bool patient = judge->until == STK_UNTIL_EXITED || judge->until == STK_UNTIL_STARTED;
    if (!patient && keeps_crashing(judge, st))
        return fail_crashing(judge, st, reterr);
    switch (st->state) {
    case STK_ABSENT:
        return fail_with("is not there", reterr);
    case STK_REMOVING:
        return fail_with("is being removed", reterr);
    case STK_CREATED:
        return look_at_created(judge, st, reterr);
    case STK_RUNNING:
        return look_at_up(judge, st, now_ms, engine_now_ms, ret_again_ms, reterr);
    case STK_RESTARTING: /* down between two runs, though the engine calls it running */
        return judge->until == STK_UNTIL_STARTED ? STK_HOLDS : STK_PENDING;
    case STK_PAUSED:
        return judge->until == STK_UNTIL_STARTED ? STK_HOLDS : STK_PENDING;
    case STK_EXITED:
    case STK_DEAD:
        return look_at_ended(judge, st, reterr);
    case STK_PRESENT:
        return STK_HOLDS;
    }
    return STK_PENDING;
}

static bool wants_readiness(const struct stk_judge *judge)
{
    return judge->until == STK_UNTIL_HEALTHY || judge->until == STK_UNTIL_READY;
}

/* The file's own limit. */
static enum stk_verdict look_at_clock(const struct stk_judge *judge, int64_t now_ms,
                                      unsigned *ret_again_ms, struct stk_error *reterr)
{
    int64_t left = judge->first_ms + judge->timeout_ms - now_ms;
    if (left > 0) {
        if (!*ret_again_ms || left < *ret_again_ms)
            *ret_again_ms = (unsigned)left;
        return STK_PENDING;
    }
    stk_fail(reterr, STK_ENOTREADY, (struct stk_src){ 0 }, "was not ready within %g s%s%s",
             judge->timeout_ms / 1000.0, judge->told ? ": " : "", judge->told ? judge->told : "");
    return STK_FAILS;
}

enum stk_verdict stk_judge_look(struct stk_judge *judge, const struct stk_status *st,
                                int64_t now_ms, int64_t engine_now_ms, unsigned *ret_again_ms,
                                struct stk_error *reterr)
{
    *ret_again_ms = 0;
    note_restarts(judge, st);
    note_run(judge, st, now_ms);
    enum stk_verdict verdict = look(judge, st, now_ms, engine_now_ms, ret_again_ms, reterr);
    if (verdict == STK_PENDING && judge->timeout_ms && wants_readiness(judge))
        return look_at_clock(judge, now_ms, ret_again_ms, reterr);
    return verdict;
}

bool stk_judge_may_ask(const struct stk_judge *judge, const struct stk_status *st)
{
    return judge->asked && !judge->passed && st->state == STK_RUNNING && wants_readiness(judge);
}

bool stk_judge_may_pass(const struct stk_judge *judge, const struct stk_status *st)
{
    return st->state == STK_RUNNING && st->health == STK_HEALTH_STARTING && !judge->asked &&
           wants_readiness(judge);
}
