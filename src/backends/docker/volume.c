/* volume.c — brings up a named volume: finds or makes it. One that is there is used whoever made
 * it, as data is worth more than labels. */
#include "engine.h"
#include "labels.h"
#include "network.h"
#include "put.h"

enum step { BEGIN, LOOK, CREATE };
static const char *const steps[] = { "BEGIN", "LOOK", "CREATE" };

enum { CREATE_MS = 75000 };

static const struct stk_src nowhere;

struct volume {
    struct stk_task task;
    struct stk_start_req *req;
};

json_t *stk_volume_body(const struct stk_unit *unit, const char *tool)
{
    const struct stk_volume *v = unit->volume;
    return json_pack("{s:s, s:s, s:o, s:o}", "Name", unit->name, "Driver",
                     v->driver ? v->driver : "local", "DriverOpts", stk_map_of(&v->driver_opts),
                     "Labels", stk_labels(unit, tool));
}

static void create(struct volume *volume)
{
    json_t *body = stk_volume_body(volume->req->unit, volume->task.docker->tool);
    volume->task.call.wait_ms = CREATE_MS;
    volume->task.call.needs = "Name";
    stk_task_go(&volume->task, CREATE, "POST", body, "/volumes/create");
}

static void absent(struct volume *volume)
{
    struct stk_error err = { 0 };
    if (!volume->req->unit->volume->external) {
        create(volume);
        return;
    }
    stk_fail(&err, STK_EFAIL, nowhere, "volume '%s' declared as external, but could not be found",
             volume->req->unit->name);
    stk_task_end(&volume->task, &err);
}

static void next(struct stk_task *task)
{
    struct volume *volume = (struct volume *)task;
    const struct stk_error *err = &task->call.op.err;
    if (task->step == LOOK && err->code == STK_EABSENT) {
        absent(volume);
        return;
    }
    if (err->code) {
        stk_task_fail(task);
        return;
    }
    volume->req->changed = task->step == CREATE;
    stk_task_end(task, NULL);
}

void stk_volume_start(struct stk_docker *docker, struct stk_start_req *req)
{
    struct volume *volume =
        stk_task_new(docker, sizeof(*volume), &req->op, req->unit->name, steps, next, NULL);
    STK_CLEANUP(stk_charp) char *name = stk_url_escape(req->unit->name);
    volume->req = req;
    req->changed = false;
    req->since[0] = '\0';
    volume->task.call.needs = "Name";
    stk_task_go(&volume->task, LOOK, "GET", NULL, "/volumes/%s", name);
}
