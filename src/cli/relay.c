/* relay.c — see relay.h. */
#include "relay.h"

enum { MOST = 2 };

/* One that does not run any more ends the session, which tells. */
static void on_sent(struct stk_op *op)
{
    stk_error_clear(&op->err);
}

bool relay_signal(struct talk *talk, int signo, unsigned count)
{
    struct relay *relay = talk->data;
    if (!talk->opened || count > MOST || relay->req.op.pending || relay->req.op.ended)
        return false;
    relay->req = (struct stk_control_req){ .op = { .done = on_sent },
                                             .id = relay->container,
                                             .what = STK_CONTROL_SIGNAL,
                                             .signal = signo };
    stk_docker_control(relay->cli->docker, &relay->req);
    return true;
}

/* The loop has stopped: what is still under way is taken to its end. */
void relay_end(struct relay *relay)
{
    while (relay->req.op.pending || relay->req.op.ended)
        stk_loop_turn(relay->cli->loop);
}
