/* image.c — brings up an image: pulls it when its policy, or its absence, asks for it. */
#include "engine.h"
#include "pull.h"
#include "text.h"
#include "resolve.h"

enum step { BEGIN, LOOK, PULL, CHECK };
static const char *const steps[] = { "BEGIN", "LOOK", "PULL", "CHECK" };

static const struct stk_src nowhere;

struct image {
    struct stk_task task;
    struct stk_start_req *req;
    struct stk_pull pull;
    char *before; /* ID that the reference had */
};

static void clear(struct stk_task *task)
{
    struct image *image = (struct image *)task;
    stk_pull_clear(&image->pull);
    stk_charp(&image->before);
}

/* That of the service which wants it. */
static const char *platform_of(const struct stk_unit *unit)
{
    const struct stk_spec *spec = unit->spec;
    for (size_t i = 0; spec && i < spec->n_services; i++)
        if (stk_streq(spec->services[i].name, unit->image.service))
            return spec->services[i].platform;
    return NULL;
}

static void pull_or_fail(struct image *image)
{
    const struct stk_image_unit *unit = &image->req->unit->image;
    struct stk_error err = { 0 };
    const char *policy = image->req->no_pull ? "never" : unit->pull_policy;
    bool build = stk_streq(unit->pull_policy, "build");
    if (build || stk_streq(policy, "never")) {
        stk_fail(&err, STK_EIMAGE, nowhere,
                 build ? "it is not there, and building is not supported yet"
                       : "it is not there, and its pull policy is 'never'");
        stk_task_end(&image->task, &err);
        return;
    }
    image->pull.req = image->req;
    stk_pull_send(&image->task, PULL, &image->pull, unit->name, platform_of(image->req->unit));
}

static void looked(struct image *image)
{
    const struct stk_image_unit *unit = &image->req->unit->image;
    const char *id = stk_json_text(image->task.call.json, "Id");
    bool always =
        !image->req->no_pull && (image->req->force_pull || stk_streq(unit->pull_policy, "always"));
    if (!always) {
        stk_image_remember(image->task.docker, unit->name, image->task.call.json);
        stk_task_end(&image->task, NULL);
        return;
    }
    image->before = stk_strdup(id);
    pull_or_fail(image);
}

static void checked(struct image *image)
{
    const char *id = stk_json_text(image->task.call.json, "Id");
    stk_image_remember(image->task.docker, image->req->unit->image.name, image->task.call.json);
    image->req->changed = !stk_streq(id, image->before);
    stk_task_end(&image->task, NULL);
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
        if (failed->code == STK_EABSENT)
            pull_or_fail(image);
        else if (failed->code)
            stk_task_fail_in(task, "looking for image '%s'", name);
        else
            looked(image);
        return;
    case PULL:
        if (stk_pull_result(&image->pull, task, &err))
            stk_task_end(task, &err);
        else
            stk_look(task, CHECK, STK_IMAGE, name);
        return;
    case CHECK:
        if (failed->code == STK_EABSENT) {
            stk_fail(&err, STK_EIMAGE, nowhere,
                     "the engine's answer ended early, connection closed");
            stk_task_end(task, &err);
        } else if (failed->code) {
            stk_task_fail_in(task, "looking for image '%s'", name);
        } else {
            checked(image);
        }
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
