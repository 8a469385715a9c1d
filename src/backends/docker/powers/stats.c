/* stats.c — reads the engine's readings of one container, one or one a second. What they mean is
 * sample.c's. */
#include "stackctl/docker/stats.h"

#include <string.h>

#include "engine.h"
#include "sample.h"

enum step { BEGIN, STREAM };
static const char *const steps[] = { "BEGIN", "STREAM" };

enum { BEGIN_MS = 30000 };
#define LINE_MAX (4 * STK_MIB)

struct stats {
    struct stk_task task;
    struct stk_stats_req *req;
    struct stk_buf line;
    bool bad;
};

static void clear(struct stk_task *task)
{
    stk_buf_clear(&((struct stats *)task)->line);
}

static void take_line(struct stats *stats)
{
    json_t *json = json_loadb(stats->line.bytes ? stats->line.bytes : "", stats->line.size,
                              JSON_ALLOW_NUL, NULL);
    if (json_is_object(json)) {
        struct stk_sample sample = stk_sample_read(json);
        stats->req->sample(stats->req, &sample);
    }
    json_decref(json);
    stk_buf_reset(&stats->line);
}

static bool on_stream(struct stk_call *call, const char *bytes, size_t size)
{
    struct stats *stats = call->data;
    while (size) {
        const char *end = memchr(bytes, '\n', size);
        size_t n = end ? (size_t)(end - bytes) : size;
        stats->bad = !stk_buf_add(&stats->line, bytes, n);
        if (stats->bad || !end)
            return !stats->bad;
        take_line(stats);
        bytes += n + 1;
        size -= n + 1;
    }
    return true;
}

static void next(struct stk_task *task)
{
    struct stats *stats = (struct stats *)task;
    struct stk_error err = { 0 };
    if (stats->bad) {
        stk_fail(&err, STK_EENGINE, (struct stk_src){ 0 },
                 "reading what '%.12s' uses: the engine's answer is too long", stats->req->id);
        stk_task_end(task, &err);
    } else if (task->call.op.err.code) {
        stk_task_fail(task);
    } else {
        if (stats->line.size)
            take_line(stats);
        stk_task_end(task, NULL);
    }
}

void stk_docker_stats(struct stk_docker *docker, struct stk_stats_req *req)
{
    struct stats *stats =
        stk_task_new(docker, sizeof(*stats), &req->op, req->id, steps, next, clear);
    stats->req = req;
    stk_buf_init(&stats->line, LINE_MAX);
    stats->task.call.wait_ms = BEGIN_MS;
    stats->task.call.stream = on_stream;
    stats->task.call.data = stats;
    stk_task_go(&stats->task, STREAM, "GET", NULL, "/containers/%s/stats?stream=%d", req->id,
                !req->once);
}
