/* fake_stop.c — the operations stop and remove. */
#include "arena.h"
#include "op.h"
#include "text.h"

#include "fake_engine.h"
#include "hooks.h"
#include "stackctl/events.h"

static void look_stopped(struct fake_job *job)
{
    const struct fake_unit *u = fake_by_id(job->engine, job->unit);
    if (u && fake_is_up(u))
        fake_watch(job, 0, look_stopped);
    else
        fake_job_end(job, NULL);
}

static void send_stop(struct fake_job *job)
{
    struct fake_engine *e = job->engine;
    struct stk_stop_req *req = job->req;
    struct fake_unit *u = fake_by_ref(e, e->opts->project, &req->ref);
    if (!u || !fake_is_up(u)) {
        fake_job_end(job, NULL);
        return;
    }
    int64_t grace = req->grace.set ? req->grace.v : u->has_grace ? u->grace_ms : FAKE_GRACE_MS;
    fake_life_stop(e, u, grace, req->kill);
    req->changed = true;
    job->unit = stk_arena_strdup(job->arena, u->id);
    look_stopped(job);
}

static const char *name_of(struct fake_engine *e, const struct stk_ref *ref)
{
    const struct fake_unit *u = fake_by_ref(e, e->opts->project, ref);
    return u ? u->name : ref->name ? ref->name : ref->id;
}

static void hook_said(struct fake_job *job, const char *line)
{
    struct stk_stop_req *req = job->req;
    if (req->said)
        req->said(req, line);
}

static void ask_stop(struct fake_job *job)
{
    const struct stk_stop_req *req = job->req;
    fake_ask(job, req->kill ? "kill" : "stop", name_of(job->engine, &req->ref), 0, send_stop);
}

void fake_stop(void *self, struct stk_stop_req *req)
{
    struct fake_engine *e = self;
    struct fake_job *job = fake_job_begin(e, &req->op, req);
    const struct fake_unit *u = fake_by_ref(e, e->opts->project, &req->ref);
    if (u && u->state == STK_RUNNING && !req->kill)
        fake_hooks(job, u, req->config, STK_PRE_STOP, hook_said, ask_stop);
    else
        ask_stop(job);
}

static void remove_now(struct fake_job *job)
{
    struct fake_engine *e = job->engine;
    struct stk_remove_req *req = job->req;
    struct stk_error err = { 0 };
    struct fake_unit *u = fake_by_ref(e, e->opts->project, &req->ref);
    const struct fake_unit *user = u && u->kind != STK_SERVICE ? fake_user_of(e, u) : NULL;
    if (user) {
        stk_fail(&err, STK_ECONFLICT, (struct stk_src){ 0 },
                 "%s '%s' is still in use by container '%s'", stk_kind_key(u->kind), u->name,
                 user->name);
    } else if (u) {
        if (req->volumes && u->kind == STK_SERVICE)
            fake_drop_anonymous(e, u);
        fake_unit_drop(e, u);
        req->changed = true;
    }
    fake_job_end(job, &err);
}

void fake_remove(void *self, struct stk_remove_req *req)
{
    struct fake_engine *e = self;
    struct fake_job *job = fake_job_begin(e, &req->op, req);
    fake_ask(job, "remove", name_of(e, &req->ref), 0, remove_now);
}
