/* prune.c — removes the images that builds of a project left without a name. Which time is right for it is
 * for the caller to know. */
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "labels.h"
#include "stackctl/docker/image.h"

enum step { BEGIN, LIST, REMOVE };
static const char *const steps[] = { "BEGIN", "LIST", "REMOVE" };

struct prune {
    struct stk_task task;
    struct stk_prune_req *req;
    json_t *list;
    size_t at;
};

static void clear(struct stk_task *task)
{
    json_decref(((struct prune *)task)->list);
}

static void remove_next(struct prune *prune)
{
    const char *id = NULL;
    while (!id && prune->at < stk_json_n(prune->list))
        id = stk_json_text(stk_json_at(prune->list, prune->at++), "Id");
    if (id)
        stk_task_go(&prune->task, REMOVE, "DELETE", NULL, "/images/%s", id);
    else
        stk_task_end(&prune->task, NULL);
}

/* What a container is made from is a conflict, and stays; what is gone already is as good as removed. */
static void next(struct stk_task *task)
{
    struct prune *prune = (struct prune *)task;
    enum stk_code code = task->call.op.err.code;
    bool stays = task->step == REMOVE && (code == STK_ECONFLICT || code == STK_EABSENT);
    if (code && !stays) {
        stk_task_fail(task);
        return;
    }
    if (task->step == LIST)
        prune->list = json_incref(task->call.json);
    else
        prune->req->removed += !stays;
    remove_next(prune);
}

void stk_docker_prune(struct stk_docker *docker, struct stk_prune_req *req)
{
    struct prune *prune =
        stk_task_new(docker, sizeof(*prune), &req->op, req->project, steps, next, clear);
    STK_CLEANUP(stk_charp) char *label = stk_printf("%s=%s", STK_LABEL_PROJECT, req->project);
    STK_CLEANUP(stk_charp)
    char *filters =
        stk_url_filters(json_pack("{s:[s], s:[s]}", "dangling", "true", "label", label));
    prune->req = req;
    req->removed = 0;
    prune->task.call.list = true;
    stk_task_go(&prune->task, LIST, "GET", NULL, "/images/json?filters=%s", filters);
}
