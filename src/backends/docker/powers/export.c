/* export.c — reads a container's files as the engine archives them. */
#include "stackctl/docker/export.h"

#include "engine.h"

enum step { BEGIN, STREAM };
static const char *const steps[] = { "BEGIN", "STREAM" };

struct export
{
    struct stk_task task;
    struct stk_export_req *req;
    bool refused;
};

static bool on_stream(struct stk_call *call, const char *bytes, size_t size)
{
    struct export *export = call->data;
    export->refused = !export->req->bytes(export->req, bytes, size);
    return !export->refused;
}

static void next(struct stk_task *task)
{
    struct stk_error err = { 0 };
    if (((struct export *)task)->refused) {
        stk_fail(&err, STK_ECANCELED, (struct stk_src){ 0 }, "canceled");
        stk_task_end(task, &err);
    } else if (task->call.op.err.code) {
        stk_task_fail(task);
    } else {
        stk_task_end(task, NULL);
    }
}

void stk_docker_export(struct stk_docker *docker, struct stk_export_req *req)
{
    struct export *export =
        stk_task_new(docker, sizeof(*export), &req->op, req->id, steps, next, NULL);
    export->req = req;
    export->task.call.stream = on_stream;
    export->task.call.data = export;
    stk_task_go(&export->task, STREAM, "GET", NULL, "/containers/%s/export", req->id);
}
