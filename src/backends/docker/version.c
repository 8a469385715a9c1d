/* version.c — agrees once with the engine on a version of its API, before the first request is
 * sent. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "engine.h"
#include "text.h"
#include "trace.h"

/* How long the first answer may take; through ssh that includes the login. */
enum { PING_MS = 10000, SSH_MS = 45000 };
enum { MOST_PINGS = 3, REST_MS = 100 };

static const struct stk_src nowhere;

int stk_version_choose(const char *text, struct stk_error *reterr)
{
    int64_t minor;
    if (!stk_starts(text, "1.") || !stk_parse_int(text + 2, &minor) || minor < 0 || minor > 9999)
        return stk_fail(reterr, STK_EENGINE, nowhere,
                        "the engine does not say which API version it speaks (got '%s')", text);
    if (minor < STK_API_OLDEST)
        return stk_fail(reterr, STK_EENGINE, nowhere,
                        "it is too old: it speaks API version %s, needed is 1.%d or later (Docker "
                        "19.03); update it, or name another with -H or DOCKER_HOST",
                        text, STK_API_OLDEST);
    return minor < STK_API_NEWEST ? (int)minor : STK_API_NEWEST;
}

static void send_all(struct stk_docker *docker, const struct stk_error *err)
{
    struct stk_call *call = docker->waiting;
    docker->waiting = NULL;
    while (call) {
        struct stk_call *next = call->next;
        call->next = NULL;
        call->waiting = false;
        if (err->code)
            stk_call_fail(call, err);
        else
            stk_call_send_now(call);
        call = next;
    }
}

static void send_ping(struct stk_docker *docker);

static void on_rested(struct stk_timer *timer)
{
    send_ping(timer->data);
}

/* As retry.c has it for what is asked later. */
static bool try_again(struct stk_docker *docker)
{
    struct stk_http_req *ping = &docker->ping;
    bool broken = ping->fail == STK_HTTP_BROKEN && ping->op.err.code != STK_ECANCELED;
    if (docker->pings >= MOST_PINGS || !(broken || ping->status == 500 || ping->status == 503))
        return false;
    stk_http_req_clear(ping);
    docker->ping_again = (struct stk_timer){ .fire = on_rested, .data = docker };
    stk_timer_start(docker->loop, &docker->ping_again, REST_MS * docker->pings);
    return true;
}

static void on_ping(struct stk_op *op)
{
    struct stk_docker *docker = op->data;
    struct stk_http_req *ping = &docker->ping;
    struct stk_error err = { 0 };
    if (try_again(docker))
        return;
    docker->pinging = false;
    docker->pings = 0;
    if (op->err.code) {
        stk_call_explain(docker, ping, &err);
    } else if (ping->status == 400 && ping->answer.size &&
               strstr(ping->answer.bytes, "HTTPS server")) {
        stk_fail(&err, STK_EENGINE, nowhere,
                 "the engine at %s wants TLS: set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH",
                 docker->host);
    } else if (ping->status != 200) {
        stk_fail(&err, STK_EENGINE, nowhere, "the engine at %s is not ready: /_ping answers %d",
                 docker->host, ping->status);
    } else {
        int minor = stk_version_choose(docker->greeting.api, &err);
        if (minor < 0)
            stk_wrap(&err, "engine at %s", docker->host);
        docker->api_minor = minor > 0 ? (unsigned)minor : 0;
        stk_trace(STK_TRACE_DOCKER, "engine speaks API %s, we use 1.%u", docker->greeting.api,
                  docker->api_minor);
    }
    stk_http_req_clear(ping);
    send_all(docker, &err);
    stk_error_clear(&err);
}

static void on_header(struct stk_http_req *ping, const char *line, size_t size)
{
    struct stk_docker *docker = ping->data;
    struct {
        const char *name;
        char *to;
        size_t room;
    } kept[] = {
        { "Api-Version", docker->greeting.api, sizeof(docker->greeting.api) },
        { "Server", docker->greeting.server, sizeof(docker->greeting.server) },
        { "Ostype", docker->greeting.os, sizeof(docker->greeting.os) },
    };
    for (size_t i = 0; i < STK_LEN(kept); i++)
        if (stk_http_header(line, size, kept[i].name, kept[i].to, kept[i].room))
            return;
}

static void send_ping(struct stk_docker *docker)
{
    memset(&docker->greeting, 0, sizeof(docker->greeting));
    unsigned wait_ms = stk_docker_patience(docker, docker->ssh ? SSH_MS : PING_MS);
    docker->pings++;
    docker->ping = (struct stk_http_req){
        .op = { .done = on_ping, .data = docker },
        .method = "GET",
        .path = "/_ping",
        .on_header = on_header,
        .data = docker,
        .first_byte_ms = wait_ms,
        .total_ms = wait_ms,
    };
    stk_http_send(docker->http, &docker->ping);
}

void stk_version_negotiate(struct stk_docker *docker)
{
    if (docker->pinging)
        return;
    docker->pinging = true;
    send_ping(docker);
}

void stk_version_forget(struct stk_docker *docker, struct stk_call *call)
{
    for (struct stk_call **at = &docker->waiting; *at; at = &(*at)->next) {
        if (*at != call)
            continue;
        *at = call->next;
        call->next = NULL;
        call->waiting = false;
        return;
    }
}
