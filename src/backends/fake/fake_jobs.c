/* fake_jobs.c — requests on their way: each takes its time on the engine's clock, may be made to fail,
 * is counted, and can be canceled. What they do is in the files of the six operations. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "op.h"
#include "text.h"
#include "trace.h"

#include "fake_engine.h"

int64_t fake_now(const struct fake_engine *e)
{
    if (e->script.speed <= 0)
        return e->clock;
    double passed_ms = (double)(stk_monotonic_ms() - e->began_at) * e->script.speed;
    int64_t now = e->began + (int64_t)(passed_ms * (double)STK_NS_PER_MS);
    return now > e->clock ? now : e->clock;
}

static int64_t first_job(const struct fake_engine *e)
{
    int64_t due = FAKE_NEVER;
    for (const struct fake_job *job = e->jobs; job; job = job->later)
        due = job->due < due ? job->due : due;
    return due;
}

static int64_t next_due(const struct fake_engine *e)
{
    int64_t due = first_job(e), life = e->jobs ? fake_life_due(e) : FAKE_NEVER;
    return life < due ? life : due;
}

/* Only while somebody waits: an idle engine catches up when it is next asked. */
void fake_arm(struct fake_engine *e)
{
    if (e->ticking)
        return; /* the tick does it at its end */
    int64_t due = next_due(e), now = fake_now(e);
    if (due == FAKE_NEVER) {
        stk_timer_stop(&e->timer);
        return;
    }
    bool waits = due > now && e->script.speed > 0;
    double ms = waits ? (double)(due - now) / (double)STK_NS_PER_MS / e->script.speed : 0;
    stk_timer_start(e->loop, &e->timer, ms > 3600000 ? 3600000 : (unsigned)(ms + 0.999));
}

static void unlink_job(struct fake_job *job)
{
    struct fake_job **at = &job->engine->jobs;
    if (job->engine->cursor == job)
        job->engine->cursor = job->later;
    while (*at != job)
        at = &(*at)->later;
    *at = job->later;
}

void fake_job_end(struct fake_job *job, struct stk_error *err)
{
    unlink_job(job);
    stk_op_end(job->op, err);
    stk_arena_free(job->arena);
}

/* What a canceled request already did stays done, as with any engine, unless undo says otherwise. */
static void end_canceled(struct fake_job *job)
{
    struct stk_error err = { 0 };
    if (job->undo)
        job->undo(job);
    stk_fail(&err, STK_ECANCELED, (struct stk_src){ 0 }, "canceled");
    fake_job_end(job, &err);
}

/* Only noted here: the one who asks may be called by this very job. */
static void on_cancel(struct stk_op *op)
{
    struct fake_job *job = op->carrier;
    job->canceled = true;
    job->next = end_canceled;
    job->due = job->engine->clock;
    fake_arm(job->engine);
}

/* What job does next, unless it was canceled meanwhile. */
static void go(struct fake_job *job, int64_t due, bool watches, void (*next)(struct fake_job *job))
{
    if (job->canceled)
        return;
    job->due = due;
    job->watches = watches;
    job->next = next;
    job->looked = job->engine->changes;
    fake_arm(job->engine);
}

static int64_t in_ms(const struct fake_engine *e, int64_t ms)
{
    return (e->ticking ? e->clock : fake_now(e)) + ms * STK_NS_PER_MS;
}

struct fake_job *fake_job_begin(struct fake_engine *e, struct stk_op *op, void *req)
{
    struct stk_arena *arena = stk_arena_new();
    struct fake_job *job = stk_arena_alloc(arena, sizeof(*job));
    *job =
        (struct fake_job){ .engine = e, .op = op, .req = req, .due = FAKE_NEVER, .arena = arena };
    struct fake_job **at = &e->jobs;
    while (*at)
        at = &(*at)->later;
    *at = job;
    stk_op_begin(op, e->loop, on_cancel);
    op->carrier = job;
    return job;
}

