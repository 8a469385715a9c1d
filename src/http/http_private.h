/* http_private.h — what client.c and request.c of http/ share. */
#ifndef STK_HTTP_PRIVATE_H
#define STK_HTTP_PRIVATE_H

#include "curl_late.h"
#include "http.h"

struct stk_http {
    struct stk_loop *loop;
    CURLM *multi;
    char *base, *unix_path, *ca_file, *cert_file, *key_file;
    bool skip_verify, direct;
    void (*connecting)(void *data);
    void *data;
    struct stk_timer timer;            /* libcurl's */
    struct stk_timer sweep;            /* requests wait to be started or given up */
    struct stk_http_req *first, *last; /* all that have not ended, oldest first */
    unsigned long sent;
};

/* Makes the easy handle and hands it to libcurl; on failure the request is given up. */
void stk_http_req_start(struct stk_http_req *req);
/* Ends a request for good: takes it from libcurl and tells its owner. Never inside a callback. */
void stk_http_req_finish(struct stk_http_req *req, CURLcode result);

/* Has the next turn of the loop look at all requests: libcurl refuses to be called from inside its
 * own callbacks, so everything that starts or ends a request waits for that turn. */
void stk_http_sweep_soon(struct stk_http *http);

/* tunnel.c: what a request does for its tunnel: before it is sent, when the connection is there, and
 * when all is over. */
void stk_tunnel_begin(struct stk_tunnel *tunnel, struct stk_http_req *req);
void stk_tunnel_connected(struct stk_tunnel *tunnel);
void stk_tunnel_end(struct stk_tunnel *tunnel);

#endif
