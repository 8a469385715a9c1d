/* carrier_curl.c — requests through libcurl: TCP, TLS, proxies. Its multi-socket interface is driven from our
 * loop: descriptors and its one timer. It is loaded when the first client of this kind is made. */
#include <errno.h>
#include <stdio.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "arena.h"
#include "curl_late.h"
#include "http_private.h"
#include "ssl_late.h"
#include "text.h"

struct carriage {
    struct stk_http *http;
    CURLM *multi;
    struct stk_timer timer; /* libcurl's */
};

struct exchange {
    CURL *easy;
    struct curl_slist *headers;
    char *url;
    bool headed; /* the headers have come to their end */
};

static struct exchange *of(const struct stk_http_req *req)
{
    return req->carried;
}

static void ended(struct stk_http_req *req, CURLcode result);

/* ---- libcurl on our loop ---- */

static void reap(struct carriage *carriage)
{
    CURLMsg *msg;
    int left;
    while ((msg = curl_multi_info_read(carriage->multi, &left))) {
        if (msg->msg != CURLMSG_DONE)
            continue;
        struct stk_http_req *req = NULL;
        CURLcode result = msg->data.result; /* msg dies with its handle */
        curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, (char **)&req);
        ended(req, result);
    }
}

static void on_socket(evutil_socket_t fd, short what, void *data)
{
    struct carriage *carriage = data;
    int mask = (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
    int running;
    curl_multi_socket_action(carriage->multi, fd, mask, &running);
    reap(carriage);
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *watched)
{
    (void)easy;
    struct carriage *carriage = data;
    if (watched)
        event_free(watched);
    curl_multi_assign(carriage->multi, fd, NULL);
    if (what == CURL_POLL_REMOVE)
        return 0;
    short events =
        (short)((what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));
    struct event *event = event_new(stk_loop_base(carriage->http->loop), fd,
                                    (short)(events | EV_PERSIST), on_socket, carriage);
    if (!event)
        stk_out_of_memory();
    event_add(event, NULL);
    curl_multi_assign(carriage->multi, fd, event);
    return 0;
}

static void timer_fired(struct stk_timer *timer)
{
    struct carriage *carriage = timer->data;
    int running;
    curl_multi_socket_action(carriage->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    reap(carriage);
}

/* Only sets our timer, at 0 ms too: calling libcurl from here would recurse. */
static int set_timer(CURLM *multi, long ms, void *data)
{
    (void)multi;
    struct carriage *carriage = data;
    if (ms < 0)
        stk_timer_stop(&carriage->timer);
    else
        stk_timer_start(carriage->http->loop, &carriage->timer, (unsigned)ms);
    return 0;
}

static void open_curl(struct stk_http *http)
{
    struct carriage *carriage = stk_alloc(sizeof(*carriage));
    stk_curl_load();
    curl_global_init(stk_starts(http->base, "https:") ? CURL_GLOBAL_DEFAULT : CURL_GLOBAL_NOTHING);
    http->carriage = carriage;
    carriage->http = http;
    carriage->timer = (struct stk_timer){ .fire = timer_fired, .data = carriage };
    carriage->multi = curl_multi_init();
    if (!carriage->multi)
        stk_out_of_memory();
    curl_multi_setopt(carriage->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(carriage->multi, CURLMOPT_SOCKETDATA, carriage);
    curl_multi_setopt(carriage->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(carriage->multi, CURLMOPT_TIMERDATA, carriage);
    /* Idle connections worth keeping; how many are busy at once is not limited. */
    curl_multi_setopt(carriage->multi, CURLMOPT_MAXCONNECTS, 64L);
}

static void close_curl(struct stk_http *http)
{
    struct carriage *carriage = http->carriage;
    curl_multi_cleanup(carriage->multi);
    stk_timer_stop(&carriage->timer);
    free(carriage);
    curl_global_cleanup();
}

/* ---- what comes ---- */

static size_t on_header(char *bytes, size_t one, size_t size, void *data)
{
    (void)one;
    struct stk_http_req *req = data;
    bool last = size <= 2 && (bytes[0] == '\r' || bytes[0] == '\n');
    bool first = size >= 5 && memcmp(bytes, "HTTP/", 5) == 0; /* after a "100 Continue" again */
    of(req)->headed = (of(req)->headed && !first) || last;
    if (!stk_http_req_line(req, bytes, size))
        return 0;
    long status = 0;
    curl_easy_getinfo(of(req)->easy, CURLINFO_RESPONSE_CODE, &status);
    return !last || stk_http_req_head(req, (int)status) ? size : 0;
}

static size_t on_body(char *bytes, size_t one, size_t size, void *data)
{
    (void)one;
    return stk_http_req_body(data, bytes, size) ? size : CURL_WRITEFUNC_ERROR;
}

static size_t on_read(char *to, size_t one, size_t room, void *data)
{
    (void)one;
    size_t n = stk_http_req_more(data, to, room);
    return n == STK_HTTP_NO_BODY ? CURL_READFUNC_ABORT : n;
}

/* ---- what is asked ---- */

static curl_socket_t on_connecting(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    const struct stk_http *http = data;
    http->connecting(http->data);
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static void set_server(struct stk_http_req *req)
{
    const struct stk_http *http = req->http;
    if (http->connecting) {
        curl_easy_setopt(of(req)->easy, CURLOPT_OPENSOCKETFUNCTION, on_connecting);
        curl_easy_setopt(of(req)->easy, CURLOPT_OPENSOCKETDATA, http);
    }
    if (http->skip_verify) {
        curl_easy_setopt(of(req)->easy, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(of(req)->easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (http->direct)
        curl_easy_setopt(of(req)->easy, CURLOPT_PROXY, "");
    if (http->ca_file)
        curl_easy_setopt(of(req)->easy, CURLOPT_CAINFO, http->ca_file);
    if (http->cert_file)
        curl_easy_setopt(of(req)->easy, CURLOPT_SSLCERT, http->cert_file);
    if (http->key_file)
        curl_easy_setopt(of(req)->easy, CURLOPT_SSLKEY, http->key_file);
}

static void add_header(struct stk_http_req *req, const char *line)
{
    struct curl_slist *longer = curl_slist_append(of(req)->headers, line);
    if (!longer)
        stk_out_of_memory();
    of(req)->headers = longer;
}

static void add_type(struct stk_http_req *req)
{
    STK_CLEANUP(stk_charp)
    char *type =
        stk_printf("Content-Type: %s", req->body_type ? req->body_type : "application/json");
    add_header(req, "Expect:"); /* never wait for "100 Continue" */
    add_header(req, req->body || req->on_send ? type : "Content-Type:");
}

static void set_request(struct stk_http_req *req)
{
    CURL *easy = of(req)->easy;
    if (req->header)
        add_header(req, req->header);
    if (req->connect_only || req->tunnel)
        curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    if (strcmp(req->method, "HEAD") == 0)
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    else if (strcmp(req->method, "GET") != 0)
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, req->method);
    if (req->on_send) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, req->method);
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
        curl_easy_setopt(easy, CURLOPT_READDATA, req);
        add_header(req, "Transfer-Encoding: chunked"); /* its size is not known */
        add_type(req);
    } else if (req->body || strcmp(req->method, "POST") == 0) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)req->body_size);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, req->body ? req->body : "");
        add_type(req);
    }
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, of(req)->headers);
}

