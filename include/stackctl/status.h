/* status.h — what an engine says there is. */
#ifndef STACKCTL_STATUS_H
#define STACKCTL_STATUS_H

#include "stackctl/unit.h"

#ifdef __cplusplus
extern "C" {
#endif

enum stk_state {
    STK_ABSENT, /* a state, not an error */
    STK_CREATED,
    STK_RUNNING,
    STK_PAUSED,
    STK_RESTARTING,
    STK_REMOVING,
    STK_EXITED,
    STK_DEAD,
    STK_PRESENT, /* images, networks, volumes */
};
/* "running", as Docker spells it. */
const char *stk_state_name(enum stk_state state);

enum stk_health { STK_HEALTH_NONE, STK_HEALTH_STARTING, STK_HEALTH_HEALTHY, STK_HEALTH_UNHEALTHY };
/* "", "starting", "healthy", "unhealthy". */
const char *stk_health_name(enum stk_health health);

/* How the last run of an instance ended. */
enum stk_end {
    STK_END_NONE,   /* it has not */
    STK_END_EXITED, /* by itself, with exit_code */
    STK_END_KILLED, /* by signal */
    STK_END_OOM,    /* by the kernel: out of memory */
    STK_END_ENGINE, /* the engine could not start it: error has its words */
};
/* "none", "exited", "killed", "oom-killed", "engine-error". */
const char *stk_end_name(enum stk_end end);

struct stk_outcome {
    enum stk_end end;
    int exit_code;
    int signal;          /* the number, as Linux has it; 0: none */
    const char *error;   /* borrowed; NULL: none */
    int64_t finished_ms; /* 0: unknown */
    unsigned restarts;
};

struct stk_published {          /* a port of an instance, as bound now */
    unsigned target, published; /* published 0: not bound on the host */
    const char *host_ip, *protocol;
};

/* A value that differs: a key as the file spells it, "environment.LOG_LEVEL". */
struct stk_change {
    const char *key, *before, *after; /* NULL: not there. Secrets read "***" */
    bool passing; /* not what it was made from: its state, its name, the image behind its tag */
};

struct stk_status {
    struct stk_ref ref;         /* service, key, or image reference; id is the engine's */
    const char *project, *name; /* name on the engine */
    const char *dir;            /* of the project it was made for; NULL: unknown */
    enum stk_state state;
    enum stk_health health;
    int exit_code; /* of an exited instance; above 128 it was killed by signal exit_code - 128 */
    bool oom, oneoff;
    bool restarts_itself; /* its restart policy will bring it up again (single inspect only) */
    unsigned restarts;    /* single inspect only */
    unsigned grace_ms; /* between its stop signal and its kill; 0: unknown (single inspect only) */
    unsigned restarts_most; /* its policy gives up after so many; 0: never (single inspect only) */
    int64_t created_ms, started_ms, finished_ms; /* since 1970, by the engine's clock; 0: unknown */
    const char *image, *image_id; /* reference it was made from; ID of what it runs */
    const char *config;     /* canonical form it was made from; NULL when another tool made it */
    const char *own_config; /* x-stackctl of its service then, canonical; NULL: none */
    const char *hash;       /* Docker Compose's hash of it, whoever made it; NULL: unknown */
    const char *command, *status_text; /* "Up 3 minutes (healthy)", as the engine words it */
    const char *error;                 /* the engine's own words about a failed start, or NULL */
    const char *probe_command; /* what its health check runs (single inspect only), or NULL */
    const char *probe_output;  /* last health probe (single inspect only), or NULL */
    int probe_exit;
    const char *told; /* what asking it from outside came to last (after a wait only), or NULL */
    const struct stk_published *ports;
    size_t n_ports;
    struct stk_strs mounts, networks; /* networks: names on the engine */
    struct stk_strs subnets;          /* of a network */
    struct stk_kvs labels;
    const struct stk_depend *depends_on; /* as the label tells: what a teardown orders by */
    size_t n_depends_on;
    bool compared; /* with its unit, field by field: what differs, engine → file, is in drift */
    const struct stk_change *drift;
    size_t n_drift;
};

/* Everything one inspect saw. Owns all it points to. Sorted by kind, name, index. */
struct stk_seen {
    const struct stk_status *v;
    size_t n;
    struct stk_arena *arena; /* owns the struct too */
};
void stk_seen_free(struct stk_seen *seen);
/* That order, of two struct stk_status: for qsort. */
int stk_status_compare(const void *a, const void *b);
/* Those of one name are neighbours: the number of the first, and how many there are. Of a service one-offs
 * and what was set aside are among them. */
size_t stk_seen_named(const struct stk_seen *seen, enum stk_kind kind, const char *name,
                      size_t *ret_n);
/* The one with that kind, name and index (0 for all but services), or NULL. One-offs and instances set
 * aside never match. */
const struct stk_status *stk_seen_find(const struct stk_seen *seen, struct stk_ref ref);
/* An instance set aside by a replacement that keeps the old one until the new one is ready. It carries
 * the labels of its place still, and is known by its name, which begins with its own id (that of a
 * replacement under way begins with the other's). stk_seen_find and refs without an id pass it over. */
bool stk_status_is_previous(const struct stk_status *status);
bool stk_name_is_previous(const char *name, const char *id);

#ifdef __cplusplus
}
#endif
#endif
