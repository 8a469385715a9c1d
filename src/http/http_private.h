/* http_private.h — what the files of http/ share: a client, its requests' common part, and the carriers, each a
 * way to exchange a request for an answer. */
#ifndef STK_HTTP_PRIVATE_H
#define STK_HTTP_PRIVATE_H

#include <sys/types.h>

#include "http.h"

/* Carriers are called from the loop only, never from inside a callback of theirs. */
struct stk_carrier {
    void (*open)(struct stk_http *http);
    void (*close)(struct stk_http *http);
    /* Sends a request; what comes of it is told by the functions of request.c, at once if need be. */
    void (*start)(struct stk_http_req *req);
    /* Lets go of a request that it has started, wherever it is. */
    void (*drop)(struct stk_http_req *req);
    /* Of a request that wanted a connection and has it: the descriptor (-1: none), and bytes through it: how
     * many, 0 for the end, -EAGAIN, or another error negated. */
    int (*socket)(const struct stk_http_req *req);
    ssize_t (*send)(struct stk_http_req *req, const char *bytes, size_t size);
    ssize_t (*recv)(struct stk_http_req *req, char *bytes, size_t size);
    /* No more bytes will be sent, and the other side reads an end; what it sends still comes. */
    void (*end_input)(struct stk_http_req *req);
};
extern const struct stk_carrier stk_carrier_curl, stk_carrier_unix;

struct stk_http {
    struct stk_loop *loop;
    const struct stk_carrier *carrier;
    void *carriage; /* the carrier's own */
    char *base, *unix_path, *ca_file, *cert_file, *key_file;
    bool skip_verify, direct;
    void (*connecting)(void *data);
    void *data;
    struct stk_timer sweep;            /* requests wait to be started or given up */
    struct stk_http_req *first, *last; /* all that have not ended, oldest first */
    unsigned long sent;
};

/* How an exchange ended, as its carrier saw it; text of the request says it more exactly. */
enum stk_http_end {
    STK_END_WHOLE,
    STK_END_CLOSED,    /* by the other side, too early */
    STK_END_NOT_HTTP,  /* what came is something else */
    STK_END_MALFORMED, /* ... is HTTP, and wrong: text */
    STK_END_UNREACHED, /* no connection: os_error, or text */
    STK_END_UNREACHED_IN_TIME,
    STK_END_NO_TLS, /* what answers speaks none */
    STK_END_TLS,    /* TLS failed: text */
    STK_END_OTHER,  /* text */
};

/* request.c. Starting may end it at once. What comes of the answer goes through these, in this order; false: the request is wanted no more,
 * which is seen to at the next turn of the loop. */
void stk_http_req_start(struct stk_http_req *req);
bool stk_http_req_line(struct stk_http_req *req, const char *line, size_t size);
bool stk_http_req_head(struct stk_http_req *req, int status);
bool stk_http_req_body(struct stk_http_req *req, const char *bytes, size_t size);
bool stk_http_req_huge(struct stk_http_req *req); /* headers beyond all reason; false */
/* The next piece of what is sent, from on_send; STK_HTTP_NO_BODY: the request is given up. */
size_t stk_http_req_more(struct stk_http_req *req, char *to, size_t room);
/* Ends a request for good: takes it from its carrier and tells its owner. Never inside a callback. */
void stk_http_req_finish(struct stk_http_req *req, enum stk_http_end end);
unsigned stk_http_req_connect_ms(const struct stk_http_req *req);

/* ask.c: the head of a request. */
void stk_http_ask(struct stk_buf *to, const struct stk_http_req *req);

/* words.c: why there is no whole answer. Sets fail of the request, too. */
void stk_http_explain(struct stk_http_req *req, enum stk_http_end end, struct stk_error *reterr);

/* Has the next turn of the loop look at all requests: a carrier must not be called from inside its own
 * callbacks, so everything that starts or ends a request waits for that turn. */
void stk_http_sweep_soon(struct stk_http *http);

/* tunnel.c: what a request does for its tunnel: before it is sent, when the connection is there, and
 * when all is over. */
void stk_tunnel_begin(struct stk_tunnel *tunnel, struct stk_http_req *req);
void stk_tunnel_connected(struct stk_tunnel *tunnel);
void stk_tunnel_end(struct stk_tunnel *tunnel);

#endif
