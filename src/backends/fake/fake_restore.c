/* fake_restore.c — a start with restore: what took the place goes, the one set aside comes back. */
#include "arena.h"
#include "op.h"

#include "fake_engine.h"
#include "hooks.h"

static const struct stk_unit *unit_of(const struct fake_job *job)
{
    return ((const struct stk_start_req *)job->req)->unit;
}

static void hook_said(struct fake_job *job, const char *line)
{
    struct stk_start_req *req = job->req;
    if (req->said)
        req->said(req, line);
}

static void end_well(struct fake_job *job)
{
    fake_job_end(job, NULL);
}

static void start_old(struct fake_job *job)
{
    struct fake_unit *old = fake_by_id(job->engine, job->old);
    if (!old || fake_is_up(old)) {
        fake_job_end(job, NULL);
        return;
    }
    fake_life_start(job->engine, old);
    fake_hooks(job, old, NULL, STK_POST_START, hook_said, end_well);
}

static void take_back(struct fake_job *job)
{
    struct stk_start_req *req = job->req;
    struct fake_unit *old = fake_by_id(job->engine, job->old);
    if (!old) {
        fake_job_end(job, NULL);
        return;
    }
    old->name = stk_arena_strdup(old->arena, unit_of(job)->name);
    job->engine->changed = req->changed = true;
    if (req->create_only)
        fake_job_end(job, NULL);
    else
        fake_ask(job, "start", old->name, 0, start_old);
}

static void remove_new(struct fake_job *job)
{
    struct fake_unit *u = fake_by_id(job->engine, job->unit);
    if (u) {
        fake_drop_anonymous(job->engine, u); /* but those of the old one */
        fake_unit_drop(job->engine, u);
    }
    fake_ask(job, "rename", unit_of(job)->name, 0, take_back);
}

static void look_new_stopped(struct fake_job *job)
{
    const struct fake_unit *u = fake_by_id(job->engine, job->unit);
    if (u && fake_is_up(u))
        fake_watch(job, 0, look_new_stopped);
    else
        fake_ask(job, "remove", u ? u->name : "", 0, remove_new);
}

static void stop_new(struct fake_job *job)
{
    struct stk_start_req *req = job->req;
    struct fake_unit *u = fake_by_id(job->engine, job->unit);
    int64_t own = u && u->has_grace ? u->grace_ms : FAKE_GRACE_MS;
    if (u && fake_is_up(u))
        fake_life_stop(job->engine, u, req->grace.set ? req->grace.v : own, false);
    look_new_stopped(job);
}

static void found(struct fake_job *job)
{
    const struct stk_unit *unit = unit_of(job);
    struct stk_ref ref = unit->ref;
    ref.id = NULL;
    struct fake_unit *old = fake_previous_of(job->engine, unit->spec->project, &ref);
    struct fake_unit *u = fake_by_ref(job->engine, unit->spec->project, &ref);
    bool stays =
        !old && u && u->state == STK_EXITED && !((struct stk_start_req *)job->req)->create_only;
    if (stays) { /* it was stopped, and could not be set aside */
        job->old = stk_arena_strdup(job->arena, u->id);
        ((struct stk_start_req *)job->req)->changed = true;
        fake_ask(job, "start", u->name, 0, start_old);
        return;
    }
    if (!old) {
        fake_job_end(job, NULL);
        return;
    }
    job->old = stk_arena_strdup(job->arena, old->id);
    job->unit = u ? stk_arena_strdup(job->arena, u->id) : NULL;
    if (u)
        fake_ask(job, "stop", u->name, 0, stop_new);
    else
        fake_ask(job, "rename", unit->name, 0, take_back);
}

void fake_restore(struct fake_job *job)
{
    fake_ask(job, "inspect", unit_of(job)->name, 0, found);
}
