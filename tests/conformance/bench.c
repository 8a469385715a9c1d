/* bench.c — units built by hand and requests made to wait. The cases are in the case_*.c files. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "bench_clean.h"
#include "op.h"
#include "text.h"

enum { PATIENCE_MS = 60000 };

/* What a service of each name does, on an engine; script.json says the same to the fake. */
static const struct role {
    const char *name, *command;
} roles[] = {
    { "steady", "trap 'exit 0' TERM; sleep 1000 & wait" },
    { "stubborn", "trap '' TERM; sleep 1000 & wait" },
    { "wellending", "sleep 0.3; exit 0" },
    { "failing", "sleep 0.3; exit 3" },
    { "crashing", "echo run; sleep 0.1; exit 7" },
    { "dying", "sleep 2.5; exit 5" },
    { "healthy", "trap 'exit 0' TERM; sleep 1000 & wait" },
    { "late", "trap 'exit 0' TERM; sleep 0.3; : > /tmp/up; sleep 1000 & wait" },
    { "uncheckable", "trap 'exit 0' TERM; sleep 1000 & wait" },
    { "ill", "trap 'exit 0' TERM; sleep 1000 & wait" },
    { "slow", "trap 'exit 0' TERM; sleep 1000 & wait" },
    { "printing", "echo one; sleep 0.2; echo two >&2; sleep 0.2; printf three" },
    { "talking", "for i in 1 2 3 4 5; do echo line $i; sleep 0.2; done" },
    { "greeting", "trap 'exit 0' TERM; echo hello; sleep 1000 & wait" },
};

static const char *command_of(const char *role)
{
    for (size_t i = 0; i < STK_LEN(roles); i++)
        if (strcmp(roles[i].name, role) == 0)
            return roles[i].command;
    abort();
}

static struct stk_strs strs(struct bench *b, size_t n, const char *const *v)
{
    struct stk_strs list = { .set = true, .n = n, .v = stk_arena_array(b->arena, n, sizeof(*v)) };
    memcpy(list.v, v, n * sizeof(*v));
    return list;
}

static struct bench_unit *unit_new(struct bench *b, enum stk_kind kind, const char *name)
{
    struct bench_unit *u = stk_arena_alloc(b->arena, sizeof(*u));
    u->spec = (struct stk_spec){ .project = BENCH_PROJECT, .dir = "/", .arena = b->arena };
    u->unit =
        (struct stk_unit){ .ref = { .kind = kind, .name = name },
                           .config = "{\"is\":\"one\"}",
                           .hash =
                               "1111111111111111111111111111111111111111111111111111111111111111",
                           .spec = &u->spec };
    return u;
}

static void set_check(struct bench *b, struct bench_unit *u, const char *command)
{
    const char *test[] = { "CMD-SHELL", command };
    u->service.healthcheck = (struct stk_healthcheck){
        .set = true,
        .test = strs(b, 2, test),
        .interval = { true, 100 * STK_NS_PER_MS },
        .retries = { true, 1 },
    };
}

/* One that the engine itself does not get to run. */
static void set_rare_check(struct bench *b, struct bench_unit *u, const char *command)
{
    set_check(b, u, command);
    u->service.healthcheck.interval.v = 1000 * STK_NS_PER_S;
}

struct bench_unit *bench_service(struct bench *b, const char *role)
{
    struct bench_unit *u = unit_new(b, STK_SERVICE, role);
    const char *command[] = { "/bin/sh", "-c", command_of(role) };
    u->unit.ref.index = 1;
    u->unit.name = stk_arena_printf(b->arena, BENCH_PROJECT "-%s-1", role);
    u->service = (struct stk_service){
        .name = role, .image = BENCH_IMAGE, .command = strs(b, 3, command), .replicas = 1
    };
    u->service.config = u->unit.config;
    u->service.hash = u->unit.hash;
    if (strcmp(role, "healthy") == 0)
        set_check(b, u, "true");
    if (strcmp(role, "ill") == 0)
        set_check(b, u, "echo refused; exit 4");
    if (strcmp(role, "slow") == 0)
        set_rare_check(b, u, "echo not yet; exit 2");
    if (strcmp(role, "late") == 0)
        set_rare_check(b, u, "[ -e /tmp/up ]");
    if (strcmp(role, "uncheckable") == 0) {
        set_rare_check(b, u, "/nonexistent/program");
        u->service.healthcheck.test.v[0] = "CMD";
    }
    if (strcmp(role, "crashing") == 0 || strcmp(role, "dying") == 0)
        u->service.restart = "always";
    u->unit.service = &u->service;
    u->spec.services = &u->service;
    u->spec.n_services = 1;
    return u;
}

