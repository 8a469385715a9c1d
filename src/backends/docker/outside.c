/* outside.c — see outside.h. Which addresses there are is outside_address.c, reading the log
 * outside_log.c. */
#include "outside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"
#include "text.h"
#include "trace.h"

enum state { OFF, ASKING, PAUSED };
enum question { TCP, HTTP, FILE_THERE, LOG, QUESTIONS };

enum { CONNECT_MS = 1000, ANSWER_MS = 3000, STAY_MS = 50, STATUS_LEAST = 200, STATUS_END = 400 };

static void ask(struct stk_outside *outside);
static bool ask_for_owner(struct stk_outside *outside);

static bool is_asked(const struct stk_ready *ready, int question)
{
    switch ((enum question)question) {
    case TCP:
        return ready->tcp != NULL;
    case HTTP:
        return ready->http.set;
    case FILE_THERE:
        return ready->file != NULL;
    case LOG:
        return ready->log != NULL;
    case QUESTIONS:
        break;
    }
    return false;
}

__attribute__((format(printf, 2, 3))) static void tell(struct stk_outside *outside, const char *fmt,
                                                       ...)
{
    STK_CLEANUP(stk_charp) char *text = NULL;
    va_list ap;
    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        stk_out_of_memory();
    va_end(ap);
    stk_buf_reset(&outside->told);
    stk_buf_puts(&outside->told, text);
    stk_trace(STK_TRACE_DOCKER, "outside of %.12s: %s", outside->container, text);
}

static void forget_addresses(struct stk_outside *outside)
{
    for (size_t i = 0; i < outside->n_addresses; i++)
        free(outside->addresses[i]);
    free(TAKE(outside->addresses));
    outside->n_addresses = outside->at = 0;
}

/* The next that was given; when there is none left, all is so. */
static void next_question(struct stk_outside *outside)
{
    outside->pause_ms = STK_PROBE_FIRST_MS;
    forget_addresses(outside);
    do
        outside->question++;
    while (outside->question < QUESTIONS && !is_asked(outside->ready, outside->question));
    if (outside->question < QUESTIONS) {
        ask(outside);
        return;
    }
    outside->state = OFF;
    outside->passed(outside); /* may stop and clear it */
}

static void pause_then_ask(struct stk_outside *outside)
{
    outside->state = PAUSED;
    stk_timer_start(outside->docker->loop, &outside->timer, outside->pause_ms);
    unsigned longer = outside->pause_ms * 2;
    outside->pause_ms = longer < STK_PROBE_LONGEST_MS ? longer : STK_PROBE_LONGEST_MS;
}

static void on_timer(struct stk_timer *timer)
{
    ask(timer->data);
}

/* ---- over the network ---- */

static bool is_well_answered(const struct stk_outside *outside)
{
    const struct stk_opt *wanted = &outside->ready->http.status;
    int status = outside->http.status;
    return wanted->set ? status == wanted->v : status >= STATUS_LEAST && status < STATUS_END;
}

/* A refusal is an answer about the port; what leads nowhere is tried another way. */
static void try_other_address(struct stk_outside *outside)
{
    bool refused = outside->http.fail == STK_HTTP_CONNECT && outside->http.os_error == ECONNREFUSED;
    if (outside->http.fail == STK_HTTP_CONNECT && !refused)
        outside->at = (outside->at + 1) % outside->n_addresses;
}

static void on_http(struct stk_op *op)
{
    struct stk_outside *outside = op->data;
    bool answered = outside->http.status != 0, tcp = outside->question == TCP;
    bool good = tcp ? !op->err.code : answered && is_well_answered(outside);
    if (!tcp && answered && !good)
        tell(outside, "http %s: answered %d", outside->url, outside->http.status);
    else if (!good)
        tell(outside, "%s %s: %s", tcp ? "tcp" : "http",
             tcp ? outside->addresses[outside->at] : outside->url, op->err.msg);
    try_other_address(outside);
    stk_http_req_clear(&outside->http);
    if (good)
        next_question(outside);
    else
        pause_then_ask(outside);
}

static void ask_address(struct stk_outside *outside)
{
    const struct stk_ready_http *http = &outside->ready->http;
    bool tcp = outside->question == TCP;
    STK_CLEANUP(stk_charp) char *port = stk_printf("%lld", (long long)http->port.v);
    if (!outside->addresses)
        outside->addresses =
            stk_outside_addresses(outside->docker, outside->owner ? outside->owner : outside->look,
                                  tcp ? outside->ready->tcp : port, &outside->n_addresses);
    if (!outside->n_addresses && ask_for_owner(outside))
        return;
    if (!outside->n_addresses) {
        tell(outside, "%s: the container has no address that can be reached from here",
             tcp ? "tcp" : "http");
        pause_then_ask(outside);
        return;
    }
    if (!outside->docker->outside)
        outside->docker->outside = stk_http_new(
            outside->docker->loop, &(struct stk_http_opts){ .base = "", .direct = true });
    free(outside->url);
    outside->url =
        stk_printf("http://%s%s", outside->addresses[outside->at], tcp ? "/" : http->path);
    outside->http = (struct stk_http_req){ .op = { .done = on_http, .data = outside },
                                           .method = "GET",
                                           .path = outside->url,
                                           .connect_only = tcp,
                                           .stay_ms = STAY_MS,
                                           .connect_ms = CONNECT_MS,
                                           .total_ms = tcp ? 0 : ANSWER_MS };
    stk_http_send(outside->docker->outside, &outside->http);
}

