/* client.c — drives libcurl's multi-socket interface from our loop: descriptors, its one timer, and
 * the list of requests. What a single request asks and gets is request.c. */
#include <event2/event.h>
#include <stdlib.h>

#include "arena.h"
#include "http_private.h"
#include "text.h"

static void reap(struct stk_http *http)
{
    CURLMsg *msg;
    int left;
    while ((msg = curl_multi_info_read(http->multi, &left))) {
        if (msg->msg != CURLMSG_DONE)
            continue;
        struct stk_http_req *req = NULL;
        CURLcode result = msg->data.result; /* msg dies with its handle */
        curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, (char **)&req);
        stk_http_req_finish(req, result);
    }
}

static void on_socket(evutil_socket_t fd, short what, void *data)
{
    struct stk_http *http = data;
    int mask = (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
    int running;
    curl_multi_socket_action(http->multi, fd, mask, &running);
    reap(http);
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *watched)
{
    (void)easy;
    struct stk_http *http = data;
    if (watched)
        event_free(watched);
    curl_multi_assign(http->multi, fd, NULL);
    if (what == CURL_POLL_REMOVE)
        return 0;
    short events =
        (short)((what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));
    struct event *event =
        event_new(stk_loop_base(http->loop), fd, (short)(events | EV_PERSIST), on_socket, http);
    if (!event)
        stk_out_of_memory();
    event_add(event, NULL);
    curl_multi_assign(http->multi, fd, event);
    return 0;
}

static void timer_fired(struct stk_timer *timer)
{
    struct stk_http *http = timer->data;
    int running;
    curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    reap(http);
}

/* Only sets our timer, at 0 ms too: calling libcurl from here would recurse. */
static int set_timer(CURLM *multi, long ms, void *data)
{
    (void)multi;
    struct stk_http *http = data;
    if (ms < 0)
        stk_timer_stop(&http->timer);
    else
        stk_timer_start(http->loop, &http->timer, (unsigned)ms);
    return 0;
}

static void sweep(struct stk_timer *timer)
{
    struct stk_http *http = timer->data;
    for (struct stk_http_req *req = http->first, *next; req; req = next) {
        next = req->next;
        if (!req->easy && !req->dead)
            stk_http_req_start(req);
        if (req->dead)
            stk_http_req_finish(req, CURLE_ABORTED_BY_CALLBACK);
    }
}

void stk_http_sweep_soon(struct stk_http *http)
{
    stk_timer_start(http->loop, &http->sweep, 0);
}

struct stk_http *stk_http_new(struct stk_loop *loop, const struct stk_http_opts *opts)
{
    stk_curl_load();
    curl_global_init(stk_starts(opts->base, "https:") ? CURL_GLOBAL_DEFAULT : CURL_GLOBAL_NOTHING);
    struct stk_http *http = stk_alloc(sizeof(*http));
    http->loop = loop;
    http->base = stk_strdup(opts->base);
    http->unix_path = opts->unix_path ? stk_strdup(opts->unix_path) : NULL;
    http->direct = opts->direct;
    http->ca_file = opts->ca_file ? stk_strdup(opts->ca_file) : NULL;
    http->cert_file = opts->cert_file ? stk_strdup(opts->cert_file) : NULL;
    http->key_file = opts->key_file ? stk_strdup(opts->key_file) : NULL;
    http->timer = (struct stk_timer){ .fire = timer_fired, .data = http };
    http->sweep = (struct stk_timer){ .fire = sweep, .data = http };
    http->skip_verify = opts->skip_verify;
    http->connecting = opts->connecting;
    http->data = opts->data;
    http->multi = curl_multi_init();
    if (!http->multi)
        stk_out_of_memory();
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    /* Idle connections worth keeping; how many are busy at once is not limited. */
    curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, 64L);
    return http;
}

void stk_http_free(struct stk_http *http)
{
    if (!http)
        return;
    curl_multi_cleanup(http->multi);
    stk_timer_stop(&http->timer);
    stk_timer_stop(&http->sweep);
    free(http->base);
    free(http->unix_path);
    free(http->ca_file);
    free(http->cert_file);
    free(http->key_file);
    free(http);
    curl_global_cleanup();
}

unsigned long stk_http_sent(const struct stk_http *http)
{
    return http->sent;
}
