/* api.c — one exchange with the engine: the version in the path, JSON both ways, and what a
 * refusal means to us. What to ask, and what to do about it, is up to the operations. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "retry.h"
#include "ssh.h"
#include "text.h"
#include "trace.h"

enum { QUICK_MS = 30000 };
#define ANSWER_MAX (4 * STK_MIB)

static const struct stk_src nowhere;

static const char *what_to_do(int os_error)
{
    switch (os_error) {
    case EACCES:
    case EPERM:
        return " (add yourself to the group docker, or use sudo)";
    case ENOENT:
    case ECONNREFUSED:
        return " (start it, or set DOCKER_HOST)";
    default:
        return "";
    }
}

void stk_call_explain(const struct stk_docker *docker, const struct stk_http_req *http,
                      struct stk_error *reterr)
{
    const char *why = http->op.err.msg ? http->op.err.msg : "";
    STK_CLEANUP(stk_buf_clearp) struct stk_buf words;
    stk_buf_init(&words, STK_KIB);
    if (docker->ssh && !http->status)
        stk_ssh_words(docker->ssh, &words);
    if (http->op.err.code == STK_ECANCELED)
        stk_fail(reterr, STK_ECANCELED, nowhere, "canceled");
    else if (words.size)
        stk_fail(reterr, STK_EENGINE, nowhere, "cannot reach the engine at %s: %s", docker->host,
                 words.bytes);
    else if (http->fail == STK_HTTP_CONNECT)
        stk_fail(reterr, STK_EENGINE, nowhere, "cannot reach the engine at %s: %s%s", docker->host,
                 why, what_to_do(http->os_error));
    else
        stk_fail(reterr, STK_EENGINE, nowhere, "%s %.*s: %s (engine at %s)", http->method,
                 (int)strcspn(http->path, "?"), http->path, why, docker->host);
}

static bool says(const char *message, const char *words)
{
    return strstr(message, words) != NULL;
}

static enum stk_code code_of(int status, const char *message)
{
    if (says(message, "port is already allocated") || says(message, "address already in use"))
        return STK_ECONFLICT;
    if (says(message, "client version") && says(message, "is too"))
        return STK_EENGINE;
    return status == 404 ? STK_EABSENT : status == 409 ? STK_ECONFLICT : STK_EFAIL;
}

static void explain_refusal(struct stk_call *call, struct stk_error *err)
{
    json_t *json = json_loadb(call->http.answer.bytes ? call->http.answer.bytes : "",
                              call->http.answer.size, JSON_ALLOW_NUL, NULL);
    const char *message = stk_json_text(json, "message");
    enum stk_code code = code_of(call->status, message ? message : "");
    if (message && code == STK_EENGINE)
        stk_fail(err, code, nowhere,
                 "engine at %s: %s (stackctl speaks 1.%d to 1.%d); update the older of the two, or "
                 "name another engine with -H or DOCKER_HOST",
                 call->docker->host, message, STK_API_OLDEST, STK_API_NEWEST);
    else if (message)
        stk_fail(err, code, nowhere, "%s", message);
    else
        stk_fail(err, code_of(call->status, ""), nowhere, "the engine answered %d to %s %.*s",
                 call->status, call->method, (int)strcspn(call->path, "?"), call->path);
    json_decref(json);
}

/* An answer of another shape is no answer: taking it for "nothing there" would be a lie. */
static void check_shape(const struct stk_call *call, struct stk_error *err)
{
    const char *path = call->path;
    int n = (int)strcspn(path, "?");
    if (call->list && !json_is_array(call->json))
        stk_fail(err, STK_EENGINE, nowhere, "the engine's answer to %s %.*s is not a list",
                 call->method, n, path);
    else if (call->needs && !stk_json_text(call->json, call->needs))
        stk_fail(err, STK_EENGINE, nowhere, "the engine's answer to %s %.*s has no %s",
                 call->method, n, path, call->needs);
}

static void read_answer(struct stk_call *call, struct stk_error *err)
{
    const struct stk_buf *answer = &call->http.answer;
    json_error_t why;
    if (call->stream || call->tunnel)
        return;
    if (answer->size)
        call->json = json_loadb(answer->bytes, answer->size, JSON_ALLOW_NUL, &why);
    if (!answer->size || call->json)
        check_shape(call, err);
    else
        stk_fail(err, STK_EENGINE, nowhere, "the engine's answer to %s %.*s is not JSON: %s",
                 call->method, (int)strcspn(call->path, "?"), call->path, why.text);
}

static void on_rested(struct stk_timer *timer)
{
    struct stk_call *call = timer->data;
    call->resting = false;
    stk_call_send_now(call);
}

static void rest(struct stk_call *call, unsigned ms, struct stk_error *err)
{
    stk_trace(STK_TRACE_DOCKER, "%s %s: %s, again in %u ms", call->method, call->path, err->msg,
              ms);
    stk_error_clear(err);
    json_decref(call->json);
    call->json = NULL;
    call->lost = false;
    call->resting = true;
    call->again = (struct stk_timer){ .fire = on_rested, .data = call };
    stk_timer_start(call->docker->loop, &call->again, ms);
}

static void explain_silence(const struct stk_call *call, struct stk_error *err)
{
    stk_fail(err, STK_EENGINE, nowhere,
             "%s %.*s: the engine at %s says nothing any more and does not answer a ping",
             call->method, (int)strcspn(call->path, "?"), call->path, call->docker->host);
}

