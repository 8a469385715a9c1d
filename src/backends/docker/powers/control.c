/* control.c — pauses a container, lets it go on, or sends it a signal. Which containers is others'
 * business. */
#include "stackctl/docker/control.h"

#include <string.h>

#include "engine.h"

enum step { BEGIN, SENT };
static const char *const steps[] = { "BEGIN", "SENT" };

struct control {
    struct stk_task task;
    struct stk_control_req *req;
};

/* An engine refuses what is so already, with 409 or, before 20.10, with 500; only its words tell. */
static bool is_so_already(const struct control *control, const struct stk_error *err)
{
    static const char *const words[] = {
        [STK_CONTROL_PAUSE] = "already paused",
        [STK_CONTROL_UNPAUSE] = "is not paused",
        [STK_CONTROL_SIGNAL] = NULL,
    };
    const char *wanted = words[control->req->what];
    return wanted && err->msg && strstr(err->msg, wanted);
}

static void next(struct stk_task *task)
{
    struct control *control = (struct control *)task;
    const struct stk_error *err = &task->call.op.err;
    control->req->changed = err->code == STK_OK;
    if (err->code && !is_so_already(control, err))
        stk_task_fail(task);
    else
        stk_task_end(task, NULL);
}

void stk_docker_control(struct stk_docker *docker, struct stk_control_req *req)
{
    struct control *control =
        stk_task_new(docker, sizeof(*control), &req->op, req->id, steps, next, NULL);
    control->req = req;
    req->changed = false;
    switch (req->what) {
    case STK_CONTROL_PAUSE:
        stk_task_go(&control->task, SENT, "POST", NULL, "/containers/%s/pause", req->id);
        return;
    case STK_CONTROL_UNPAUSE:
        stk_task_go(&control->task, SENT, "POST", NULL, "/containers/%s/unpause", req->id);
        return;
    case STK_CONTROL_SIGNAL:
        stk_task_go(&control->task, SENT, "POST", NULL, "/containers/%s/kill?signal=%d", req->id,
                    req->signal);
        return;
    }
}
