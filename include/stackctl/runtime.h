/* runtime.h — the narrow waist: six operations, for those who call them. Backends: backend.h.
 *
 * All are idempotent requests (op.h): they return at once, fail only through op.done, and may be
 * canceled. Refs and units are borrowed until done. */
#ifndef STACKCTL_RUNTIME_H
#define STACKCTL_RUNTIME_H

#include "stackctl/op.h"
#include "stackctl/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stk_runtime;

struct stk_runtime_opts {
    const char *backend;   /* "docker", "fake"; NULL: docker */
    const char *host;      /* -H; NULL: DOCKER_HOST, then the backend's default */
    const char *context;   /* --context, docker's name of an engine; NULL: what the environment says */
    const char *project;   /* refs without an id are of this project; NULL: none */
    const char *tool;      /* version string written into labels */
    const char *script;    /* fake: path of a script, or NULL */
};

/* Opens no connection yet: an engine that is away fails the first request. */
int stk_runtime_open(struct stk_loop *loop, const struct stk_runtime_opts *opts,
                     struct stk_runtime **ret, struct stk_error *reterr);
/* Every request must have ended. NULL is fine. */
void stk_runtime_close(struct stk_runtime *rt);
/* "docker" or "fake": what the backend calls itself. */
const char *stk_runtime_backend(const struct stk_runtime *rt);
/* Where its engine is, as told to people: "unix:///var/run/docker.sock". */
const char *stk_runtime_address(const struct stk_runtime *rt);
/* Whether the engine sees the files of this machine: what is to be mounted must be here then. */
bool stk_runtime_sees_files(const struct stk_runtime *rt);
/* Whether a process of this machine that listens on a port keeps the engine from publishing it. */
bool stk_runtime_sees_ports(const struct stk_runtime *rt);

/* How far something got; all strings are borrowed for the call. */
struct stk_progress {
    const char *item;   /* a layer, or NULL */
    const char *phase;  /* "Downloading", "Extracting", "Stopping" */
    int64_t current, total; /* bytes; total 0: unknown */
};

/* What the command line adds to how the file says an image is built. */
struct stk_build_opts {
    bool no_cache, pull;
    struct stk_strs args; /* NAME=VALUE, or NAME to take it from the environment */
    int64_t memory;       /* bytes; 0: no limit */
    const char *builder;  /* of BuildKit, by its name; or NULL */
    struct stk_strs ssh;  /* agents that BuildKit's steps may use: "default", "id=path" */
    const char *provenance, *sbom; /* attestations, instead of what the file says; or NULL */
    bool check; /* only look the Dockerfile over: there is no image then */
    bool push;  /* of several platforms: to the registry, since no engine keeps them all; no image here */
};

/* Brings the unit up as its spec says. For a service instance: pulls its image if it is missing,
 * creates, starts, and runs its post_start hooks; one that fails is a failure, and the instance stays
 * up. Already running with the same config: succeeds at once. Exists stopped: starts it. */
struct stk_start_req {
    struct stk_op op;
    const struct stk_unit *unit; /* NULL: only start again the existing instance that ref names */
    struct stk_ref ref;     /* only when unit is NULL; absent then: STK_EABSENT */
    const char *id;         /* engine id of the existing instance when an inspect told it, or NULL */
    bool replace;           /* an instance is there: make the new one first, then stop and remove the
                               old (within its grace), keep its anonymous volumes, start the new */
    bool renew_volumes;     /* with replace: fresh anonymous volumes */
    bool keep_old;          /* the instance that is replaced is not removed but set aside under a name of
                               its own (stk_status_is_previous), for restore; remove it by its id */
    bool start_first;       /* with keep_old: it is not stopped either */
    bool restore;           /* undoes a replacement with keep_old: what took the place is stopped and
                               removed, the one set aside gets its name back and, unless create_only,
                               runs. None set aside: succeeds, nothing done */
    bool create_only;       /* do not start it */
    const char *made;       /* what a start with create_only of the same unit told in made_id: only what
                               is left is done, with no second look; gone since: all of it. Or NULL */
    bool force_pull;        /* images: pull even when present */
    int64_t max_age_ms;     /* images: pull when present, but last pulled longer ago; 0: no limit */
    bool no_pull;           /* images: fail when absent, whatever the pull policy */
    bool offline;           /* images: ask no registry, not for what a build is based upon either */
    bool build;             /* images that can be: build it, even when present */
    const char *tag_of;     /* with build: this image was built the same way, name it so too */
    const struct stk_build_opts *build_opts; /* or NULL */
    void (*output)(struct stk_start_req *req, const char *line); /* of a build; may be NULL */
    struct stk_opt grace;   /* with replace: ms, overriding the instance's own */
    void (*progress)(struct stk_start_req *req, const struct stk_progress *p); /* may be NULL */
    void (*warn)(struct stk_start_req *req, const char *text); /* of what has no effect; may be NULL */
    void (*said)(struct stk_start_req *req, const char *line); /* a line that a hook printed; or NULL */
    /* results */
    bool changed;           /* something was really done */
    char made_id[72];       /* create_only: engine id of the instance; "": not told */
    char since[40];         /* logs of this run come after this engine time; "": from the beginning */
};
void stk_runtime_start(struct stk_runtime *rt, struct stk_start_req *req);