static void on_answer(struct stk_op *op)
{
    struct stk_call *call = op->data;
    struct stk_error err = { 0 };
    stk_pulse_unwatch(call->docker, call);
    call->status = call->http.status;
    if (call->unheard && op->err.code == STK_ECANCELED && !call->op.canceled) {
        call->lost = true;
        explain_silence(call, &err);
    } else if (op->err.code) {
        call->lost = call->http.fail != STK_HTTP_CONNECT;
        stk_call_explain(call->docker, &call->http, &err);
    } else if (call->status >= 400 || (call->status < 200 && !call->tunnel)) {
        explain_refusal(call, &err);
    } else {
        read_answer(call, &err);
        call->lost = err.code != STK_OK;
    }
    if (call->status)
        stk_pulse_heard(call->docker);
    stk_http_req_clear(&call->http);
    unsigned again_ms = err.code && err.code != STK_ECANCELED ? stk_retry_after(call) : 0;
    if (again_ms)
        rest(call, again_ms, &err);
    else
        stk_op_end(&call->op, &err);
}

static bool on_stream(struct stk_http_req *http, const char *bytes, size_t size)
{
    struct stk_call *call = http->data;
    stk_pulse_heard(call->docker);
    return call->stream(call, bytes, size);
}

static size_t on_send(struct stk_http_req *http, char *to, size_t room)
{
    struct stk_call *call = http->data;
    return call->feed(call, to, room);
}

static void on_begin(struct stk_http_req *http)
{
    struct stk_call *call = http->data;
    call->begun(call);
}

void stk_call_send_now(struct stk_call *call)
{
    const struct stk_docker *docker = call->docker;
    if (!call->path) {
        stk_op_end(&call->op, NULL);
        return;
    }
    unsigned quick_ms = stk_docker_patience(docker, QUICK_MS);
    unsigned wait_ms = call->wait_ms ? stk_docker_patience(docker, call->wait_ms) : quick_ms;
    wait_ms = call->wait_ms == STK_FOREVER ? 0 : wait_ms + call->grace_ms;
    /* One without limit may rest after its headers, too: an engine begins the answer to a wait at once. */
    unsigned idle_ms = call->stream || call->tunnel ? stk_docker_patience(docker, call->idle_ms)
                       : wait_ms                    ? quick_ms
                                                    : 0;
    call->tries++;
    free(call->sent_path);
    call->sent_path = stk_printf("/v1.%u%s", docker->api_minor, call->path);
    if (call->send && !call->sent_body)
        call->sent_body = json_dumps(call->send, JSON_COMPACT);
    call->http = (struct stk_http_req){
        .op = { .done = on_answer, .data = call },
        .method = call->method,
        .path = call->sent_path,
        .body = call->tar ? call->tar : call->sent_body,
        .body_size = call->tar         ? call->tar_size
                     : call->sent_body ? strlen(call->sent_body)
                                       : 0,
        .body_type = call->tar || call->feed ? "application/x-tar" : NULL,
        .on_send = call->feed ? on_send : NULL,
        .header = call->header,
        .want = call->want,
        .max = call->max ? call->max : ANSWER_MAX,
        .on_body = call->stream ? on_stream : NULL,
        .on_begin = call->begun ? on_begin : NULL,
        .data = call,
        .tunnel = call->tunnel,
        .first_byte_ms = wait_ms,
        .idle_ms = idle_ms,
        .total_ms = call->stream || call->tunnel || !wait_ms ? 0 : wait_ms + quick_ms,
    };
    bool endless = (call->stream || call->tunnel) && !call->idle_ms;
    if (endless || call->wait_ms == STK_FOREVER)
        stk_pulse_watch(call->docker, call);
    stk_http_send(docker->http, &call->http);
}

void stk_call_fail(struct stk_call *call, const struct stk_error *err)
{
    struct stk_error copy = { 0 };
    stk_error_copy(&copy, err);
    stk_op_end(&call->op, &copy);
}

static void stop_resting(struct stk_call *call)
{
    if (call->resting)
        stk_timer_stop(&call->again);
    call->resting = false;
}

static void on_cancel(struct stk_op *op)
{
    struct stk_call *call = STK_CONTAINER(op, struct stk_call, op);
    if (!call->waiting && !call->resting) {
        stk_op_cancel(&call->http.op);
        return;
    }
    struct stk_error err = { 0 };
    stop_resting(call);
    if (call->waiting)
        stk_version_forget(call->docker, call);
    stk_fail(&err, STK_ECANCELED, nowhere, "canceled");
    stk_op_end(op, &err);
}

void stk_call_send(struct stk_docker *docker, struct stk_call *call)
{
    stk_op_begin(&call->op, docker->loop, on_cancel);
    call->docker = docker;
    call->status = 0;
    call->tries = 0;
    call->lost = false;
    json_decref(call->json);
    call->json = NULL;
    if (docker->api_minor) {
        stk_call_send_now(call);
        return;
    }
    call->waiting = true;
    call->next = docker->waiting;
    docker->waiting = call;
    stk_version_negotiate(docker);
}

void stk_call_abandon(struct stk_call *call)
{
    if (call->waiting)
        stk_version_forget(call->docker, call);
    stop_resting(call);
    if (call->docker)
        stk_pulse_unwatch(call->docker, call);
    stk_http_abandon(&call->http);
    if (call->op.loop)
        stk_op_abandon(&call->op);
}

void stk_call_clear(struct stk_call *call)
{
    stk_op_fn *done = call->op.done;
    void *data = call->op.data;
    free(call->path);
    free(call->sent_path);
    free(call->sent_body);
    free(call->tar);
    free(call->header);
    json_decref(call->send);
    json_decref(call->json);
    stk_http_req_clear(&call->http);
    stk_error_clear(&call->op.err);
    *call = (struct stk_call){ .op = { .done = done, .data = data } };
}
