/* plan.h — stage 3.  in: a graph (or none) and what was seen.  out: actions, each with its reason.
 * next: reconcile.h
 *
 * Pure: no loop, no clock, no engine. */
#ifndef STK_PLAN_H
#define STK_PLAN_H

#include "graph.h"
#include "stackctl/status.h"

enum stk_goal_kind {
    STK_GOAL_UP,    /* as the file says */
    STK_GOAL_DOWN,  /* instances, then networks gone */
    STK_GOAL_START, /* existing instances, started */
    STK_GOAL_STOP,
    STK_GOAL_RESTART,
    STK_GOAL_RM,    /* stopped instances gone */
    STK_GOAL_KILL,  /* SIGKILL to what runs */
    STK_GOAL_PULL,  /* images, anew */
    STK_GOAL_BUILD, /* those that can be */
};

/* up, when something failed. KEEP and STOP are the caller's business. */
enum stk_on_failure { STK_ON_FAILURE_KEEP, STK_ON_FAILURE_STOP, STK_ON_FAILURE_ROLL_BACK };

enum stk_rmi { STK_RMI_NONE, STK_RMI_LOCAL, STK_RMI_ALL };

struct stk_goal {
    enum stk_goal_kind kind;
    struct stk_strs services; /* globs; none: all */
    bool force_recreate, no_recreate, no_deps, no_start, always_recreate_deps, renew_volumes;
    bool remove_orphans;
    bool ignore_orphans; /* do not mention them */
    bool wait;           /* up: every instance ready, every job done */
    bool volumes;        /* down: named volumes of the file too; rm: anonymous ones */
    bool stop;           /* rm: stop first */
    enum stk_rmi rmi;    /* down */
    enum stk_on_failure on_failure;
    bool roll_back;   /* up: only takes back what updates have set aside */
    const char *pull; /* up, pull: overrides pull_policy: "always", "missing", "never"; or NULL */
    bool build;       /* up: build what can be, even when it is there */
    bool no_build;    /* up: build nothing */
    bool skip_buildable;  /* pull: not what can be built */
    bool ignore_failures; /* pull: each is a warning */
    bool offline;         /* no registry is asked for anything */
    bool images_only;     /* up: the images and nothing else yet */
    bool images_ready;    /* up: they have been brought up, they are what they are now */
};

enum stk_verb {
    STK_KEEP, /* runs already as it should; nothing is done */
    STK_PULL,
    STK_BUILD,
    STK_CREATE,   /* and start, unless create_only */
    STK_MAKE,     /* the part of a CREATE that waits for nobody to get ready: all but the start */
    STK_START,    /* exists, stopped */
    STK_RECREATE, /* replaced by a new one */
    STK_RESTART,
    STK_WAIT,
    STK_STOP,
    STK_KILL,
    STK_REMOVE,
    STK_ROLL_BACK, /* what a RECREATE has set aside takes its place again */
    STK_GATE,      /* nothing to do: fails when more than it tolerates of what it comes after did */
};

enum stk_after_kind {
    STK_AFTER_OK,     /* only if it succeeded */
    STK_AFTER_END,    /* only the order matters: its failure does not stop this one */
    STK_AFTER_RAN,    /* likewise, but only if it was tried */
    STK_AFTER_FAILED, /* only if it failed */
};

struct stk_after {
    unsigned action;
    enum stk_after_kind kind;
};

struct stk_action {
    enum stk_verb verb;
    struct stk_ref ref;
    const char *name;              /* on the engine */
    const struct stk_unit *unit;   /* as the file wants it; NULL when only the engine knows it */
    const struct stk_status *seen; /* as it is; NULL when absent */
    enum stk_until until;          /* WAIT */
    bool create_only;
    unsigned made_by;        /* CREATE: 1 + the number of its MAKE; 0: it does all of it */
    bool no_pull;            /* PULL that may only find the image: fails when it is not there */
    bool preparation;        /* all of these succeed before any other action begins */
    bool tolerate_conflict;  /* still in use by others: a warning, not a failure */
    bool keep_old;           /* RECREATE, START: what it replaces is set aside */
    bool start_first;        /* with keep_old: and goes on running */
    bool part;               /* of another action: not shown by itself, not told when skipped */
    unsigned batch, batches; /* RECREATE: which of how many of its service's update; 0: none */
    const char *update;      /* of the first of them: how it goes on, in words */
    unsigned delay_ms;       /* GATE: passes so much later */
    unsigned tolerates;      /* GATE */
    unsigned within_ms;      /* WAIT: it fails after that long; 0: never by itself */
    unsigned settle_ms;      /* WAIT until ready: see stk_wait_req */
    bool or_build;           /* PULL of what can be built: when it cannot be pulled it is */
    const char *tag_of;      /* BUILD: one of the same kind is made before; it gets this name too */
    bool tolerate;           /* its failure is a warning */
    bool or_keep;            /* PULL of what is there: that will do when it cannot be pulled */
    int64_t max_age_ms;      /* PULL of what is there: only when pulled longer ago; 0: anyway */
    struct stk_after *after;
    size_t n_after, cap_after;
    const char *why;
    const struct stk_change *changes;
    size_t n_changes;
};

/* Why most of what is kept is kept. */
#define STK_PLAN_AS_WANTED "nothing to change"

/* Owns itself; graph and seen must outlive it. */
struct stk_plan {
    const char *project;
    struct stk_action *v;
    size_t n, cap;
    const char **notes; /* for people: orphans, what is kept and why */
    size_t n_notes, cap_notes;
    struct stk_arena *arena;
};

/* graph NULL: no file, only what was seen (not for STK_GOAL_UP). */
struct stk_plan *stk_plan_make(const struct stk_graph *graph, const struct stk_seen *seen,
                               const struct stk_goal *goal, const char *project);
void stk_plan_free(struct stk_plan *plan);

/* False for what only orders the others, and for what is part of another action. */
bool stk_plan_shows(const struct stk_action *action);
/* Actions that are shown and change something. */
size_t stk_plan_changes(const struct stk_plan *plan);
const char *stk_verb_word(enum stk_verb verb); /* "recreate" */
/* What `plan` shows. Both malloc'd. colour: with ANSI colours. */
char *stk_plan_text(const struct stk_plan *plan, bool colour);
char *stk_plan_json(const struct stk_plan *plan);

#endif
