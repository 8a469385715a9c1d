/* loop.h — the one event loop. The only user of libevent; everybody else sees these few calls. */
#ifndef STK_LOOP_H
#define STK_LOOP_H

#include <stdbool.h>

struct stk_loop;
struct event_base;

struct stk_loop *stk_loop_new(void);
void stk_loop_free(struct stk_loop *loop);
/* Runs until stk_loop_stop, or until nothing is left to wait for. */
void stk_loop_run(struct stk_loop *loop);
/* One turn of it: waits for something to happen, and lets it. */
void stk_loop_turn(struct stk_loop *loop);
void stk_loop_stop(struct stk_loop *loop);
/* For http/ and others that watch descriptors themselves. */
struct event_base *stk_loop_base(struct stk_loop *loop);

/* A timer, embedded in its user. Zero is a good start. */
struct stk_timer {
    void (*fire)(struct stk_timer *timer);
    void *data;
    void *event; /* private */
};
void stk_timer_start(struct stk_loop *loop, struct stk_timer *timer, unsigned ms); /* or restarts */
void stk_timer_start_us(struct stk_loop *loop, struct stk_timer *timer, unsigned us);
void stk_timer_stop(struct stk_timer *timer); /* idempotent */

/* Signals as ordinary loop events. fn is called from the loop, once per delivery. */
struct stk_signal;
struct stk_signal *stk_signal_new(struct stk_loop *loop, int signo,
                                  void (*fn)(int signo, void *data), void *data);
void stk_signal_free(struct stk_signal *signal);

/* A descriptor, watched once: ready is called when it can be read (or written) without waiting, then
 * it is watched no more. What is always ready and cannot be watched, such as a file, is ready at the
 * next turn. Zero is a good start. */
struct stk_poll {
    void (*ready)(struct stk_poll *poll);
    void *data;
    void *event; /* private from here on */
    int fd;
    bool known, always; /* of fd: whether it cannot be watched */
};
enum stk_poll_what { STK_POLL_READ, STK_POLL_WRITE };
void stk_poll_start(struct stk_loop *loop, struct stk_poll *poll, int fd,
                    enum stk_poll_what what); /* or restarts */
void stk_poll_stop(struct stk_poll *poll);    /* idempotent */

#endif
