/* again.c — starts a container that is there already, as it was made: what `start` and `restart`
 * do without asking the stack file. */
#include <stdlib.h>

#include "engine.h"
#include "hooked.h"
#include "hooks.h"
#include "labels.h"
#include "resolve.h"
#include "since.h"
#include "text.h"
#include "words.h"

enum step { BEGIN, FIND, LOOK, TAIL, START, HOOKS };
static const char *const steps[] = { "BEGIN", "FIND", "LOOK", "TAIL", "START", "HOOKS" };

enum { START_MS = 75000 };

static const struct stk_src nowhere;

struct again {
    struct stk_task task;
    struct stk_start_req *req;
    struct stk_since since;
    char *id, *finished;
    struct stk_hooked hooked;
};

static void clear(struct stk_task *task)
{
    struct again *again = (struct again *)task;
    free(again->id);
    free(again->finished);
    stk_hooked_clear(&again->hooked);
}

static void absent(struct again *again)
{
    struct stk_error err = { 0 };
    stk_fail(&err, STK_EABSENT, nowhere, "there is no container of service '%s'",
             again->req->ref.name);
    stk_task_end(&again->task, &err);
}

static void on_look(struct again *again)
{
    const json_t *look = again->task.call.json, *state = stk_json_get(look, "State");
    const char *id = stk_json_text(look, "Id"), *ended = stk_json_text(state, "FinishedAt");
    enum stk_state is = stk_state_parse(stk_json_str(state, "Status"));
    if (!id) {
        absent(again);
        return;
    }
    if (is == STK_RUNNING || is == STK_PAUSED || is == STK_RESTARTING) {
        stk_task_end(&again->task, NULL);
        return;
    }
    again->id = stk_strdup(id);
    const json_t *labels = stk_json_get(stk_json_get(look, "Config"), "Labels");
    again->hooked.list = stk_hooks_of(stk_json_str(labels, STK_LABEL_CONFIG), STK_POST_START);
    again->finished = ended ? stk_strdup(ended) : NULL;
    stk_since_send(&again->task, TAIL, &again->since, id);
}

/* A log that cannot be read is no reason not to start. */
static void on_tail(struct again *again)
{
    stk_since_read(&again->since, again->finished, again->req->since, sizeof(again->req->since));
    again->task.call.wait_ms = START_MS;
    stk_task_go(&again->task, START, "POST", NULL, "/containers/%s/start", again->id);
}

static void on_said(struct stk_hooked *hooked, const char *line)
{
    const struct again *again = STK_CONTAINER(hooked, struct again, hooked);
    if (again->req->said)
        again->req->said(again->req, line);
}

static void on_started(struct again *again)
{
    struct stk_hooked *hooked = &again->hooked;
    again->req->changed = again->task.call.status != 304; /* 304: it was started already */
    if (!again->req->changed || !hooked->list) {
        stk_task_end(&again->task, NULL);
        return;
    }
    hooked->service = again->task.name;
    hooked->moment = STK_POST_START;
    hooked->container = again->id;
    hooked->said = on_said;
    stk_hooked_go(&again->task, HOOKS, hooked);
}

static void on_hooked(struct again *again)
{
    struct stk_error err = { 0 };
    stk_error_move(&err, &again->hooked.op.err);
    stk_task_end(&again->task, &err);
}

static void on_find(struct again *again)
{
    STK_CLEANUP(stk_charp) char *id = stk_found_id(STK_SERVICE, again->task.call.json);
    if (id)
        stk_look(&again->task, LOOK, STK_SERVICE, id);
    else
        absent(again);
}

static void next(struct stk_task *task)
{
    struct again *again = (struct again *)task;
    const struct stk_error *err = &task->call.op.err;
    bool asked = task->step == FIND || task->step == LOOK;
    if (err->code == STK_EABSENT && asked) {
        absent(again);
        return;
    }
    if (err->code && task->step != TAIL && task->step != HOOKS) {
        stk_task_fail_in(task, "starting container of service '%s'", again->req->ref.name);
        return;
    }
    switch ((enum step)task->step) {
    case BEGIN:
    case FIND:
        on_find(again);
        return;
    case LOOK:
        on_look(again);
        return;
    case TAIL:
        on_tail(again);
        return;
    case START:
        on_started(again);
        return;
    case HOOKS:
        on_hooked(again);
        return;
    }
}

void stk_service_start_again(struct stk_docker *docker, struct stk_start_req *req)
{
    struct again *again =
        stk_task_new(docker, sizeof(*again), &req->op, req->ref.name, steps, next, clear);
    const char *id = req->id ? req->id : req->ref.id;
    again->req = req;
    req->changed = false;
    req->since[0] = '\0';
    if (id)
        stk_look(&again->task, LOOK, STK_SERVICE, id);
    else
        stk_find(&again->task, FIND, &req->ref);
}
