/* pulse.h — whether the engine still lives, while something is under way that may say nothing for hours: a
 * followed log, the events, an exec. After a silence it is pinged; when not even that is answered, all such
 * exchanges are given up, and whoever wants to go on begins anew. */
#ifndef STK_PULSE_H
#define STK_PULSE_H

#include <stdbool.h>
#include <stdint.h>

#include "http.h"
#include "loop.h"

struct stk_call;
struct stk_docker;

struct stk_pulse {
    struct stk_call *first; /* those that no limit of their own ends */
    struct stk_timer timer;
    struct stk_http_req ping;
    int64_t heard_ms; /* when anything came from the engine */
    bool pinging;
    bool silent; /* it was told so, and nothing has come since */
    void (*told)(void *data, bool silent, unsigned after_ms);
    void *data;
};

/* From when it is sent until its answer is whole. */
void stk_pulse_watch(struct stk_docker *docker, struct stk_call *call);
void stk_pulse_unwatch(struct stk_docker *docker,
                       struct stk_call *call); /* fine when it is not watched */
/* Something came. */
void stk_pulse_heard(struct stk_docker *docker);
void stk_pulse_close(struct stk_docker *docker);

#endif
