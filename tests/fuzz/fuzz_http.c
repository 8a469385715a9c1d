/* fuzz_http.c — whatever a server answers, through the real client: the request ends once, with a whole answer
 * or with the reason why there is none, and takes no more memory than it may. The server says it all and closes
 * the connection. The first byte: whether the body is taken as a stream, whether the request is for a tunnel or of
 * method HEAD, and how the answer is cut. */
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "fuzz.h"
#include "http.h"
#include "tunnel.h"

enum { MOST = 4096, LIMIT_MS = 5000 };
enum { STREAM = 1, TUNNEL = 2, HEAD = 4 }; /* of the first byte */

static struct {
    char path[108];
    int listener;
    const uint8_t *data;
    size_t size, piece;
} server;

static void answer(int fd)
{
    char request[4096];
    if (recv(fd, request, sizeof(request), 0) <= 0)
        return;
    for (size_t at = 0; at < server.size; at += server.piece) {
        size_t n = server.size - at < server.piece ? server.size - at : server.piece;
        if (send(fd, server.data + at, n, MSG_NOSIGNAL) < 0)
            return;
    }
    shutdown(fd, SHUT_WR);
    while (recv(fd, request, sizeof(request), 0) > 0)
        ;
}

/* One connection, for one input: whose bytes are gone after that. */
static void *serve(void *unused)
{
    int fd = accept(server.listener, NULL, NULL);
    if (fd < 0)
        abort();
    answer(fd);
    close(fd);
    return unused;
}

static void remove_socket(void)
{
    unlink(server.path);
}

static void open_server(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(server.path, sizeof(server.path), "%s/stk-fuzz-http-%d",
             getenv("TMPDIR") ? getenv("TMPDIR") : P_tmpdir, getpid());
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", server.path);
    server.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(server.listener, (struct sockaddr *)&address, sizeof(address)) ||
        listen(server.listener, 8))
        abort();
    atexit(remove_socket);
}

static unsigned ended;
static struct stk_loop *loop;

static void on_done(struct stk_op *op)
{
    (void)op;
    ended++;
    stk_loop_stop(loop);
}

static bool take(struct stk_http_req *req, const char *bytes, size_t size)
{
    (void)bytes;
    *(size_t *)req->data += size;
    return true;
}

static void take_of_tunnel(struct stk_tunnel *tunnel, const char *bytes, size_t size)
{
    (void)bytes;
    *(size_t *)tunnel->data += size;
}

static void check(const struct stk_http_req *req)
{
    bool whole = req->op.err.code == STK_OK;
    if (ended != 1 || req->answer.size > MOST)
        abort();
    if (whole ? req->status < 100 || req->status > 999 : !req->op.err.msg || !*req->op.err.msg)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    if (!server.piece)
        open_server();
    server.data = data + 1;
    server.size = size - 1;
    server.piece = data[0] < 128 ? size : (size_t)data[0] - 127;
    size_t streamed = 0;
    struct stk_tunnel tunnel = { .came = take_of_tunnel, .data = &streamed };
    pthread_t thread;
    if (pthread_create(&thread, NULL, serve, NULL))
        abort();
    loop = stk_loop_new();
    ended = 0;
    struct stk_http *http = stk_http_new(
        loop, &(struct stk_http_opts){ .base = "http://engine", .unix_path = server.path });
    struct stk_http_req req = { .op = { .done = on_done },
                                .method = data[0] & HEAD ? "HEAD" : "GET",
                                .path = "/",
                                .want = "Api-Version",
                                .max = MOST,
                                .total_ms = LIMIT_MS,
                                .on_body = data[0] & STREAM ? take : NULL,
                                .tunnel = data[0] & TUNNEL ? &tunnel : NULL,
                                .data = &streamed };
    stk_http_send(http, &req);
    stk_loop_run(loop);
    check(&req);
    stk_http_req_clear(&req);
    stk_http_free(http);
    pthread_join(thread, NULL);
    stk_loop_free(loop);
    return 0;
}
