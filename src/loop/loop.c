/* loop.c — libevent's base, timers and signals behind our own names. */
#include "loop.h"

#include <event2/event.h>
#include <stdlib.h>

#include "arena.h"
#include "op_private.h"

struct stk_signal {
    struct event *event;
    void (*fn)(int signo, void *data);
    void *data;
};

struct stk_loop *stk_loop_new(void)
{
    struct stk_loop *loop = stk_alloc(sizeof(*loop));
    struct event_config *config = event_config_new();
    if (!config)
        stk_out_of_memory();
    event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER); /* else 1 ms is the least */
    loop->base = event_base_new_with_config(config);
    event_config_free(config);
    if (!loop->base)
        stk_out_of_memory();
    stk_op_queue_init(loop);
    return loop;
}

void stk_loop_free(struct stk_loop *loop)
{
    if (!loop)
        return;
    stk_op_queue_clear(loop);
    event_base_free(loop->base);
    free(loop);
}

void stk_loop_run(struct stk_loop *loop)
{
    event_base_dispatch(loop->base);
}

void stk_loop_turn(struct stk_loop *loop)
{
    event_base_loop(loop->base, EVLOOP_ONCE);
}

void stk_loop_stop(struct stk_loop *loop)
{
    event_base_loopbreak(loop->base);
}

struct event_base *stk_loop_base(struct stk_loop *loop)
{
    return loop->base;
}

static void timer_fired(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct stk_timer *timer = arg;
    stk_timer_stop(timer);
    timer->fire(timer);
}

static void start(struct stk_loop *loop, struct stk_timer *timer, const struct timeval *after)
{
    if (!timer->event)
        timer->event = evtimer_new(loop->base, timer_fired, timer);
    if (!timer->event)
        stk_out_of_memory();
    evtimer_add(timer->event, after);
}

void stk_timer_start(struct stk_loop *loop, struct stk_timer *timer, unsigned ms)
{
    start(loop, timer, &(struct timeval){ ms / 1000, (long)(ms % 1000) * 1000 });
}

void stk_timer_start_us(struct stk_loop *loop, struct stk_timer *timer, unsigned us)
{
    start(loop, timer, &(struct timeval){ us / 1000000, (long)(us % 1000000) });
}

void stk_timer_stop(struct stk_timer *timer)
{
    if (timer->event)
        event_free(timer->event);
    timer->event = NULL;
}

static void signal_came(evutil_socket_t signo, short what, void *arg)
{
    (void)what;
    struct stk_signal *signal = arg;
    signal->fn((int)signo, signal->data);
}

struct stk_signal *stk_signal_new(struct stk_loop *loop, int signo,
                                  void (*fn)(int signo, void *data), void *data)
{
    struct stk_signal *signal = stk_alloc(sizeof(*signal));
    signal->fn = fn;
    signal->data = data;
    signal->event = evsignal_new(loop->base, signo, signal_came, signal);
    if (!signal->event)
        stk_out_of_memory();
    evsignal_add(signal->event, NULL);
    return signal;
}

void stk_signal_free(struct stk_signal *signal)
{
    if (!signal)
        return;
    event_free(signal->event);
    free(signal);
}
