/* fake_start.c — the operation start: the steps by which a unit comes up, an old one being replaced on
 * the way when asked. */
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "op.h"
#include "text.h"

#include "fake_create.h"
#include "fake_engine.h"
#include "given.h"
#include "hooks.h"
#include "place.h"

static const struct stk_src nowhere;

static const struct stk_unit *unit_of(const struct fake_job *job)
{
    return ((const struct stk_start_req *)job->req)->unit;
}

static struct fake_unit *existing(struct fake_job *job)
{
    struct stk_start_req *req = job->req;
    struct fake_engine *e = job->engine;
    if (req->id)
        return fake_by_id(e, req->id);
    const char *project = req->unit->spec ? req->unit->spec->project : e->opts->project;
    struct stk_ref ref = req->unit->ref;
    ref.id = NULL;
    return fake_by_ref(e, project, &ref);
}

/* ---- images ---- */

enum { PULL_PARTS = 4 };

struct pulling {
    const char *image;
    int parts;
    void (*then)(struct fake_job *job);
};

static void pull_part(struct fake_job *job)
{
    struct pulling *pulling = job->more;
    struct fake_engine *e = job->engine;
    struct stk_start_req *req = job->req;
    const struct fake_image *row = fake_image(e, pulling->image);
    if (row && row->error) {
        struct stk_error err = { 0 };
        stk_fail(&err, STK_EIMAGE, nowhere, "%s", row->error);
        if (unit_of(job)->ref.kind == STK_SERVICE) /* an image's own name is told by the caller */
            stk_wrap(&err, "pulling '%s'", pulling->image);
        fake_job_end(job, &err);
        return;
    }
    struct stk_progress p = { .item = "layer-1",
                              .phase =
                                  pulling->parts < PULL_PARTS ? "Downloading" : "Pull complete",
                              .current = pulling->parts * STK_NS_PER_MS,
                              .total = PULL_PARTS * STK_NS_PER_MS };
    if (req->progress)
        req->progress(req, &p);
    if (pulling->parts++ < PULL_PARTS) {
        fake_later(job, row ? row->pull_ms / PULL_PARTS : 0, pull_part);
        return;
    }
    if (!fake_by_name(e, STK_IMAGE, pulling->image))
        fake_unit_add(e, fake_unit_new(STK_IMAGE, pulling->image));
    req->changed = true;
    pulling->then(job);
}

static void pull(struct fake_job *job, const char *image, void (*then)(struct fake_job *job))
{
    struct pulling *pulling = stk_arena_alloc(job->arena, sizeof(*pulling));
    *pulling = (struct pulling){ .image = image, .then = then };
    job->more = pulling;
    fake_ask(job, "pull", image, 0, pull_part);
}

static void end_well(struct fake_job *job)
{
    fake_job_end(job, NULL);
}

static void fail_no_image(struct fake_job *job, const char *image)
{
    struct stk_error err = { 0 };
    stk_fail(&err, STK_EIMAGE, nowhere, "no such image: %s", image);
    fake_job_end(job, &err);
}

static void fail_no_pull(struct fake_job *job, const struct stk_image_unit *image)
{
    struct stk_error err = { 0 };
    bool build = image->built || stk_streq(image->pull_policy, "build");
    stk_fail(&err, STK_EIMAGE, nowhere, "it is not there, and %s",
             build                                    ? "it is to be built, which was not asked for"
             : stk_streq(image->pull_policy, "never") ? "its pull policy is 'never'"
                                                      : "it may not be pulled");
    fake_job_end(job, &err);
}

static void built(struct fake_job *job)
{
    struct stk_start_req *req = job->req;
    struct fake_engine *e = job->engine;
    const char *name = req->unit->image.name;
    const struct fake_image *row = fake_image(e, name);
    if (req->output && !req->tag_of)
        req->output(req, "Step 1/1 : FROM scratch");
    if (row && row->error) {
        struct stk_error err = { 0 };
        stk_fail(&err, STK_EBUILD, nowhere, "the build failed: %s", row->error);
        fake_job_end(job, &err);
        return;
    }
    if (!fake_by_name(e, STK_IMAGE, name)) {
        fake_unit_add(e, fake_unit_new(STK_IMAGE, name));
        req->changed = true;
    }
    fake_job_end(job, NULL);
}

