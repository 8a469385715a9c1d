/* http.h — HTTP requests on our loop. The only user of libcurl, which is loaded only for what is not behind a
 * unix socket.
 *
 * A client is one server: a unix socket or an address. Connections are kept and used again, and
 * there is no limit on how many requests run at once, so that streams never hold up short ones. */
#ifndef STK_HTTP_H
#define STK_HTTP_H

#include <stdint.h>

#include "buf.h"
#include "loop.h"
#include "stackctl/op.h"

struct stk_http;
struct stk_tunnel;

struct stk_http_opts {
    const char *base;               /* "http://localhost", "http://10.0.0.1:2375", "https://…" */
    const char *unix_path;          /* connect to this socket whatever base says, or NULL */
    void (*connecting)(void *data); /* told before each new connection is made; or NULL */
    void *data;
    bool direct;                                /* past any proxy that the environment names */
    const char *ca_file, *cert_file, *key_file; /* https only; NULL: the system's, none, none */
    bool skip_verify;                           /* https: whoever answers is believed */
};

struct stk_http *stk_http_new(struct stk_loop *loop, const struct stk_http_opts *opts);
/* Every request must have ended. NULL is fine. */
void stk_http_free(struct stk_http *http);
/* How many requests were sent since the client was made. */
unsigned long stk_http_sent(const struct stk_http *http);

/* Why a request that got no whole answer got none. */
enum stk_http_fail {
    STK_HTTP_FINE,
    STK_HTTP_CONNECT, /* no connection: os_error says why, 0 when it only took too long */
    STK_HTTP_BROKEN,  /* the connection ended early, or what came was no HTTP */
    STK_HTTP_SLOW,    /* a limit of this request ran out */
    STK_HTTP_BIG,     /* more than max, or headers beyond all reason */
};

#define STK_HTTP_NO_BODY ((size_t)-1)

/* One exchange. An answer of any status is a success (look at status); op.err is set when no whole
 * answer came, with code STK_EENGINE. Strings are borrowed until done. */
struct stk_http_req {
    struct stk_op op;
    const char *method, *path; /* path with its query, escaped */
    const char *body;          /* or NULL */
    size_t body_size;
    const char *body_type; /* NULL: application/json */
    /* Instead of body: writes the next piece into to and tells its size; 0: that was all;
     * STK_HTTP_NO_BODY: there will be no more, give the request up. */
    size_t (*on_send)(struct stk_http_req *req, char *to, size_t room);
    const char *header; /* one more request header, "Name: value", or NULL */
    const char *want;   /* name of an answer header to keep in got, or NULL */
    /* Sees each line of the answer's head, with its end; or NULL. */
    void (*on_header)(struct stk_http_req *req, const char *line, size_t size);
    size_t max;                                 /* bytes of answer kept; 0: 1 MiB */
    void (*on_begin)(struct stk_http_req *req); /* the headers of a 2xx answer are here; or NULL */
    /* Takes the body of a 2xx answer as it comes (max does not count then); false ends the request.
     * It may submit and cancel requests, this one included. */
    bool (*on_body)(struct stk_http_req *req, const char *bytes, size_t size);
    void *data;                /* the caller's, for these */
    struct stk_tunnel *tunnel; /* it shall become one (tunnel.h), borrowed; or NULL */
    bool connect_only;         /* a connection is all that is wanted ... */
    unsigned stay_ms;          /* ... that the other side keeps so long; 0: at all */
    unsigned connect_ms;       /* 0: 5 s */
    unsigned first_byte_ms;    /* until the answer begins; 0: none */
    unsigned idle_ms;          /* between two pieces of the answer; 0: none */
    unsigned total_ms;         /* for all of it; 0: none */
    /* results */
    int status;            /* 0: no answer */
    struct stk_buf answer; /* stk_http_req_clear frees it */
    char got[2048];
    enum stk_http_fail fail;
    int os_error;
    /* private */
    struct stk_http *http;
    struct stk_http_req *prev, *next;
    void *carried; /* of the carrier */
    struct stk_timer limit;
    const char *limit_text;
    unsigned limit_ms;
    int64_t began_ms;
    size_t header_bytes;
    bool started, dead, stayed, connected; /* connected: the tunnel goes on from here */
    struct stk_error dead_err;
    char text[256]; /* what exactly the carrier found wrong */
};

void stk_http_send(struct stk_http *http, struct stk_http_req *req);
/* Takes a request back without its done, at closing time. Not from inside a callback of on_body. */
void stk_http_abandon(struct stk_http_req *req);
/* When line is a header of that name: its value, cut to room, and true. */
bool stk_http_header(const char *line, size_t size, const char *name, char *ret, size_t room);
/* Frees what the results hold. Zeroed and finished requests are fine. */
void stk_http_req_clear(struct stk_http_req *req);

#endif
