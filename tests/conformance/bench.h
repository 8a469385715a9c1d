/* bench.h — what the conformance cases work with: one runtime, units built by hand, requests made to
 * wait, and expectations that end a case. A case is a function; whatever it made in the projects of
 * the bench is removed after it, also when it failed. */
#ifndef STK_BENCH_H
#define STK_BENCH_H

#include "stackctl/runtime.h"

#include "buf.h"
#include "loop.h"

#define BENCH_PROJECT  "stkconf"
#define BENCH_OTHER    "stkconf-other"
#define BENCH_IMAGE    "stackctl-conformance:1"
#define BENCH_NO_IMAGE "127.0.0.1:1/stackctl-conformance-absent:1"

struct bench {
    struct stk_loop *loop;
    struct stk_runtime *rt;
    struct stk_arena *arena; /* of the case */
    bool real;               /* an engine outside this process: no script */
    int begun, dones;
    char *failure, *skipped;
    /* of the last logs */
    struct stk_buf log; /* "O:one\nE:two\n": O stdout, E stderr, one mark a chunk */
    size_t chunks,
        cancel_at;  /* cancel_at: chunks after which a logs request is canceled; 0: never */
    char stamp[40]; /* of the last chunk */
};

struct bench_case {
    const char *name;
    void (*run)(struct bench *b);
};
/* Each file of cases has one table, ended by a row of zeros. */
extern const struct bench_case cases_start[], cases_stop[], cases_wait[], cases_logs[],
    cases_kinds[], cases_cancel[];

/* A unit with its own service, for the case to change before it is started. */
struct bench_unit {
    struct stk_unit unit;
    struct stk_service service;
    struct stk_network network;
    struct stk_volume volume;
    struct stk_spec spec;
};

/* An instance of a service that behaves as its name says: the roles are a table in bench.c. */
struct bench_unit *bench_service(struct bench *b, const char *role);
struct bench_unit *bench_network(struct bench *b, const char *key);
struct bench_unit *bench_volume(struct bench *b, const char *key);
struct bench_unit *bench_image(struct bench *b, const char *reference);
/* Moves it to another project, name on the engine included. */
void bench_to_other_project(struct bench *b, struct bench_unit *u);
void bench_mount(struct bench *b, struct bench_unit *u, const char *volume_key, const char *target);
void bench_publish(struct bench *b, struct bench_unit *u, const char *published);

/* The six, waited for. Each returns the code and leaves the rest in *req, which may be NULL where it
 * is not needed. Errors are freed by bench_end. */
enum stk_code bench_start(struct bench *b, const struct bench_unit *u, struct stk_start_req *req);
enum stk_code bench_replace(struct bench *b, const struct bench_unit *u, struct stk_start_req *req);
enum stk_code bench_stop(struct bench *b, struct stk_ref ref, struct stk_stop_req *req);
enum stk_code bench_remove(struct bench *b, struct stk_ref ref, struct stk_remove_req *req);
enum stk_code bench_wait(struct bench *b, struct stk_ref ref, enum stk_until until,
                         unsigned timeout_ms);
/* The same with a request of the case's own: ref, until, no_probe, settle_ms, op.timeout_ms. */
enum stk_code bench_wait_as(struct bench *b, struct stk_wait_req *req);
enum stk_code bench_logs(struct bench *b, struct stk_ref ref, struct stk_logs_req *req);
/* The one status of ref, which lives as long as the case. NULL when inspect failed. */
const struct stk_status *bench_look(struct bench *b, struct stk_ref ref);
/* All of a project. */
const struct stk_seen *bench_look_all(struct bench *b, const char *project);
/* What the last request ended with, "" when well. */
const char *bench_said(const struct bench *b);
const struct stk_status *bench_waited(const struct bench *b); /* what the last wait saw */

/* Begins a request that the case does not wait for yet, counting its dones. */
void bench_submit(struct bench *b, struct stk_op *op);
void bench_until(struct bench *b, const struct stk_op *op); /* runs the loop until it has ended */
void bench_breathe(struct bench *b, unsigned ms);           /* runs the loop for a while */

void bench_fail(struct bench *b, const char *file, int line, const char *what);
void bench_skip(struct bench *b, const char *why);

/* Ends the case at the first that does not hold. */
#define EXPECT(b, condition)                                                                       \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            bench_fail(b, __FILE__, __LINE__, #condition);                                         \
            return;                                                                                \
        }                                                                                          \
    } while (0)
#define EXPECT_SAYS(b, words) EXPECT(b, strstr(bench_said(b), words) != NULL)

#endif
