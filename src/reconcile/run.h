/* run.h — runs one plan through a runtime. Knows nothing of why an action is there. */
#ifndef STK_RUN_H
#define STK_RUN_H

#include "buf.h"
#include "loop.h"
#include "reconcile.h"

struct run;

enum job_state { JOB_WAITING, JOB_READY, JOB_RUNNING, JOB_OK, JOB_FAILED, JOB_SKIPPED };

enum queue_rank { AT_ONCE, IN_TURN, AHEAD };

/* One action under way. */
struct job {
    struct run *run;
    const struct stk_action *action;
    enum job_state state;
    unsigned pending;           /* actions it still comes after */
    const char *culprit;        /* SKIPPED, and FAILED of a gate: the name of what failed */
    int64_t began_ms, ended_ms; /* 0: not yet */
    bool changed;
    bool building; /* it could not be pulled */
    struct stk_error err;
    struct stk_start_req start;
    struct stk_stop_req stop;
    struct stk_remove_req remove;
    struct stk_wait_req wait;
    struct gate {
        struct stk_op op;
        struct stk_timer timer;
    } gate;
    /* the report of a failure */
    struct stk_ref failed;
    struct stk_inspect_req inspect;
    struct stk_logs_req logs;
    struct stk_buf tail;
    unsigned tail_lines;    /* of a build, as it goes on */
    char this_run[32];      /* when the culprit's last run began */
    struct stk_op *current; /* what to cancel */
    stk_op_fn *after_stop;  /* what goes on after a look at what was stopped */
    struct stk_timer place; /* until a stop gives its place within the limit to others */
    bool has_place;
    bool told_slow, told_killed; /* that it takes long to stop; that it never did */
};

struct run {
    struct stk_reconcile_req *req;
    struct stk_runtime *rt;
    struct job *jobs;
    struct user {
        unsigned job;
        enum stk_after_kind kind;
    } * users;
    unsigned *first_user; /* who comes after job i: users[first_user[i] .. first_user[i+1]) */
    struct queue {
        unsigned *v;
        size_t head, tail;
    } queues[AHEAD + 1]; /* what can run, those of the first queue first */
    size_t left, preparing, busy,
        under_way; /* not ended; preparations left; counting to the limit; all */
    bool preparation_failed, stopping;
    bool expired; /* the time is up: what waits fails, so that a plan that can undo itself does */
    const char *preparation_culprit;
    struct stk_timer slow; /* until those that take long to stop are named */
    bool slow_armed;
    void (*done)(struct run *run);
};

/* done is called from the loop once every job ended. The plan must have at least one action. */
void run_begin(struct run *run, struct stk_runtime *rt, struct stk_reconcile_req *req,
               void (*done)(struct run *run));
void run_cancel(struct run *run);
void run_wind_down(struct run *run);
void run_clear(struct run *run);

/* Who needs what a job brings up, from the farthest: "web → api → db". Malloc'd; NULL: nobody does. */
char *run_chain(const struct job *job);

/* job.c → run.c: the job ended; its state says how. */
void run_job_ended(struct job *job);

/* job.c: carries one action out, then calls run_job_ended from the loop. */
void job_begin(struct job *job);
void job_cancel(struct job *job);
void job_skip(struct job *job, const char *culprit);
void job_clear(struct job *job);

/* How long its stop may take, in ms; 0 when only the engine knows. */
unsigned job_grace(const struct job *job);

/* stopping.c: around the stop of a job. then is called, now or later, with the stop's own op. */
void stopping_begin(struct job *job);
void stopping_ended(struct job *job, stk_op_fn *then);

/* gate.c: op.done comes once it may pass; STK_ESKIPPED when it may not. */
void gate_begin(struct job *job, stk_op_fn *done);

#endif
