/* restore.c — takes back the container that a replacement has set aside: what took its place is stopped
 * and removed, then it gets its name again and runs. Done twice, or after an attempt that was killed at
 * any step, it comes to the same. */
#include <stdlib.h>
#include <string.h>

#include "hooks.h"
#include "labels.h"
#include "words.h"
#include "resolve.h"
#include "service.h"
#include "shares.h"
#include "stop.h"
#include "text.h"

enum step { FIND_ALL, STOP_NEW, REMOVE_NEW, TAKE_BACK, START_OLD, HOOKS };
static const char *const steps[] = { "FIND_ALL",  "STOP_NEW",  "REMOVE_NEW",
                                     "TAKE_BACK", "START_OLD", "HOOKS" };

struct restore {
    struct stk_task task;
    struct stk_start_req *req;
    char *old_id, *new_id;
    struct stk_hooked hooked; /* what runs after a start of the old one */
};

static void clear(struct stk_task *task)
{
    struct restore *r = (struct restore *)task;
    free(r->old_id);
    free(r->new_id);
    stk_hooked_clear(&r->hooked);
}

static void take_back(struct restore *r)
{
    stk_task_go(&r->task, TAKE_BACK, "POST", NULL, "/containers/%s/rename?name=%s", r->old_id,
                r->req->unit->name);
}

static void stop_new(struct restore *r)
{
    struct stk_opt grace = r->req->grace;
    if (!grace.set && r->req->unit->service->stop_grace_period.set)
        grace = (struct stk_opt){ .set = true,
                                  .v = r->req->unit->service->stop_grace_period.v / STK_NS_PER_MS };
    if (r->new_id)
        stk_stop_send(&r->task, STOP_NEW, r->new_id, grace, NULL);
    else
        take_back(r);
}

static void on_back(struct restore *r);

static void see_hooks(struct restore *r, const json_t *container)
{
    const json_t *labels = stk_json_get(container, "Labels");
    r->hooked.list = stk_hooks_of(stk_json_str(labels, STK_LABEL_CONFIG), STK_POST_START);
}

/* The replacement failed when it had stopped the old one and not yet set it aside. */
static bool stays_stopped(const struct restore *r, const json_t *found)
{
    const char *state = stk_json_text(found, "State");
    return !r->req->create_only && state && strcmp(state, "exited") == 0 &&
           !stk_replaced_name(stk_container_name(stk_json_get(found, "Names")));
}

static void on_found(struct restore *r)
{
    const json_t *list = r->task.call.json;
    const json_t *found = stk_found(STK_SERVICE, list);
    const char *new_id = stk_json_text(found, "Id");
    for (size_t i = 0; i < stk_json_n(list); i++) {
        const json_t *container = stk_json_at(list, i);
        const char *id = stk_json_text(container, "Id");
        if (!r->old_id &&
            stk_name_is_previous(stk_container_name(stk_json_get(container, "Names")), id)) {
            r->old_id = stk_strdup(id);
            see_hooks(r, container);
        }
    }
    if (!r->old_id && stays_stopped(r, found)) {
        r->old_id = stk_strdup(new_id);
        see_hooks(r, found);
        on_back(r);
        return;
    }
    r->new_id = new_id ? stk_strdup(new_id) : NULL;
    if (r->old_id)
        stop_new(r);
    else
        stk_task_end(&r->task, NULL);
}

/* Its anonymous volumes are the old one's as well, but for those that it made itself. */
static void remove_new(struct restore *r)
{
    r->task.call.wait_ms = WORK_MS;
    stk_task_go(&r->task, REMOVE_NEW, "DELETE", NULL, "/containers/%s?force=1&v=1", r->new_id);
}

static void on_back(struct restore *r)
{
    r->req->changed = true;
    if (r->req->create_only) {
        stk_task_end(&r->task, NULL);
        return;
    }
    r->task.call.wait_ms = WORK_MS;
    stk_task_go(&r->task, START_OLD, "POST", NULL, "/containers/%s/start", r->old_id);
}

static void on_said(struct stk_hooked *hooked, const char *line)
{
    const struct restore *r = STK_CONTAINER(hooked, struct restore, hooked);
    if (r->req->said)
        r->req->said(r->req, line);
}

static void on_started(struct restore *r)
{
    struct stk_hooked *hooked = &r->hooked;
    bool started = r->task.call.status != 304; /* 304: it went on running */
    if (!started || !hooked->list) {
        stk_task_end(&r->task, NULL);
        return;
    }
    hooked->service = r->req->unit->ref.name;
    hooked->moment = STK_POST_START;
    hooked->container = r->old_id;
    hooked->said = on_said;
    stk_hooked_go(&r->task, HOOKS, hooked);
}

static void on_hooked(struct restore *r)
{
    struct stk_error err = { 0 };
    stk_error_move(&err, &r->hooked.op.err);
    stk_task_end(&r->task, &err);
}

static void next(struct stk_task *task)
{
    static const char *const doing[] = { "looking for", "stopping the new", "removing the new",
                                         "renaming the old", "starting the old" };
    struct restore *r = (struct restore *)task;
    if (task->step == HOOKS) {
        on_hooked(r);
        return;
    }
    enum stk_code code = task->call.op.err.code;
    bool gone = code == STK_EABSENT && (task->step == STOP_NEW || task->step == REMOVE_NEW);
    if (code && !gone) {
        stk_task_fail_in(task, "%s container of '%s'", doing[task->step], r->req->unit->name);
        return;
    }
    switch ((enum step)task->step) {
    case FIND_ALL:
        on_found(r);
        return;
    case STOP_NEW:
        remove_new(r);
        return;
    case REMOVE_NEW:
        take_back(r);
        return;
    case TAKE_BACK:
        on_back(r);
        return;
    case START_OLD:
        on_started(r);
        return;
    case HOOKS:
        return;
    }
}

void stk_service_restore(struct stk_docker *docker, struct stk_start_req *req)
{
    struct restore *r =
        stk_task_new(docker, sizeof(*r), &req->op, req->unit->name, steps, next, clear);
    r->req = req;
    stk_find(&r->task, FIND_ALL, &req->unit->ref);
}
