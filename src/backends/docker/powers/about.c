/* about.c — asks an engine what it is. */
#include "stackctl/docker/about.h"

#include <stdio.h>
#include <string.h>

#include "engine.h"
#include "text.h"

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

/* "Docker/20.10.24 (linux)": the version of a Docker, the whole of what is not one. */
static void read_greeting(struct stk_about_req *req, const struct stk_docker *docker)
{
    const char *server = docker->greeting.server, *docker_is = "Docker/";
    server += stk_starts(server, docker_is) ? strlen(docker_is) : 0;
    snprintf(req->version, sizeof(req->version), "%.*s", (int)strcspn(server, " "), server);
    snprintf(req->api, sizeof(req->api), "%s", docker->greeting.api);
    snprintf(req->os, sizeof(req->os), "%s", docker->greeting.os);
}

static void greeted(struct stk_task *task)
{
    struct stk_about_req *req = ((struct about *)task)->req;
    if (task->call.op.err.code) {
        stk_task_fail(task);
        return;
    }
    read_greeting(req, task->docker);
    stk_task_end(task, NULL);
}

void stk_docker_about(struct stk_docker *docker, struct stk_about_req *req)
{
    struct about *about = stk_task_new(docker, sizeof(*about), &req->op, "version", steps,
                                       req->brief ? greeted : next, NULL);
    about->req = req;
    req->host = docker->host;
    req->version[0] = req->api[0] = req->api_oldest[0] = '\0';
    req->platform[0] = req->os[0] = req->arch[0] = '\0';
    if (req->brief)
        stk_call_send(docker, &about->task.call);
    else
        stk_task_go(&about->task, ASKED, "GET", NULL, "/version");
}
