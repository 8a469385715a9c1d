/* unix_conn.c — see unix_conn.h. */
#include "unix_conn.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "arena.h"
#include "text.h"

enum { KEPT_MAX = 64, CROWDED_MS = 5 };
#define HEAD_MAX (4 * STK_MIB) /* a path may have thousands of names in its filters */

void stk_conn_free(struct stk_conn *conn)
{
    if (conn->req)
        conn->req->carried = NULL;
    if (conn->in)
        event_free(conn->in);
    if (conn->out)
        event_free(conn->out);
    stk_timer_stop(&conn->pause);
    if (conn->fd >= 0)
        close(conn->fd);
    stk_answer_clear(&conn->answer);
    stk_buf_clear(&conn->head);
    free(conn->piece);
    free(conn);
}

/* ---- those that are idle ---- */

void stk_conn_keep(struct stk_conns *conns, struct stk_conn *conn)
{
    if (conns->kept == KEPT_MAX) {
        stk_conn_free(conn);
        return;
    }
    event_del(conn->in);
    event_del(conn->out);
    stk_timer_stop(&conn->pause);
    stk_answer_clear(&conn->answer);
    stk_buf_clear(&conn->head);
    if (conn->req)
        conn->req->carried = NULL;
    conn->req = NULL;
    conn->used = true;
    conn->next = conns->idle;
    conns->idle = conn;
    conns->kept++;
}

/* Nothing has come since its last answer, not even its end. */
static bool is_quiet(const struct stk_conn *conn)
{
    char byte;
    return recv(conn->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

struct stk_conn *stk_conn_kept(struct stk_conns *conns)
{
    while (conns->idle) {
        struct stk_conn *conn = conns->idle;
        conns->idle = conn->next;
        conns->kept--;
        if (is_quiet(conn))
            return conn;
        stk_conn_free(conn);
    }
    return NULL;
}

/* ---- connecting ---- */

static int open_socket(struct stk_conn *conn)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (strlen(conn->http->unix_path) >= sizeof(address.sun_path))
        return ENAMETOOLONG;
    strcpy(address.sun_path, conn->http->unix_path);
    if (conn->fd < 0)
        conn->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (conn->fd < 0 || connect(conn->fd, (struct sockaddr *)&address, sizeof(address)) != 0)
        return errno;
    return 0;
}

static void on_readable(evutil_socket_t fd, short what, void *data)
{
    (void)fd, (void)what;
    struct stk_conn *conn = data;
    ((struct stk_conns *)conn->http->carriage)->readable(conn);
}

static void on_writable(evutil_socket_t fd, short what, void *data)
{
    (void)fd, (void)what;
    struct stk_conn *conn = data;
    ((struct stk_conns *)conn->http->carriage)->writable(conn);
}

static void watch(struct stk_conn *conn)
{
    struct event_base *base = stk_loop_base(conn->http->loop);
    conn->in = event_new(base, conn->fd, EV_READ | EV_PERSIST, on_readable, conn);
    conn->out = event_new(base, conn->fd, EV_WRITE, on_writable, conn);
    if (!conn->in || !conn->out)
        stk_out_of_memory();
}

/* A unix socket whose queue is full says EAGAIN, and not when it has room again. */
static void try_connect(struct stk_conns *conns, struct stk_conn *conn)
{
    struct stk_http_req *req = conn->req;
    int failed = open_socket(conn);
    bool late = stk_monotonic_ms() - req->began_ms >= stk_http_req_connect_ms(req);
    if (!failed) {
        watch(conn);
        conns->connected(conn);
    } else if (failed == EAGAIN && !late) {
        stk_timer_start(conn->http->loop, &conn->pause, CROWDED_MS);
    } else {
        req->os_error = failed == EAGAIN ? 0 : failed;
        stk_conn_free(conn);
        conns->unreached(req);
    }
}

static void on_crowded(struct stk_timer *timer)
{
    struct stk_conn *conn = timer->data;
    try_connect(conn->http->carriage, conn);
}

void stk_conn_open(struct stk_conns *conns, struct stk_http_req *req)
{
    struct stk_conn *conn = stk_alloc(sizeof(*conn));
    conn->http = req->http;
    conn->fd = -1;
    conn->req = req;
    conn->pause = (struct stk_timer){ .fire = on_crowded, .data = conn };
    stk_buf_init(&conn->head, HEAD_MAX);
    req->carried = conn;
    if (conn->http->connecting)
        conn->http->connecting(conn->http->data);
    try_connect(conns, conn);
}