struct bench_unit *bench_network(struct bench *b, const char *key)
{
    struct bench_unit *u = unit_new(b, STK_NETWORK, key);
    u->unit.name = stk_arena_printf(b->arena, BENCH_PROJECT "_%s", key);
    u->network = (struct stk_network){ .key = key, .name = u->unit.name };
    u->network.config = u->unit.config;
    u->network.hash = u->unit.hash;
    u->unit.network = &u->network;
    u->spec.networks = &u->network;
    u->spec.n_networks = 1;
    return u;
}

struct bench_unit *bench_volume(struct bench *b, const char *key)
{
    struct bench_unit *u = unit_new(b, STK_VOLUME, key);
    u->unit.name = stk_arena_printf(b->arena, BENCH_PROJECT "_%s", key);
    u->volume = (struct stk_volume){ .key = key, .name = u->unit.name };
    u->volume.config = u->unit.config;
    u->volume.hash = u->unit.hash;
    u->unit.volume = &u->volume;
    u->spec.volumes = &u->volume;
    u->spec.n_volumes = 1;
    return u;
}

struct bench_unit *bench_image(struct bench *b, const char *reference)
{
    struct bench_unit *u = unit_new(b, STK_IMAGE, reference);
    u->unit.name = reference;
    u->unit.config = u->unit.hash = NULL;
    u->unit.image = (struct stk_image_unit){ .name = reference };
    return u;
}

void bench_to_other_project(struct bench *b, struct bench_unit *u)
{
    u->spec.project = BENCH_OTHER;
    u->unit.name = stk_arena_printf(b->arena, BENCH_OTHER "-%s-1", u->unit.ref.name);
}

/* volume_key NULL: an anonymous volume. */
void bench_mount(struct bench *b, struct bench_unit *u, const char *volume_key, const char *target)
{
    struct stk_mount *mount = stk_arena_alloc(b->arena, sizeof(*mount));
    *mount = (struct stk_mount){ .type = STK_MOUNT_VOLUME, .source = volume_key, .target = target };
    u->service.volumes = mount;
    u->service.n_volumes = 1;
    if (!volume_key)
        return;
    const struct bench_unit *volume = bench_volume(b, volume_key);
    u->spec.volumes = &volume->volume;
    u->spec.n_volumes = 1;
}

void bench_publish(struct bench *b, struct bench_unit *u, const char *published)
{
    struct stk_port *port = stk_arena_alloc(b->arena, sizeof(*port));
    *port = (struct stk_port){
        .target = 80, .published = published, .host_ip = "127.0.0.1", .protocol = "tcp"
    };
    u->service.ports = port;
    u->service.n_ports = 1;
}

/* ---- requests ---- */

/* What the runner needs to know of the last request of each kind. */
static struct stk_error last;
static struct stk_seen *waited;

static void on_done(struct stk_op *op)
{
    struct bench *b = op->data;
    b->dones++;
    stk_loop_stop(b->loop);
}

void bench_submit(struct bench *b, struct stk_op *op)
{
    op->done = on_done;
    op->data = b;
    if (!op->timeout_ms)
        op->timeout_ms = PATIENCE_MS;
    b->begun++;
}

void bench_until(struct bench *b, const struct stk_op *op)
{
    while (op->pending || op->ended)
        stk_loop_run(b->loop);
}

static enum stk_code finish(struct bench *b, struct stk_op *op)
{
    bench_until(b, op);
    return (enum stk_code) - stk_error_move(&last, &op->err);
}

const char *bench_said(const struct bench *b)
{
    (void)b;
    return last.msg ? last.msg : "";
}

const struct stk_status *bench_waited(const struct bench *b)
{
    (void)b;
    return waited ? waited->v : NULL;
}

enum stk_code bench_start(struct bench *b, const struct bench_unit *u, struct stk_start_req *req)
{
    struct stk_start_req own = { 0 };
    req = req ? req : &own;
    req->unit = &u->unit;
    bench_submit(b, &req->op);
    stk_runtime_start(b->rt, req);
    return finish(b, &req->op);
}

enum stk_code bench_replace(struct bench *b, const struct bench_unit *u, struct stk_start_req *req)
{
    struct stk_start_req own = { 0 };
    req = req ? req : &own;
    req->replace = true;
    return bench_start(b, u, req);
}

enum stk_code bench_stop(struct bench *b, struct stk_ref ref, struct stk_stop_req *req)
{
    struct stk_stop_req own = { 0 };
    req = req ? req : &own;
    req->ref = ref;
    bench_submit(b, &req->op);
    stk_runtime_stop(b->rt, req);
    return finish(b, &req->op);
}

enum stk_code bench_remove(struct bench *b, struct stk_ref ref, struct stk_remove_req *req)
{
    struct stk_remove_req own = { 0 };
    req = req ? req : &own;
    req->ref = ref;
    bench_submit(b, &req->op);
    stk_runtime_remove(b->rt, req);
    return finish(b, &req->op);
}

enum stk_code bench_wait(struct bench *b, struct stk_ref ref, enum stk_until until,
                         unsigned timeout_ms)
{
    struct stk_wait_req req = { .ref = ref, .until = until, .op.timeout_ms = timeout_ms };
    return bench_wait_as(b, &req);
}

