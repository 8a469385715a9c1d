/* commit.c — has the engine make an image of a container. */
#include "stackctl/docker/commit.h"

#include <stdio.h>
#include <string.h>

#include "engine.h"

enum step { BEGIN, MADE };
static const char *const steps[] = { "BEGIN", "MADE" };

struct commit {
    struct stk_task task;
    struct stk_commit_req *req;
};

static void next(struct stk_task *task)
{
    struct stk_commit_req *req = ((struct commit *)task)->req;
    const char *id = stk_json_text(task->call.json, "Id");
    if (task->call.op.err.code) {
        stk_task_fail(task);
        return;
    }
    snprintf(req->image_id, sizeof(req->image_id), "%s", id);
    stk_task_end(task, NULL);
}

static void add(struct stk_buf *query, const char *key, const char *value)
{
    STK_CLEANUP(stk_charp) char *escaped = value ? stk_url_escape(value) : NULL;
    if (escaped)
        stk_buf_printf(query, "&%s=%s", key, escaped);
}

/* "host:5000/name:tag": the tag is what follows the last colon behind the last slash. */
static void add_image(struct stk_buf *query, const char *image)
{
    const char *slash = strrchr(image, '/'), *colon = strchr(slash ? slash : image, ':');
    STK_CLEANUP(stk_charp)
    char *repository = stk_strndup(image, colon ? (size_t)(colon - image) : strlen(image));
    add(query, "repo", repository);
    add(query, "tag", colon ? colon + 1 : NULL);
}

void stk_docker_commit(struct stk_docker *docker, struct stk_commit_req *req)
{
    struct commit *commit =
        stk_task_new(docker, sizeof(*commit), &req->op, req->id, steps, next, NULL);
    STK_CLEANUP(stk_buf_clearp) struct stk_buf query;
    stk_buf_init(&query, STK_MIB);
    commit->req = req;
    req->image_id[0] = '\0';
    stk_buf_printf(&query, "container=%s&pause=%d", req->id, !req->no_pause);
    if (req->image)
        add_image(&query, req->image);
    add(&query, "author", req->author);
    add(&query, "comment", req->message);
    for (size_t i = 0; i < req->changes.n; i++)
        add(&query, "changes", req->changes.v[i]);
    commit->task.call.needs = "Id";
    commit->task.call.wait_ms = STK_FOREVER; /* as long as its files take to copy */
    stk_task_go(&commit->task, MADE, "POST", NULL, "/commit?%s", query.bytes);
}