static void set_options(struct stk_http_req *req)
{
    CURL *easy = of(req)->easy;
    of(req)->url = stk_printf("%s%s", req->http->base, req->path);
    curl_easy_setopt(easy, CURLOPT_URL, of(req)->url);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, req);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "stackctl/" STK_VERSION);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)stk_http_req_connect_ms(req));
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, req->text);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, req);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, req);
    set_server(req);
    set_request(req);
}

static void start(struct stk_http_req *req)
{
    const struct carriage *carriage = req->http->carriage;
    req->carried = stk_alloc(sizeof(struct exchange));
    of(req)->easy = curl_easy_init();
    if (!of(req)->easy)
        stk_out_of_memory();
    set_options(req);
    CURLMcode code = curl_multi_add_handle(carriage->multi, of(req)->easy);
    if (code == CURLM_OK)
        return;
    snprintf(req->text, sizeof(req->text), "cannot send a request: %s", curl_multi_strerror(code));
    stk_http_req_finish(req, STK_END_OTHER);
}

static void drop(struct stk_http_req *req)
{
    const struct carriage *carriage = req->http->carriage;
    struct exchange *exchange = req->carried;
    curl_multi_remove_handle(carriage->multi, exchange->easy);
    curl_easy_cleanup(exchange->easy);
    curl_slist_free_all(exchange->headers);
    free(exchange->url);
    free(exchange);
    req->carried = NULL;
}

/* ---- how it ended ---- */

