/* engine.h — what the files of the docker backend share: the connection, one exchange with the
 * engine (a call), and one operation of several exchanges (a task). */
#ifndef STK_ENGINE_H
#define STK_ENGINE_H

#include <jansson.h>

#include "arena.h"
#include "http.h"
#include "op.h"
#include "pulse.h"
#include "stackctl/runtime.h"

struct stk_call;
struct stk_task;
struct stk_events;
struct stk_probe;
struct stk_ssh;
struct stk_login;

/* Versions of the Engine API: 1.minor. */
enum { STK_API_OLDEST = 40, STK_API_NEWEST = 52 };

struct stk_docker {
    struct stk_loop *loop;
    struct stk_http *http;
    struct stk_ssh *ssh; /* the way there, or NULL */
    char *host;          /* as told to people: "unix:///var/run/docker.sock" */
    const char *project; /* of refs without an id, or NULL */
    const char *tool;    /* version for labels */
    bool same_machine;   /* its clock is ours */
    unsigned patience_s; /* for a quick answer; what may take longer has so many times as much */
    unsigned api_minor;  /* 0: not negotiated yet */
    struct {
        char api[16], server[64], os[32]; /* "1.41", "Docker/20.10.24 (linux)", "linux"; or "" */
    } greeting;                           /* what the answer to the ping said */
    struct stk_http_req ping;
    bool pinging;
    unsigned pings;              /* sent so far, since the last that was answered */
    struct stk_timer ping_again; /* runs while one that went wrong waits to be sent again */
    struct stk_call *waiting;    /* calls that need the version first */
    struct stk_task *tasks;      /* those under way */
    struct stk_events *events;
    struct stk_pulse pulse; /* a sign of life, while something is followed */
    struct {
        unsigned running;        /* health checks that we run now */
        struct stk_probe *first; /* and those that wait for their turn: probe.h */
    } probes;
    bool has_buildx;          /* buildx.h: the program is there */
    struct stk_login *logins; /* by registry, as they were found out: login.h */
    struct stk_http *outside; /* to containers themselves; made when first needed: outside.h */
    json_t *image_ids;        /* reference → ID, as last seen; spares a look at each creation */
};

/* The path of the socket it is at, or NULL; an engine at one is taken to see our files. */
const char *stk_docker_socket(const struct stk_docker *docker);

/* patience.c: a limit that is ms as a rule, with the patience that was asked for. */
unsigned stk_docker_patience(const struct stk_docker *docker, unsigned ms);
/* The patience that text asks for, NULL: none in particular. */
int stk_docker_patience_parse(const char *text, unsigned *ret_s, struct stk_error *reterr);

/* peer.c: whether whoever listens at that socket has this process's network, as far as one can see. */
bool stk_host_shares_network(const char *socket_path);

/* version.c: sends the calls in docker->waiting once the version is known, or fails them. */
void stk_version_negotiate(struct stk_docker *docker);
/* The version to speak with an engine that offers text ("1.41"): the minor, or a negative code. */
int stk_version_choose(const char *text, struct stk_error *reterr);
/* Leaves the list of those who wait. */
void stk_version_forget(struct stk_docker *docker, struct stk_call *call);

/* api.c: one exchange. Zero is a good start; fill in what is asked, stk_call_clear afterwards. */
struct stk_call {
    struct stk_op op;
    const char *method;
    char *path;   /* malloc'd, without the version; the call's own from then on. NULL: nothing is asked
                     but what the engine says to everybody (docker->greeting) */
    json_t *send; /* body, or NULL; the call's own from then on */
    char *tar;    /* a body that is a tar stream instead; malloc'd, the call's own */
    size_t tar_size;
    size_t (*feed)(struct stk_call *call, char *to, size_t room); /* or one that is streamed:
                                                                     stk_http_req.on_send */
    char *header;      /* one more request header, malloc'd, the call's own; or NULL */
    const char *want;  /* an answer header to keep in http.got, or NULL */
    size_t max;        /* bytes of answer; 0: 4 MiB */
    unsigned wait_ms;  /* until the answer begins; 0: 30 s; STK_FOREVER: no limit */
    unsigned grace_ms; /* what a container takes of it, and no engine can hurry */
    unsigned idle_ms;  /* streams: between two pieces; 0: no limit */
    bool (*stream)(struct stk_call *call, const char *bytes, size_t size); /* or NULL: buffered */
    void (*begun)(struct stk_call *call); /* the answer begins, before any of it; or NULL */
    void *data;                           /* the caller's, for these */
    struct stk_tunnel *tunnel; /* bytes both ways (tunnel.h) instead of an answer, borrowed; or NULL */
    bool list;                            /* the answer must be an array ... */
    const char *needs; /* ... or an object with this text in it; NULL: whatever comes */
    /* results */
    int status;
    json_t *json; /* a buffered answer of status 2xx, when it has a body */
    bool lost;    /* no engine, or no whole answer: what was asked may have been done */
    /* private */
    struct stk_docker *docker;
    struct stk_http_req http;
    char *sent_path, *sent_body;
    struct stk_timer again; /* runs while it waits to be sent again */
    unsigned tries;
    bool resting;
    struct stk_call *next;
    bool waiting;
    struct stk_call *next_watched; /* pulse.c's */
    bool watched, unheard;         /* unheard: given up, since the engine is silent */
};
#define STK_FOREVER ((unsigned)-1)

