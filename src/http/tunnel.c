/* tunnel.c — HTTP as far as it goes (one request, the head of its answer, a refusal's body), then bytes
 * both ways. libcurl connects, with TLS where asked for, and moves the bytes; limits and cancellation are
 * those of the request (request.c). */
#include "tunnel.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "arena.h"
#include "http_private.h"

/* What is taken in one turn of the loop, so that others have theirs. */
enum { PIECE = 64 * 1024, PIECES = 8 };
#define HEAD_MAX  (64 * STK_KIB)
#define QUEUE_MAX (4 * STK_MIB)

static void go_on_reading(struct stk_tunnel *tunnel);

static int socket_of(const struct stk_tunnel *tunnel)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    curl_easy_getinfo(tunnel->req->easy, CURLINFO_ACTIVESOCKET, &fd);
    return (int)fd;
}

/* ---- writing ---- */

static void shut(struct stk_tunnel *tunnel)
{
    tunnel->deaf = true;
    shutdown(socket_of(tunnel), SHUT_WR);
}

static void send_queue(struct stk_tunnel *tunnel)
{
    struct stk_buf *queue = &tunnel->queue;
    while (tunnel->sent < queue->size) {
        size_t n = 0;
        CURLcode code = curl_easy_send(tunnel->req->easy, queue->bytes + tunnel->sent,
                                       queue->size - tunnel->sent, &n);
        if (code == CURLE_AGAIN) {
            stk_poll_start(tunnel->req->http->loop, &tunnel->out, socket_of(tunnel),
                           STK_POLL_WRITE);
            return;
        }
        if (code != CURLE_OK) { /* nobody listens; what is still to be read tells more */
            tunnel->deaf = true;
            break;
        }
        tunnel->sent += n;
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
    if (tunnel->req->easy && !tunnel->req->dead)
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

/* The value of a header of the head, or NULL. */
static const char *header(const struct stk_tunnel *tunnel, const char *name)
{
    size_t n = strlen(name);
    for (const char *line = strstr(tunnel->head.bytes, "\r\n"); line;
         line = strstr(line + 2, "\r\n"))
        if (strncasecmp(line + 2, name, n) == 0 && line[2 + n] == ':')
            return line + 3 + n;
    return NULL;
}

static void take_refusal(struct stk_tunnel *tunnel, const char *bytes, size_t size)
{
    size_t n = size < tunnel->body_left ? size : tunnel->body_left;
    stk_buf_add(&tunnel->req->answer, bytes, n);
    tunnel->body_left -= n;
    if (!tunnel->body_left)
        stk_http_req_finish(tunnel->req, CURLE_OK);
}

/* What came with the head, unless whoever opened wants it later. */
static void take_rest(struct stk_tunnel *tunnel)
{
    struct stk_buf *head = &tunnel->head;
    if (tunnel->held || tunnel->req->dead || tunnel->rest >= head->size)
        return;
    size_t at = tunnel->rest;
    tunnel->rest = head->size;
    tunnel->came(tunnel, head->bytes + at, head->size - at);
}

/* The rest of what came is the tunnel's first bytes, or those of a refusal. */
static void take_head(struct stk_tunnel *tunnel, size_t head_size)
{
    struct stk_http_req *req = tunnel->req;
    const char *rest = tunnel->head.bytes + head_size;
    size_t n = tunnel->head.size - head_size;
    stk_timer_stop(&req->limit);
    tunnel->head.bytes[head_size - 1] = '\0';
    req->status = atoi(tunnel->head.bytes + strlen("HTTP/1.1"));
    if (req->status != 101 && req->status != 200) {
        const char *length = header(tunnel, "Content-Length");
        tunnel->refused = true;
        tunnel->body_left = length ? strtoul(length, NULL, 10) : 0;
        take_refusal(tunnel, rest, n);
        return;
    }
    tunnel->open = true;
    tunnel->rest = head_size;
    if (tunnel->opened)
        tunnel->opened(tunnel);
    take_rest(tunnel);
}

static void take_of_head(struct stk_tunnel *tunnel, const char *bytes, size_t size)
{
    stk_buf_add(&tunnel->head, bytes, size);
    const char *end = tunnel->head.size ? strstr(tunnel->head.bytes, "\r\n\r\n") : NULL;
    bool http =
        strncmp(tunnel->head.bytes, "HTTP/1.", tunnel->head.size < 7 ? tunnel->head.size : 7) == 0;
    if (!http || (!end && tunnel->head.full))
        stk_http_req_finish(tunnel->req, CURLE_WEIRD_SERVER_REPLY);
    else if (end)
        take_head(tunnel, (size_t)(end - tunnel->head.bytes) + 4);
}

/* ---- reading ---- */

static void take(struct stk_tunnel *tunnel, const char *bytes, size_t size)
{
    if (tunnel->open)
        tunnel->came(tunnel, bytes, size);
    else if (tunnel->refused)
        take_refusal(tunnel, bytes, size);
    else
        take_of_head(tunnel, bytes, size);
}

static void closed(struct stk_tunnel *tunnel, CURLcode code)
{
    if (code == CURLE_OK && !tunnel->open && !tunnel->refused)
        code = CURLE_GOT_NOTHING;
    stk_http_req_finish(tunnel->req, code);
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
        size_t n = 0;
        CURLcode code = curl_easy_recv(req->easy, piece, sizeof(piece), &n);
        if (code == CURLE_AGAIN) {
            stk_poll_start(req->http->loop, &tunnel->in, socket_of(tunnel), STK_POLL_READ);
            return;
        }
        if (code != CURLE_OK || !n) {
            closed(tunnel, code);
            return;
        }
        take(tunnel, piece, n);
        if (req->dead || !req->easy)
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
    if (tunnel->open && tunnel->req->easy)
        go_on_reading(tunnel);
}

/* ---- its place in a request ---- */

void stk_tunnel_connected(struct stk_tunnel *tunnel)
{
    struct stk_http_req *req = tunnel->req;
    const char *host = strstr(req->http->base, "://");
    stk_buf_printf(&tunnel->queue,
                   "%s %s HTTP/1.1\r\n"
                   "Host: %s\r\n"
                   "User-Agent: stackctl/" STK_VERSION "\r\n"
                   "Connection: Upgrade\r\n"
                   "Upgrade: tcp\r\n"
                   "Content-Type: application/json\r\n"
                   "Content-Length: %zu\r\n"
                   "\r\n",
                   req->method, req->path, host ? host + 3 : req->http->base, req->body_size);
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
    tunnel->refused = tunnel->open = tunnel->held = tunnel->ending = tunnel->deaf = false;
    tunnel->sent = tunnel->rest = 0;
    stk_buf_init(&tunnel->head, HEAD_MAX);
    stk_buf_init(&tunnel->queue, QUEUE_MAX);
}

void stk_tunnel_end(struct stk_tunnel *tunnel)
{
    stk_poll_stop(&tunnel->in);
    stk_poll_stop(&tunnel->out);
    stk_timer_stop(&tunnel->again);
    stk_buf_clear(&tunnel->head);
    stk_buf_clear(&tunnel->queue);
    tunnel->open = false;
}
