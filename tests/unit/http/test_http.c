/* test_http.c — the client against a small server that plays a script: whole answers, broken
 * ones, slow ones, huge ones, and consumers that cancel at the worst moment. */
#include "test.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "arena.h"
#include "http.h"
#include "place.h"
#include "text.h"

/* ---- the server: each connection is played by a thread; a request's path names what is
 * answered ---- */

static struct place place;
static pthread_t acceptor;
static int connections;
static bool slams;       /* it closes each connection at once */
static __thread int nth; /* request of this connection */

static void put(int fd, const char *text)
{
    size_t n = strlen(text);
    while (n) {
        ssize_t sent = send(fd, text, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        text += sent;
        n -= (size_t)sent;
    }
}

static void wait_for_close(int fd)
{
    char byte;
    while (read(fd, &byte, 1) > 0)
        ;
}

static void endless(int fd, const char *head, const char *piece)
{
    put(fd, head);
    while (send(fd, piece, strlen(piece), MSG_NOSIGNAL) > 0)
        ;
}

#define OK_HEAD "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"

/* False: the connection is over. */
static bool play(int fd, const char *request)
{
    if (strstr(request, " /plain ")) {
        put(fd, OK_HEAD "Api-Version: 1.41 \r\nContent-Length: 5\r\n\r\nhello");
    } else if (strstr(request, " /echo ")) {
        char answer[4096];
        const char *body = strstr(request, "\r\n\r\n");
        snprintf(answer, sizeof(answer), OK_HEAD "Content-Length: %zu\r\n\r\n%s", strlen(body + 4),
                 body + 4);
        put(fd, answer);
    } else if (strstr(request, " /chunked ")) {
        put(fd, CHUNKED "3\r\nabc\r\n");
        put(fd, "2\r\nde\r\n0\r\n\r\n");
    } else if (strstr(request, " /bye ")) {
        put(fd, OK_HEAD "Content-Length: 3\r\n\r\nbye");
        return false;
    } else if (strstr(request, " /fresh ")) {
        if (nth == 1)
            put(fd, OK_HEAD "Content-Length: 5\r\n\r\nfresh");
        return nth == 1;
    } else if (strstr(request, " /more ")) {
        put(fd, OK_HEAD "Content-Length: 2\r\n\r\nok and more");
    } else if (strstr(request, " /early ")) {
        put(fd, "HTTP/1.1 100 Continue\r\n\r\n" OK_HEAD "Content-Length: 2\r\n\r\nok");
    } else if (strstr(request, " /empty ")) {
        put(fd, strncmp(request, "HEAD", 4) == 0 ? OK_HEAD "Content-Length: 5\r\n\r\n"
                                                 : "HTTP/1.1 204 No Content\r\n\r\n");
    } else if (strstr(request, " /drip ")) {
        put(fd, CHUNKED);
        for (int i = 0; i < 2000; i++)
            put(fd, "3\r\nabc\r\n");
        put(fd, "0\r\n\r\n");
    } else if (strstr(request, " /missing ")) {
        put(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope");
    } else if (strstr(request, " /reset ")) {
        put(fd, OK_HEAD "Content-Length: 100\r\n\r\nsome");
        return false;
    } else if (strstr(request, " /cut ")) {
        put(fd, CHUNKED "3\r\nabc\r\n");
        return false;
    } else if (strstr(request, " /badchunk ")) {
        put(fd, CHUNKED "zz\r\nabc\r\n");
        return false;
    } else if (strstr(request, " /nothing ")) {
        return false;
    } else if (strstr(request, " /half-head ")) {
        put(fd, "HTTP/1.1 204 No Content\r\nApi-Ver");
        return false;
    } else if (strstr(request, " /no-version ")) {
        put(fd, "HTTP/200 OK\r\nContent-Length: 0\r\n\r\n");
        return false;
    } else if (strstr(request, " /garbage ")) {
        put(fd, "\1\2\3 nonsense\r\n\r\n");
        return false;
    } else if (strstr(request, " /big ")) {
        endless(fd, OK_HEAD "\r\n", "0123456789012345678901234567890123456789");
        return false;
    } else if (strstr(request, " /headers ")) {
        endless(fd, OK_HEAD, "X-More: 0123456789012345678901234567890123456789\r\n");
        return false;
    } else if (strstr(request, " /half ")) {
        put(fd, OK_HEAD "Content-Length: 100\r\n\r\nsome");
        wait_for_close(fd);
        return false;
    } else if (strstr(request, " /stream ")) {
        put(fd, CHUNKED "3\r\nabc\r\n");
        wait_for_close(fd);
        return false;
    } else { /* "/stall" */
        wait_for_close(fd);
        return false;
    }
    return true;
}

static void *serve(void *data)
{
    int fd = (int)(intptr_t)data;
    char request[2048] = "";
    if (slams) {
        close(fd);
        return NULL;
    }
    size_t have = 0;
    ssize_t n;
    while ((n = read(fd, request + have, sizeof(request) - 1 - have)) > 0) {
        have += (size_t)n;
        request[have] = '\0';
        const char *end = strstr(request, "\r\n\r\n"),
                   *length = strstr(request, "Content-Length: ");
        size_t body = length ? strtoul(length + strlen("Content-Length: "), NULL, 10) : 0;
        if (!end || strlen(end + 4) < body)
            continue;
        if (strstr(request, "Transfer-Encoding: chunked") && !strstr(end, "0\r\n\r\n"))
            continue;
        nth++;
        if (!play(fd, request))
            break;
        have = 0;
    }
    close(fd);
    return NULL;
}

static void *accept_all(void *data)
{
    (void)data;
    for (;;) {
        int fd = accept(place.listener, NULL, NULL);
        if (fd < 0)
            return NULL;
        pthread_t thread;
        __atomic_add_fetch(&connections, 1, __ATOMIC_SEQ_CST);
        pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd);
        pthread_detach(thread);
    }
}

/* ---- the client ---- */

static struct stk_loop *loop;
static struct stk_http *http;
static int pending;

static void begin(void)
{
    place_open(&place);
    connections = 0;
    pthread_create(&acceptor, NULL, accept_all, NULL);
    loop = stk_loop_new();
    http = stk_http_new(loop, &place.opts);
}

static void end(void)
{
    stk_http_free(http);
    stk_loop_free(loop);
    shutdown(place.listener, SHUT_RDWR);
    pthread_join(acceptor, NULL);
    place_close(&place);
}

static void on_done(struct stk_op *op)
{
    (void)op;
    if (--pending == 0)
        stk_loop_stop(loop);
}

static void send_one(struct stk_http_req *req)
{
    req->op.done = on_done;
    if (!req->method)
        req->method = "GET";
    pending++;
    stk_http_send(http, req);
}

static void run(struct stk_http_req *req)
{
    send_one(req);
    stk_loop_run(loop);
    ck_assert_int_eq(pending, 0);
}

static const char *answer_of(const struct stk_http_req *req)
{
    return req->answer.bytes ? req->answer.bytes : "";
}

START_TEST(a_plain_answer_comes_whole_with_the_header_wanted)
{
    begin();
    struct stk_http_req req = { .path = "/plain", .want = "Api-Version" };
    run(&req);
    ck_assert_int_eq(req.op.err.code, STK_OK);
    ck_assert_int_eq(req.status, 200);
    ck_assert_str_eq(answer_of(&req), "hello");
    ck_assert_str_eq(req.got, "1.41");
    stk_http_req_clear(&req);
    end();
}
END_TEST

START_TEST(a_chunked_answer_is_put_together)
{
    begin();
    struct stk_http_req req = { .path = "/chunked" };
    run(&req);
    ck_assert_int_eq(req.op.err.code, STK_OK);
    ck_assert_str_eq(answer_of(&req), "abcde");
    stk_http_req_clear(&req);
    end();
}
END_TEST

START_TEST(a_body_is_sent)
{
    begin();
    struct stk_http_req req = {
        .method = "POST", .path = "/echo", .body = "{\"a\":1}", .body_size = 7
    };
    run(&req);
    ck_assert_int_eq(req.op.err.code, STK_OK);
    ck_assert_str_eq(answer_of(&req), "{\"a\":1}");
    stk_http_req_clear(&req);
    end();
}
END_TEST

static size_t three_pieces(struct stk_http_req *req, char *to, size_t room)
{
    int *piece = req->data;
    ck_assert_uint_ge(room, 8);
    return *piece < 3 ? (size_t)sprintf(to, "piece%d", ++*piece) : 0;
}

START_TEST(a_body_of_unknown_size_is_sent_in_pieces)
{
    begin();
    int piece = 0;
    struct stk_http_req req = {
        .method = "POST", .path = "/echo", .on_send = three_pieces, .data = &piece
    };
    run(&req);
    ck_assert_int_eq(req.op.err.code, STK_OK);
    ck_assert_str_eq(answer_of(&req), "6\r\npiece1\r\n6\r\npiece2\r\n6\r\npiece3\r\n0\r\n\r\n");
    stk_http_req_clear(&req);
    end();
}
END_TEST

static size_t no_body(struct stk_http_req *req, char *to, size_t room)
{
    (void)req, (void)to, (void)room;
    return STK_HTTP_NO_BODY;
}

START_TEST(a_body_that_cannot_be_read_ends_the_request)
{
    begin();
    struct stk_http_req req = { .method = "POST", .path = "/echo", .on_send = no_body };
    run(&req);
    ck_assert_int_eq(req.op.err.code, STK_ECANCELED);
    ck_assert_int_eq(req.status, 0);
    stk_http_req_clear(&req);
    end();
}
END_TEST

START_TEST(a_refusal_is_an_answer_and_no_error)
{
    begin();
    struct stk_http_req req = { .path = "/missing" };
    run(&req);
    ck_assert_int_eq(req.op.err.code, STK_OK);
    ck_assert_int_eq(req.status, 404);
    ck_assert_str_eq(answer_of(&req), "nope");
    stk_http_req_clear(&req);
    end();
}
END_TEST

START_TEST(a_connection_is_used_again)
{
    begin();
    for (int i = 0; i < 5; i++) {
        struct stk_http_req req = { .path = "/plain" };
        run(&req);
        ck_assert_int_eq(req.op.err.code, STK_OK);
        stk_http_req_clear(&req);
    }
    ck_assert_int_eq(__atomic_load_n(&connections, __ATOMIC_SEQ_CST), 1);
    ck_assert_uint_eq(stk_http_sent(http), 5);
    end();
}
END_TEST

/* Two requests, one after the other; the answer to the second. */
static void run_after(const char *first, struct stk_http_req *req)
{
    struct stk_http_req before = { .path = first };
    run(&before);
    ck_assert_int_eq(before.op.err.code, STK_OK);
    stk_http_req_clear(&before);
    __atomic_store_n(&connections, 0, __ATOMIC_SEQ_CST);
    run(req);
}

START_TEST(a_connection_that_is_over_is_not_used_again)
{
    static const struct {
        const char *first, *method, *path, *comes;
        int connections;
    } rows[] = {
        { "/bye", "GET", "/plain", "hello", 1 },
        { "/plain", "GET", "/fresh", "fresh", 1 }, /* it was on its way when that ended */
        { "/more", "GET", "/plain", "hello", 1 },
        { "/early", "GET", "/plain", "hello", 0 },
        { "/empty", "HEAD", "/empty", "", 0 },
        { "/plain", "POST", "/plain", "hello", 0 },
    };
    for (size_t i = 0; i < STK_LEN(rows); i++) {
        begin();
        struct stk_http_req req = { .method = rows[i].method, .path = rows[i].path };
        run_after(rows[i].first, &req);
        ck_assert_msg(req.op.err.code == STK_OK, "row %zu: %s", i, req.op.err.msg);
        ck_assert_str_eq(answer_of(&req), rows[i].comes);
        int made = __atomic_load_n(&connections, __ATOMIC_SEQ_CST);
        ck_assert_msg(made == rows[i].connections, "row %zu: %d connections", i, made);
        stk_http_req_clear(&req);
        end();
    }
}
END_TEST

#ifndef OVER_TCP /* libcurl does */
START_TEST(what_may_have_been_done_is_not_sent_again)
{
    begin();
    struct stk_http_req req = { .method = "POST", .path = "/fresh" };
    run_after("/plain", &req);
    ck_assert_int_eq(req.fail, STK_HTTP_BROKEN);
    ck_assert_ptr_nonnull(strstr(req.op.err.msg, "before an answer came"));
    ck_assert_int_eq(__atomic_load_n(&connections, __ATOMIC_SEQ_CST), 0);
    stk_http_req_clear(&req);
    end();
}
END_TEST
#endif

START_TEST(what_breaks_an_answer_is_told)
{
    static const struct {
        const char *path;
        enum stk_http_fail fail;
        const char *says;
    } rows[] = {
        { "/reset", STK_HTTP_BROKEN, "in the middle of the answer" },
        { "/cut", STK_HTTP_BROKEN, "in the middle of the answer" },
        { "/badchunk", STK_HTTP_BROKEN, "malformed" },
        { "/nothing", STK_HTTP_BROKEN, "before an answer came" },
        { "/garbage", STK_HTTP_BROKEN, "not HTTP" },
        { "/half-head", STK_HTTP_BROKEN, "in the middle of the answer" },
        { "/no-version", STK_HTTP_BROKEN, "not HTTP" },
        { "/big", STK_HTTP_BIG, "exceeds 64 KiB" },
        { "/headers", STK_HTTP_BIG, "headers" },
        { "/stall", STK_HTTP_SLOW, "no answer within 0.2 s" },
        { "/half", STK_HTTP_SLOW, "stalled for 0.3 s" },
    };
    begin();
    for (size_t i = 0; i < STK_LEN(rows); i++) {
        struct stk_http_req req = {
            .path = rows[i].path, .max = 64 * STK_KIB, .first_byte_ms = 200, .idle_ms = 300
        };
        if (rows[i].fail != STK_HTTP_SLOW)
            req.first_byte_ms = req.idle_ms = 20000;
        run(&req);
        ck_assert_msg(req.op.err.code == STK_EENGINE, "%s: %d", rows[i].path, req.op.err.code);
        ck_assert_msg(strstr(req.op.err.msg, rows[i].says) != NULL, "%s: %s", rows[i].path,
                      req.op.err.msg);
        ck_assert_msg(req.fail == rows[i].fail, "%s: %d", rows[i].path, req.fail);
        stk_http_req_clear(&req);
    }
    end();
}
END_TEST

START_TEST(a_total_limit_ends_a_stream_that_is_never_idle)
{
    begin();
    struct stk_http_req req = { .path = "/half", .total_ms = 150 };
    run(&req);
    ck_assert_int_eq(req.fail, STK_HTTP_SLOW);
    ck_assert_ptr_nonnull(strstr(req.op.err.msg, "within 0.15 s"));
    stk_http_req_clear(&req);
    end();
}
END_TEST

START_TEST(no_server_says_why)
{
    begin();
    struct stk_http *lonely = stk_http_new(loop, &nobody);
    struct stk_http_req req = { .op.done = on_done, .method = "GET", .path = "/plain" };
    pending = 1;
    stk_http_send(lonely, &req);
    stk_loop_run(loop);
    ck_assert_int_eq(req.fail, STK_HTTP_CONNECT);
    ck_assert_str_eq(req.op.err.msg, NOBODY_SAYS);
    stk_http_req_clear(&req);
    stk_http_free(lonely);
    end();
}
END_TEST

static bool cancel_self(struct stk_http_req *req, const char *bytes, size_t size)
{
    (void)bytes, (void)size;
    stk_op_cancel(&req->op);
    ck_assert_int_eq(pending, 1); /* done never comes inside cancel */
    return true;
}

static bool refuse(struct stk_http_req *req, const char *bytes, size_t size)
{
    (void)req, (void)bytes, (void)size;
    return false;
}

START_TEST(a_consumer_may_cancel_inside_its_callback)
{
    begin();
    struct stk_http_req req = { .path = "/stream", .on_body = cancel_self };
    run(&req);
    ck_assert_int_eq(req.op.err.code, STK_ECANCELED);
    stk_http_req_clear(&req);
    struct stk_http_req other = { .path = "/stream", .on_body = refuse };
    run(&other);
    ck_assert_int_eq(other.op.err.code, STK_ECANCELED);
    stk_http_req_clear(&other);
    end();
}
END_TEST

static struct stk_http_req more;
static bool submit_more(struct stk_http_req *req, const char *bytes, size_t size)
{
    (void)bytes, (void)size;
    more = (struct stk_http_req){ .path = "/plain" };
    send_one(&more);
    stk_op_cancel(&req->op);
    return true;
}

START_TEST(a_consumer_may_submit_inside_its_callback)
{
    begin();
    struct stk_http_req req = { .path = "/stream", .on_body = submit_more };
    run(&req);
    ck_assert_int_eq(req.op.err.code, STK_ECANCELED);
    ck_assert_str_eq(answer_of(&more), "hello");
    stk_http_req_clear(&req);
    stk_http_req_clear(&more);
    end();
}
END_TEST

START_TEST(cancel_before_anything_was_sent_sends_nothing)
{
    begin();
    struct stk_http_req req = { .path = "/plain" };
    send_one(&req);
    stk_op_cancel(&req.op);
    ck_assert_int_eq(pending, 1);
    stk_loop_run(loop);
    ck_assert_int_eq(req.op.err.code, STK_ECANCELED);
    ck_assert_uint_eq(stk_http_sent(http), 0);
    stk_http_req_clear(&req);
    end();
}
END_TEST

START_TEST(a_deadline_of_the_request_reads_timed_out)
{
    begin();
    struct stk_http_req req = { .path = "/stall", .op.timeout_ms = 100 };
    run(&req);
    ck_assert_int_eq(req.op.err.code, STK_ETIMEOUT);
    stk_http_req_clear(&req);
    end();
}
END_TEST

static int streams;
static bool count_stream(struct stk_http_req *req, const char *bytes, size_t size)
{
    (void)req, (void)bytes, (void)size;
    if (++streams == 40)
        stk_loop_stop(loop);
    return true;
}

static size_t dripped, enough;
static bool take_drops(struct stk_http_req *req, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ck_assert_int_eq(bytes[i], "abc"[dripped++ % 3]);
    if (dripped >= enough)
        stk_op_cancel(&req->op);
    return true;
}

START_TEST(a_stream_of_drops_comes_whole_and_may_be_left)
{
    static const size_t rows[] = { 100000, 1, 4, 600, 5999 };
    begin();
    for (size_t i = 0; i < STK_LEN(rows); i++) {
        struct stk_http_req req = { .path = "/drip", .on_body = take_drops, .idle_ms = 20000 };
        dripped = 0;
        enough = rows[i];
        run(&req);
        ck_assert_int_eq(req.op.err.code, i ? STK_ECANCELED : STK_OK);
        ck_assert(i ? dripped >= enough : dripped == 6000);
        stk_http_req_clear(&req);
        struct stk_http_req plain = { .path = "/plain" };
        run(&plain);
        ck_assert_str_eq(answer_of(&plain), "hello");
        stk_http_req_clear(&plain);
    }
    end();
}
END_TEST

START_TEST(streams_do_not_hold_up_short_requests)
{
    begin();
    static struct stk_http_req stream[40];
    memset(stream, 0, sizeof(stream));
    streams = 0;
    for (size_t i = 0; i < STK_LEN(stream); i++) {
        stream[i].path = "/stream";
        stream[i].on_body = count_stream;
        send_one(&stream[i]);
    }
    stk_loop_run(loop); /* all of them are open */
    struct stk_http_req quick = { .op.done = on_done, .method = "GET", .path = "/plain" };
    int streaming = pending;
    pending = 1;
    stk_http_send(http, &quick);
    stk_loop_run(loop);
    ck_assert_int_eq(quick.op.err.code, STK_OK);
    stk_http_req_clear(&quick);
    pending = streaming;
    for (size_t i = 0; i < STK_LEN(stream); i++)
        stk_op_cancel(&stream[i].op);
    stk_loop_run(loop);
    for (size_t i = 0; i < STK_LEN(stream); i++)
        stk_http_req_clear(&stream[i]);
    end();
}
END_TEST

START_TEST(a_request_can_be_taken_back_without_its_done)
{
    begin();
    struct stk_http_req req = { .path = "/stall" };
    send_one(&req);
    stk_http_abandon(&req);
    pending = 0;
    struct stk_http_req ended = { .path = "/plain" };
    run(&ended);
    stk_http_req_clear(&ended);
    stk_http_req_clear(&req);
    end();
}
END_TEST

START_TEST(a_connection_may_be_all_that_is_wanted)
{
    begin();
    struct stk_http_req req = { .path = "/", .connect_only = true, .stay_ms = 30 };
    run(&req);
    ck_assert_int_eq(req.op.err.code, STK_OK);
    stk_http_req_clear(&req);
    slams = true;
    req = (struct stk_http_req){ .path = "/", .connect_only = true, .stay_ms = 30 };
    run(&req);
    ck_assert_int_eq(req.op.err.code, STK_EENGINE);
    stk_http_req_clear(&req);
    slams = false;
    req = (struct stk_http_req){
        .path = "/", .connect_only = true, .stay_ms = 10000, .op = { .timeout_ms = 20 }
    };
    run(&req);
    ck_assert_int_eq(req.op.err.code, STK_ETIMEOUT);
    stk_http_req_clear(&req);
    end();
}
END_TEST

#ifdef OVER_TCP
#define OURS_ONLY
#else
#define OURS_ONLY what_may_have_been_done_is_not_sent_again,
#endif
STK_TESTS("http", a_connection_may_be_all_that_is_wanted,
          a_plain_answer_comes_whole_with_the_header_wanted, a_chunked_answer_is_put_together,
          a_body_is_sent, a_body_of_unknown_size_is_sent_in_pieces,
          a_body_that_cannot_be_read_ends_the_request, a_refusal_is_an_answer_and_no_error,
          a_connection_is_used_again, a_connection_that_is_over_is_not_used_again,
          OURS_ONLY what_breaks_an_answer_is_told, a_total_limit_ends_a_stream_that_is_never_idle,
          no_server_says_why, a_consumer_may_cancel_inside_its_callback,
          a_consumer_may_submit_inside_its_callback, cancel_before_anything_was_sent_sends_nothing,
          a_deadline_of_the_request_reads_timed_out, a_stream_of_drops_comes_whole_and_may_be_left,
          streams_do_not_hold_up_short_requests, a_request_can_be_taken_back_without_its_done)
