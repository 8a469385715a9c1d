/* registry.c — what needs the user's login at a registry: pushing an image there, and asking what it has
 * behind a name. */
#include <stdio.h>

#include "engine.h"
#include "json_lines.h"
#include "login.h"
#include "pull.h"
#include "stackctl/docker/image.h"
#include "text.h"
#include "words.h"

enum step { BEGIN, LOGIN, ASKED };
static const char *const steps[] = { "BEGIN", "LOGIN", "ASKED" };

enum { FIRST_MS = 120000, IDLE_MS = 120000, ASK_MS = 30000 };

static const struct stk_src nowhere;

struct asking {
    struct stk_task task;
    struct stk_login_req login;
    struct stk_push_req *push;     /* either */
    struct stk_digest_req *digest; /* or */
    struct stk_json_lines lines;
};

static void clear(struct stk_task *task)
{
    struct asking *asking = (struct asking *)task;
    stk_json_lines_clear(&asking->lines);
    stk_error_clear(&asking->login.op.err);
}

static void take(void *data, const json_t *line)
{
    struct asking *asking = data;
    const json_t *detail = stk_json_get(line, "progressDetail");
    struct stk_progress p = { .item = stk_json_text(line, "id"),
                              .phase = stk_json_text(line, "status"),
                              .current = stk_json_int(detail, "current"),
                              .total = stk_json_int(detail, "total") };
    if (p.phase && asking->push->progress)
        asking->push->progress(asking->push, &p);
}

static bool on_stream(struct stk_call *call, const char *bytes, size_t size)
{
    struct asking *asking = call->data;
    return stk_json_lines_feed(&asking->lines, bytes, size);
}

/* An engine insists on the header even when nobody is logged in. */
static char *header(const json_t *login)
{
    STK_CLEANUP(stk_jsonp) json_t *nobody = json_object();
    STK_CLEANUP(stk_charp) char *text = stk_login_text(login ? login : nobody);
    return stk_printf("X-Registry-Auth: %s", text);
}

static void ask(struct asking *asking)
{
    struct stk_task *task = &asking->task;
    const char *name = asking->push ? asking->push->name : asking->digest->name;
    task->call.header = header(asking->login.login);
    if (asking->digest) {
        STK_CLEANUP(stk_charp) char *escaped = stk_url_escape(name);
        task->call.wait_ms = ASK_MS;
        stk_task_go(task, ASKED, "GET", NULL, "/distribution/%s/json", escaped);
        return;
    }
    STK_CLEANUP(stk_charp) char *repository = NULL;
    STK_CLEANUP(stk_charp) char *tag = NULL;
    stk_image_split(name, &repository, &tag);
    STK_CLEANUP(stk_charp) char *repository_escaped = stk_url_escape(repository);
    STK_CLEANUP(stk_charp) char *tag_escaped = stk_url_escape(tag);
    task->call.stream = on_stream;
    task->call.data = asking;
    task->call.wait_ms = FIRST_MS;
    task->call.idle_ms = IDLE_MS;
    asking->lines.take = take;
    asking->lines.data = asking;
    stk_task_go(task, ASKED, "POST", NULL, "/images/%s/push?tag=%s", repository_escaped,
                tag_escaped);
}

/* What the engine says of a registry is about the image; only its own silence is not. */
static void fail(struct asking *asking, const char *why)
{
    const struct stk_error *said = &asking->task.call.op.err;
    bool own =
        said->code == STK_ECANCELED || (said->code == STK_EENGINE && !asking->task.call.lost);
    struct stk_error err = { 0 };
    stk_fail(&err, own ? said->code : STK_EIMAGE, nowhere, "%s", why);
    stk_task_end(&asking->task, &err);
}

static void read_platforms(struct stk_digest_req *req, const json_t *list)
{
    size_t at = 0;
    req->platforms[0] = '\0';
    for (size_t i = 0; i < stk_json_n(list); i++) {
        const json_t *one = stk_json_at(list, i);
        const char *os = stk_json_text(one, "os"), *machine = stk_json_text(one, "architecture");
        const char *variant = stk_json_text(one, "variant");
        if (!os || !machine)
            continue;
        int n = snprintf(req->platforms + at, sizeof(req->platforms) - at, "%s%s/%s%s%s",
                         at ? " " : "", os, machine, variant ? "/" : "", variant ? variant : "");
        if (n < 0 || (size_t)n >= sizeof(req->platforms) - at) {
            req->platforms[at] = '\0';
            return;
        }
        at += (size_t)n;
    }
}

static void asked(struct asking *asking)
{
    struct stk_task *task = &asking->task;
    const char *digest = stk_json_text(stk_json_get(task->call.json, "Descriptor"), "digest");
    stk_json_lines_end(&asking->lines);
    if (asking->lines.error) {
        fail(asking, asking->lines.error);
    } else if (task->call.op.err.code) {
        fail(asking, task->call.op.err.msg);
    } else if (asking->digest && !digest) {
        fail(asking, "the engine's answer has no digest");
    } else {
        if (asking->digest) {
            snprintf(asking->digest->digest, sizeof(asking->digest->digest), "%s", digest);
            read_platforms(asking->digest, stk_json_get(task->call.json, "Platforms"));
        }
        stk_task_end(task, NULL);
    }
}

static void next(struct stk_task *task)
{
    struct asking *asking = (struct asking *)task;
    struct stk_error err = { 0 };
    if (task->step == ASKED) {
        asked(asking);
    } else if (asking->login.op.err.code) {
        stk_error_move(&err, &asking->login.op.err);
        stk_task_end(task, &err);
    } else {
        ask(asking);
    }
}

static void begin(struct stk_docker *docker, struct stk_op *op, const char *name,
                  struct stk_push_req *push, struct stk_digest_req *digest)
{
    struct asking *asking = stk_task_new(docker, sizeof(*asking), op, name, steps, next, clear);
    asking->push = push;
    asking->digest = digest;
    asking->login.image = name;
    stk_task_nest(&asking->task, LOGIN, &asking->login.op);
    stk_login_ask(docker, &asking->login);
}

char *stk_image_complete(const char *name)
{
    return stk_image_normal(name);
}

void stk_docker_push(struct stk_docker *docker, struct stk_push_req *req)
{
    begin(docker, &req->op, req->name, req, NULL);
}

void stk_docker_digest(struct stk_docker *docker, struct stk_digest_req *req)
{
    begin(docker, &req->op, req->name, NULL, req);
}
