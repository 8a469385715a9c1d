/* judge.h — what a look at a unit means to somebody who waits for it. Pure, and shared by every
 * backend, so that all of them give one verdict for one history.
 *
 *     struct stk_judge judge;
 *     stk_judge_init(&judge, until);
 *     switch (stk_judge_look(&judge, status, stk_monotonic_ms(), &again_ms, &err)) ... at each news
 */
#ifndef STK_JUDGE_H
#define STK_JUDGE_H

#include "stackctl/status.h"

enum {
    /* Restarts after which a unit that is down again counts as crash-looping. */
    STK_CRASH_RESTARTS = 3,
    /* Without a health check, ready means: up for this long without dying. */
    STK_SETTLE_MS = 2000,
};

enum stk_verdict { STK_PENDING, STK_HOLDS, STK_FAILS };

struct stk_judge {
    enum stk_until until;
    bool looked;
    int64_t started_ms; /* of the run last looked at, by the engine's clock */
    int64_t since_ms;   /* when that run was first looked at, by the caller's clock */
};

void stk_judge_init(struct stk_judge *judge, enum stk_until until);

/* st is a single inspect. engine_now_ms: the engine's clock in ms since 1970 when the caller knows
 * it, else 0. STK_FAILS writes reterr (STK_ENOTREADY, without the unit's name). STK_PENDING writes
 * *ret_again_ms: look again after so long even without news, or 0 for no need. */
enum stk_verdict stk_judge_look(struct stk_judge *judge, const struct stk_status *st,
                                int64_t now_ms, int64_t engine_now_ms, unsigned *ret_again_ms,
                                struct stk_error *reterr);

#endif
