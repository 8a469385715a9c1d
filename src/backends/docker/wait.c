/* wait.c — waits until a condition holds of a container: listens first, then looks, and looks
 * again at each news and now and then; meanwhile its health check is run for it (probe.c), or it is asked
 * from outside (outside.c). What a look means is the judge's. */
#include <stdlib.h>

#include "engine.h"
#include "events.h"
#include "judge.h"
#include "outside.h"
#include "own.h"
#include "probe.h"
#include "resolve.h"
#include "text.h"

enum step { BEGIN, LISTEN, FIND, LOOK, REST };
static const char *const steps[] = { "BEGIN", "LISTEN", "FIND", "LOOK", "REST" };

enum {
    LISTEN_MS = 1000, /* an engine that is slow with its events is looked at without them */
    REST_MS = 5000,   /* events may get lost */
};

struct wait {
    struct stk_task task;
    struct stk_wait_req *req;
    struct stk_listener listener;
    struct stk_judge judge;
    struct stk_probe probe;
    struct stk_outside outside;
    struct stk_seen *seen; /* by the last look */
    const struct stk_own *own;
    struct stk_arena *arena; /* of own when it is the label's; NULL: not looked at yet */
    char *id;
    bool news;   /* something happened during a look */
    bool passed; /* our own check did */
    bool failed; /* the verdict */
};

/* What the engine does not know, or has forgotten. */
static void complete(struct stk_seen *seen, const struct wait *w)
{
    struct stk_status *st = stk_arena_alloc(seen->arena, sizeof(*st));
    *st = seen->v[0];
    if (w->probe.ran && !st->probe_output) {
        const char *output = w->probe.output.bytes ? w->probe.output.bytes : "";
        st->probe_output = stk_arena_strdup(seen->arena, output);
        st->probe_exit = w->probe.exit_code;
    }
    if (w->outside.told.size && !w->judge.passed)
        st->told = stk_arena_strdup(seen->arena, w->outside.told.bytes);
    if (w->failed && w->judge.died && st->state == STK_RUNNING)
        st->exit_code = w->judge.exit_code;
    if (w->passed && !w->failed)
        st->health = STK_HEALTH_HEALTHY;
    seen->v = st;
}

/* Whatever the end, the caller gets the last status. */
static void clear(struct stk_task *task)
{
    struct wait *w = (struct wait *)task;
    if (w->seen)
        complete(w->seen, w);
    w->req->seen = TAKE(w->seen);
    stk_probe_clear(&w->probe);
    stk_outside_clear(&w->outside);
    stk_events_leave(task->docker, &w->listener);
    stk_arena_free(w->arena);
    free(w->id);
}

static void look(struct wait *w)
{
    w->news = false;
    stk_timer_stop(&w->task.timer);
    if (w->id)
        stk_look(&w->task, LOOK, STK_SERVICE, w->id);
    else
        stk_find(&w->task, FIND, &w->req->ref);
}

static void on_news(struct stk_listener *listener, const struct stk_news *news)
{
    struct wait *w = listener->data;
    if (w->task.canceled || (news->id && w->id && !stk_streq(news->id, w->id)))
        return;
    if (news->died && w->id)
        stk_judge_died(&w->judge, news->exit_code);
    if (w->task.step == LISTEN || w->task.step == REST)
        look(w);
    else
        w->news = true;
}

static void on_outside(struct stk_outside *outside)
{
    struct wait *w = outside->data;
    w->judge.passed = true;
    if (!w->task.canceled && w->task.step == REST)
        look(w);
}

static void on_passed(struct stk_probe *probe)
{
    struct wait *w = probe->data;
    w->passed = true;
    if (!w->task.canceled && w->task.step == REST)
        stk_task_end(&w->task, NULL);
}

static bool accelerated(const struct wait *w)
{
    bool off = w->own && w->own->accelerated.set && !w->own->accelerated.v;
    return !w->req->no_probe && !off;
}

static void go_on(struct wait *w, const json_t *found, unsigned again_ms)
{
    if (stk_judge_may_ask(&w->judge, &w->seen->v[0]))
        stk_outside_start(w->task.docker, &w->outside, &w->own->ready, found);
    else
        stk_outside_stop(&w->outside);
    if (!stk_judge_may_pass(&w->judge, &w->seen->v[0])) {
        w->passed = false;
        stk_probe_stop(&w->probe);
    } else if (w->passed) {
        stk_task_end(&w->task, NULL);
        return;
    } else if (accelerated(w)) {
        stk_probe_start(w->task.docker, &w->probe, found);
    }
    if (w->news)
        look(w);
    else
        stk_task_pause(&w->task, REST, again_ms && again_ms < REST_MS ? again_ms : REST_MS);
}

/* What the file says of it now, else what its label says that the file said. */
static void heed(struct wait *w)
{
    if (w->arena)
        return;
    w->arena = stk_arena_new();
    w->own = w->req->own ? w->req->own : stk_own_parse(w->arena, w->seen->v[0].own_config);
    stk_judge_heed(&w->judge, w->own);
}

static void judge(struct wait *w, const json_t *found)
{
    struct stk_seeing seeing = { 0 };
    struct stk_error err = { 0 };
    unsigned again_ms = 0;
    stk_see_one(&seeing, w->req->ref, found);
    stk_seen_free(w->seen);
    w->seen = stk_seen_finish(&seeing);
    heed(w);
    w->judge.told = w->outside.told.size ? w->outside.told.bytes : NULL;
    int64_t engine_now = w->task.docker->same_machine ? stk_now_ms() : 0;
    switch (stk_judge_look(&w->judge, &w->seen->v[0], stk_monotonic_ms(), engine_now, &again_ms,
                           &err)) {
    case STK_HOLDS:
        stk_task_end(&w->task, NULL);
        return;
    case STK_FAILS:
        w->failed = true;
        stk_task_end(&w->task, &err);
        return;
    case STK_PENDING:
        break;
    }
    go_on(w, found, again_ms);
}

static void on_found(struct wait *w)
{
    w->id = stk_found_id(STK_SERVICE, w->task.call.json);
    if (w->id)
        look(w);
    else
        judge(w, NULL);
}

static void next(struct stk_task *task)
{
    struct wait *w = (struct wait *)task;
    bool asked = task->step == FIND || task->step == LOOK;
    if (asked && task->call.op.err.code == STK_EABSENT) {
        judge(w, NULL);
        return;
    }
    if (asked && task->call.op.err.code) {
        stk_task_fail(task);
        return;
    }
    switch ((enum step)task->step) {
    case BEGIN:
    case LISTEN:
    case REST:
        look(w);
        return;
    case FIND:
        on_found(w);
        return;
    case LOOK:
        judge(w, task->call.json);
        return;
    }
}

void stk_docker_wait(void *self, struct stk_wait_req *req)
{
    struct wait *w = stk_task_new(self, sizeof(*w), &req->op, req->ref.name, steps, next, clear);
    w->req = req;
    w->id = req->ref.id ? stk_strdup(req->ref.id) : NULL;
    req->seen = NULL;
    stk_judge_init(&w->judge, req->until, req->settle_ms);
    w->outside = (struct stk_outside){ .passed = on_outside, .data = w };
    w->probe = (struct stk_probe){ .passed = on_passed, .data = w };
    w->listener = (struct stk_listener){ .news = on_news, .data = w };
    bool live = stk_events_live(self);
    stk_events_listen(self, &w->listener);
    if (live)
        look(w);
    else
        stk_task_pause(&w->task, LISTEN, LISTEN_MS);
}