/* Sends it. op.err: 404 STK_EABSENT, 409 and taken ports STK_ECONFLICT, no engine STK_EENGINE, any
 * other refusal STK_EFAIL with the engine's own words. 304 is success. */
void stk_call_send(struct stk_docker *docker, struct stk_call *call);
/* Takes it back without its done, at closing time. */
void stk_call_abandon(struct stk_call *call);
void stk_call_clear(struct stk_call *call); /* leaves it as zeroed, op.done and op.data kept */
/* For version.c, which is what sending waits for. */
void stk_call_send_now(struct stk_call *call);
void stk_call_fail(struct stk_call *call, const struct stk_error *err);
/* Why no engine answered the request, and what to do about it. */
void stk_call_explain(const struct stk_docker *docker, const struct stk_http_req *http,
                      struct stk_error *reterr);

/* task.c: one operation. Embedded first in the operation's own struct. */
struct stk_task {
    struct stk_docker *docker;
    struct stk_op *owner; /* the caller's request */
    const char *const *steps;
    int step;
    char *name;                       /* for the trace */
    void (*next)(struct stk_task *);  /* each call's done: goes on to the next step */
    void (*clear)(struct stk_task *); /* frees what the operation's own struct holds, or NULL */
    struct stk_call call;
    struct stk_op *nested;  /* a step that is a request of its own, while it is under way */
    struct stk_timer timer; /* for stk_task_pause */
    bool canceled;
    struct stk_task *prev, *next_task;
};
/* Allocates size bytes, a stk_task first, and begins the request owner. */
void *stk_task_new(struct stk_docker *docker, size_t size, struct stk_op *owner, const char *name,
                   const char *const *steps, void (*next)(struct stk_task *),
                   void (*clear)(struct stk_task *));
/* Sets the step and sends task->call: method and path (printf'd), *body given away. */
void stk_task_go(struct stk_task *task, int step, const char *method, json_t *body,
                 const char *path, ...) __attribute__((format(printf, 5, 6)));
/* Sets the step and goes on after ms. */
void stk_task_pause(struct stk_task *task, int step, unsigned ms);
/* Sets the step for op, which the caller submits then; its done is the task's. */
void stk_task_nest(struct stk_task *task, int step, struct stk_op *op);
/* Sets and traces the step only. */
void stk_task_step(struct stk_task *task, int step);
/* Ends the request and frees the task. *err is moved, NULL: success. */
void stk_task_end(struct stk_task *task, struct stk_error *err);
/* Ends it with what the last call came to. */
void stk_task_fail(struct stk_task *task);
/* As stk_task_fail, in a context. */
void stk_task_fail_in(struct stk_task *task, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* json.c: looking into answers that may hold anything. Absent or of another type: NULL, 0,
 * false. */
const char *stk_json_str(const json_t *object, const char *key);
const char *stk_json_text(const json_t *object, const char *key); /* "" is NULL too */
int64_t stk_json_int(const json_t *object, const char *key);
bool stk_json_bool(const json_t *object, const char *key);
const json_t *stk_json_get(const json_t *object, const char *key);
const json_t *stk_json_at(const json_t *array, size_t i);
size_t stk_json_n(const json_t *array); /* elements of an array; 0 for anything else */
/* Percent-encodes for a path or query, leaving / : @ (image references); malloc'd. */
char *stk_url_escape(const char *s);
/* {"label":["a=b"],...}: value of a filters= parameter, encoded and malloc'd; steals filters. */
char *stk_url_filters(json_t *filters);

void stk_jsonp(json_t **json); /* for STK_CLEANUP */

/* The operations, by kind: start of each takes the request as it came. */
void stk_service_start(struct stk_docker *docker, struct stk_start_req *req);
void stk_service_start_again(struct stk_docker *docker, struct stk_start_req *req);
void stk_service_restore(struct stk_docker *docker, struct stk_start_req *req);
void stk_network_start(struct stk_docker *docker, struct stk_start_req *req);
void stk_volume_start(struct stk_docker *docker, struct stk_start_req *req);
void stk_image_start(struct stk_docker *docker, struct stk_start_req *req);
void stk_docker_stop(void *self, struct stk_stop_req *req);
void stk_docker_remove(void *self, struct stk_remove_req *req);
void stk_docker_inspect(void *self, struct stk_inspect_req *req);
void stk_docker_wait(void *self, struct stk_wait_req *req);
void stk_docker_logs(void *self, struct stk_logs_req *req);

#endif
