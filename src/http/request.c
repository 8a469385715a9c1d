/* request.c — one HTTP exchange, as far as it is the same whatever carries it: what its owner is told, its
 * limits, and its end. The carriers are carrier_*.c, the words words.c. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "answer.h"
#include "arena.h"
#include "http_private.h"
#include "op.h"
#include "text.h"
#include "trace.h"
#include "tunnel.h"

enum { CONNECT_MS = 5000 };

static const struct stk_src nowhere;

/* Safe anywhere, callbacks of a carrier included. *err is moved. */
static void give_up(struct stk_http_req *req, enum stk_http_fail fail, struct stk_error *err)
{
    if (req->dead) {
        stk_error_clear(err);
        return;
    }
    req->dead = true;
    req->fail = fail;
    stk_error_move(&req->dead_err, err);
    stk_timer_stop(&req->limit);
    stk_http_sweep_soon(req->http);
}

static void on_cancel(struct stk_op *op)
{
    struct stk_http_req *req = STK_CONTAINER(op, struct stk_http_req, op);
    struct stk_error err = { 0 };
    stk_fail(&err, STK_ECANCELED, nowhere, "canceled");
    give_up(req, STK_HTTP_FINE, &err);
}

/* ---- limits ---- */

static void on_limit(struct stk_timer *timer)
{
    struct stk_http_req *req = timer->data;
    struct stk_error err = { 0 };
    stk_fail(&err, STK_EENGINE, nowhere, "%s %g s", req->limit_text, req->limit_ms / 1000.0);
    give_up(req, STK_HTTP_SLOW, &err);
}

/* Starts the limit for what is waited for now, or the rest of the total when that is nearer. */
static void limit(struct stk_http_req *req, unsigned ms, const char *text)
{
    req->limit_ms = ms;
    req->limit_text = text;
    if (req->total_ms) {
        int64_t left = req->began_ms + req->total_ms - stk_monotonic_ms();
        left = left < 0 ? 0 : left;
        if (!ms || left < ms) {
            ms = left ? (unsigned)left : 1;
            req->limit_ms = req->total_ms;
            req->limit_text = "the answer was not complete within";
        }
    }
    if (ms)
        stk_timer_start(req->http->loop, &req->limit, ms);
    else
        stk_timer_stop(&req->limit);
}

static void limit_silence(struct stk_http_req *req)
{
    limit(req, req->idle_ms, "the answer stalled for");
}

unsigned stk_http_req_connect_ms(const struct stk_http_req *req)
{
    return req->connect_ms ? req->connect_ms : CONNECT_MS;
}

/* ---- what comes ---- */

bool stk_http_header(const char *line, size_t size, const char *name, char *ret, size_t room)
{
    size_t n = strlen(name);
    if (size <= n || line[n] != ':' || strncasecmp(line, name, n) != 0)
        return false;
    const char *value = line + n + 1, *end = line + size;
    while (value < end && *value == ' ')
        value++;
    while (end > value && (end[-1] == '\r' || end[-1] == '\n' || end[-1] == ' '))
        end--;
    snprintf(ret, room, "%.*s", (int)(end - value), value);
    return true;
}

bool stk_http_req_huge(struct stk_http_req *req)
{
    struct stk_error err = { 0 };
    stk_fail(&err, STK_EENGINE, nowhere, "the answer's headers exceed %zu KiB",
             STK_ANSWER_HEADERS_MAX / STK_KIB);
    give_up(req, STK_HTTP_BIG, &err);
    return false;
}

bool stk_http_req_line(struct stk_http_req *req, const char *line, size_t size)
{
    if (req->dead)
        return false;
    req->header_bytes += size;
    if (req->header_bytes > STK_ANSWER_HEADERS_MAX)
        return stk_http_req_huge(req);
    if (req->want)
        stk_http_header(line, size, req->want, req->got, sizeof(req->got));
    limit_silence(req);
    if (req->on_header)
        req->on_header(req, line, size);
    return !req->dead;
}

bool stk_http_req_head(struct stk_http_req *req, int status)
{
    if (req->dead)
        return false;
    req->status = status;
    limit_silence(req);
    if (status / 100 == 2 && req->on_begin)
        req->on_begin(req);
    return !req->dead;
}

bool stk_http_req_body(struct stk_http_req *req, const char *bytes, size_t size)
{
    if (req->dead)
        return false;
    limit_silence(req);
    if (req->on_body && req->status / 100 == 2) {
        bool more = req->on_body(req, bytes, size);
        if (!more && !req->dead)
            on_cancel(&req->op);
        return !req->dead;
    }
    if (stk_buf_add(&req->answer, bytes, size))
        return true;
    struct stk_error err = { 0 };
    stk_fail(&err, STK_EENGINE, nowhere, "the answer exceeds %zu KiB", req->answer.max / STK_KIB);
    give_up(req, STK_HTTP_BIG, &err);
    return false;
}