/* The stop signal (SIGTERM unless the spec says otherwise), SIGKILL after grace. Already stopped or
 * absent: succeeds. Before it, and before a replaced instance is stopped, the pre_stop hooks that it was
 * made with are run; one that fails is a failure, and the instance stays up. A kill runs none. */
struct stk_stop_req {
    struct stk_op op;
    struct stk_ref ref;
    struct stk_opt grace; /* ms, never rounded down to 0; not set: the instance's own, else 10 s */
    bool kill;            /* SIGKILL at once */
    const char *config;   /* canonical form of its service now, for what does not tell its own; or NULL */
    void (*said)(struct stk_stop_req *req, const char *line); /* a line that a hook printed; or NULL */
    bool changed;         /* result */
};
void stk_runtime_stop(struct stk_runtime *rt, struct stk_stop_req *req);

/* Removes, by force if it still runs, with its anonymous volumes when asked. Absent: succeeds.
 * Named volumes stay. A network or volume still used by others: STK_ECONFLICT. */
struct stk_remove_req {
    struct stk_op op;
    struct stk_ref ref;
    bool volumes; /* service instances: anonymous volumes too */
    bool changed; /* result */
};
void stk_runtime_remove(struct stk_runtime *rt, struct stk_remove_req *req);

enum {
    STK_SEE_SERVICES = 1,
    STK_SEE_NETWORKS = 2,
    STK_SEE_VOLUMES = 4,
    STK_SEE_IMAGES = 8, /* those named in images */
    STK_SEE_OTHERS = 16, /* containers and networks of no project, too; project is NULL */
};
/* The present status. With one ref: exactly one status, in all detail, STK_ABSENT when it is not
 * there. Without: everything of the project (of every project when project is NULL), orphans and
 * one-offs included, in a number of requests that does not depend on how much there is; what is to be
 * compared costs one more each. */
enum stk_compare {
    STK_COMPARE_STRANGERS, /* containers whose labels do not tell what they were made from */
    STK_COMPARE_ALL,
};
struct stk_inspect_req {
    struct stk_op op;
    const struct stk_ref *ref;
    const char *project;
    unsigned what;              /* STK_SEE_*; without a ref */
    struct stk_strs images;     /* references to look up; each gets a status, STK_ABSENT or not */
    struct stk_strs externals;  /* names of external networks and volumes to look for as well */
    const struct stk_unit *const *units; /* to be compared with what there is of them, or NULL */
    size_t n_units;
    enum stk_compare compare; /* which of them; a backend may not be able to compare any */
    struct stk_strs paths; /* absolute, to be looked for where the engine is; without a ref */
    const char *missing;   /* result: the first of them that is not there; NULL: none, or it cannot be told */
    struct stk_seen *seen;      /* result on success, the caller's to free */
};
void stk_runtime_inspect(struct stk_runtime *rt, struct stk_inspect_req *req);

/* Ends when the condition holds. Fails with STK_ENOTREADY when it cannot hold any more (exited,
 * unhealthy for good, crashing again and again, absent), with STK_ETIMEOUT at op.timeout_ms. seen
 * then holds the last status.
 *
 * HEALTHY and READY of an instance with a health check: the backend runs that check itself, at once
 * and then with back-off, and the first success ends the wait; the engine's own verdicts count as
 * ever. READY without a check: up for settle_ms without dying once. READY of what own calls a job:
 * exited 0. */
struct stk_wait_req {
    struct stk_op op;
    struct stk_ref ref;
    enum stk_until until;
    const struct stk_own *own; /* x-stackctl of its service; NULL: as it was when the instance was made */
    bool no_probe;      /* leave health checks to the engine's own schedule */
    unsigned settle_ms; /* 0: own's, else 2 s */
    struct stk_seen *seen; /* result: one status, on success and on STK_ENOTREADY; the caller's to free */
};
void stk_runtime_wait_healthy(struct stk_runtime *rt, struct stk_wait_req *req);

struct stk_log_chunk {
    bool is_stderr;
    const char *timestamp; /* RFC 3339 with nanoseconds, or "" */
    const char *bytes;     /* one line or a part of one; the line end, if any, is included */
    size_t size;
};
/* Chunks in order. follow=false ends when what is there is drained; follow=true when the instance
 * has ended for good (a restart by the engine is followed). */
struct stk_logs_req {
    struct stk_op op;
    struct stk_ref ref;
    bool follow;
    bool untimed;               /* nobody looks at the chunks' timestamps: they may be "" */
    const char *since, *until;  /* RFC 3339 or seconds since 1970 with fraction, or NULL */
    struct stk_opt tail;        /* lines; not set: all */
    void (*chunk)(struct stk_logs_req *req, const struct stk_log_chunk *chunk);
};
void stk_runtime_logs(struct stk_runtime *rt, struct stk_logs_req *req);

#ifdef __cplusplus
}
#endif
#endif
