/* backend.h — the narrow waist, for those who write a backend. Contracts of the six are in runtime.h;
 * runtime/ checks the arguments before and that done comes after, so a backend need not.
 * A backend is done when it passes tests/conformance. */
#ifndef STACKCTL_BACKEND_H
#define STACKCTL_BACKEND_H

#include "stackctl/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Every member must be provided. self is what open gave. Each operation begins the request
 * (stk_op_begin), sets a cancel hook, and ends it once (stk_op_end). */
struct stk_backend {
    const char *name, *help;
    int (*open)(struct stk_loop *loop, const struct stk_runtime_opts *opts, void **ret_self,
                struct stk_error *reterr);
    void (*close)(void *self);
    const char *(*address)(void *self); /* where the engine is, as told to people */
    bool (*sees_files)(void *self); /* whether the engine sees the files of this machine */
    bool (*sees_ports)(void *self); /* whether what listens on this machine keeps a port from it */
    void (*start)(void *self, struct stk_start_req *req);
    void (*stop)(void *self, struct stk_stop_req *req);
    void (*remove)(void *self, struct stk_remove_req *req);
    void (*inspect)(void *self, struct stk_inspect_req *req);
    void (*wait_healthy)(void *self, struct stk_wait_req *req);
    void (*logs)(void *self, struct stk_logs_req *req);
};

/* The table of all backends (backends/table.c), ended by NULL. */
extern const struct stk_backend *const stk_backends[];

/* The checked downcast's other half: self of rt when its backend is b, else NULL. */
void *stk_runtime_self(struct stk_runtime *rt, const struct stk_backend *b);

#ifdef __cplusplus
}
#endif
#endif
