/* stop.c — stops a container within its grace, its hooks first, or kills it. */
#include <stdlib.h>

#include "engine.h"
#include "hooked.h"
#include "hooks.h"
#include "labels.h"
#include "resolve.h"
#include "stop.h"
#include "text.h"
#include "words.h"

enum step { BEGIN, FIND, LOOK, HOOKS, STOP };
static const char *const steps[] = { "BEGIN", "FIND", "LOOK", "HOOKS", "STOP" };

enum { MARGIN_MS = 30000 };

static const struct stk_src nowhere;

struct stop {
    struct stk_task task;
    struct stk_stop_req *req;
    json_t *look;
    char *id;
    struct stk_hooked hooked;
};

static void clear(struct stk_task *task)
{
    struct stop *stop = (struct stop *)task;
    json_decref(stop->look);
    free(stop->id);
    stk_hooked_clear(&stop->hooked);
}

void stk_stop_send(struct stk_task *task, int step, const char *id, struct stk_opt grace_ms,
                   const json_t *look)
{
    const json_t *own = stk_json_get(stk_json_get(look, "Config"), "StopTimeout");
    int64_t seconds = json_is_integer(own) ? json_integer_value(own) : STK_DOCKER_GRACE_S;
    STK_CLEANUP(stk_charp) char *t = stk_strdup("");
    if (grace_ms.set) {
        seconds = (grace_ms.v + 999) / 1000;
        stk_charp(&t);
        t = stk_printf("?t=%lld", (long long)seconds);
    }
    int64_t most = 24 * 3600; /* what an engine was told to wait longer for, it is told again */
    seconds = seconds < 0 || seconds > most ? most : seconds;
    task->call.wait_ms = MARGIN_MS;
    task->call.grace_ms = (unsigned)seconds * 1000;
    stk_task_go(task, step, "POST", NULL, "/containers/%s/stop%s", id, t);
}

static void stop_one(struct stop *stop, const char *id, const json_t *look)
{
    if (stop->req->kill)
        stk_task_go(&stop->task, STOP, "POST", NULL, "/containers/%s/kill?signal=SIGKILL", id);
    else
        stk_stop_send(&stop->task, STOP, id, stop->req->grace, look);
}

/* The container's own grace, which an answer to a stop may take, and its hooks are only in its details. */
static void look_or_stop(struct stop *stop, const char *id)
{
    if (stop->req->kill)
        stop_one(stop, id, NULL);
    else
        stk_look(&stop->task, LOOK, STK_SERVICE, id);
}

static void on_said(struct stk_hooked *hooked, const char *line)
{
    const struct stop *stop = STK_CONTAINER(hooked, struct stop, hooked);
    if (stop->req->said)
        stop->req->said(stop->req, line);
}

/* What it was made with tells its hooks; another tool's container has those of the file. */
static void hooks_or_stop(struct stop *stop, bool runs)
{
    const json_t *labels = stk_json_get(stk_json_get(stop->look, "Config"), "Labels");
    const char *config = stk_json_str(labels, STK_LABEL_CONFIG);
    const char *service = stk_json_text(labels, STK_LABEL_SERVICE);
    json_t *list = runs ? stk_hooks_of(config ? config : stop->req->config, STK_PRE_STOP) : NULL;
    if (!list) {
        stop_one(stop, stop->id, stop->look);
        return;
    }
    stop->hooked = (struct stk_hooked){ .service = service ? service : stop->task.name,
                                        .moment = STK_PRE_STOP,
                                        .container = stop->id,
                                        .list = list,
                                        .said = on_said };
    stk_hooked_go(&stop->task, HOOKS, &stop->hooked);
}

static void on_hooked(struct stop *stop)
{
    struct stk_error err = { 0 };
    if (!stop->hooked.op.err.code || stk_hooked_too_late(&stop->hooked)) {
        stop_one(stop, stop->id, stop->look);
        return;
    }
    stk_error_move(&err, &stop->hooked.op.err);
    stk_task_end(&stop->task, &err);
}

static void on_look(struct stop *stop)
{
    const json_t *look = stop->look = json_incref(stop->task.call.json);
    const char *word = stk_json_str(stk_json_get(look, "State"), "Status");
    enum stk_state state = stk_state_parse(word);
    const char *id = stk_json_text(look, "Id");
    bool up = state == STK_RUNNING || state == STK_PAUSED || state == STK_RESTARTING;
    struct stk_error err = { 0 };
    stop->id = id ? stk_strdup(id) : NULL;
    if (up && id)
        hooks_or_stop(stop, state == STK_RUNNING);
    else if (word)
        stk_task_end(&stop->task, NULL);
    else {
        stk_fail(&err, STK_EENGINE, nowhere,
                 "the engine's answer about container %.12s has no State", id);
        stk_task_end(&stop->task, &err);
    }
}

static void next(struct stk_task *task)
{
    struct stop *stop = (struct stop *)task;
    const struct stk_error *err = &task->call.op.err;
    if (task->step == HOOKS) {
        on_hooked(stop);
        return;
    }
    bool down = err->code == STK_EABSENT || (err->code == STK_ECONFLICT && stop->req->kill);
    if (down) {
        stk_task_end(task, NULL);
        return;
    }
    if (err->code) {
        stk_task_fail(task);
        return;
    }
    switch ((enum step)task->step) {
    case BEGIN:
        stk_task_end(task, NULL);
        return;
    case FIND: {
        STK_CLEANUP(stk_charp) char *id = stk_found_id(STK_SERVICE, task->call.json);
        if (id)
            look_or_stop(stop, id);
        else
            stk_task_end(task, NULL);
        return;
    }
    case LOOK:
        on_look(stop);
        return;
    case HOOKS:
        return;
    case STOP:
        stop->req->changed = task->call.status != 304; /* 304: it was stopped already */
        stk_task_end(task, NULL);
        return;
    }
}

void stk_docker_stop(void *self, struct stk_stop_req *req)
{
    struct stop *stop =
        stk_task_new(self, sizeof(*stop), &req->op, req->ref.name, steps, next, clear);
    stop->req = req;
    req->changed = false;
    if (req->ref.kind != STK_SERVICE)
        stk_task_pause(&stop->task, BEGIN, 0); /* nothing else runs */
    else if (stk_ref_id(&req->ref))
        look_or_stop(stop, stk_ref_id(&req->ref));
    else
        stk_find(&stop->task, FIND, &req->ref);
}
