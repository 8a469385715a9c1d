/* carrier_unix.c — exchanges over a unix socket, without libcurl: most commands talk to an engine of this
 * machine, and loading libcurl takes longer than all they do. The connections are unix_conn.c, what an answer
 * consists of is answer.c. */
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "arena.h"
#include "text.h"
#include "unix_conn.h"

enum {
    PIECE = 64 * 1024, /* of what is read or sent at once ... */
    PIECES = 8,        /* ... so many in one turn of the loop, so that others have theirs */
    FLOWS_MS = 1,      /* a stream of which something comes so soon after the last flows ... */
    REST_US = 300,     /* ... and gets so long to gather something */
    SIZE_ROOM = 18,    /* a chunk's size and line end, before it */
};

struct carriage {
    struct stk_conns conns;
    char bytes[PIECE]; /* what was read last */
};

static void end(struct stk_conn *conn, enum stk_http_end how)
{
    struct stk_http_req *req = conn->req;
    stk_conn_free(conn);
    stk_http_req_finish(req, how);
}

/* ---- sending ---- */

/* The next chunk of a body whose size is not known. */
static bool next_piece(struct stk_conn *conn)
{
    if (!conn->piece)
        conn->piece = stk_alloc(SIZE_ROOM + PIECE + 2);
    char *data = conn->piece + SIZE_ROOM, text[SIZE_ROOM];
    conn->once = true;
    size_t n = stk_http_req_more(conn->req, data, PIECE);
    if (n == STK_HTTP_NO_BODY)
        return false;
    size_t digits = (size_t)snprintf(text, sizeof(text), "%zx\r\n", n);
    memcpy(data - digits, text, digits);
    memcpy(data + n, "\r\n", 2);
    conn->left[0] = (struct iovec){ data - digits, digits + n + 2 };
    conn->all = n == 0;
    return true;
}

/* Whether something is left to be sent now. */
static bool has_more(struct stk_conn *conn)
{
    if (conn->left[0].iov_len + conn->left[1].iov_len)
        return true;
    return !conn->all && !conn->req->dead && next_piece(conn);
}