/* A body that cannot be taken apart, TLS and a connection that is gone are one error to libcurl. */
static enum stk_http_end end_of_reading(const struct stk_http_req *req)
{
    if (strcasestr(req->text, "chunk") || strcasestr(req->text, "hex"))
        return STK_END_MALFORMED;
    return strstr(req->text, "SSL routines::") ? STK_END_TLS : STK_END_CLOSED;
}

/* libcurl takes a connection that is closed within the headers for the end of an answer without a body, and
 * "HTTP/200 OK" for one of status 0. */
static enum stk_http_end end_of_answer(const struct stk_http_req *req)
{
    if (req->connect_only || req->tunnel || (of(req)->headed && req->status >= 100))
        return STK_END_WHOLE;
    return req->status < 100 ? STK_END_NOT_HTTP : STK_END_CLOSED;
}

static enum stk_http_end end_of(struct stk_http_req *req, CURLcode result)
{
    long os_error = 0;
    switch ((int)result) {
    case CURLE_OK:
        return end_of_answer(req);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
        curl_easy_getinfo(of(req)->easy, CURLINFO_OS_ERRNO, &os_error);
        req->os_error = (int)os_error;
        return STK_END_UNREACHED;
    case CURLE_OPERATION_TIMEDOUT: /* only connecting has a limit in libcurl */
        return STK_END_UNREACHED_IN_TIME;
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
        return end_of_reading(req);
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
        return STK_END_CLOSED;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
        return STK_END_NOT_HTTP;
    case CURLE_SSL_CONNECT_ERROR:
        return strstr(req->text, "wrong version number") ? STK_END_NO_TLS : STK_END_TLS;
    default:
        return STK_END_OTHER;
    }
}

static void ended(struct stk_http_req *req, CURLcode result)
{
    long status = 0;
    if (!req->tunnel) {
        curl_easy_getinfo(of(req)->easy, CURLINFO_RESPONSE_CODE, &status);
        req->status = (int)status;
    }
    bool odd = result == CURLE_OK && !req->tunnel && !req->connect_only &&
               (status < 100 || status > 999); /* "HTTP/21102." passes for one with libcurl */
    if (odd) {
        req->status = 0;
        stk_http_req_finish(req, STK_END_NOT_HTTP);
        return;
    }
    if (result != CURLE_OK && !req->text[0])
        snprintf(req->text, sizeof(req->text), "%s", curl_easy_strerror(result));
    stk_http_req_finish(req, end_of(req, result));
}

/* ---- a connection as such ---- */

static int socket_of(const struct stk_http_req *req)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    curl_easy_getinfo(of(req)->easy, CURLINFO_ACTIVESOCKET, &fd);
    return fd == CURL_SOCKET_BAD ? -1 : (int)fd;
}

static ssize_t told(CURLcode code, size_t n)
{
    return code == CURLE_OK ? (ssize_t)n : code == CURLE_AGAIN ? -EAGAIN : -EIO;
}

static ssize_t send_bytes(struct stk_http_req *req, const char *bytes, size_t size)
{
    size_t n = 0;
    CURLcode code = curl_easy_send(of(req)->easy, bytes, size, &n);
    return told(code, n);
}

static ssize_t recv_bytes(struct stk_http_req *req, char *bytes, size_t size)
{
    size_t n = 0;
    CURLcode code = curl_easy_recv(of(req)->easy, bytes, size, &n);
    return told(code, n);
}

/* TLS has an end of its own, without which the other side takes it for a connection that was cut; libcurl
 * sends it only when it closes both ways. */
static bool end_tls(struct stk_http_req *req)
{
    struct curl_tlssessioninfo *tls = NULL;
    curl_easy_getinfo(of(req)->easy, CURLINFO_TLS_SSL_PTR, &tls);
    if (!tls || tls->backend != CURLSSLBACKEND_OPENSSL || !tls->internals)
        return false;
    stk_ssl_load();
    return SSL_shutdown(tls->internals) >= 0;
}

static void end_input(struct stk_http_req *req)
{
    if (!stk_starts(req->http->base, "https:") || !end_tls(req))
        shutdown(socket_of(req), SHUT_WR);
}

const struct stk_carrier stk_carrier_curl = {
    .open = open_curl,
    .close = close_curl,
    .start = start,
    .drop = drop,
    .socket = socket_of,
    .send = send_bytes,
    .recv = recv_bytes,
    .end_input = end_input,
};
