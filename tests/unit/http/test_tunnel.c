/* The tunnel against a small server that plays what the path says: bytes both ways, an end of one way, heads
 * in pieces, refusals, and what is no HTTP at all. */
#include "test.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "arena.h"
#include "http.h"
#include "place.h"
#include "text.h"
#include "tunnel.h"

#define UPGRADED "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"

enum { MUCH = 8 * 1024 * 1024 };

/* ---- the server ---- */

static struct place place;
static pthread_t server;

static void put(int fd, const char *bytes, size_t n)
{
    while (n) {
        ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes += sent;
        n -= (size_t)sent;
    }
}

static void echo(int fd)
{
    char bytes[65536];
    ssize_t n;
    while ((n = read(fd, bytes, sizeof(bytes))) > 0)
        put(fd, bytes, (size_t)n);
    put(fd, "end", 3); /* after ours */
}

static void play(int fd, const char *request)
{
    static const char refusal[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nno";
    if (strstr(request, "/echo")) {
        put(fd, UPGRADED "first", strlen(UPGRADED "first"));
        echo(fd);
    } else if (strstr(request, "/pieces")) {
        for (const char *p = UPGRADED "x"; *p; p++)
            put(fd, p, 1);
    } else if (strstr(request, "/much")) {
        put(fd, UPGRADED, strlen(UPGRADED));
        for (size_t i = 0; i < MUCH; i += 8)
            put(fd, "8 bytes.", 8);
    } else if (strstr(request, "/refused")) {
        put(fd, refusal, strlen(refusal));
        put(fd, "pe", 2);
    } else if (strstr(request, "/garbage")) {
        put(fd, "\1\2\3", 3);
    } else if (strstr(request, "/half")) {
        put(fd, "HTTP/1.1 101 UPGR", 17);
    }
}

static void *serve(void *data)
{
    char request[4096] = "";
    size_t have = 0;
    ssize_t n = 1;
    (void)data;
    int fd = accept(place.listener, NULL, NULL);
    while (fd >= 0 && n > 0 && !strstr(request, "\r\n\r\n{}")) {
        n = read(fd, request + have, sizeof(request) - 1 - have);
        have += n > 0 ? (size_t)n : 0;
    }
    play(fd, request);
    close(fd);
    return NULL;
}

/* ---- the client ---- */

static struct stk_loop *loop;
static struct stk_http *http;
static struct stk_tunnel tunnel;
static struct stk_http_req req;
static struct stk_buf got;
static size_t came;
static struct stk_timer timer;

static void on_done(struct stk_op *op)
{
    (void)op;
    stk_timer_stop(&timer);
    stk_loop_stop(loop);
}

static void on_came(struct stk_tunnel *t, const char *bytes, size_t size)
{
    (void)t;
    came += size;
    stk_buf_add(&got, bytes, size);
}

static void run(const char *what)
{
    place_open(&place);
    pthread_create(&server, NULL, serve, NULL);
    loop = stk_loop_new();
    http = stk_http_new(loop, &place.opts);
    stk_buf_init(&got, 2 * MUCH);
    tunnel.came = on_came;
    came = 0;
    req = (struct stk_http_req){ .op.done = on_done,
                                 .method = "POST",
                                 .path = what,
                                 .body = "{}",
                                 .body_size = 2,
                                 .tunnel = &tunnel };
    stk_http_send(http, &req);
    stk_loop_run(loop);
}

static void end(void)
{
    stk_http_req_clear(&req);
    stk_buf_clear(&got);
    stk_http_free(http);
    stk_loop_free(loop);
    pthread_join(server, NULL);
    place_close(&place);
    tunnel = (struct stk_tunnel){ 0 };
}

static void say_hello(struct stk_tunnel *t)
{
    ck_assert(stk_tunnel_write(t, "hel", 3));
    ck_assert(stk_tunnel_write(t, "lo", 2));
    stk_tunnel_end_input(t);
    ck_assert(!stk_tunnel_write(t, "too late", 8));
}

START_TEST(bytes_go_both_ways_and_one_way_may_end_first)
{
    tunnel.opened = say_hello;
    run("/echo");
    ck_assert_int_eq(req.op.err.code, STK_OK);
    ck_assert_int_eq(req.status, 101);
    ck_assert_str_eq(got.bytes, "firsthelloend");
    end();
}
END_TEST

static size_t written;
static void write_more(struct stk_tunnel *t)
{
    static const char piece[65536];
    if (written < MUCH)
        stk_tunnel_write(t, piece, sizeof(piece));
    else
        stk_tunnel_end_input(t);
    written += sizeof(piece);
}

START_TEST(much_is_written_piece_by_piece)
{
    written = 0;
    tunnel.opened = tunnel.drained = write_more;
    run("/echo");
    ck_assert_uint_eq(came, MUCH + strlen("firstend"));
    end();
}
END_TEST

START_TEST(a_head_may_come_in_pieces)
{
    run("/pieces");
    ck_assert_int_eq(req.op.err.code, STK_OK);
    ck_assert_str_eq(got.bytes, "x");
    end();
}
END_TEST

static void let_go(struct stk_timer *t)
{
    ck_assert_uint_eq(came, 0);
    stk_timer_stop(t);
    stk_tunnel_hold(&tunnel, false);
}

static void hold(struct stk_tunnel *t)
{
    stk_tunnel_hold(t, true);
    timer.fire = let_go;
    stk_timer_start(loop, &timer, 20);
}

START_TEST(nothing_comes_while_it_is_held)
{
    tunnel.opened = hold;
    run("/much");
    ck_assert_int_eq(req.op.err.code, STK_OK);
    ck_assert_uint_eq(came, MUCH);
    end();
}
END_TEST

START_TEST(a_refusal_is_an_answer)
{
    run("/refused");
    ck_assert_int_eq(req.op.err.code, STK_OK);
    ck_assert_int_eq(req.status, 404);
    ck_assert_str_eq(req.answer.bytes, "nope");
    ck_assert_uint_eq(came, 0);
    end();
}
END_TEST

START_TEST(what_is_no_http_is_told)
{
    static const char *const paths[] = { "/garbage", "/half", "/nothing" };
    static const char *const words[] = { "is not HTTP", "was closed", "was closed" };
    for (size_t i = 0; i < STK_LEN(paths); i++) {
        run(paths[i]);
        ck_assert_int_eq(req.op.err.code, STK_EENGINE);
        ck_assert_ptr_nonnull(strstr(req.op.err.msg, words[i]));
        end();
    }
}
END_TEST

static void cancel(struct stk_tunnel *t)
{
    (void)t;
    stk_op_cancel(&req.op);
}

START_TEST(it_may_be_canceled_when_open)
{
    tunnel.opened = cancel;
    run("/echo");
    ck_assert_int_eq(req.op.err.code, STK_ECANCELED);
    ck_assert_uint_eq(came, 0);
    end();
}
END_TEST

STK_TESTS("tunnel", bytes_go_both_ways_and_one_way_may_end_first, much_is_written_piece_by_piece,
          a_head_may_come_in_pieces, nothing_comes_while_it_is_held, a_refusal_is_an_answer,
          what_is_no_http_is_told, it_may_be_canceled_when_open)
