/* pull.c — asks the engine to pull an image and reads the JSON lines it answers with. */
#include "pull.h"

#include <stdlib.h>
#include <string.h>

#include "login.h"
#include "text.h"

enum { FIRST_MS = 120000, IDLE_MS = 60000 };

static const struct stk_src nowhere;

void stk_pull_tell(struct stk_start_req *req, const json_t *line)
{
    const json_t *detail = stk_json_get(line, "progressDetail");
    struct stk_progress p = { .item = stk_json_text(line, "id"),
                              .phase = stk_json_text(line, "status"),
                              .current = stk_json_int(detail, "current"),
                              .total = stk_json_int(detail, "total") };
    if (p.phase && req && req->progress)
        req->progress(req, &p);
}

static void take(void *data, const json_t *line)
{
    struct stk_pull *pull = data;
    const char *phase = stk_json_text(line, "status");
    if (stk_streq(phase, "Pull complete") || (phase && stk_starts(phase, "Status: Downloaded")))
        pull->fresh = true;
    stk_pull_tell(pull->req, line);
}

bool stk_pull_feed(struct stk_pull *pull, const char *bytes, size_t size)
{
    pull->lines.take = take;
    pull->lines.data = pull;
    return stk_json_lines_feed(&pull->lines, bytes, size);
}

static bool on_stream(struct stk_call *call, const char *bytes, size_t size)
{
    return stk_pull_feed(call->data, bytes, size);
}

void stk_image_split(const char *ref, char **ret_name, char **ret_tag)
{
    const char *slash = strrchr(ref, '/'), *at = strchr(ref, '@');
    const char *colon = strchr(slash ? slash : ref, ':');
    const char *cut = colon && (!at || colon < at) ? colon : at;
    *ret_name = stk_strndup(ref, cut ? (size_t)(cut - ref) : strlen(ref));
    *ret_tag = stk_strdup(at ? at + 1 : colon ? colon + 1 : "latest");
}

static char *login_header(const json_t *login)
{
    STK_CLEANUP(stk_charp) char *text = login ? stk_login_text(login) : NULL;
    return text ? stk_printf("X-Registry-Auth: %s", text) : NULL;
}

/* "retry-after: 1.2s, allowed: …": what a registry that is asked too often may say. */
static int64_t told_to_wait_ms(const char *why)
{
    static const char words[] = "retry-after: ";
    const char *at = strstr(why, words);
    STK_CLEANUP(stk_charp) char *text = NULL;
    int64_t ns;
    if (!at)
        return -1;
    at += strlen(words);
    text = stk_strndup(at, strcspn(at, ", \n"));
    return stk_parse_duration(text, &ns) ? ns / STK_NS_PER_MS : -1;
}

unsigned stk_pull_again_ms(const char *why, unsigned tries, int64_t took_ms)
{
    static const char *const passing[] = { "connection refused",
                                           "connection reset",
                                           "i/o timeout",
                                           "TLS handshake timeout",
                                           "unexpected EOF",
                                           "HTTP status: 50",
                                           "server misbehaving",
                                           "Temporary failure in name",
                                           "error: 50",
                                           "request canceled while waiting",
                                           ": EOF" };
    /* An engine fetches a layer up to five times itself, over most of a minute: then it will not pass. */
    enum { TRIES = 4, FIRST_AGAIN_MS = 500, LONGEST_MS = 10000, LONG_MS = 15000 };
    if (tries >= TRIES || took_ms >= LONG_MS)
        return 0;
    unsigned ms = FIRST_AGAIN_MS << (tries - 1);
    if (strstr(why, "toomanyrequests") || strstr(why, "HTTP status: 429")) {
        int64_t told = told_to_wait_ms(why);
        return told < 0 || told > LONGEST_MS ? 0 : told > ms ? (unsigned)told : ms;
    }
    for (size_t i = 0; i < STK_LEN(passing); i++)
        if (strstr(why, passing[i]))
            return ms;
    return 0;
}

void stk_pull_send(struct stk_task *task, int step, struct stk_pull *pull, const char *ref,
                   const char *platform, const json_t *login)
{
    STK_CLEANUP(stk_charp) char *name = NULL;
    STK_CLEANUP(stk_charp) char *tag = NULL;
    stk_image_split(ref, &name, &tag);
    STK_CLEANUP(stk_charp) char *name_escaped = stk_url_escape(name);
    STK_CLEANUP(stk_charp) char *tag_escaped = stk_url_escape(tag);
    task->call.header = login_header(login);
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
    stk_json_lines_end(&pull->lines);
    if (pull->lines.error)
        return stk_fail(reterr, STK_EIMAGE, nowhere, "%s", pull->lines.error);
    if (!err->code)
        return 0;
    if (pull->lines.line.full)
        return stk_fail(reterr, STK_EIMAGE, nowhere,
                        "the engine's answer has a line beyond all reason");
    bool theirs = err->code != STK_ECANCELED && (err->code != STK_EENGINE || task->call.lost);
    enum stk_code code = theirs ? STK_EIMAGE : err->code;
    return stk_fail(reterr, code, nowhere, "%s", err->msg);
}

void stk_pull_clear(struct stk_pull *pull)
{
    stk_json_lines_clear(&pull->lines);
}

void stk_image_remember(struct stk_docker *docker, const char *ref, const json_t *look)
{
    const char *id = stk_json_text(look, "Id");
    if (id)
        json_object_set_new(docker->image_ids, ref, json_string(id));
    else
        json_object_del(docker->image_ids, ref);
}
