/* watch_private.h — what the files of watch share: a run, its round under way, and the steps of one. */
#ifndef STK_WATCH_PRIVATE_H
#define STK_WATCH_PRIVATE_H

#include "lock.h"
#include "loop.h"
#include "stackctl/docker/command.h"
#include "stackctl/docker/control.h"
#include "stackctl/docker/image.h"
#include "stackctl/docker/sync.h"
#include "watch_rules.h"
#include "watch_run.h"

/* A round takes what changed since the last one and does its steps in this order; each does nothing when it
 * has nothing to do. What changes meanwhile waits for the next round, so nothing is done twice at a time. */
enum watch_step {
    WATCH_KNOCK,  /* the engine was away: is it there again? */
    WATCH_RELOAD, /* the stack's own files: load, show the plan */
    WATCH_APPLY,  /* and do it */
    WATCH_REBUILD,
    WATCH_PRUNE, /* the images that this left without a name */
    WATCH_RECREATE,
    WATCH_LOOK, /* which containers there are */
    WATCH_SYNC,
    WATCH_RESTART,
    WATCH_SIGNAL,
    WATCH_EXEC,
    WATCH_REST,
};

/* One of the stack's own files. */
struct watch_source {
    struct watch_run *run;
    char *path;
    struct stk_tree *tree;
    bool changed;
};

/* Something done to one container. */
struct watch_job {
    struct watch_run *run;
    struct watch_rule *rule;
    const struct stk_status *status;
    struct watch_change *changes; /* of a sync; the job's own */
    struct stk_sync_item *items;
    union {
        struct stk_sync_req sync;
        struct stk_control_req control;
        struct stk_command_req command;
    } req;
};

/* What one round does for one rule. */
struct watch_due {
    bool due;
    struct watch_change *changes;
    size_t n;
};

struct watch_run {
    struct cli *cli;
    struct watch_run_opts opts;
    struct stk_watcher *watcher;
    struct watch_rules rules;
    struct watch_source *sources;
    size_t n_sources;
    bool stopping, ended, in_round, again;
    bool reload;   /* a file of the stack changed */
    bool catch_up; /* the first round: containers may lack what changed before */
    int step;
    struct stk_lock lock;
    struct stk_sink *view; /* of the round, when it has its own */
    struct stk_reconcile_req act;
    const char **names; /* the services that act is about */
    bool acting, built;
    bool lost;      /* the engine did not answer in this round: all of it is done again */
    bool told_lost; /* it was said that it is away */
    struct stk_timer retry;
    struct stk_prune_req prune;
    struct stk_inspect_req look;
    struct stk_op *asking; /* prune or look, while it is under way */
    struct stk_seen *seen;
    struct watch_due *due; /* by rule */
    size_t n_due;
    struct watch_job *jobs;
    size_t n_jobs, left;
    /* Containers that have all that was told so far. */
    char **known;
    size_t n_known, cap_known;
    int64_t
        base_ms; /* what is newer may be missing in a container that is not known; 0: not known yet */
};

/* watch_run.c */
/* Tells what went wrong; that the engine is away, once. */
void watch_report(struct watch_run *run, const struct stk_error *err);
void watch_next(struct watch_run *run);
/* Begins a reconcile of these services as the step under way. */
void watch_act(struct watch_run *run, struct stk_goal goal, bool plan_only);
/* The services whose rules are due with any of these, into run->names. */
struct stk_strs watch_services_due(struct watch_run *run, unsigned what, unsigned unless);

/* watch_sources.c */
void watch_sources_make(struct watch_run *run);
void watch_sources_clear(struct watch_run *run);
/* Loads the stack anew; false: told why, and all stays as it is. */
bool watch_reload(struct watch_run *run);

/* watch_memory.c: what went while nothing was watched becomes gone; what there is is remembered. */
void watch_memory_load(struct watch_run *run);
void watch_memory_save(struct watch_run *run);
/* Is it really not there? */
bool watch_is_gone(const struct watch_rule *rule, const char *rel);

/* watch_jobs.c: begin what is due of a step, in containers at a time. False: nothing is. */
bool watch_sync(struct watch_run *run);
bool watch_signal(struct watch_run *run);
bool watch_exec(struct watch_run *run);
void watch_jobs_cancel(struct watch_run *run);

#endif
