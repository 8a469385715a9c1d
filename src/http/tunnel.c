/* tunnel.c — HTTP as far as it goes (one request, the head of its answer, a refusal's body), then bytes
 * both ways. The carrier connects and moves the bytes; limits and cancellation are those of the request
 * (request.c). */
#include "tunnel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "http_private.h"

/* What is taken in one turn of the loop, so that others have theirs. */
enum { PIECE = 64 * 1024, PIECES = 8 };
#define QUEUE_MAX (4 * STK_MIB)

static void go_on_reading(struct stk_tunnel *tunnel);

static const struct stk_carrier *carrier_of(const struct stk_tunnel *tunnel)
{
    return tunnel->req->http->carrier;
}

static int socket_of(const struct stk_tunnel *tunnel)
{
    return carrier_of(tunnel)->socket(tunnel->req);
}

/* ---- writing ---- */

static void shut(struct stk_tunnel *tunnel)
{
    tunnel->deaf = true;
    carrier_of(tunnel)->end_input(tunnel->req);
}

static void send_queue(struct stk_tunnel *tunnel)
{
    struct stk_buf *queue = &tunnel->queue;
    while (tunnel->sent < queue->size) {
        ssize_t n = carrier_of(tunnel)->send(tunnel->req, queue->bytes + tunnel->sent,
                                             queue->size - tunnel->sent);
        if (n == -EAGAIN || n == -EINTR) {
            stk_poll_start(tunnel->req->http->loop, &tunnel->out, socket_of(tunnel),
                           STK_POLL_WRITE);
            return;
        }
        if (n < 0) { /* nobody listens; what is still to be read tells more */
            tunnel->deaf = true;
            break;
        }
        tunnel->sent += (size_t)n;
    }
    stk_buf_reset(queue);
    tunnel->sent = 0;
    if (tunnel->ending && !tunnel->deaf)
        shut(tunnel);
    else if (tunnel->open && !tunnel->deaf && tunnel->drained)
        tunnel->drained(tunnel);
}

static void on_writable(struct stk_poll *poll)
{
    send_queue(poll->data);
}

static void send_soon(struct stk_tunnel *tunnel)
{
    if (tunnel->req->started && !tunnel->req->dead)
        stk_poll_start(tunnel->req->http->loop, &tunnel->out, socket_of(tunnel), STK_POLL_WRITE);
}

bool stk_tunnel_write(struct stk_tunnel *tunnel, const char *bytes, size_t size)
{
    if (!tunnel->open || tunnel->deaf || tunnel->ending)
        return false;
    stk_buf_add(&tunnel->queue, bytes, size);
    send_soon(tunnel);
    return true;
}

void stk_tunnel_end_input(struct stk_tunnel *tunnel)
{
    if (!tunnel->open || tunnel->ending)
        return;
    tunnel->ending = true;
    send_soon(tunnel);
}

/* ---- the head of the answer ---- */

/* What came with the head, unless whoever opened wants it later. */
static void take_rest(struct stk_tunnel *tunnel)
{
    struct stk_buf *rest = &tunnel->rest;
    if (tunnel->held || tunnel->req->dead || !rest->size)
        return;
    STK_CLEANUP(stk_buf_clearp) struct stk_buf now = *rest;
    stk_buf_init(rest, PIECE);
    tunnel->came(tunnel, now.bytes, now.size);
}

static void open_up(struct stk_tunnel *tunnel, const char *bytes, size_t size)
{
    struct stk_http_req *req = tunnel->req;
    stk_timer_stop(&req->limit);
    req->status = tunnel->answer.status;
    tunnel->open = true;
    stk_buf_add(&tunnel->rest, bytes, size);
    if (tunnel->opened)
        tunnel->opened(tunnel);
    take_rest(tunnel);
}

static void refuse(struct stk_tunnel *tunnel, enum stk_http_end how)
{
    const char *why = tunnel->answer.why ? tunnel->answer.why : "";
    snprintf(tunnel->req->text, sizeof(tunnel->req->text), "%s", why);
    stk_http_req_finish(tunnel->req, how);
}

