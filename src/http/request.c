/* request.c — one HTTP exchange: what libcurl is told, what its callbacks take in, its limits, and
 * what came of it in words. The loop's side is client.c. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "arena.h"
#include "http_private.h"
#include "op.h"
#include "text.h"
#include "trace.h"
#include "tunnel.h"

enum { CONNECT_MS = 5000 };
#define HEADERS_MAX (256 * STK_KIB)

static const struct stk_src nowhere;

/* Safe anywhere, callbacks of libcurl included. *err is moved. */
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

static void keep_header(struct stk_http_req *req, const char *line, size_t size)
{
    size_t name = req->want ? strlen(req->want) : 0;
    if (!name || size <= name || line[name] != ':' || strncasecmp(line, req->want, name) != 0)
        return;
    const char *value = line + name + 1, *end = line + size;
    while (value < end && *value == ' ')
        value++;
    while (end > value && (end[-1] == '\r' || end[-1] == '\n' || end[-1] == ' '))
        end--;
    size_t n = (size_t)(end - value);
    if (n >= sizeof(req->got))
        n = sizeof(req->got) - 1;
    memcpy(req->got, value, n);
    req->got[n] = '\0';
}

static int status_of(struct stk_http_req *req)
{
    long status = 0;
    curl_easy_getinfo(req->easy, CURLINFO_RESPONSE_CODE, &status);
    return req->status = (int)status;
}

static size_t on_header(char *bytes, size_t one, size_t size, void *data)
{
    (void)one;
    struct stk_http_req *req = data;
    if (req->dead)
        return 0;
    req->header_bytes += size;
    if (req->header_bytes > HEADERS_MAX) {
        struct stk_error err = { 0 };
        stk_fail(&err, STK_EENGINE, nowhere, "the answer's headers exceed %zu KiB",
                 HEADERS_MAX / STK_KIB);
        give_up(req, STK_HTTP_BIG, &err);
        return 0;
    }
    keep_header(req, bytes, size);
    limit(req, req->idle_ms, "the answer stalled for");
    bool last = size <= 2 && (bytes[0] == '\r' || bytes[0] == '\n');
    bool first = size >= 5 && memcmp(bytes, "HTTP/", 5) == 0; /* after a "100 Continue" again */
    req->headed = (req->headed && !first) || last;
    if (last && req->on_begin && status_of(req) / 100 == 2)
        req->on_begin(req);
    return req->dead ? 0 : size;
}

static size_t on_body(char *bytes, size_t one, size_t size, void *data)
{
    (void)one;
    struct stk_http_req *req = data;
    if (req->dead)
        return CURL_WRITEFUNC_ERROR;
    limit(req, req->idle_ms, "the answer stalled for");
    if (req->on_body && status_of(req) / 100 == 2) {
        bool more = req->on_body(req, bytes, size);
        if (!more && !req->dead)
            on_cancel(&req->op);
        return req->dead ? CURL_WRITEFUNC_ERROR : size;
    }
    if (stk_buf_add(&req->answer, bytes, size))
        return size;
    struct stk_error err = { 0 };
    stk_fail(&err, STK_EENGINE, nowhere, "the answer exceeds %zu KiB", req->answer.max / STK_KIB);
    give_up(req, STK_HTTP_BIG, &err);
    return CURL_WRITEFUNC_ERROR;
}

/* What is being sent is no silence: the answer is waited for from its last piece on. */
static size_t on_read(char *to, size_t one, size_t room, void *data)
{
    (void)one;
    struct stk_http_req *req = data;
    if (req->dead)
        return CURL_READFUNC_ABORT;
    size_t n = req->on_send(req, to, room);
    if (n == STK_HTTP_NO_BODY) {
        on_cancel(&req->op);
        return CURL_READFUNC_ABORT;
    }
    limit(req, req->first_byte_ms, "no answer within");
    return n;
}

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
    if (http->unix_path) {
        curl_easy_setopt(req->easy, CURLOPT_UNIX_SOCKET_PATH, http->unix_path);
    }
    if (http->connecting) {
        curl_easy_setopt(req->easy, CURLOPT_OPENSOCKETFUNCTION, on_connecting);
        curl_easy_setopt(req->easy, CURLOPT_OPENSOCKETDATA, http);
    }
    if (http->skip_verify) {
        curl_easy_setopt(req->easy, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(req->easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (http->unix_path || http->direct)
        curl_easy_setopt(req->easy, CURLOPT_PROXY, "");
    if (http->ca_file)
        curl_easy_setopt(req->easy, CURLOPT_CAINFO, http->ca_file);
    if (http->cert_file)
        curl_easy_setopt(req->easy, CURLOPT_SSLCERT, http->cert_file);
    if (http->key_file)
        curl_easy_setopt(req->easy, CURLOPT_SSLKEY, http->key_file);
}

static void add_header(struct stk_http_req *req, const char *line)
{
    struct curl_slist *longer = curl_slist_append(req->headers, line);
    if (!longer)
        stk_out_of_memory();
    req->headers = longer;
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
    CURL *easy = req->easy;
    if (req->header)
        add_header(req, req->header);
    if (req->connect_only)
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
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, req->headers);
}

static void set_options(struct stk_http_req *req)
{
    CURL *easy = req->easy;
    req->url = stk_printf("%s%s", req->http->base, req->path);
    curl_easy_setopt(easy, CURLOPT_URL, req->url);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, req);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "stackctl/" STK_VERSION);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)(req->connect_ms ? req->connect_ms : CONNECT_MS));
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, req->text);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, req);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, req);
    set_server(req);
    set_request(req);
    if (req->tunnel)
        curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
}

