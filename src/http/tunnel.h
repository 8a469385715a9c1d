/* tunnel.h — a connection that HTTP has opened and that bytes then go through both ways: what a server
 * makes of a request with "Upgrade: tcp". A request of http.h with a tunnel becomes one once its answer
 * has begun; the request ends when the far side closes. */
#ifndef STK_TUNNEL_H
#define STK_TUNNEL_H

#include "answer.h"
#include "http.h"

struct stk_tunnel {
    void (*opened)(struct stk_tunnel *tunnel); /* or NULL */
    void (*came)(struct stk_tunnel *tunnel, const char *bytes, size_t size);
    void (*drained)(struct stk_tunnel *tunnel); /* all that was written is on its way; or NULL */
    void *data;                                 /* the caller's */
    /* private */
    struct stk_http_req *req;
    struct stk_poll in, out;
    struct stk_timer again;
    struct stk_answer answer;
    struct stk_buf rest, queue; /* rest: what came with the head */
    size_t sent;                /* of queue */
    bool open, held, ending, deaf;
};

/* Sends bytes when it is open: the next ones are best written in drained. False: nobody listens. */
bool stk_tunnel_write(struct stk_tunnel *tunnel, const char *bytes, size_t size);
/* After what was written the far side reads an end. */
void stk_tunnel_end_input(struct stk_tunnel *tunnel);
/* While held nothing comes: the far side has to wait. */
void stk_tunnel_hold(struct stk_tunnel *tunnel, bool held);

#endif