static ssize_t send_left(struct stk_conn *conn)
{
    struct msghdr message = { .msg_iov = conn->left, .msg_iovlen = STK_LEN(conn->left) };
    ssize_t n = sendmsg(conn->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    size_t sent = n > 0 ? (size_t)n : 0;
    for (size_t i = 0; i < STK_LEN(conn->left) && sent; i++) {
        struct iovec *part = &conn->left[i];
        size_t taken = sent < part->iov_len ? sent : part->iov_len;
        if (!taken)
            continue; /* no body: NULL, which nothing may be added to */
        part->iov_base = (char *)part->iov_base + taken;
        part->iov_len -= taken;
        sent -= taken;
    }
    return n;
}

/* When nobody takes it, the answer tells why, or the end of the connection that there is none. */
static void send_request(struct stk_conn *conn)
{
    for (unsigned i = 0; has_more(conn); i++) {
        if (i < PIECES && (send_left(conn) > 0 || errno == EINTR))
            continue;
        if (i == PIECES || errno == EAGAIN)
            event_add(conn->out, NULL);
        return;
    }
}

static void exchange(struct stk_conn *conn, struct stk_http_req *req)
{
    conn->req = req;
    req->carried = conn;
    conn->once = false;
    conn->all = !req->on_send;
    stk_http_ask(&conn->head, req);
    conn->left[0] = (struct iovec){ conn->head.bytes, conn->head.size };
    conn->left[1] = (struct iovec){ (char *)(uintptr_t)req->body, req->body ? req->body_size : 0 };
    stk_answer_begin(&conn->answer, strcmp(req->method, "HEAD") == 0, false);
    event_add(conn->in, NULL);
    if (req->on_send)
        event_add(conn->out, NULL); /* its owner is called from the loop only */
    else
        send_request(conn);
}

static void on_connected(struct stk_conn *conn)
{
    struct stk_http_req *req = conn->req;
    if (req->connect_only || req->tunnel)
        stk_http_req_finish(req, STK_END_WHOLE);
    else
        exchange(conn, req);
}

static void on_unreached(struct stk_http_req *req)
{
    stk_http_req_finish(req, req->os_error ? STK_END_UNREACHED : STK_END_UNREACHED_IN_TIME);
}

/* ---- receiving ---- */

static void answered(struct stk_conn *conn, bool more)
{
    struct stk_http_req *req = conn->req;
    bool sent = conn->all && !conn->left[0].iov_len && !conn->left[1].iov_len;
    if (conn->answer.keep && sent && !more)
        stk_conn_keep(req->http->carriage, conn);
    else
        stk_conn_free(conn);
    stk_http_req_finish(req, STK_END_WHOLE);
}

static void refuse(struct stk_conn *conn, enum stk_http_end how, const char *why)
{
    snprintf(conn->req->text, sizeof(conn->req->text), "%s", why ? why : "");
    end(conn, how);
}

/* False: nothing more is to be read, and the connection may be gone. */
static bool take(struct stk_conn *conn, char *bytes, size_t size)
{
    struct stk_http_req *req = conn->req;
    struct stk_answer *answer = &conn->answer;
    const char *part;
    size_t n;
    for (bool go_on = true; go_on;) {
        switch (stk_answer_take(answer, &bytes, &size, &part, &n)) {
        case STK_PART_NONE:
            return true;
        case STK_PART_LINE:
            go_on = stk_http_req_line(req, part, n);
            break;
        case STK_PART_HEAD:
            go_on = stk_http_req_head(req, answer->status);
            break;
        case STK_PART_BODY:
            go_on = stk_http_req_body(req, part, n);
            break;
        case STK_PART_HUGE:
            go_on = stk_http_req_huge(req);
            break;
        case STK_PART_END:
            answered(conn, size > 0);
            return false;
        case STK_PART_NOT_HTTP:
            refuse(conn, STK_END_NOT_HTTP, NULL);
            return false;
        case STK_PART_MALFORMED:
            refuse(conn, STK_END_MALFORMED, answer->why);
            return false;
        }
    }
    return false;
}

/* A connection that was kept may have been closed while the request was on its way. It is sent again when nobody
 * has read it whole (a unix socket tells that by ECONNRESET), or when it only asks. */
static bool may_send_again(const struct stk_conn *conn, int os_error)
{
    const char *method = conn->req->method;
    bool asks = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
    return conn->used && !conn->answer.began && !conn->once && (os_error || asks);
}

static void closed(struct stk_conn *conn, int os_error)
{
    struct stk_http_req *req = conn->req;
    req->status = req->status ? req->status : conn->answer.status;
    if (may_send_again(conn, os_error)) {
        stk_conn_free(conn);
        stk_conn_open(req->http->carriage, req);
    } else {
        end(conn, stk_answer_closed(&conn->answer) && !os_error ? STK_END_WHOLE : STK_END_CLOSED);
    }
}

static void on_readable(struct stk_conn *conn);

static void on_rested(struct stk_timer *timer)
{
    struct stk_conn *conn = timer->data;
    event_add(conn->in, NULL);
    on_readable(conn);
}

/* A log comes in messages of a line; to wake up for each costs more than all that is done with it. What comes after
 * a silence is never held up. */
static void maybe_rest(struct stk_conn *conn)
{
    int64_t now_ms = stk_monotonic_ms();
    bool flows = conn->req->on_body && now_ms - conn->heard_ms <= FLOWS_MS;
    conn->heard_ms = now_ms;
    if (!flows)
        return;
    event_del(conn->in);
    conn->pause.fire = on_rested;
    stk_timer_start_us(conn->req->http->loop, &conn->pause, REST_US);
}

static void on_readable(struct stk_conn *conn)
{
    struct carriage *carriage = conn->req->http->carriage;
    for (unsigned i = 0; i < PIECES && !conn->req->dead; i++) {
        ssize_t n = recv(conn->fd, carriage->bytes, sizeof(carriage->bytes), MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n <= 0) {
            closed(conn, n ? errno : 0);
            return;
        }
        if (!take(conn, carriage->bytes, (size_t)n))
            return;
        if ((size_t)n < sizeof(carriage->bytes)) {
            maybe_rest(conn);
            return;
        }
    }
}

/* ---- as a carrier ---- */

static void open_unix(struct stk_http *http)
{
    struct carriage *carriage = stk_alloc(sizeof(*carriage));
    carriage->conns = (struct stk_conns){ .connected = on_connected,
                                          .unreached = on_unreached,
                                          .readable = on_readable,
                                          .writable = send_request };
    http->carriage = carriage;
}

static void close_unix(struct stk_http *http)
{
    struct carriage *carriage = http->carriage;
    for (struct stk_conn *conn; (conn = carriage->conns.idle);) {
        carriage->conns.idle = conn->next;
        stk_conn_free(conn);
    }
    free(carriage);
}

static void start(struct stk_http_req *req)
{
    struct stk_conns *conns = req->http->carriage;
    struct stk_conn *conn = req->connect_only || req->tunnel ? NULL : stk_conn_kept(conns);
    if (conn)
        exchange(conn, req);
    else
        stk_conn_open(conns, req);
}

static void drop(struct stk_http_req *req)
{
    if (req->carried)
        stk_conn_free(req->carried);
}

static int socket_of(const struct stk_http_req *req)
{
    const struct stk_conn *conn = req->carried;
    return conn->fd;
}

static ssize_t send_bytes(struct stk_http_req *req, const char *bytes, size_t size)
{
    ssize_t n = send(socket_of(req), bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    return n < 0 ? -errno : n;
}

static ssize_t recv_bytes(struct stk_http_req *req, char *bytes, size_t size)
{
    ssize_t n = recv(socket_of(req), bytes, size, MSG_DONTWAIT);
    return n < 0 ? -errno : n;
}

static void end_input(struct stk_http_req *req)
{
    shutdown(socket_of(req), SHUT_WR);
}

const struct stk_carrier stk_carrier_unix = {
    .open = open_unix,
    .close = close_unix,
    .start = start,
    .drop = drop,
    .socket = socket_of,
    .send = send_bytes,
    .recv = recv_bytes,
    .end_input = end_input,
};
