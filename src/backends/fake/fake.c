/* fake.c — the fake as a backend: opens and closes an engine in memory and names its six operations. */
#include "fake.h"

#include <stdlib.h>

#include "arena.h"
#include "text.h"
#include "trace.h"

#include "fake_engine.h"

static void engine_free(struct fake_engine *e)
{
    stk_timer_stop(&e->timer);
    while (e->units)
        fake_unit_drop(e, e->units);
    free(e->calls);
    stk_arena_free(e->arena);
    free(e);
}

/* At once and not only at the end: an engine does not forget because a client was killed. */
static void save(struct fake_engine *e)
{
    struct stk_error err = { 0 };
    if (e->script.state && e->changed && fake_state_save(e, &err) < 0)
        stk_trace(STK_TRACE_RUN, "fake: %s", err.msg);
    stk_error_clear(&err);
}

static void on_timer(struct stk_timer *timer)
{
    fake_tick(timer->data);
    save(timer->data);
}

static struct fake_engine *engine_new(struct stk_loop *loop, const struct stk_runtime_opts *opts)
{
    struct fake_engine *e = stk_alloc(sizeof(*e));
    *e = (struct fake_engine){
        .loop = loop, .opts = opts, .arena = stk_arena_new(), .script = { .speed = 1 }
    };
    e->tail = &e->units;
    e->timer = (struct stk_timer){ .fire = on_timer, .data = e };
    e->clock = e->began = stk_now_ms() * STK_NS_PER_MS;
    e->began_at = stk_monotonic_ms();
    return e;
}

static int load(struct fake_engine *e, struct stk_error *reterr)
{
    const char *path = e->opts->script ? e->opts->script : getenv("STACKCTL_FAKE");
    int rc = path && *path ? fake_script_load(e, path, reterr) : 0;
    if (rc < 0 || !e->script.state)
        return rc;
    return fake_state_load(e, reterr);
}

static int fake_open(struct stk_loop *loop, const struct stk_runtime_opts *opts, void **ret_self,
                     struct stk_error *reterr)
{
    struct fake_engine *e = engine_new(loop, opts);
    int rc = load(e, reterr);
    if (rc < 0) {
        engine_free(e);
        return rc;
    }
    *ret_self = e;
    return 0;
}

static void fake_close(void *self)
{
    struct fake_engine *e = self;
    fake_tick(e);
    save(e);
    engine_free(e);
}

static const char *fake_address(void *self)
{
    (void)self;
    return "this process";
}

static bool fake_sees_ports(void *self)
{
    (void)self;
    return false; /* its ports are in memory */
}

static bool fake_sees_files(void *self)
{
    (void)self;
    return true;
}

const struct stk_backend stk_backend_fake = {
    .name = "fake",
    .help = "an engine in memory, which can be scripted",
    .open = fake_open,
    .close = fake_close,
    .address = fake_address,
    .sees_files = fake_sees_files,
    .sees_ports = fake_sees_ports,
    .start = fake_start,
    .stop = fake_stop,
    .remove = fake_remove,
    .inspect = fake_inspect,
    .wait_healthy = fake_wait,
    .logs = fake_logs,
};

size_t stk_fake_calls(struct stk_runtime *rt, const struct stk_fake_call **ret)
{
    struct fake_engine *e = stk_runtime_self(rt, &stk_backend_fake);
    *ret = e ? e->calls : NULL;
    return e ? e->n_calls : 0;
}

size_t stk_fake_writes(struct stk_runtime *rt)
{
    const struct stk_fake_call *calls;
    size_t writes = 0;
    for (size_t n = stk_fake_calls(rt, &calls); n > 0; n--)
        writes += calls[n - 1].writes;
    return writes;
}

/* Anything due by now first; then what fn did is news to all who watch. */
static bool meddle(struct stk_runtime *rt, const char *name,
                   void (*fn)(struct fake_engine *, struct fake_unit *, int), int arg)
{
    struct fake_engine *e = stk_runtime_self(rt, &stk_backend_fake);
    struct fake_unit *u = e ? fake_by_name(e, STK_SERVICE, name) : NULL;
    if (!u)
        return false;
    e->clock = fake_now(e);
    fn(e, u, arg);
    e->changes++;
    stk_timer_start(e->loop, &e->timer, 0);
    return true;
}

static void crash(struct fake_engine *e, struct fake_unit *u, int code)
{
    if (u->state == STK_RUNNING)
        fake_life_end(e, u, code, false);
}

static void vanish(struct fake_engine *e, struct fake_unit *u, int arg)
{
    (void)arg;
    fake_unit_drop(e, u);
}

bool stk_fake_crash(struct stk_runtime *rt, const char *name, int exit_code)
{
    return meddle(rt, name, crash, exit_code);
}

bool stk_fake_vanish(struct stk_runtime *rt, const char *name)
{
    return meddle(rt, name, vanish, 0);
}
