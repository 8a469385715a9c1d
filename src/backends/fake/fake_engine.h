/* fake_engine.h — what the fake engine is made of: units on a simulated clock, and jobs that work on them.
 *
 * Nothing happens between two looks at the engine: fake_tick lives through all that became due since
 * (exits, restarts, health, log lines, jobs), one by one and at its own time, so that what a watching
 * job sees does not depend on how late the process got to run. */
#ifndef STK_FAKE_ENGINE_H
#define STK_FAKE_ENGINE_H

#include <jansson.h>

#include "stackctl/runtime.h"

#include "loop.h"

#include "fake.h"

#define FAKE_NEVER INT64_MAX

struct stk_arena;

/* ---- the script ---- */

struct fake_line {
    int64_t ms;
    const char *text;
    bool is_stderr;
};
struct fake_step {
    int64_t ms;
    enum stk_health is;
};
struct fake_behaviour {
    const char *pattern;
    int64_t start_ms, exit_ms, exit_code, signal, runs, stop_ms, stop_code, probe_exit;
    int64_t hook_code;
    const char *hook_output;
    const char *start_error, *probe_output;
    unsigned start_code; /* enum stk_code */
    bool exits, oom, ignores_stop, gets_ready;
    int64_t ready_ms;
    struct fake_step *health;
    size_t n_health;
    struct fake_line *logs;
    size_t n_logs;
};
struct fake_image {
    const char *pattern, *error;
    bool present;
    int64_t pull_ms;
    struct stk_strs volumes;
};
struct fake_fault {
    const char *request, *unit, *message;
    unsigned code; /* enum stk_code */
    int64_t nth, times, met;
};
struct fake_delay {
    const char *request;
    int64_t ms;
};

struct fake_script {
    struct fake_behaviour *services;
    size_t n_services;
    struct fake_image *images;
    size_t n_images;
    struct fake_fault *faults;
    size_t n_faults;
    struct fake_delay *delays;
    size_t n_delays;
    int64_t *busy_ports;
    size_t n_busy_ports;
    double speed;
    const char *state; /* path, or NULL */
};

/* ---- units ---- */

struct fake_port {
    int64_t target, published;
    const char *wanted; /* as the spec says it; NULL: any free one */
    const char *host_ip, *protocol;
};
struct fake_mount {
    const char *volume, *target; /* volume NULL: not the engine's (bind, tmpfs) */
    const char *source;
    bool anonymous;
};
struct fake_log {
    int64_t at; /* ns; differs from line to line */
    const char *text;
    bool is_stderr;
};

struct fake_unit {
    struct fake_unit *next;
    struct stk_arena *arena; /* owns the struct too */
    unsigned kind;           /* enum stk_kind */
    const char *id, *name;
    const char *project, *key; /* key: service, or key in the file */
    int64_t index;
    bool oneoff;
    const char *hash, *config, *own_config;
    struct stk_kvs labels;
    /* containers */
    const char *image, *image_id, *command, *check, *restart, *error;
    unsigned state, health;
    int64_t exit_code, restarts, runs, grace_ms;
    bool has_grace, oom, has_check;
    bool by_hand;                       /* stopped on demand, so that no policy restarts it */
    int64_t created, started, finished; /* ns since 1970 */
    int64_t restart_at, stop_at;        /* ns; 0: not */
    int64_t stop_code;
    int64_t next_step, next_line; /* of its behaviour, in this run */
    struct fake_port *ports;
    size_t n_ports;
    struct fake_mount *mounts;
    size_t n_mounts;
    struct stk_strs networks;
    struct stk_depend *depends_on;
    size_t n_depends_on;
    struct fake_log *logs;
    size_t n_logs, cap_logs;
};

/* ---- the engine and its jobs ---- */

struct fake_job {
    struct fake_job *later;
    struct fake_engine *engine;
    struct stk_op *op;
    void *req;
    int64_t due;  /* ns */
    bool watches; /* it looks after every change, too */
    bool canceled;
    size_t looked; /* the change it last looked after */
    void (*next)(struct fake_job *job);
    void (*undo)(struct fake_job *job); /* before a cancel or failure ends it; may be NULL */
    const struct fake_fault *fault;
    struct stk_arena *arena; /* owns the job too */
    const char *unit, *old;  /* ids, looked up again at each step */
    void *more;              /* the operation's own */
};

struct fake_engine {
    struct stk_loop *loop;
    const struct stk_runtime_opts *opts;
    struct fake_script script;
    struct fake_unit *units, **tail;
    struct fake_job *jobs, *cursor; /* cursor: the next to look after a change */
    struct stk_timer timer;
    int64_t clock;           /* ns since 1970, simulated */
    int64_t began, began_at; /* simulated and monotonic ms at open */
    int64_t last_stamp;
    bool changed; /* since the last save */
    bool ticking;
    size_t changes;
    struct stk_fake_call *calls;
    size_t n_calls, cap_calls;
    size_t serial; /* of ids and ports given out */
    struct stk_arena *arena;
};

/* Grace when neither the request nor the spec says any: Docker's. */
enum { FAKE_GRACE_MS = 10000 };

