/* judge.h — what a look at a unit means to somebody who waits for it. Pure, and shared by every
 * backend, so that all of them give one verdict for one history.
 *
 *     struct stk_judge judge;
 *     stk_judge_init(&judge, until, req->settle_ms);
 *     switch (stk_judge_look(&judge, status, stk_monotonic_ms(), &again_ms, &err)) ... at each news
 */
#ifndef STK_JUDGE_H
#define STK_JUDGE_H

#include "stackctl/status.h"

enum {
    /* Restarts by its policy after which a unit with a health check counts as crash-looping: such a
     * check says when it is ready, so that a death before is not yet a verdict. */
    STK_CRASH_RESTARTS = 3,
    /* Without a health check, ready means: up for this long without dying once. */
    STK_SETTLE_MS = 2000,
    /* Health checks that a backend runs itself: the pause after the first failure, doubled up to
     * the longest. */
    STK_PROBE_FIRST_MS = 50,
    STK_PROBE_LONGEST_MS = 500,
};

enum stk_verdict { STK_PENDING, STK_HOLDS, STK_FAILS };

struct stk_judge {
    enum stk_until until;
    unsigned settle_ms;
    bool settle_given;
    bool job, service;   /* as the file calls it; neither: as it turns out */
    bool asked;          /* what tells readiness is asked from outside: not health, nor settling */
    bool passed;         /* and it was told, of this run: the caller's to set */
    const char *told;    /* or what it told last: the caller's to set, borrowed */
    unsigned timeout_ms; /* it fails after so long; 0: never */
    bool looked, died;
    int exit_code;          /* of the last death that was told, when died */
    unsigned deaths, count; /* told before the first look; restarts at that look, those left out */
    int64_t started_ms;     /* of the run last looked at, by the engine's clock */
    int64_t since_ms;       /* when that run was first looked at, by the caller's clock */
    int64_t first_ms;       /* when anything was */
};

/* settle_ms 0: the default. */
void stk_judge_init(struct stk_judge *judge, enum stk_until until, unsigned settle_ms);

/* What x-stackctl of its service says about it, or NULL; before the first look. What was given to init goes
 * before its settle. */
void stk_judge_heed(struct stk_judge *judge, const struct stk_own *own);

/* An event told that a run ended. Whether that was a crash is only known by the next look: its
 * restart count rises with a restart by its policy, and only then. */
void stk_judge_died(struct stk_judge *judge, int exit_code);

/* st is a single inspect. engine_now_ms: the engine's clock in ms since 1970 when the caller knows
 * it, else 0. STK_FAILS writes reterr (STK_ENOTREADY, without the unit's name). STK_PENDING writes
 * *ret_again_ms: look again after so long even without news, or 0 for no need. */
enum stk_verdict stk_judge_look(struct stk_judge *judge, const struct stk_status *st,
                                int64_t now_ms, int64_t engine_now_ms, unsigned *ret_again_ms,
                                struct stk_error *reterr);

/* True for a status that a first success of the unit's own health check would make hold. */
bool stk_judge_may_pass(const struct stk_judge *judge, const struct stk_status *st);
/* True for one of which readiness has to be asked from outside. */
bool stk_judge_may_ask(const struct stk_judge *judge, const struct stk_status *st);

#endif