static void image_found(struct fake_job *job)
{
    struct stk_start_req *req = job->req;
    const struct stk_image_unit *image = &req->unit->image;
    bool present = fake_image_unit(job->engine, image->name);
    bool may_not = req->no_pull || stk_streq(image->pull_policy, "never");
    if (image->build && (req->build || (!present && !req->no_pull && image->built)))
        fake_ask(job, "build", image->name, 0, built);
    else if (present && (req->no_pull || !req->force_pull) &&
             !stk_streq(image->pull_policy, "always"))
        fake_job_end(job, NULL);
    else if (!present && (may_not || image->built || stk_streq(image->pull_policy, "build")))
        fail_no_pull(job, image);
    else
        pull(job, image->name, end_well);
}

/* ---- networks and volumes ---- */

static void create_kind(struct fake_job *job)
{
    struct stk_start_req *req = job->req;
    if (req->unit->ref.kind == STK_NETWORK)
        fake_create_network(job->engine, req->unit);
    else
        fake_create_volume(job->engine, req->unit);
    req->changed = true;
    fake_job_end(job, NULL);
}

static void kind_found(struct fake_job *job)
{
    const struct stk_unit *unit = unit_of(job);
    bool network = unit->ref.kind == STK_NETWORK;
    bool external = network ? unit->network->external : unit->volume->external;
    if (fake_by_name(job->engine, unit->ref.kind, unit->name)) {
        fake_job_end(job, NULL);
        return;
    }
    if (!external) {
        fake_ask(job, "create", unit->name, 0, create_kind);
        return;
    }
    struct stk_error err = { 0 };
    stk_fail(&err, STK_EABSENT, nowhere, "external %s '%s' is not there",
             network ? "network" : "volume", unit->name);
    fake_job_end(job, &err);
}

/* ---- containers, from the last step to the first ---- */

static void fail_start(struct fake_job *job, struct fake_unit *u, struct stk_error *err)
{
    u->error = stk_arena_strdup(u->arena, err->msg);
    job->engine->changed = true;
    fake_job_end(job, err);
}

static void hook_said(struct fake_job *job, const char *line)
{
    struct stk_start_req *req = job->req;
    if (req->said)
        req->said(req, line);
}

static void start_now(struct fake_job *job)
{
    struct stk_start_req *req = job->req;
    struct fake_engine *e = job->engine;
    struct fake_unit *u = fake_by_id(e, job->unit);
    struct stk_error err = { 0 };
    if (!u) {
        stk_fail(&err, STK_EABSENT, nowhere, "container vanished before it was started");
        fake_job_end(job, &err);
        return;
    }
    const struct fake_behaviour *b = fake_behaviour(e, u);
    unsigned held;
    if (fake_ports_bind(e, u, &held, &err) < 0) {
        stk_wrap(&err, "starting container '%s'", u->name);
        if (req->unit)
            err.src = stk_place_of_port(req->unit, held);
        fail_start(job, u, &err);
        return;
    }
    if (b && b->start_error) {
        u->exit_code = 127;
        stk_fail(&err, b->start_code ? b->start_code : STK_EFAIL, nowhere, "%s", b->start_error);
        fail_start(job, u, &err);
        return;
    }
    if (u->runs)
        fake_timestamp(e->clock > e->last_stamp ? e->clock : e->last_stamp + 1, req->since);
    u->restarts = 0;
    fake_life_start(e, u);
    req->changed = true;
    fake_hooks(job, u, NULL, STK_POST_START, hook_said, end_well);
}