enum stk_code bench_wait_as(struct bench *b, struct stk_wait_req *req)
{
    bench_submit(b, &req->op);
    stk_runtime_wait_healthy(b->rt, req);
    enum stk_code code = finish(b, &req->op);
    stk_seen_free(waited);
    waited = req->seen;
    return code;
}

static void on_chunk(struct stk_logs_req *req, const struct stk_log_chunk *chunk)
{
    struct bench *b = req->op.data;
    stk_buf_printf(&b->log, "%c:", chunk->is_stderr ? 'E' : 'O');
    stk_buf_add(&b->log, chunk->bytes, chunk->size);
    snprintf(b->stamp, sizeof(b->stamp), "%s", chunk->timestamp);
    if (++b->chunks == b->cancel_at)
        stk_op_cancel(&req->op);
}

enum stk_code bench_logs(struct bench *b, struct stk_ref ref, struct stk_logs_req *req)
{
    struct stk_logs_req own = { 0 };
    req = req ? req : &own;
    req->ref = ref;
    req->chunk = on_chunk;
    b->chunks = 0;
    stk_buf_reset(&b->log);
    bench_submit(b, &req->op);
    stk_runtime_logs(b->rt, req);
    return finish(b, &req->op);
}

static void free_seen(struct bench *b, struct stk_seen *seen);

static struct stk_seen *inspect(struct bench *b, struct stk_inspect_req *req)
{
    bench_submit(b, &req->op);
    stk_runtime_inspect(b->rt, req);
    if (finish(b, &req->op) != STK_OK)
        return NULL;
    free_seen(b, req->seen);
    return req->seen;
}

const struct stk_status *bench_look(struct bench *b, struct stk_ref ref)
{
    struct stk_inspect_req req = { .ref = &ref };
    const struct stk_seen *seen = inspect(b, &req);
    return seen && seen->n == 1 ? seen->v : NULL;
}

const struct stk_seen *bench_look_all(struct bench *b, const char *project)
{
    struct stk_inspect_req req = { .project = project,
                                   .what = STK_SEE_SERVICES | STK_SEE_NETWORKS | STK_SEE_VOLUMES };
    return inspect(b, &req);
}

static void wake(struct stk_timer *timer)
{
    stk_loop_stop(timer->data);
    timer->data = NULL;
}

void bench_breathe(struct bench *b, unsigned ms)
{
    struct stk_timer timer = { .fire = wake, .data = b->loop };
    stk_timer_start(b->loop, &timer, ms);
    while (timer.data)
        stk_loop_run(b->loop);
}

void bench_fail(struct bench *b, const char *file, int line, const char *what)
{
    if (b->failure)
        return;
    STK_CLEANUP(stk_buf_clearp) struct stk_buf text;
    stk_buf_init(&text, 64 * STK_KIB);
    stk_buf_printf(&text, "%s:%d: %s", file, line, what);
    if (last.msg)
        stk_buf_printf(&text, "; last said: %s", last.msg);
    if (b->log.size) {
        stk_buf_puts(&text, "; last logs: ");
        stk_escape_control(&text, b->log.bytes, b->log.size);
    }
    b->failure = stk_buf_take(&text);
}

void bench_skip(struct bench *b, const char *why)
{
    b->skipped = stk_strdup(why);
}

/* ---- what a case leaves ---- */

static struct stk_seen *kept[256];
static size_t n_kept;

static void free_seen(struct bench *b, struct stk_seen *seen)
{
    (void)b;
    if (n_kept == STK_LEN(kept))
        stk_seen_free(kept[--n_kept]);
    kept[n_kept++] = seen;
}

static void remove_kind(struct bench *b, const struct stk_seen *seen, enum stk_kind kind)
{
    for (size_t i = 0; seen && i < seen->n; i++) {
        if (seen->v[i].ref.kind != kind)
            continue;
        struct stk_remove_req req = { .volumes = true };
        if (bench_remove(b, seen->v[i].ref, &req) != STK_OK)
            bench_fail(b, __FILE__, __LINE__, "what a case made can be removed");
    }
}

static void remove_all(struct bench *b, const char *project)
{
    static const enum stk_kind order[] = { STK_SERVICE, STK_NETWORK, STK_VOLUME };
    const struct stk_seen *seen = bench_look_all(b, project);
    for (size_t i = 0; i < STK_LEN(order); i++)
        remove_kind(b, seen, order[i]);
}

void bench_clean(struct bench *b)
{
    remove_all(b, BENCH_PROJECT);
    remove_all(b, BENCH_OTHER);
    while (n_kept > 0)
        stk_seen_free(kept[--n_kept]);
    stk_seen_free(waited);
    waited = NULL;
    stk_error_clear(&last);
    stk_buf_reset(&b->log);
    b->cancel_at = 0;
}
