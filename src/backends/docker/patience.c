/* patience.c — how long an engine is given to answer: STACKCTL_TIMEOUT, for engines that are far away or
 * overloaded, and for tests that have none. */
#include "engine.h"
#include "text.h"

enum { USUAL_S = 30, LEAST_MS = 1000, MOST_S = 24 * 3600 };

static const struct stk_src nowhere;

int stk_docker_patience_parse(const char *text, unsigned *ret_s, struct stk_error *reterr)
{
    int64_t s = USUAL_S;
    if (text && *text && (!stk_parse_int(text, &s) || s < 1 || s > MOST_S))
        return stk_fail(reterr, STK_EUSAGE, nowhere,
                        "STACKCTL_TIMEOUT must be a number of seconds from 1 to %d, not '%s'",
                        MOST_S, text);
    *ret_s = (unsigned)s;
    return 0;
}

unsigned stk_docker_patience(const struct stk_docker *docker, unsigned ms)
{
    uint64_t scaled = (uint64_t)ms * (docker->patience_s ? docker->patience_s : USUAL_S) / USUAL_S;
    if (ms && scaled < LEAST_MS)
        return ms < LEAST_MS ? ms : LEAST_MS;
    return scaled < STK_FOREVER ? (unsigned)scaled : STK_FOREVER - 1;
}