static void ask_start(struct fake_job *job)
{
    struct stk_start_req *req = job->req;
    struct fake_unit *u = fake_by_id(job->engine, job->unit);
    const struct fake_behaviour *b = u ? fake_behaviour(job->engine, u) : NULL;
    job->undo = NULL;
    if (req->create_only) {
        snprintf(req->made_id, sizeof(req->made_id), "%s", job->unit);
        fake_job_end(job, NULL);
    } else {
        fake_ask(job, "start", u ? u->name : "", b ? b->start_ms : 0, start_now);
    }
}

static void stop_old(struct fake_job *job);
static void set_aside(struct fake_job *job);

static void rename_unit(struct fake_engine *e, struct fake_unit *u, const char *name)
{
    u->name = stk_arena_strdup(u->arena, name);
    e->changed = true;
}

/* A replacement that was killed in the middle left the one it was to replace under the name. */
static void rename_new(struct fake_job *job)
{
    struct stk_start_req *req = job->req;
    const char *name = unit_of(job)->name;
    struct fake_unit *u = fake_by_id(job->engine, job->unit);
    struct fake_unit *holder = fake_by_name(job->engine, STK_SERVICE, name);
    if (u && holder && holder != u) {
        job->old = stk_arena_strdup(job->arena, holder->id);
        if (req->start_first)
            fake_ask(job, "rename", holder->name, 0, set_aside);
        else
            fake_ask(job, "stop", holder->name, 0, stop_old);
        return;
    }
    if (u)
        rename_unit(job->engine, u, name);
    ask_start(job);
}

static void set_aside(struct fake_job *job)
{
    struct fake_unit *old = fake_by_id(job->engine, job->old);
    if (old)
        rename_unit(job->engine, old,
                    stk_arena_printf(job->arena, "%.12s_previous_%s", old->id, unit_of(job)->name));
    job->undo = NULL; /* from here on restore undoes it */
    fake_ask(job, "rename", unit_of(job)->name, 0, rename_new);
}

static void remove_old(struct fake_job *job)
{
    struct fake_unit *old = fake_by_id(job->engine, job->old);
    if (old)
        fake_unit_drop(job->engine, old);
    job->undo = NULL; /* from here on the new one is all there is */
    fake_ask(job, "rename", unit_of(job)->name, 0, rename_new);
}

static void look_old_stopped(struct fake_job *job)
{
    struct stk_start_req *req = job->req;
    const struct fake_unit *old = fake_by_id(job->engine, job->old);
    if (old && fake_is_up(old))
        fake_watch(job, 0, look_old_stopped);
    else if (req->keep_old)
        fake_ask(job, "rename", old ? old->name : "", 0, set_aside);
    else
        fake_ask(job, "remove", old ? old->name : "", 0, remove_old);
}

static void stop_old(struct fake_job *job)
{
    struct stk_start_req *req = job->req;
    struct fake_unit *old = fake_by_id(job->engine, job->old);
    int64_t own = old && old->has_grace ? old->grace_ms : FAKE_GRACE_MS;
    if (old && fake_is_up(old))
        fake_life_stop(job->engine, old, req->grace.set ? req->grace.v : own, false);
    look_old_stopped(job);
}

static void drop_new(struct fake_job *job)
{
    struct fake_unit *u = fake_by_id(job->engine, job->unit);
    if (!u)
        return;
    fake_drop_anonymous(job->engine, u); /* but those of the old one */
    fake_unit_drop(job->engine, u);
}

static void ask_stop_old(struct fake_job *job)
{
    const struct fake_unit *old = fake_by_id(job->engine, job->old);
    fake_ask(job, "stop", old ? old->name : "", 0, stop_old);
}

static bool name_is_held(struct fake_job *job, const struct fake_unit *old,
                         struct stk_error *reterr)
{
    const char *name = unit_of(job)->name;
    const struct fake_unit *by = fake_by_name(job->engine, STK_SERVICE, name);
    if (!by || by == old)
        return false;
    if (by->project)
        stk_fail(reterr, STK_ECONFLICT, nowhere, "name '%s' is held by a container of project '%s'",
                 name, by->project);
    else
        stk_fail(reterr, STK_ECONFLICT, nowhere, "name '%s' is held by a container of no project",
                 name);
    return true;
}