void fake_note(struct fake_engine *e, const char *request, const char *unit)
{
    static const char *const reads[] = { "list", "inspect", "wait", "probe", "logs" };
    bool writes = true;
    for (size_t i = 0; i < STK_LEN(reads); i++)
        writes = writes && strcmp(request, reads[i]) != 0;
    e->calls = stk_grow(e->calls, e->n_calls, &e->cap_calls, sizeof(*e->calls));
    e->calls[e->n_calls++] = (struct stk_fake_call){ .request = request,
                                                     .unit = stk_arena_strdup(e->arena, unit),
                                                     .writes = writes };
    stk_trace(STK_TRACE_RUN, "fake: %s %s", request, unit);
}

static struct fake_fault *fault_for(struct fake_engine *e, const char *request, const char *unit)
{
    struct fake_fault *found = NULL;
    for (size_t i = 0; i < e->script.n_faults; i++) {
        struct fake_fault *f = &e->script.faults[i];
        if ((f->request && strcmp(f->request, request) != 0) ||
            (f->unit && !stk_glob(f->unit, unit)))
            continue;
        f->met++;
        if (!found && f->met >= f->nth && f->met < f->nth + f->times)
            found = f;
    }
    return found;
}

static int64_t delay_of(const struct fake_engine *e, const char *request)
{
    for (size_t i = 0; i < e->script.n_delays; i++)
        if (strcmp(e->script.delays[i].request, request) == 0)
            return e->script.delays[i].ms;
    return 0;
}

static void fail_now(struct fake_job *job)
{
    const struct fake_fault *f = job->fault;
    struct stk_error err = { 0 };
    if (job->undo)
        job->undo(job);
    stk_fail(&err, f->code, (struct stk_src){ 0 }, "%s",
             f->message ? f->message : "failed as scripted");
    fake_job_end(job, &err);
}

void fake_ask(struct fake_job *job, const char *request, const char *unit, int64_t extra_ms,
              void (*next)(struct fake_job *job))
{
    struct fake_engine *e = job->engine;
    fake_note(e, request, unit);
    job->fault = fault_for(e, request, unit);
    go(job, in_ms(e, delay_of(e, request) + extra_ms), false, job->fault ? fail_now : next);
}

void fake_later(struct fake_job *job, int64_t ms, void (*next)(struct fake_job *job))
{
    go(job, in_ms(job->engine, ms), false, next);
}

void fake_watch(struct fake_job *job, unsigned ms, void (*next)(struct fake_job *job))
{
    go(job, ms ? in_ms(job->engine, ms) : FAKE_NEVER, true, next);
}

static void run(struct fake_job *job)
{
    job->due = FAKE_NEVER;
    job->looked = job->engine->changes;
    job->next(job); /* may free job */
}

/* One look of each at what changed: from the first again after each would take far longer with hundreds. */
static void run_watchers(struct fake_engine *e)
{
    for (struct fake_job *job = e->jobs; job; job = e->cursor) {
        e->cursor = job->later; /* who ends meanwhile moves it on */
        if (job->watches && job->looked != e->changes)
            run(job);
    }
    e->cursor = NULL;
}

static bool run_due(struct fake_engine *e, int64_t now)
{
    int64_t due = first_job(e);
    struct fake_job *job = e->jobs;
    while (job && job->due != due)
        job = job->later;
    if (!job || due > now)
        return false;
    if (due > e->clock)
        e->clock = due;
    run(job);
    return true;
}

void fake_tick(struct fake_engine *e)
{
    int64_t now = fake_now(e), due = next_due(e);
    if (e->script.speed <= 0 && due != FAKE_NEVER && due > now)
        now = due;
    e->ticking = true;
    for (;;) {
        run_watchers(e);
        int64_t until = first_job(e) < now ? first_job(e) : now;
        if (!fake_live(e, until) && !run_due(e, now))
            break;
        e->changes++;
    }
    if (now > e->clock)
        e->clock = now;
    e->ticking = false;
    fake_arm(e);
}
