/* pulse.c — listens for a sign of life while exchanges are under way that have no limit of their own: one
 * ping for all of them, after a silence. To begin them anew is up to the operations. */
#include "pulse.h"

#include "engine.h"
#include "stackctl/docker/silence.h"
#include "text.h"
#include "trace.h"

enum { SILENCE_MS = 30000, PING_MS = 10000 };

static unsigned silence_ms(const struct stk_docker *docker)
{
    return stk_docker_patience(docker, SILENCE_MS);
}

static unsigned ping_ms(const struct stk_docker *docker)
{
    return stk_docker_patience(docker, PING_MS);
}

static void arm(struct stk_docker *docker)
{
    struct stk_pulse *pulse = &docker->pulse;
    int64_t due = pulse->heard_ms + silence_ms(docker) - stk_monotonic_ms();
    if (pulse->first && !pulse->pinging)
        stk_timer_start(docker->loop, &pulse->timer, due > 0 ? (unsigned)due : 0);
}

static void tell(struct stk_docker *docker, bool silent)
{
    struct stk_pulse *pulse = &docker->pulse;
    if (pulse->silent == silent)
        return;
    pulse->silent = silent;
    if (pulse->told)
        pulse->told(pulse->data, silent, silence_ms(docker) + ping_ms(docker));
}

/* They end from the loop, each with why. */
static void give_up_all(struct stk_docker *docker)
{
    tell(docker, true);
    for (struct stk_call *call = docker->pulse.first; call; call = call->next_watched) {
        call->unheard = true;
        stk_op_cancel(&call->http.op);
    }
}

static void on_ping(struct stk_op *op)
{
    struct stk_docker *docker = op->data;
    struct stk_pulse *pulse = &docker->pulse;
    bool alive = pulse->ping.status != 0;
    bool came = stk_monotonic_ms() - pulse->heard_ms < ping_ms(docker);
    stk_trace(STK_TRACE_DOCKER, "a ping after a silence: %s", alive ? "answered" : op->err.msg);
    pulse->pinging = false;
    stk_http_req_clear(&pulse->ping);
    stk_error_clear(&op->err);
    if (alive)
        stk_pulse_heard(docker);
    else if (!came)
        give_up_all(docker);
    if (alive || came)
        arm(docker);
}

static void ping(struct stk_docker *docker)
{
    struct stk_pulse *pulse = &docker->pulse;
    pulse->pinging = true;
    pulse->ping = (struct stk_http_req){
        .op = { .done = on_ping, .data = docker },
        .method = "GET",
        .path = "/_ping",
        .first_byte_ms = ping_ms(docker),
        .total_ms = ping_ms(docker),
    };
    stk_http_send(docker->http, &pulse->ping);
}

/* What came meanwhile only moved heard_ms: a timer that is set anew for each piece of a log would cost more. */
static void on_timer(struct stk_timer *timer)
{
    struct stk_docker *docker = timer->data;
    const struct stk_pulse *pulse = &docker->pulse;
    if (!pulse->first || pulse->pinging)
        return;
    if (stk_monotonic_ms() - pulse->heard_ms < silence_ms(docker))
        arm(docker);
    else
        ping(docker);
}

void stk_pulse_watch(struct stk_docker *docker, struct stk_call *call)
{
    struct stk_pulse *pulse = &docker->pulse;
    bool first = !pulse->first;
    call->watched = true;
    call->unheard = false;
    call->next_watched = pulse->first;
    pulse->first = call;
    if (!first)
        return;
    pulse->heard_ms = stk_monotonic_ms(); /* what was before is no silence of its */
    pulse->timer.fire = on_timer;
    pulse->timer.data = docker;
    arm(docker);
}

void stk_pulse_unwatch(struct stk_docker *docker, struct stk_call *call)
{
    if (!call->watched)
        return;
    for (struct stk_call **at = &docker->pulse.first; *at; at = &(*at)->next_watched) {
        if (*at != call)
            continue;
        *at = call->next_watched;
        break;
    }
    call->watched = false;
    call->next_watched = NULL;
    if (!docker->pulse.first)
        stk_timer_stop(&docker->pulse.timer);
}

void stk_pulse_heard(struct stk_docker *docker)
{
    docker->pulse.heard_ms = stk_monotonic_ms();
    tell(docker, false);
}

void stk_pulse_close(struct stk_docker *docker)
{
    struct stk_pulse *pulse = &docker->pulse;
    stk_timer_stop(&pulse->timer);
    if (pulse->pinging)
        stk_http_abandon(&pulse->ping);
    stk_http_req_clear(&pulse->ping);
}

void stk_docker_on_silence(struct stk_docker *docker,
                           void (*told)(void *data, bool silent, unsigned after_ms), void *data)
{
    docker->pulse.told = told;
    docker->pulse.data = data;
}