static void create_now(struct fake_job *job)
{
    struct stk_start_req *req = job->req;
    struct fake_engine *e = job->engine;
    struct fake_unit *u = NULL, *old = fake_by_id(e, job->old);
    struct stk_error err = { 0 };
    char temporary[300];
    const char *name = req->unit->name;
    if (old) {
        snprintf(temporary, sizeof(temporary), "%.12s_%.250s", old->id, name);
        name = temporary;
    }
    if (stk_given_check(req->unit, true, &err) || name_is_held(job, old, &err) ||
        fake_create(e, req->unit, req->renew_volumes ? NULL : old, name, &u, &err) < 0) {
        fake_job_end(job, &err);
        return;
    }
    job->unit = stk_arena_strdup(job->arena, u->id);
    req->changed = true;
    if (!old) {
        ask_start(job);
        return;
    }
    job->undo = drop_new;
    if (req->start_first)
        fake_ask(job, "rename", old->name, 0, set_aside);
    else
        fake_hooks(job, old, req->unit->config, STK_PRE_STOP, hook_said, ask_stop_old);
}

static void ask_create(struct fake_job *job)
{
    fake_ask(job, "create", unit_of(job)->name, 0, create_now);
}

static void want_image(struct fake_job *job)
{
    const struct stk_service *s = unit_of(job)->service;
    if (fake_image_unit(job->engine, s->image))
        ask_create(job);
    else if (stk_streq(s->pull_policy, "never"))
        fail_no_image(job, s->image);
    else
        pull(job, s->image, ask_create);
}

static void container_found(struct fake_job *job)
{
    struct stk_start_req *req = job->req;
    struct fake_unit *u = existing(job);
    if (!u) {
        want_image(job);
        return;
    }
    if (req->replace) {
        job->old = stk_arena_strdup(job->arena, u->id);
        want_image(job);
        return;
    }
    job->unit = stk_arena_strdup(job->arena, u->id);
    if (!fake_is_up(u) && !stk_streq(u->name, req->unit->name)) {
        fake_ask(job, "rename", req->unit->name, 0, rename_new);
        return;
    }
    if (!fake_is_up(u)) {
        ask_start(job);
        return;
    }
    fake_timestamp(u->started, req->since);
    fake_job_end(job, NULL);
}

/* Without a file only what exists can be started. */
static void start_again(struct fake_job *job)
{
    struct stk_start_req *req = job->req;
    struct fake_unit *u = fake_by_ref(job->engine, job->engine->opts->project, &req->ref);
    if (!u) {
        struct stk_error err = { 0 };
        stk_fail(&err, STK_EABSENT, nowhere, "there is no container of service '%s'",
                 req->ref.name);
        fake_job_end(job, &err);
        return;
    }
    job->unit = stk_arena_strdup(job->arena, u->id);
    if (fake_is_up(u))
        fake_job_end(job, NULL);
    else
        ask_start(job);
}

void fake_start(void *self, struct stk_start_req *req)
{
    struct fake_engine *e = self;
    struct fake_job *job = fake_job_begin(e, &req->op, req);
    if (req->restore) {
        fake_restore(job);
        return;
    }
    if (!req->unit) {
        fake_ask(job, "inspect", req->ref.name, 0, start_again);
        return;
    }
    const struct fake_unit *made = req->made ? fake_by_id(e, req->made) : NULL;
    if (made && !fake_is_up(made)) { /* what else there is to it was done before */
        job->unit = stk_arena_strdup(job->arena, req->made);
        ask_start(job);
        return;
    }
    static void (*const found[])(struct fake_job * job) = {
        [STK_SERVICE] = container_found,
        [STK_IMAGE] = image_found,
        [STK_NETWORK] = kind_found,
        [STK_VOLUME] = kind_found,
    };
    fake_ask(job, "inspect", req->unit->name, 0, found[req->unit->ref.kind]);
}
