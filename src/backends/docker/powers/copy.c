/* copy.c — the engine's archives of single paths: a look, a stream out, a stream in. What a tar holds is
 * for those who read and write it. */
#include "stackctl/docker/copy.h"

#include <stdlib.h>

#include "base64.h"
#include "engine.h"

enum step { BEGIN, SENT };
static const char *const steps[] = { "BEGIN", "SENT" };

/* Go's bits of a file's mode. */
#define GO_FOLDER (INT64_C(1) << 31)
#define GO_LINK   (INT64_C(1) << 27)

struct copy {
    struct stk_task task;
    struct stk_copy_look_req *look;
    struct stk_copy_out_req *out;
    struct stk_copy_in_req *in;
    bool refused;
};

static void send(struct copy *copy, const char *method, const char *id, const char *path)
{
    STK_CLEANUP(stk_charp) char *escaped = stk_url_escape(path);
    stk_task_go(&copy->task, SENT, method, NULL, "/containers/%s/archive?path=%s", id, escaped);
}

static void read_look(struct stk_copy_look_req *req, const char *header)
{
    size_t size = 0;
    STK_CLEANUP(stk_charp) char *text = stk_base64_decode(header, &size);
    STK_CLEANUP(stk_jsonp) json_t *json = text ? json_loadb(text, size, 0, NULL) : NULL;
    int64_t mode = stk_json_int(json, "mode");
    const char *link = stk_json_text(json, "linkTarget");
    req->found = true;
    req->folder = mode & GO_FOLDER;
    req->link = mode & GO_LINK && link ? stk_strdup(link) : NULL;
}

static void looked(struct stk_task *task)
{
    struct copy *copy = (struct copy *)task;
    if (task->call.op.err.code && task->call.op.err.code != STK_EABSENT) {
        stk_task_fail(task);
        return;
    }
    if (!task->call.op.err.code)
        read_look(copy->look, task->call.http.got);
    stk_task_end(task, NULL);
}

void stk_docker_copy_look(struct stk_docker *docker, struct stk_copy_look_req *req)
{
    struct copy *copy =
        stk_task_new(docker, sizeof(*copy), &req->op, req->path, steps, looked, NULL);
    copy->look = req;
    req->found = req->folder = false;
    req->link = NULL;
    copy->task.call.want = "X-Docker-Container-Path-Stat";
    send(copy, "HEAD", req->id, req->path);
}

static void next(struct stk_task *task)
{
    struct stk_error err = { 0 };
    if (((struct copy *)task)->refused) {
        stk_fail(&err, STK_ECANCELED, (struct stk_src){ 0 }, "canceled");
        stk_task_end(task, &err);
    } else if (task->call.op.err.code) {
        stk_task_fail(task);
    } else {
        stk_task_end(task, NULL);
    }
}

static bool on_stream(struct stk_call *call, const char *bytes, size_t size)
{
    struct copy *copy = call->data;
    copy->refused = !copy->out->bytes(copy->out, bytes, size);
    return !copy->refused;
}

void stk_docker_copy_out(struct stk_docker *docker, struct stk_copy_out_req *req)
{
    struct copy *copy = stk_task_new(docker, sizeof(*copy), &req->op,
                                     req->path ? req->path : req->id, steps, next, NULL);
    copy->out = req;
    copy->task.call.stream = on_stream;
    copy->task.call.data = copy;
    if (req->path)
        send(copy, "GET", req->id, req->path);
    else
        stk_task_go(&copy->task, SENT, "GET", NULL, "/containers/%s/export", req->id);
}

static size_t on_feed(struct stk_call *call, char *to, size_t room)
{
    struct copy *copy = call->data;
    return copy->in->bytes(copy->in, to, room);
}

void stk_docker_copy_in(struct stk_docker *docker, struct stk_copy_in_req *req)
{
    struct copy *copy =
        stk_task_new(docker, sizeof(*copy), &req->op, req->folder, steps, next, NULL);
    copy->in = req;
    copy->task.call.feed = on_feed;
    copy->task.call.data = copy;
    copy->task.call.wait_ms = STK_FOREVER; /* as long as the files take */
    send(copy, "PUT", req->id, req->folder);
}