/* ---- through the engine ---- */

/* It has the network of another container, which has the addresses. */
static bool ask_for_owner(struct stk_outside *outside)
{
    static const char prefix[] = "container:";
    const json_t *host = stk_json_get(outside->look, "HostConfig");
    const char *mode = stk_json_text(host, "NetworkMode");
    if (outside->owner || !mode || !stk_starts(mode, prefix))
        return false;
    stk_call_clear(&outside->call);
    outside->asks_owner = true;
    outside->call.method = "GET";
    outside->call.path = stk_printf("/containers/%s/json", mode + strlen(prefix));
    stk_call_send(outside->docker, &outside->call);
    return true;
}

static void on_owner(struct stk_outside *outside)
{
    outside->asks_owner = false;
    outside->owner = json_incref(outside->call.json);
    if (outside->owner) {
        ask(outside);
        return;
    }
    tell(outside, "looking for the container that has its network: %s", outside->call.op.err.msg);
    pause_then_ask(outside);
}

static void on_call(struct stk_op *op)
{
    struct stk_outside *outside = op->data;
    bool log = outside->question == LOG;
    if (outside->asks_owner) {
        on_owner(outside);
        return;
    }
    if (log)
        stk_outside_end_log(outside);
    bool good = log ? outside->matched : !op->err.code;
    if (log && !good)
        tell(outside, "log: no line matches '%s'", outside->ready->log);
    else if (!good && op->err.code == STK_EABSENT)
        tell(outside, "file %s: not there", outside->ready->file);
    else if (!good)
        tell(outside, "file %s: %s", outside->ready->file, op->err.msg);
    if (good)
        next_question(outside);
    else
        pause_then_ask(outside);
}

static void ask_for_file(struct stk_outside *outside)
{
    STK_CLEANUP(stk_charp) char *path = stk_url_escape(outside->ready->file);
    stk_call_clear(&outside->call);
    outside->call.method = "HEAD";
    outside->call.path = stk_printf("/containers/%s/archive?path=%s", outside->container, path);
    stk_call_send(outside->docker, &outside->call);
}

static void ask_log(struct stk_outside *outside)
{
    tell(outside, "log: no line matches '%s'", outside->ready->log);
    if (!outside->has_regex)
        outside->has_regex =
            regcomp(&outside->regex, outside->ready->log, REG_EXTENDED | REG_NOSUB) == 0;
    if (outside->has_regex)
        stk_outside_read_log(outside);
    else /* a label may hold anything */
        pause_then_ask(outside);
}

static void ask(struct stk_outside *outside)
{
    outside->state = ASKING;
    switch ((enum question)outside->question) {
    case TCP:
    case HTTP:
        ask_address(outside);
        return;
    case FILE_THERE:
        ask_for_file(outside);
        return;
    case LOG:
        ask_log(outside);
        return;
    case QUESTIONS:
        return;
    }
}

void stk_outside_start(struct stk_docker *docker, struct stk_outside *outside,
                       const struct stk_ready *ready, const json_t *container)
{
    const char *id = stk_json_text(container, "Id");
    const char *started = stk_json_text(stk_json_get(container, "State"), "StartedAt");
    if (!id || !started || (outside->state != OFF && stk_streq(started, outside->started)))
        return;
    stk_outside_stop(outside);
    free(outside->container);
    free(outside->started);
    json_decref(outside->look);
    outside->docker = docker;
    outside->ready = ready;
    outside->container = stk_strdup(id);
    outside->started = stk_strdup(started);
    outside->look = json_incref((json_t *)(uintptr_t)container);
    outside->told.max = STK_KIB;
    outside->matched = outside->asks_owner = false;
    json_decref(TAKE(outside->owner));
    outside->timer = (struct stk_timer){ .fire = on_timer, .data = outside };
    outside->call.op = (struct stk_op){ .done = on_call, .data = outside };
    outside->question = -1;
    next_question(outside);
}

void stk_outside_stop(struct stk_outside *outside)
{
    if (outside->state != OFF) {
        stk_timer_stop(&outside->timer);
        stk_http_abandon(&outside->http);
        stk_call_abandon(&outside->call);
        outside->state = OFF;
    }
    stk_http_req_clear(&outside->http);
    stk_call_clear(&outside->call);
    stk_outside_leave_log(outside);
    forget_addresses(outside);
    if (outside->has_regex)
        regfree(&outside->regex);
    outside->has_regex = false;
}

void stk_outside_clear(struct stk_outside *outside)
{
    stk_outside_stop(outside);
    stk_buf_clear(&outside->told);
    json_decref(TAKE(outside->look));
    json_decref(TAKE(outside->owner));
    free(TAKE(outside->url));
    free(TAKE(outside->container));
    free(TAKE(outside->started));
}
