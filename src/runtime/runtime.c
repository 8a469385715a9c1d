/* runtime.c — the narrow waist's caller side: finds the backend by name, checks the arguments, and
 * calls its vtable. What the six operations do is left to the backends. */
#include "stackctl/runtime.h"

#include <assert.h>
#include <stdlib.h>

#include "stackctl/backend.h"

#include "arena.h"
#include "buf.h"
#include "text.h"

struct stk_runtime {
    const struct stk_backend *backend;
    void *self;
    struct stk_runtime_opts opts;
    struct stk_arena *arena; /* owns the strings of opts and the struct itself */
};

static const struct stk_backend *backend_named(const char *name)
{
    for (size_t i = 0; stk_backends[i]; i++)
        if (stk_streq(stk_backends[i]->name, name))
            return stk_backends[i];
    return NULL;
}

static int fail_unknown(const char *name, struct stk_error *reterr)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf names;
    stk_buf_init(&names, STK_KIB);
    for (size_t i = 0; stk_backends[i]; i++)
        stk_buf_printf(&names, "%s%s", i ? ", " : "", stk_backends[i]->name);
    return stk_fail(reterr, STK_EUSAGE, (struct stk_src){ 0 },
                    "unknown runtime '%s', there are: %s", name,
                    names.bytes ? names.bytes : "none");
}

/* A backend may keep what open gave it until close, so the caller's strings are copied once, here.
 */
static struct stk_runtime *runtime_new(const struct stk_runtime_opts *opts)
{
    struct stk_arena *arena = stk_arena_new();
    struct stk_runtime *rt = stk_arena_alloc(arena, sizeof(*rt));
    rt->arena = arena;
    rt->opts = (struct stk_runtime_opts){
        .backend = stk_arena_strdup(arena, opts->backend ? opts->backend : "docker"),
        .host = stk_arena_strdup(arena, opts->host),
        .context = stk_arena_strdup(arena, opts->context),
        .project = stk_arena_strdup(arena, opts->project),
        .tool = stk_arena_strdup(arena, opts->tool),
        .script = stk_arena_strdup(arena, opts->script),
    };
    return rt;
}

int stk_runtime_open(struct stk_loop *loop, const struct stk_runtime_opts *opts,
                     struct stk_runtime **ret, struct stk_error *reterr)
{
    assert(loop && opts && ret);
    struct stk_runtime *rt = runtime_new(opts);
    rt->backend = backend_named(rt->opts.backend);
    int rc = rt->backend ? rt->backend->open(loop, &rt->opts, &rt->self, reterr)
                         : fail_unknown(rt->opts.backend, reterr);
    if (rc < 0) {
        stk_arena_free(rt->arena);
        return rc;
    }
    *ret = rt;
    return 0;
}

void stk_runtime_close(struct stk_runtime *rt)
{
    if (!rt)
        return;
    rt->backend->close(rt->self);
    stk_arena_free(rt->arena);
}

const char *stk_runtime_backend(const struct stk_runtime *rt)
{
    return rt->backend->name;
}

const char *stk_runtime_address(const struct stk_runtime *rt)
{
    return rt->backend->address(rt->self);
}

bool stk_runtime_sees_files(const struct stk_runtime *rt)
{
    return rt->backend->sees_files(rt->self);
}

bool stk_runtime_sees_ports(const struct stk_runtime *rt)
{
    return rt->backend->sees_ports(rt->self);
}

void *stk_runtime_self(struct stk_runtime *rt, const struct stk_backend *b)
{
    return rt->backend == b ? rt->self : NULL;
}

/* What a caller can get wrong: a request that nobody hears of, or a ref that names nothing. */
static void check_op(const struct stk_op *op)
{
    assert(op->done && !op->pending && !op->ended);
    (void)op;
}

static void check_ref(const struct stk_ref *ref)
{
    assert(ref->name);
    assert(ref->kind != STK_SERVICE || ref->index > 0 || ref->id);
    (void)ref;
}

void stk_runtime_start(struct stk_runtime *rt, struct stk_start_req *req)
{
    check_op(&req->op);
    if (req->unit)
        assert(req->unit->name);
    else
        check_ref(&req->ref); /* an instance that is there already */
    assert(!req->renew_volumes || req->replace);
    assert(!req->start_first || req->keep_old);
    assert(!req->restore || (req->unit && req->unit->ref.kind == STK_SERVICE));
    assert(!req->made || (req->unit && req->unit->ref.kind == STK_SERVICE && !req->replace));
    req->changed = false;
    req->made_id[0] = '\0';
    req->since[0] = '\0';
    rt->backend->start(rt->self, req);
}

void stk_runtime_stop(struct stk_runtime *rt, struct stk_stop_req *req)
{
    check_op(&req->op);
    check_ref(&req->ref);
    assert(req->ref.kind == STK_SERVICE);
    req->changed = false;
    rt->backend->stop(rt->self, req);
}

void stk_runtime_remove(struct stk_runtime *rt, struct stk_remove_req *req)
{
    check_op(&req->op);
    check_ref(&req->ref);
    req->changed = false;
    rt->backend->remove(rt->self, req);
}

void stk_runtime_inspect(struct stk_runtime *rt, struct stk_inspect_req *req)
{
    check_op(&req->op);
    if (req->ref)
        check_ref(req->ref);
    req->seen = NULL;
    rt->backend->inspect(rt->self, req);
}

void stk_runtime_wait_healthy(struct stk_runtime *rt, struct stk_wait_req *req)
{
    check_op(&req->op);
    check_ref(&req->ref);
    assert(req->ref.kind == STK_SERVICE);
    req->seen = NULL;
    rt->backend->wait_healthy(rt->self, req);
}

void stk_runtime_logs(struct stk_runtime *rt, struct stk_logs_req *req)
{
    check_op(&req->op);
    check_ref(&req->ref);
    assert(req->ref.kind == STK_SERVICE && req->chunk);
    rt->backend->logs(rt->self, req);
}
