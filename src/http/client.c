/* client.c — a client: its server, its carrier, and the list of its requests, which it starts and gives up at
 * the turns of the loop. What a single request asks and gets is request.c. */
#include <stdlib.h>

#include "arena.h"
#include "http_private.h"

static void sweep(struct stk_timer *timer)
{
    struct stk_http *http = timer->data;
    for (struct stk_http_req *req = http->first, *next; req; req = next) {
        next = req->next;
        if (req->dead)
            stk_http_req_finish(req, STK_END_WHOLE);
        else if (!req->started)
            stk_http_req_start(req);
    }
}

void stk_http_sweep_soon(struct stk_http *http)
{
    stk_timer_start(http->loop, &http->sweep, 0);
}

static char *copy(const char *text)
{
    return text ? stk_strdup(text) : NULL;
}

struct stk_http *stk_http_new(struct stk_loop *loop, const struct stk_http_opts *opts)
{
    struct stk_http *http = stk_alloc(sizeof(*http));
    http->loop = loop;
    http->base = stk_strdup(opts->base);
    http->unix_path = copy(opts->unix_path);
    http->direct = opts->direct;
    http->ca_file = copy(opts->ca_file);
    http->cert_file = copy(opts->cert_file);
    http->key_file = copy(opts->key_file);
    http->sweep = (struct stk_timer){ .fire = sweep, .data = http };
    http->skip_verify = opts->skip_verify;
    http->connecting = opts->connecting;
    http->data = opts->data;
    http->carrier = opts->unix_path ? &stk_carrier_unix : &stk_carrier_curl;
    http->carrier->open(http);
    return http;
}

void stk_http_free(struct stk_http *http)
{
    if (!http)
        return;
    http->carrier->close(http);
    stk_timer_stop(&http->sweep);
    free(http->base);
    free(http->unix_path);
    free(http->ca_file);
    free(http->cert_file);
    free(http->key_file);
    free(http);
}

unsigned long stk_http_sent(const struct stk_http *http)
{
    return http->sent;
}
