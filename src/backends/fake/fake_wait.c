/* fake_wait.c — the operation wait_healthy: looks after every change and lets the judge decide. */
#include "arena.h"
#include "op.h"
#include "text.h"

#include "fake_engine.h"
#include "judge.h"

static struct stk_seen *see(struct fake_job *job)
{
    struct stk_wait_req *req = job->req;
    struct fake_engine *e = job->engine;
    return fake_seen_one(e, fake_by_ref(e, e->opts->project, &req->ref), req->ref);
}

static void look(struct fake_job *job)
{
    struct stk_wait_req *req = job->req;
    struct stk_error err = { 0 };
    struct stk_seen *seen = see(job);
    int64_t now_ms = job->engine->clock / STK_NS_PER_MS;
    unsigned again_ms;
    enum stk_verdict verdict =
        stk_judge_look(job->more, &seen->v[0], now_ms, now_ms, &again_ms, &err);
    if (verdict == STK_PENDING) {
        stk_seen_free(seen);
        fake_watch(job, again_ms, look);
        return;
    }
    req->seen = seen;
    fake_job_end(job, &err);
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
    struct stk_judge *judge = stk_arena_alloc(job->arena, sizeof(*judge));
    stk_judge_init(judge, req->until);
    job->more = judge;
    job->undo = leave_last_status;
    const struct fake_unit *u = fake_by_ref(e, e->opts->project, &req->ref);
    fake_ask(job, "wait", u ? u->name : req->ref.name ? req->ref.name : req->ref.id, 0, look);
}