void stk_http_req_start(struct stk_http_req *req)
{
    req->easy = curl_easy_init();
    if (!req->easy)
        stk_out_of_memory();
    set_options(req);
    limit(req, req->first_byte_ms, "no answer within");
    CURLMcode code = curl_multi_add_handle(req->http->multi, req->easy);
    if (code == CURLM_OK) {
        req->http->sent++;
        return;
    }
    struct stk_error err = { 0 };
    stk_fail(&err, STK_EFAIL, nowhere, "cannot send a request: %s", curl_multi_strerror(code));
    give_up(req, STK_HTTP_BROKEN, &err);
}

static void say_in_lower_case(struct stk_error *err, const char *text)
{
    bool abbreviation = isupper((unsigned char)text[0]) && isupper((unsigned char)text[1]);
    int first = abbreviation ? text[0] : tolower((unsigned char)text[0]);
    stk_fail(err, STK_EENGINE, nowhere, "%c%s", first, text + 1);
}

/* OpenSSL's reason without its codes: "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert
 * certificate required, errno 0". */
static void explain_tls(const struct stk_http_req *req, struct stk_error *err)
{
    const char *reason = strstr(req->text, "::");
    reason = reason ? reason + 2 : req->text;
    stk_fail(err, STK_EENGINE, nowhere, "TLS failed: %.*s", (int)strcspn(reason, ","), reason);
}

static bool lacks_certificate(const struct stk_http *http)
{
    return stk_starts(http->base, "https:") && !http->cert_file;
}

/* Why libcurl could not, in our words. */
static void explain(struct stk_http_req *req, CURLcode result, struct stk_error *err)
{
    long os_error = 0;
    curl_easy_getinfo(req->easy, CURLINFO_OS_ERRNO, &os_error);
    req->fail = STK_HTTP_BROKEN;
    switch ((int)result) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
        req->fail = STK_HTTP_CONNECT;
        req->os_error = (int)os_error;
        if (os_error)
            say_in_lower_case(err, strerror((int)os_error));
        else
            say_in_lower_case(err, req->text[0] ? req->text : curl_easy_strerror(result));
        return;
    case CURLE_OPERATION_TIMEDOUT: /* only connecting has a limit in libcurl */
        req->fail = STK_HTTP_CONNECT;
        stk_fail(err, STK_EENGINE, nowhere, "no connection within %g s",
                 (req->connect_ms ? req->connect_ms : CONNECT_MS) / 1000.0);
        return;
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR: /* libcurl's word for a body it cannot take apart, too */
        if (strcasestr(req->text, "chunk") || strcasestr(req->text, "hex")) {
            stk_fail(err, STK_EENGINE, nowhere, "the answer is malformed: %s", req->text);
            return;
        }
        if (strstr(req->text, "SSL routines::")) {
            explain_tls(req, err);
            return;
        }
        /* fall through */
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
        stk_fail(err, STK_EENGINE, nowhere, "the connection was closed %s%s",
                 req->connect_only ? "at once"
                 : req->status     ? "in the middle of the answer"
                                   : "before an answer came",
                 !req->connect_only && !req->status && lacks_certificate(req->http)
                     ? ": it may want a certificate of ours"
                     : "");
        return;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
        stk_fail(err, STK_EENGINE, nowhere, "the answer is not HTTP");
        return;
    case CURLE_SSL_CONNECT_ERROR:
        if (strstr(req->text, "wrong version number"))
            stk_fail(err, STK_EENGINE, nowhere, "what answers there speaks no TLS");
        else
            explain_tls(req, err);
        return;
    default:
        say_in_lower_case(err, req->text[0] ? req->text : curl_easy_strerror(result));
    }
}