/* What is being sent is no silence: the answer is waited for from its last piece on. */
size_t stk_http_req_more(struct stk_http_req *req, char *to, size_t room)
{
    size_t n = req->dead ? STK_HTTP_NO_BODY : req->on_send(req, to, room);
    if (req->dead)
        return STK_HTTP_NO_BODY;
    if (n == STK_HTTP_NO_BODY)
        on_cancel(&req->op);
    else
        limit(req, req->first_byte_ms, "no answer within");
    return n;
}

/* ---- its beginning and its end ---- */

static void link_req(struct stk_http *http, struct stk_http_req *req)
{
    req->next = NULL;
    req->prev = http->last;
    if (http->last)
        http->last->next = req;
    else
        http->first = req;
    http->last = req;
}

static void unlink_req(struct stk_http_req *req)
{
    if (req->prev)
        req->prev->next = req->next;
    else
        req->http->first = req->next;
    if (req->next)
        req->next->prev = req->prev;
    else
        req->http->last = req->prev;
    req->prev = req->next = NULL;
}

static void let_go(struct stk_http_req *req)
{
    stk_timer_stop(&req->limit);
    unlink_req(req);
    if (!req->started)
        return;
    if (req->tunnel)
        stk_tunnel_end(req->tunnel);
    req->http->carrier->drop(req);
    req->started = false;
}

/* Something between may take a connection that leads nowhere, and closes it when it notices. */
static void on_stayed(struct stk_timer *timer)
{
    struct stk_http_req *req = timer->data;
    int fd = req->http->carrier->socket(req);
    char byte;
    ssize_t n = fd < 0 ? 0 : recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    bool open = n > 0 || (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
    stk_http_req_finish(req, open ? STK_END_WHOLE : STK_END_CLOSED);
}

/* Whether a connection that is there now is what more is to come of. */
static bool goes_on(struct stk_http_req *req)
{
    if (req->connect_only && req->stay_ms && !req->stayed) {
        req->stayed = true;
        req->limit.fire = on_stayed;
        stk_timer_start(req->http->loop, &req->limit, req->stay_ms);
        return true;
    }
    if (req->tunnel && !req->connected) {
        req->connected = true;
        stk_tunnel_connected(req->tunnel);
        return true;
    }
    return false;
}

/* Of a path, for a trace: a build's query has arguments that are nobody's business. */
static size_t shown_length(const char *path)
{
    size_t n = strcspn(path, "?");
    return n >= strlen("/build") && strncmp(path + n - strlen("/build"), "/build", 6) == 0
               ? n
               : strlen(path);
}

void stk_http_req_finish(struct stk_http_req *req, enum stk_http_end end)
{
    struct stk_error err = { 0 };
    if (end == STK_END_WHOLE && !req->dead && goes_on(req))
        return;
    if (req->dead)
        stk_error_move(&err, &req->dead_err);
    else
        stk_http_explain(req, end, &err);
    stk_trace(STK_TRACE_HTTP, "%s %.*s -> %d%s%s in %lld ms", req->method,
              (int)shown_length(req->path), req->path, req->status, err.msg ? ", " : "",
              err.msg ? err.msg : "", (long long)(stk_monotonic_ms() - req->began_ms));
    let_go(req);
    stk_op_end(&req->op, &err);
}

void stk_http_req_start(struct stk_http_req *req)
{
    req->started = true;
    req->http->sent++;
    limit(req, req->first_byte_ms, "no answer within");
    req->http->carrier->start(req);
}

void stk_http_send(struct stk_http *http, struct stk_http_req *req)
{
    stk_op_begin(&req->op, http->loop, on_cancel);
    req->http = http;
    req->carried = NULL;
    req->status = req->os_error = 0;
    req->fail = STK_HTTP_FINE;
    req->started = req->dead = req->stayed = req->connected = false;
    if (req->tunnel)
        stk_tunnel_begin(req->tunnel, req);
    req->header_bytes = 0;
    req->got[0] = req->text[0] = '\0';
    req->limit = (struct stk_timer){ .fire = on_limit, .data = req };
    req->began_ms = stk_monotonic_ms();
    stk_buf_clear(&req->answer);
    stk_buf_init(&req->answer, req->max ? req->max : STK_MIB);
    link_req(http, req);
    stk_http_sweep_soon(http);
}

void stk_http_abandon(struct stk_http_req *req)
{
    if (stk_op_pending(&req->op)) {
        stk_error_clear(&req->dead_err);
        let_go(req);
    }
    if (req->op.loop)
        stk_op_abandon(&req->op);
}

void stk_http_req_clear(struct stk_http_req *req)
{
    stk_buf_clear(&req->answer);
    stk_error_clear(&req->op.err);
}
