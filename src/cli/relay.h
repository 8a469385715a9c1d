/* relay.h — signals that came to us, passed on to a container. */
#ifndef STK_RELAY_H
#define STK_RELAY_H

#include "stackctl/docker/control.h"
#include "talk.h"

struct relay {
    struct cli *cli;
    const char *container;      /* id */
    struct stk_control_req req; /* private */
};

/* For talk.interrupted, with a struct relay in talk.data: the first two signals go to the container, and
 * it may end as it likes; a third leaves it. */
bool relay_signal(struct talk *talk, int signo, unsigned count);
void relay_end(struct relay *relay);

#endif