/* The head, or all of a refusal. */
static void take_answer(struct stk_tunnel *tunnel, char *bytes, size_t size)
{
    struct stk_http_req *req = tunnel->req;
    const char *part;
    size_t n;
    for (bool go_on = true; go_on;) {
        switch (stk_answer_take(&tunnel->answer, &bytes, &size, &part, &n)) {
        case STK_PART_NONE:
            return;
        case STK_PART_LINE:
            go_on = stk_http_req_line(req, part, n);
            break;
        case STK_PART_HEAD:
            if (tunnel->answer.status == 101 || tunnel->answer.status == 200) {
                open_up(tunnel, bytes, size);
                return;
            }
            go_on = stk_http_req_head(req, tunnel->answer.status);
            break;
        case STK_PART_BODY:
            go_on = stk_http_req_body(req, part, n);
            break;
        case STK_PART_HUGE:
            go_on = stk_http_req_huge(req);
            break;
        case STK_PART_END:
            stk_http_req_finish(req, STK_END_WHOLE);
            return;
        case STK_PART_NOT_HTTP:
            refuse(tunnel, STK_END_NOT_HTTP);
            return;
        case STK_PART_MALFORMED:
            refuse(tunnel, STK_END_MALFORMED);
            return;
        }
    }
}

/* ---- reading ---- */

static void closed(struct stk_tunnel *tunnel, bool broken)
{
    struct stk_http_req *req = tunnel->req;
    req->status = req->status ? req->status : tunnel->answer.status;
    bool whole = !broken && (tunnel->open || stk_answer_closed(&tunnel->answer));
    stk_http_req_finish(req, whole ? STK_END_WHOLE : STK_END_CLOSED);
}

static void on_readable(struct stk_tunnel *tunnel)
{
    struct stk_http_req *req = tunnel->req;
    char piece[PIECE];
    if (tunnel->open)
        take_rest(tunnel);
    if (req->dead)
        return;
    for (unsigned i = 0; i < PIECES && !tunnel->held; i++) {
        ssize_t n = carrier_of(tunnel)->recv(req, piece, sizeof(piece));
        if (n == -EAGAIN || n == -EINTR) {
            stk_poll_start(req->http->loop, &tunnel->in, socket_of(tunnel), STK_POLL_READ);
            return;
        }
        if (n <= 0) {
            closed(tunnel, n < 0);
            return;
        }
        if (tunnel->open)
            tunnel->came(tunnel, piece, (size_t)n);
        else
            take_answer(tunnel, piece, (size_t)n);
        if (req->dead || !req->started)
            return;
    }
    go_on_reading(tunnel);
}

static void on_watch(struct stk_poll *poll)
{
    on_readable(poll->data);
}

static void on_again(struct stk_timer *timer)
{
    on_readable(timer->data);
}

/* Not by the socket alone: TLS may hold bytes that have left it. */
static void go_on_reading(struct stk_tunnel *tunnel)
{
    stk_poll_stop(&tunnel->in);
    if (!tunnel->held)
        stk_timer_start(tunnel->req->http->loop, &tunnel->again, 0);
}

void stk_tunnel_hold(struct stk_tunnel *tunnel, bool held)
{
    if (tunnel->held == held)
        return;
    tunnel->held = held;
    stk_timer_stop(&tunnel->again);
    if (tunnel->open && tunnel->req->started)
        go_on_reading(tunnel);
}

/* ---- its place in a request ---- */

void stk_tunnel_connected(struct stk_tunnel *tunnel)
{
    struct stk_http_req *req = tunnel->req;
    stk_http_ask(&tunnel->queue, req);
    stk_buf_add(&tunnel->queue, req->body, req->body_size);
    go_on_reading(tunnel);
    send_queue(tunnel);
}

void stk_tunnel_begin(struct stk_tunnel *tunnel, struct stk_http_req *req)
{
    stk_tunnel_end(tunnel);
    tunnel->req = req;
    tunnel->in = (struct stk_poll){ .ready = on_watch, .data = tunnel };
    tunnel->out = (struct stk_poll){ .ready = on_writable, .data = tunnel };
    tunnel->again = (struct stk_timer){ .fire = on_again, .data = tunnel };
    tunnel->open = tunnel->held = tunnel->ending = tunnel->deaf = false;
    tunnel->sent = 0;
    stk_answer_begin(&tunnel->answer, false, true);
    stk_buf_init(&tunnel->rest, PIECE);
    stk_buf_init(&tunnel->queue, QUEUE_MAX);
}

void stk_tunnel_end(struct stk_tunnel *tunnel)
{
    stk_poll_stop(&tunnel->in);
    stk_poll_stop(&tunnel->out);
    stk_timer_stop(&tunnel->again);
    stk_answer_clear(&tunnel->answer);
    stk_buf_clear(&tunnel->rest);
    stk_buf_clear(&tunnel->queue);
    tunnel->open = false;
}