/* libcurl takes a connection that is closed within the headers for the end of an answer without a body, and
 * "HTTP/200 OK" for one of status 0. */
static void explain_head(struct stk_http_req *req, struct stk_error *err)
{
    req->fail = STK_HTTP_BROKEN;
    if (req->status < 100)
        stk_fail(err, STK_EENGINE, nowhere, "the answer is not HTTP");
    else
        stk_fail(err, STK_EENGINE, nowhere,
                 "the connection was closed in the middle of the answer");
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

static void drop_easy(struct stk_http_req *req)
{
    if (!req->easy)
        return;
    if (req->tunnel)
        stk_tunnel_end(req->tunnel);
    curl_multi_remove_handle(req->http->multi, req->easy);
    curl_easy_cleanup(req->easy);
    curl_slist_free_all(req->headers);
    free(req->url);
    req->easy = req->headers = req->url = NULL;
}

/* Something between may take a connection that leads nowhere, and closes it when it notices. */
static void on_stayed(struct stk_timer *timer)
{
    struct stk_http_req *req = timer->data;
    curl_socket_t fd = CURL_SOCKET_BAD;
    char byte;
    curl_easy_getinfo(req->easy, CURLINFO_ACTIVESOCKET, &fd);
    ssize_t n = fd == CURL_SOCKET_BAD ? 0 : recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    bool open = n > 0 || (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
    stk_http_req_finish(req, open ? CURLE_OK : CURLE_RECV_ERROR);
}

void stk_http_req_finish(struct stk_http_req *req, CURLcode result)
{
    struct stk_error err = { 0 };
    if (result == CURLE_OK && req->connect_only && req->stay_ms && !req->stayed && !req->dead) {
        req->stayed = true;
        req->limit.fire = on_stayed;
        stk_timer_start(req->http->loop, &req->limit, req->stay_ms);
        return;
    }
    if (req->tunnel && !req->connected && !req->dead && result == CURLE_OK) {
        req->connected = true;
        stk_tunnel_connected(req->tunnel);
        return;
    }
    stk_timer_stop(&req->limit);
    if (req->easy && !req->tunnel)
        status_of(req);
    if (req->dead)
        stk_error_move(&err, &req->dead_err);
    else if (result != CURLE_OK)
        explain(req, result, &err);
    else if (!req->connect_only && !req->tunnel && (!req->headed || req->status < 100))
        explain_head(req, &err);
    stk_trace(STK_TRACE_HTTP, "%s %s -> %d%s%s in %lld ms", req->method, req->path, req->status,
              err.msg ? ", " : "", err.msg ? err.msg : "",
              (long long)(stk_monotonic_ms() - req->began_ms));
    unlink_req(req);
    drop_easy(req);
    stk_op_end(&req->op, &err);
}

void stk_http_send(struct stk_http *http, struct stk_http_req *req)
{
    stk_op_begin(&req->op, http->loop, on_cancel);
    req->http = http;
    req->status = req->os_error = 0;
    req->fail = STK_HTTP_FINE;
    req->dead = req->stayed = req->connected = false;
    if (req->tunnel)
        stk_tunnel_begin(req->tunnel, req);
    req->header_bytes = 0;
    req->headed = false;
    req->got[0] = req->text[0] = '\0';
    req->limit = (struct stk_timer){ .fire = on_limit, .data = req };
    req->began_ms = stk_monotonic_ms();
    stk_buf_clear(&req->answer);
    stk_buf_init(&req->answer, req->max ? req->max : STK_MIB);
    req->next = NULL;
    req->prev = http->last;
    if (http->last)
        http->last->next = req;
    else
        http->first = req;
    http->last = req;
    stk_http_sweep_soon(http);
}

void stk_http_abandon(struct stk_http_req *req)
{
    if (stk_op_pending(&req->op)) {
        stk_timer_stop(&req->limit);
        stk_error_clear(&req->dead_err);
        unlink_req(req);
        drop_easy(req);
    }
    if (req->op.loop)
        stk_op_abandon(&req->op);
}

void stk_http_req_clear(struct stk_http_req *req)
{
    stk_buf_clear(&req->answer);
    stk_error_clear(&req->op.err);
}
