/* stop.c — stops a container within its grace, or kills it. */
#include "engine.h"
#include "resolve.h"
#include "stop.h"
#include "text.h"
#include "words.h"

enum step { BEGIN, FIND, LOOK, STOP };
static const char *const steps[] = { "BEGIN", "FIND", "LOOK", "STOP" };

enum { DEFAULT_GRACE_S = 10, MARGIN_MS = 30000 };

static const struct stk_src nowhere;

struct stop {
    struct stk_task task;
    struct stk_stop_req *req;
};

void stk_stop_send(struct stk_task *task, int step, const char *id, struct stk_opt grace_ms,
                   const json_t *look)
{
    const json_t *own = stk_json_get(stk_json_get(look, "Config"), "StopTimeout");
    int64_t seconds = json_is_integer(own) ? json_integer_value(own) : DEFAULT_GRACE_S;
    STK_CLEANUP(stk_charp) char *t = stk_strdup("");
    if (grace_ms.set) {
        seconds = (grace_ms.v + 999) / 1000;
        stk_charp(&t);
        t = stk_printf("?t=%lld", (long long)seconds);
    }
    int64_t most = 24 * 3600; /* what an engine was told to wait longer for, it is told again */
    seconds = seconds < 0 || seconds > most ? most : seconds;
    task->call.wait_ms = (unsigned)seconds * 1000 + MARGIN_MS;
    stk_task_go(task, step, "POST", NULL, "/containers/%s/stop%s", id, t);
}

static void stop_one(struct stop *stop, const char *id, const json_t *look)
{
    if (stop->req->kill)
        stk_task_go(&stop->task, STOP, "POST", NULL, "/containers/%s/kill?signal=SIGKILL", id);
    else
        stk_stop_send(&stop->task, STOP, id, stop->req->grace, look);
}

/* The container's own grace, which an answer to a stop may take, is only in its details. */
static void look_or_stop(struct stop *stop, const char *id)
{
    if (stop->req->kill || stop->req->grace.set)
        stop_one(stop, id, NULL);
    else
        stk_look(&stop->task, LOOK, STK_SERVICE, id);
}

static void on_look(struct stop *stop)
{
    STK_CLEANUP(stk_jsonp) json_t *look = json_incref(stop->task.call.json);
    const char *word = stk_json_str(stk_json_get(look, "State"), "Status");
    enum stk_state state = stk_state_parse(word);
    const char *id = stk_json_text(look, "Id");
    bool up = state == STK_RUNNING || state == STK_PAUSED || state == STK_RESTARTING;
    struct stk_error err = { 0 };
    if (up)
        stop_one(stop, id, look);
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
    case STOP:
        stop->req->changed = task->call.status != 304; /* 304: it was stopped already */
        stk_task_end(task, NULL);
        return;
    }
}

void stk_docker_stop(void *self, struct stk_stop_req *req)
{
    struct stop *stop =
        stk_task_new(self, sizeof(*stop), &req->op, req->ref.name, steps, next, NULL);
    stop->req = req;
    req->changed = false;
    if (req->ref.kind != STK_SERVICE)
        stk_task_pause(&stop->task, BEGIN, 0); /* nothing else runs */
    else if (stk_ref_id(&req->ref))
        look_or_stop(stop, stk_ref_id(&req->ref));
    else
        stk_find(&stop->task, FIND, &req->ref);
}
