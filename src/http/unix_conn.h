/* unix_conn.h — connections to a unix socket: made, kept while idle, used again. What goes through them is
 * carrier_unix.c. */
#ifndef STK_UNIX_CONN_H
#define STK_UNIX_CONN_H

#include <sys/uio.h>

#include "answer.h"
#include "http_private.h"

struct event;

struct stk_conn {
    int fd;
    struct event *in, *out;
    bool used; /* it carried something before */
    /* of the exchange */
    struct stk_http_req *req; /* NULL: idle */
    struct stk_answer answer;
    struct stk_buf head;  /* of the request */
    char *piece;          /* of its body, when that has no known size */
    struct iovec left[2]; /* what is to be sent now */
    bool all;             /* ... is the last of it */
    bool once;            /* its body cannot be sent twice */
    int64_t heard_ms;     /* when something came of the answer */
    /* private */
    struct stk_http *http;
    struct stk_conn *next;  /* of the idle ones */
    struct stk_timer pause; /* before it is knocked, or read, again */
};

struct stk_conns {
    struct stk_conn *idle; /* the one used last is first */
    unsigned kept;
    void (*connected)(struct stk_conn *conn);
    /* The far side cannot be reached; os_error of the request is set, 0: within the time there is. The connection
     * is gone by then. */
    void (*unreached)(struct stk_http_req *req);
    void (*readable)(struct stk_conn *conn);
    void (*writable)(struct stk_conn *conn);
};

/* One that is kept, or NULL. */
struct stk_conn *stk_conn_kept(struct stk_conns *conns);
/* Makes one for a request, and tells connected or unreached, at once if need be. */
void stk_conn_open(struct stk_conns *conns, struct stk_http_req *req);
/* Gives one back whose exchange has come to its end. */
void stk_conn_keep(struct stk_conns *conns, struct stk_conn *conn);
/* Closes it; its request has none then. */
void stk_conn_free(struct stk_conn *conn);

#endif
