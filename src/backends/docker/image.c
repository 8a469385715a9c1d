/* image.c — brings up an image: pulls it when its policy, or its absence, asks for it, or builds it. */
#include <string.h>

#include "build.h"
#include "buildx.h"
#include "engine.h"
#include "login.h"
#include "pull.h"
#include "text.h"
#include "resolve.h"

enum step {
    BEGIN,
    LOOK,
    LOGIN,
    PULL,
    AGAIN,
    BASE,
    BASE_LOGIN,
    BUILD,
    BUILDX_LOOK,
    BUILDX,
    TAG,
    CHECK
};
static const char *const steps[] = { "BEGIN",       "LOOK",   "LOGIN",      "PULL",
                                     "AGAIN",       "BASE",   "BASE_LOGIN", "BUILD",
                                     "BUILDX_LOOK", "BUILDX", "TAG",        "CHECK" };

static const struct stk_src nowhere;

struct image {
    struct stk_task task;
    struct stk_start_req *req;
    struct stk_pull pull;
    struct stk_building building;
    struct stk_buildx buildx;
    char *before; /* ID that the reference had */
    char *exact;  /* what is pulled when the unit is held to a digest: "busybox@sha256:…" */
    struct stk_login_req login;
    unsigned tries;
    int64_t asked_ms; /* when the last of them began */
};

static void clear(struct stk_task *task)
{
    struct image *image = (struct image *)task;
    stk_pull_clear(&image->pull);
    stk_build_clear(&image->building);
    stk_buildx_clear(&image->buildx);
    stk_charp(&image->before);
    stk_charp(&image->exact);
    stk_error_clear(&image->login.op.err);
}

static void ask_login(struct image *image, enum step step, const char *name)
{
    stk_error_clear(&image->login.op.err);
    image->login = (struct stk_login_req){ .image = name };
    stk_task_nest(&image->task, step, &image->login.op);
    stk_login_ask(image->task.docker, &image->login);
}

static bool login_failed(struct image *image)
{
    struct stk_error err = { 0 };
    if (!image->login.op.err.code)
        return false;
    stk_error_move(&err, &image->login.op.err);
    stk_task_end(&image->task, &err);
    return true;
}

static void fail_no_pull(struct image *image, const char *why)
{
    struct stk_error err = { 0 };
    stk_fail(&err, STK_EIMAGE, nowhere, "it is not there, and %s", why);
    stk_task_end(&image->task, &err);
}

static void pull_or_fail(struct image *image)
{
    const struct stk_image_unit *unit = &image->req->unit->image;
    if (unit->built || stk_streq(unit->pull_policy, "build")) {
        fail_no_pull(image, "it is to be built, which was not asked for");
        return;
    }
    if (image->req->no_pull || stk_streq(unit->pull_policy, "never")) {
        fail_no_pull(image, image->req->offline                     ? "--offline was given"
                            : stk_streq(unit->pull_policy, "never") ? "its pull policy is 'never'"
                                                                    : "it may not be pulled");
        return;
    }
    ask_login(image, LOGIN, image->req->unit->name);
}

/* "busybox:1.36" → "busybox@sha256:…" */
static char *exact_name(const char *name, const char *digest)
{
    STK_CLEANUP(stk_charp) char *repository = NULL;
    STK_CLEANUP(stk_charp) char *label = NULL;
    stk_image_split(name, &repository, &label);
    return stk_printf("%s@%s", repository, digest);
}

static void pull(struct image *image)
{
    const struct stk_unit *unit = image->req->unit;
    stk_pull_clear(&image->pull);
    image->pull = (struct stk_pull){ .req = image->req };
    image->tries++;
    image->asked_ms = stk_monotonic_ms();
    if (unit->image.digest && !image->exact)
        image->exact = exact_name(unit->name, unit->image.digest);
    stk_pull_send(&image->task, PULL, &image->pull, image->exact ? image->exact : unit->name,
                  unit->image.platform, image->login.login);
}

static void check(struct image *image, int code, struct stk_error *err);
static void tag(struct image *image, const char *source);

