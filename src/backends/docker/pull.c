/* pull.c — asks the engine to pull an image and reads the JSON lines it answers with. */
#include "pull.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

enum { FIRST_MS = 120000, IDLE_MS = 60000 };
#define LINE_MAX (1 * STK_MIB)

static const struct stk_src nowhere;

static void tell(struct stk_pull *pull, const json_t *line)
{
    const json_t *detail = stk_json_get(line, "progressDetail");
    struct stk_progress p = { .item = stk_json_text(line, "id"),
                              .phase = stk_json_text(line, "status"),
                              .current = stk_json_int(detail, "current"),
                              .total = stk_json_int(detail, "total") };
    if (!p.phase)
        return;
    if (strcmp(p.phase, "Pull complete") == 0 || stk_starts(p.phase, "Status: Downloaded"))
        pull->fresh = true;
    if (pull->req && pull->req->progress)
        pull->req->progress(pull->req, &p);
}

static void take_line(struct stk_pull *pull)
{
    if (!pull->line.size)
        return;
    json_t *line = json_loadb(pull->line.bytes, pull->line.size, JSON_ALLOW_NUL, NULL);
    const char *error = stk_json_text(stk_json_get(line, "errorDetail"), "message");
    if (!error)
        error = stk_json_text(line, "error");
    if (error && !pull->error)
        pull->error = stk_strdup(error);
    if (!error)
        tell(pull, line);
    json_decref(line);
    stk_buf_reset(&pull->line);
}

bool stk_pull_feed(struct stk_pull *pull, const char *bytes, size_t size)
{
    if (!pull->line.max)
        stk_buf_init(&pull->line, LINE_MAX);
    while (size) {
        const char *end = memchr(bytes, '\n', size);
        size_t n = end ? (size_t)(end - bytes) : size;
        if (!stk_buf_add(&pull->line, bytes, n))
            return false;
        if (!end)
            return true;
        take_line(pull);
        bytes += n + 1;
        size -= n + 1;
    }
    return true;
}

static bool on_stream(struct stk_call *call, const char *bytes, size_t size)
{
    return stk_pull_feed(call->data, bytes, size);
}

/* "localhost:5000/a/b:1" → "localhost:5000/a/b" and "1" */
static void split(const char *ref, char **ret_name, char **ret_tag)
{
    const char *slash = strrchr(ref, '/'), *at = strchr(ref, '@');
    const char *colon = strchr(slash ? slash : ref, ':');
    const char *cut = colon && (!at || colon < at) ? colon : at;
    *ret_name = stk_strndup(ref, cut ? (size_t)(cut - ref) : strlen(ref));
    *ret_tag = stk_strdup(at ? at + 1 : colon ? colon + 1 : "latest");
}

void stk_pull_send(struct stk_task *task, int step, struct stk_pull *pull, const char *ref,
                   const char *platform)
{
    STK_CLEANUP(stk_charp) char *name = NULL;
    STK_CLEANUP(stk_charp) char *tag = NULL;
    split(ref, &name, &tag);
    STK_CLEANUP(stk_charp) char *name_escaped = stk_url_escape(name);
    STK_CLEANUP(stk_charp) char *tag_escaped = stk_url_escape(tag);
    task->call.stream = on_stream;
    task->call.data = pull;
    task->call.wait_ms = FIRST_MS;
    task->call.idle_ms = IDLE_MS;
    json_object_del(task->docker->image_ids, ref);
    STK_CLEANUP(stk_charp) char *platform_escaped = stk_url_escape(platform ? platform : "");
    stk_task_go(task, step, "POST", NULL, "/images/create?fromImage=%s&tag=%s%s%s", name_escaped,
                tag_escaped, platform ? "&platform=" : "", platform_escaped);
}

int stk_pull_result(struct stk_pull *pull, struct stk_task *task, struct stk_error *reterr)
{
    struct stk_error *err = &task->call.op.err;
    take_line(pull); /* a last one without its newline */
    if (pull->error)
        return stk_fail(reterr, STK_EIMAGE, nowhere, "%s", pull->error);
    if (!err->code)
        return 0;
    if (pull->line.full)
        return stk_fail(reterr, STK_EIMAGE, nowhere,
                        "the engine's answer has a line beyond all reason");
    bool theirs = err->code != STK_ECANCELED && (err->code != STK_EENGINE || task->call.lost);
    enum stk_code code = theirs ? STK_EIMAGE : err->code;
    return stk_fail(reterr, code, nowhere, "%s", err->msg);
}

void stk_pull_clear(struct stk_pull *pull)
{
    stk_buf_clear(&pull->line);
    stk_charp(&pull->error);
}

void stk_image_remember(struct stk_docker *docker, const char *ref, const json_t *look)
{
    const char *id = stk_json_text(look, "Id");
    if (id)
        json_object_set_new(docker->image_ids, ref, json_string(id));
    else
        json_object_del(docker->image_ids, ref);
}
