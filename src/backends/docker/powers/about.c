/* about.c — asks an engine what it is. */
#include "stackctl/docker/about.h"

#include <stdio.h>

#include "engine.h"

enum step { BEGIN, ASKED };
static const char *const steps[] = { "BEGIN", "ASKED" };

struct about {
    struct stk_task task;
    struct stk_about_req *req;
};

void stk_docker_api_range(unsigned *ret_oldest, unsigned *ret_newest)
{
    *ret_oldest = STK_API_OLDEST;
    *ret_newest = STK_API_NEWEST;
}

static void copy(char *to, size_t size, const json_t *object, const char *key)
{
    const char *text = stk_json_str(object, key);
    snprintf(to, size, "%s", text ? text : "");
}

static void next(struct stk_task *task)
{
    struct stk_about_req *req = ((struct about *)task)->req;
    const json_t *json = task->call.json;
    if (task->call.op.err.code) {
        stk_task_fail(task);
        return;
    }
    copy(req->version, sizeof(req->version), json, "Version");
    copy(req->api, sizeof(req->api), json, "ApiVersion");
    copy(req->api_oldest, sizeof(req->api_oldest), json, "MinAPIVersion");
    copy(req->platform, sizeof(req->platform), stk_json_get(json, "Platform"), "Name");
    copy(req->os, sizeof(req->os), json, "Os");
    copy(req->arch, sizeof(req->arch), json, "Arch");
    stk_task_end(task, NULL);
}

void stk_docker_about(struct stk_docker *docker, struct stk_about_req *req)
{
    struct about *about =
        stk_task_new(docker, sizeof(*about), &req->op, "version", steps, next, NULL);
    about->req = req;
    req->host = docker->host;
    req->version[0] = req->api[0] = req->api_oldest[0] = '\0';
    req->platform[0] = req->os[0] = req->arch[0] = '\0';
    stk_task_go(&about->task, ASKED, "GET", NULL, "/version");
}