/* fake_script.c */
int fake_script_load(struct fake_engine *e, const char *path, struct stk_error *reterr);
const struct fake_behaviour *fake_behaviour(const struct fake_engine *e, const struct fake_unit *u);
const struct fake_image *fake_image(const struct fake_engine *e, const char *reference);

/* fake_state.c */
int fake_units_read(struct fake_engine *e, json_t *units, struct stk_error *reterr);
int fake_state_load(struct fake_engine *e, struct stk_error *reterr);
int fake_state_save(struct fake_engine *e, struct stk_error *reterr);

/* fake_units.c */
struct fake_unit *fake_unit_new(enum stk_kind kind, const char *name);
/* Completes what a script or state left out, and makes it part of the engine. */
void fake_unit_add(struct fake_engine *e, struct fake_unit *u);
void fake_unit_drop(struct fake_engine *e, struct fake_unit *u);
struct fake_unit *fake_by_id(struct fake_engine *e, const char *id);
struct fake_unit *fake_by_name(struct fake_engine *e, enum stk_kind kind, const char *name);
struct fake_unit *fake_by_ref(struct fake_engine *e, const char *project,
                              const struct stk_ref *ref);
/* The instance set aside by a replacement of what ref names, or NULL. */
struct fake_unit *fake_previous_of(struct fake_engine *e, const char *project,
                                   const struct stk_ref *ref);
/* The unit of a present image, or NULL: it needs a pull. */
struct fake_unit *fake_image_unit(struct fake_engine *e, const char *reference);
const struct fake_unit *fake_user_of(struct fake_engine *e, const struct fake_unit *u);
bool fake_is_up(const struct fake_unit *u); /* running, or about to run again */
void fake_drop_anonymous(struct fake_engine *e, struct fake_unit *u);

/* fake_ports.c: gives every port of u its host port. Fails with STK_ECONFLICT when one is held: *ret_held. */
int fake_ports_bind(struct fake_engine *e, struct fake_unit *u, unsigned *ret_held,
                    struct stk_error *reterr);

/* fake_life.c */
void fake_life_start(struct fake_engine *e, struct fake_unit *u);
void fake_life_stop(struct fake_engine *e, struct fake_unit *u, int64_t grace_ms, bool kill);
void fake_life_end(struct fake_engine *e, struct fake_unit *u, int64_t code, bool oom);
/* Lives through the one thing that is due first, when it is due by now. False: nothing is. */
bool fake_live(struct fake_engine *e, int64_t now);
/* When something happens next; FAKE_NEVER: nothing will. */
int64_t fake_life_due(const struct fake_engine *e);
bool fake_restarts_itself(const struct fake_unit *u);
unsigned fake_restarts_most(const struct fake_unit *u); /* 0: its policy never gives up */
/* Whether its health check would pass now, whoever runs it. */
bool fake_check_passes(const struct fake_engine *e, const struct fake_unit *u);

/* fake_jobs.c */
struct fake_job *fake_job_begin(struct fake_engine *e, struct stk_op *op, void *req);
/* Ends the request and frees the job. err may be NULL. */
void fake_job_end(struct fake_job *job, struct stk_error *err);
/* One request to the engine on the way: recorded now, next called when it was answered; a scripted
 * failure ends the job instead. extra_ms is added to the request's delay. */
void fake_ask(struct fake_job *job, const char *request, const char *unit, int64_t extra_ms,
              void (*next)(struct fake_job *job));
/* next is called after every change, and at the latest in ms (0: no such limit). */
void fake_watch(struct fake_job *job, unsigned ms, void (*next)(struct fake_job *job));
/* One more request on record, which takes no time and does not fail. */
void fake_note(struct fake_engine *e, const char *request, const char *unit);
/* fake_hooks.c: plays the hooks of a moment (hooks.h) in u, then calls next; one that fails ends the job.
 * config: of the file, for a unit that does not tell its own; or NULL. */
void fake_hooks(struct fake_job *job, const struct fake_unit *u, const char *config,
                const char *moment, void (*said)(struct fake_job *job, const char *line),
                void (*next)(struct fake_job *job));
/* A moment later, without a request. */
void fake_later(struct fake_job *job, int64_t ms, void (*next)(struct fake_job *job));
void fake_arm(struct fake_engine *e);
void fake_tick(struct fake_engine *e);
int64_t fake_now(const struct fake_engine *e);

/* fake_status.c */
void fake_status_of(struct fake_engine *e, struct stk_arena *arena, const struct fake_unit *u,
                    bool single, struct stk_status *ret);
struct stk_seen *fake_seen_one(struct fake_engine *e, const struct fake_unit *u,
                               struct stk_ref ref);
void fake_timestamp(int64_t ns, char ret[40]);

/* The six: fake_start.c, fake_stop.c (stop and remove), fake_inspect.c, fake_wait.c, fake_logs.c */
void fake_start(void *self, struct stk_start_req *req);
void fake_restore(struct fake_job *job); /* fake_restore.c: a start with restore */
void fake_stop(void *self, struct stk_stop_req *req);
void fake_remove(void *self, struct stk_remove_req *req);
void fake_inspect(void *self, struct stk_inspect_req *req);
void fake_wait(void *self, struct stk_wait_req *req);
void fake_logs(void *self, struct stk_logs_req *req);

#endif
