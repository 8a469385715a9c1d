/* fake_wait.c — the operation wait_healthy: looks after every change and lets the judge decide;
 * meanwhile it runs the unit's health check itself, as the Docker backend does. */
#include "arena.h"
#include "op.h"
#include "text.h"

#include "fake_engine.h"
#include "judge.h"
#include "own.h"

struct wait {
    struct stk_judge judge;
    const struct stk_own *own;
    bool heeded;
    bool probing, ran, passed;
    int64_t probe_at; /* ns */
    int64_t pause_ms; /* after the next failure */
};

static struct fake_unit *unit_of(struct fake_job *job)
{
    const struct stk_wait_req *req = job->req;
    return fake_by_ref(job->engine, job->engine->opts->project, &req->ref);
}

static const char *told(const struct fake_job *job, struct stk_arena *arena,
                        const struct fake_behaviour *b)
{
    const struct stk_ready *ready = &((const struct wait *)job->more)->own->ready;
    const char *what = ready->tcp ? "tcp" : ready->http.set ? "http" : ready->file ? "file" : "log";
    return stk_arena_printf(arena, "%s: %s", what,
                            b && b->probe_output ? b->probe_output : "not there");
}

/* The last check that we ran ourselves is told when the engine's own told nothing yet. */
static struct stk_seen *see(struct fake_job *job)
{
    const struct stk_wait_req *req = job->req;
    const struct wait *w = job->more;
    const struct fake_unit *u = unit_of(job);
    struct stk_seen *seen = fake_seen_one(job->engine, u, req->ref);
    struct stk_status *st = stk_arena_alloc(seen->arena, sizeof(*st));
    *st = seen->v[0];
    seen->v = st;
    const struct fake_behaviour *b = u ? fake_behaviour(job->engine, u) : NULL;
    if (w->judge.asked) {
        st->told = w->ran && !w->judge.passed ? told(job, seen->arena, b) : NULL;
        return seen;
    }
    if (w->passed) {
        st->health = STK_HEALTH_HEALTHY;
        st->probe_output = "";
    } else if (w->ran && !st->probe_output) {
        st->probe_output =
            stk_arena_strdup(seen->arena, b && b->probe_output ? b->probe_output : "");
        st->probe_exit = b ? (int)b->probe_exit : 1;
    }
    return seen;
}

/* Runs the check when its time has come. True: it passed. */
static bool probe(struct fake_job *job)
{
    struct wait *w = job->more;
    struct fake_engine *e = job->engine;
    struct fake_unit *u = unit_of(job);
    if (!w->probing) {
        w->probing = true;
        w->probe_at = e->clock;
        w->pause_ms = STK_PROBE_FIRST_MS;
    }
    if (e->clock < w->probe_at)
        return false;
    fake_note(e, "probe", u->name);
    w->ran = true;
    const struct fake_behaviour *b = fake_behaviour(e, u);
    bool at_once = w->judge.asked && !(b && b->gets_ready);
    w->passed = at_once || fake_check_passes(e, u);
    w->probe_at = e->clock + w->pause_ms * STK_NS_PER_MS;
    w->pause_ms = w->pause_ms * 2 < STK_PROBE_LONGEST_MS ? w->pause_ms * 2 : STK_PROBE_LONGEST_MS;
    return w->passed;
}

/* How long until the next look: the judge's ms (0: no need), or the next check. */
static unsigned until_next(const struct fake_job *job, unsigned again_ms)
{
    const struct wait *w = job->more;
    if (!w->probing)
        return again_ms;
    int64_t ms = (w->probe_at - job->engine->clock + STK_NS_PER_MS - 1) / STK_NS_PER_MS;
    return again_ms && again_ms < ms ? again_ms : (unsigned)ms;
}

static void heed(struct fake_job *job, const struct stk_status *st)
{
    const struct stk_wait_req *req = job->req;
    struct wait *w = job->more;
    if (w->heeded)
        return;
    w->heeded = true;
    w->own = req->own ? req->own : stk_own_parse(job->arena, st->own_config);
    stk_judge_heed(&w->judge, w->own);
}

static bool accelerated(const struct fake_job *job)
{
    const struct stk_wait_req *req = job->req;
    const struct wait *w = job->more;
    bool off = w->own && w->own->accelerated.set && !w->own->accelerated.v;
    return !req->no_probe && !off;
}

static void look(struct fake_job *job)
{
    struct stk_wait_req *req = job->req;
    struct wait *w = job->more;
    struct stk_error err = { 0 };
    struct stk_seen *seen = see(job);
    int64_t now_ms = job->engine->clock / STK_NS_PER_MS;
    unsigned again_ms;
    heed(job, &seen->v[0]);
    w->judge.told = seen->v[0].told;
    enum stk_verdict verdict =
        stk_judge_look(&w->judge, &seen->v[0], now_ms, now_ms, &again_ms, &err);
    bool may_ask = stk_judge_may_ask(&w->judge, &seen->v[0]);
    bool may_pass = may_ask || (stk_judge_may_pass(&w->judge, &seen->v[0]) && accelerated(job));
    if (verdict != STK_PENDING) {
        req->seen = seen;
        fake_job_end(job, &err);
        return;
    }
    stk_seen_free(seen);
    w->probing = w->probing && may_pass;
    if (may_pass && probe(job)) {
        w->judge.passed = may_ask;
        req->seen = see(job);
        fake_job_end(job, NULL);
        return;
    }
    fake_watch(job, until_next(job, again_ms), look);
}

static void leave_last_status(struct fake_job *job)
{
    struct stk_wait_req *req = job->req;
    req->seen = see(job);
}

void fake_wait(void *self, struct stk_wait_req *req)
{
    struct fake_engine *e = self;
    struct fake_job *job = fake_job_begin(e, &req->op, req);
    struct wait *w = stk_arena_alloc(job->arena, sizeof(*w));
    stk_judge_init(&w->judge, req->until, req->settle_ms);
    job->more = w;
    job->undo = leave_last_status;
    const struct fake_unit *u = unit_of(job);
    fake_ask(job, "wait", u ? u->name : req->ref.name ? req->ref.name : req->ref.id, 0, look);
}
