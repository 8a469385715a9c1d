/* reconcile.h — stage 4.  in: a goal.  does: inspect → plan → run.  out: events, and what came of
 * it. */
#ifndef STK_RECONCILE_H
#define STK_RECONCILE_H

#include "plan.h"
#include "stackctl/events.h"
#include "stackctl/op.h"
#include "stackctl/runtime.h"

enum { STK_PARALLEL_DEFAULT = 8 };

/* In ms since the request began; ended_ms 0: it never ran. */
struct stk_timing {
    int64_t began_ms, ended_ms;
};

/* A request like any other: canceling it cancels all it started, and its deadline does the same. It
 * fails with the code of the first action that failed; what failed and why was told by events. */
struct stk_reconcile_req {
    struct stk_op op;
    const struct stk_graph *graph; /* NULL: no file, only what the engine has */
    const char *project;
    struct stk_goal goal;
    struct stk_opt grace;  /* ms, for every stop; not set: each instance's own */
    unsigned parallel;     /* actions at a time; 0: STK_PARALLEL_DEFAULT */
    bool no_probe;         /* leave readiness to the engine's own schedule of checks */
    bool quiet_pull;       /* no progress events of pulls */
    bool quiet_build;      /* no lines of builds, unless they fail */
    const struct stk_build_opts *build_opts; /* or NULL */
    bool plan_only;        /* inspect and plan, change nothing */
    enum stk_compare compare; /* up: which units are compared with what there is, field by field */
    struct stk_sink *sink; /* may be NULL */
    /* results, owned by the request until stk_reconcile_clear */
    struct stk_seen *seen;
    struct stk_plan *plan;      /* NULL when the inspect failed */
    struct stk_timing *timings; /* by action of the plan; NULL when none was run */
    size_t changed, failed, skipped;
    struct stk_earlier {
        struct stk_seen *seen;
        struct stk_plan *plan;
        struct stk_timing *timings;
    } images; /* likewise, of the images, when they came first; else all NULL */
    void *run; /* private */
};

void stk_reconcile(struct stk_loop *loop, struct stk_runtime *rt, struct stk_reconcile_req *req);
/* A gentler cancel: begins nothing more, ends waits and pulls, and lets what is being started or stopped
 * come to its end, so that a stop that follows finds it. Idempotent; a cancel may still follow. */
void stk_reconcile_wind_down(struct stk_reconcile_req *req);
void stk_reconcile_clear(struct stk_reconcile_req *req);

#endif
