/* info.c — asks an engine about itself and its machine. What to make of it is the caller's. */
#include "stackctl/docker/info.h"

#include <stdio.h>

#include "engine.h"
#include "text.h"

enum step { BEGIN, ASKED };
static const char *const steps[] = { "BEGIN", "ASKED" };

struct info {
    struct stk_task task;
    struct stk_info_req *req;
    int64_t sent_ms;
};

static void read_pools(struct stk_info_req *req, const json_t *pools)
{
    for (size_t i = 0; i < stk_json_n(pools) && req->n_pools < STK_INFO_POOLS_MAX; i++) {
        const char *base = stk_json_text(stk_json_at(pools, i), "Base");
        int64_t size = stk_json_int(stk_json_at(pools, i), "Size");
        if (!base || size < 1 || size > 128)
            continue;
        struct stk_address_pool *pool = &req->pools[req->n_pools++];
        snprintf(pool->base, sizeof(pool->base), "%s", base);
        pool->size = (unsigned)size;
    }
}

static void next(struct stk_task *task)
{
    struct info *info = (struct info *)task;
    struct stk_info_req *req = info->req;
    const json_t *json = task->call.json;
    if (task->call.op.err.code) {
        stk_task_fail(task);
        return;
    }
    const char *root = stk_json_str(json, "DockerRootDir");
    snprintf(req->root, sizeof(req->root), "%s", root ? root : "");
    req->time_ms = stk_parse_rfc3339_ms(stk_json_str(json, "SystemTime"));
    req->asked_ms = info->sent_ms + (stk_now_ms() - info->sent_ms) / 2;
    read_pools(req, stk_json_get(json, "DefaultAddressPools"));
    stk_task_end(task, NULL);
}

void stk_docker_info(struct stk_docker *docker, struct stk_info_req *req)
{
    struct info *info = stk_task_new(docker, sizeof(*info), &req->op, "info", steps, next, NULL);
    info->req = req;
    info->sent_ms = stk_now_ms();
    req->same_machine = docker->same_machine;
    req->root[0] = '\0';
    req->n_pools = 0;
    req->time_ms = req->asked_ms = 0;
    stk_task_go(&info->task, ASKED, "GET", NULL, "/info");
}