static void pulled(struct image *image)
{
    struct stk_error err = { 0 };
    int code = stk_pull_result(&image->pull, &image->task, &err);
    int64_t took_ms = stk_monotonic_ms() - image->asked_ms;
    unsigned ms =
        code && err.code == STK_EIMAGE ? stk_pull_again_ms(err.msg, image->tries, took_ms) : 0;
    if (ms) {
        stk_error_clear(&err);
        stk_task_pause(&image->task, AGAIN, ms);
    } else if (!code && image->exact && !strchr(image->req->unit->name, '@')) {
        tag(image, image->exact);
    } else {
        check(image, code, &err);
    }
}

/* One that was built the same way has the name of another service, one that was pulled by its digest has
 * none: now it has this one. */
static void tag(struct image *image, const char *source)
{
    const char *name = image->req->unit->name;
    STK_CLEANUP(stk_charp) char *from = stk_url_escape(source);
    STK_CLEANUP(stk_charp) char *repository = NULL;
    STK_CLEANUP(stk_charp) char *label = NULL;
    stk_image_split(name, &repository, &label);
    STK_CLEANUP(stk_charp) char *repository_escaped = stk_url_escape(repository);
    STK_CLEANUP(stk_charp) char *label_escaped = stk_url_escape(label);
    stk_task_go(&image->task, TAG, "POST", NULL, "/images/%s/tag?repo=%s&tag=%s", from,
                repository_escaped, label_escaped);
}

/* The next base image that has not been looked at: one that the builder will pull may need a login. */
static void next_base(struct image *image)
{
    struct stk_building *b = &image->building;
    if (b->base < b->bases.n)
        stk_look(&image->task, BASE, STK_IMAGE, b->bases.v[b->base]);
    else
        stk_build_send(&image->task, BUILD, b);
}

static void looked_at_base(struct image *image)
{
    struct stk_building *b = &image->building;
    const char *name = b->bases.v[b->base];
    bool present = !image->task.call.op.err.code;
    struct stk_error err = { 0 };
    if (!present && image->req->offline) {
        stk_fail(&err, STK_EIMAGE, nowhere,
                 "it is built upon '%s', which is not there, and --offline was given", name);
        stk_task_end(&image->task, &err);
    } else if (present && (image->req->offline || !stk_build_pulls(b))) {
        b->base++;
        next_base(image);
    } else {
        ask_login(image, BASE_LOGIN, name);
    }
}

static void got_base_login(struct image *image)
{
    struct stk_building *b = &image->building;
    STK_CLEANUP(stk_charp) char *registry = stk_registry_of(b->bases.v[b->base++]);
    if (image->login.login && !b->logins)
        b->logins = json_object();
    if (image->login.login)
        json_object_set(b->logins, stk_login_key(registry),
                        (json_t *)(uintptr_t)image->login.login);
    next_base(image);
}

static void fail_offline(struct image *image)
{
    struct stk_error err = { 0 };
    stk_fail(&err, STK_EBUILD, nowhere,
             "%s needs BuildKit, which asks registries, and --offline was given",
             image->building.beyond);
    stk_task_end(&image->task, &err);
}

static void build_beyond(struct image *image)
{
    if (image->req->offline)
        fail_offline(image);
    else if (image->task.docker->has_buildx)
        stk_buildx_build(&image->task, BUILDX, &image->buildx, image->req);
    else
        stk_buildx_look(&image->task, BUILDX_LOOK, &image->buildx);
}

static void looked_for_buildx(struct image *image)
{
    struct stk_error err = { 0 };
    if (image->buildx.process.op.err.code == STK_ECANCELED) {
        stk_error_move(&err, &image->buildx.process.op.err);
        stk_task_end(&image->task, &err);
    } else if (stk_buildx_found(&image->task, &image->buildx)) {
        stk_buildx_build(&image->task, BUILDX, &image->buildx, image->req);
    } else if (stk_build_refuse(&image->building, &err)) {
        stk_task_end(&image->task, &err);
    } else {
        next_base(image);
    }
}

static void build(struct image *image)
{
    struct stk_error err = { 0 };
    if (image->req->tag_of) {
        tag(image, image->req->tag_of);
        return;
    }
    image->building.req = image->req;
    if (stk_build_prepare(&image->building, &err))
        stk_task_end(&image->task, &err);
    else if (image->building.beyond)
        build_beyond(image);
    else
        next_base(image);
}

/* Whether it was pulled, or named, longer ago than the policy allows. */
static bool is_old(const struct image *image)
{
    const json_t *look = image->task.call.json;
    int64_t at = stk_parse_rfc3339_ms(stk_json_text(stk_json_get(look, "Metadata"), "LastTagTime"));
    return image->req->max_age_ms && stk_now_ms() - at > image->req->max_age_ms;
}

static void looked(struct image *image, bool present)
{
    const struct stk_start_req *req = image->req;
    const struct stk_image_unit *unit = &req->unit->image;
    const char *id = present ? stk_json_text(image->task.call.json, "Id") : NULL;
    bool always = !req->no_pull && (req->force_pull || (present && is_old(image)) ||
                                    (!req->max_age_ms && stk_streq(unit->pull_policy, "always")));
    image->before = id ? stk_strdup(id) : NULL;
    if (unit->build && (req->build || (!present && unit->built && !req->no_pull))) {
        build(image);
    } else if (present && !always) {
        stk_image_remember(image->task.docker, unit->name, image->task.call.json);
        stk_task_end(&image->task, NULL);
    } else {
        pull_or_fail(image);
    }
}

static void checked(struct image *image)
{
    const char *id = stk_json_text(image->task.call.json, "Id");
    stk_image_remember(image->task.docker, image->req->unit->image.name, image->task.call.json);
    image->req->changed = !stk_streq(id, image->before);
    stk_task_end(&image->task, NULL);
}

/* It came, or was built: what is behind the name now? */
static void check(struct image *image, int code, struct stk_error *err)
{
    if (code)
        stk_task_end(&image->task, err);
    else
        stk_look(&image->task, CHECK, STK_IMAGE, image->req->unit->image.name);
}

static void built_by_buildx(struct image *image, int code, struct stk_error *err)
{
    if (stk_buildx_leaves_image(image->req))
        check(image, code, err);
    else
        stk_task_end(&image->task, code ? err : NULL);
}

static void on_check(struct image *image)
{
    struct stk_task *task = &image->task;
    struct stk_error err = { 0 };
    if (task->call.op.err.code == STK_EABSENT) {
        stk_fail(&err, image->req->build ? STK_EBUILD : STK_EIMAGE, nowhere,
                 "the engine's answer ended early, connection closed");
        stk_task_end(task, &err);
    } else if (task->call.op.err.code) {
        stk_task_fail_in(task, "looking for image '%s'", image->req->unit->name);
    } else {
        checked(image);
    }
}

static void next(struct stk_task *task)
{
    struct image *image = (struct image *)task;
    const char *name = image->req->unit->image.name;
    const struct stk_error *failed = &task->call.op.err;
    struct stk_error err = { 0 };
    switch ((enum step)task->step) {
    case BEGIN:
    case LOOK:
        if (failed->code && failed->code != STK_EABSENT)
            stk_task_fail_in(task, "looking for image '%s'", name);
        else
            looked(image, !failed->code);
        return;
    case LOGIN:
        if (!login_failed(image))
            pull(image);
        return;
    case PULL:
        pulled(image);
        return;
    case AGAIN:
        pull(image);
        return;
    case BASE:
        looked_at_base(image);
        return;
    case BASE_LOGIN:
        if (!login_failed(image))
            got_base_login(image);
        return;
    case BUILD:
        check(image, stk_build_result(&image->building, task, &err), &err);
        return;
    case BUILDX_LOOK:
        looked_for_buildx(image);
        return;
    case BUILDX:
        built_by_buildx(image, stk_buildx_result(&image->buildx, &err), &err);
        return;
    case TAG:
        if (failed->code)
            stk_task_fail_in(task, "naming '%s' '%s'",
                             image->exact ? image->exact : image->req->tag_of, name);
        else
            check(image, 0, NULL);
        return;
    case CHECK:
        on_check(image);
        return;
    }
}

void stk_image_start(struct stk_docker *docker, struct stk_start_req *req)
{
    struct image *image =
        stk_task_new(docker, sizeof(*image), &req->op, req->unit->image.name, steps, next, clear);
    image->req = req;
    req->changed = false;
    req->since[0] = '\0';
    stk_look(&image->task, LOOK, STK_IMAGE, req->unit->image.name);
}
