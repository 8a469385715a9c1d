/* fake_status.c — units as an inspect tells them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arena.h"
#include "buf.h"
#include "text.h"

#include "fake_engine.h"

void fake_timestamp(int64_t ns, char ret[40])
{
    time_t s = (time_t)(ns / STK_NS_PER_S);
    struct tm tm;
    gmtime_r(&s, &tm);
    size_t n = strftime(ret, 32, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(ret + n, 40 - n, ".%09dZ", (int)(ns % STK_NS_PER_S));
}

static const char *status_text(const struct fake_engine *e, struct stk_arena *arena,
                               const struct fake_unit *u)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf age;
    stk_buf_init(&age, 100);
    bool up = u->state == STK_RUNNING || u->state == STK_PAUSED;
    stk_format_age(&age, (e->clock - (up ? u->started : u->finished)) / STK_NS_PER_S);
    const char *health = stk_health_name(u->health);
    if (u->state == STK_PAUSED)
        return stk_arena_printf(arena, "Up %s (Paused)", age.bytes);
    if (up && u->health == STK_HEALTH_STARTING)
        return stk_arena_printf(arena, "Up %s (health: starting)", age.bytes);
    if (up)
        return stk_arena_printf(arena, "Up %s%s%s%s", age.bytes, *health ? " (" : "", health,
                                *health ? ")" : "");
    if (u->state == STK_RESTARTING)
        return stk_arena_printf(arena, "Restarting (%lld) %s ago", (long long)u->exit_code,
                                age.bytes);
    if (u->state == STK_EXITED)
        return stk_arena_printf(arena, "Exited (%lld) %s ago", (long long)u->exit_code, age.bytes);
    return u->state == STK_CREATED ? "Created" : "";
}

static struct stk_strs copy_list(struct stk_arena *arena, const struct stk_strs *list)
{
    struct stk_strs copy = { .set = list->set, .n = list->n };
    copy.v = stk_arena_array(arena, copy.n, sizeof(*copy.v));
    for (size_t i = 0; i < copy.n; i++)
        copy.v[i] = stk_arena_strdup(arena, list->v[i]);
    return copy;
}

/* As Docker: a container that is down has none. */
static void copy_ports(struct stk_arena *arena, const struct fake_unit *u, struct stk_status *ret)
{
    size_t n = fake_is_up(u) ? u->n_ports : 0;
    struct stk_published *ports = stk_arena_array(arena, n, sizeof(*ports));
    for (size_t i = 0; i < n; i++)
        ports[i] = (struct stk_published){
            .target = (unsigned)u->ports[i].target,
            .published = (unsigned)u->ports[i].published,
            .host_ip =
                stk_arena_strdup(arena, u->ports[i].host_ip ? u->ports[i].host_ip : "0.0.0.0"),
            .protocol = stk_arena_strdup(arena, u->ports[i].protocol),
        };
    ret->ports = ports;
    ret->n_ports = n;
}

static void copy_mounts(struct stk_arena *arena, const struct fake_unit *u, struct stk_status *ret)
{
    ret->mounts = (struct stk_strs){ .set = true };
    ret->mounts.v = stk_arena_array(arena, u->n_mounts, sizeof(*ret->mounts.v));
    for (size_t i = 0; i < u->n_mounts; i++) {
        const struct fake_mount *m = &u->mounts[i];
        const char *source = m->volume ? m->volume : m->source;
        if (source)
            ret->mounts.v[ret->mounts.n++] = stk_arena_strdup(arena, source);
    }
}

static void copy_depends(struct stk_arena *arena, const struct fake_unit *u, struct stk_status *ret)
{
    struct stk_depend *deps = stk_arena_array(arena, u->n_depends_on, sizeof(*deps));
    for (size_t i = 0; i < u->n_depends_on; i++) {
        deps[i] = u->depends_on[i];
        deps[i].service = stk_arena_strdup(arena, deps[i].service);
        deps[i].src = (struct stk_src){ 0 };
    }
    ret->depends_on = deps;
    ret->n_depends_on = u->n_depends_on;
}

static void copy_labels(struct stk_arena *arena, const struct fake_unit *u, struct stk_status *ret)
{
    struct stk_kv *kvs = stk_arena_array(arena, u->labels.n, sizeof(*kvs));
    for (size_t i = 0; i < u->labels.n; i++)
        kvs[i] = (struct stk_kv){ .key = stk_arena_strdup(arena, u->labels.v[i].key),
                                  .value = stk_arena_strdup(arena, u->labels.v[i].value) };
    ret->labels = (struct stk_kvs){ .n = u->labels.n, .v = kvs };
}

static void container_status(struct fake_engine *e, struct stk_arena *arena,
                             const struct fake_unit *u, bool single, struct stk_status *ret)
{
    ret->ref.index = (unsigned)u->index;
    ret->health = u->health;
    ret->exit_code = (int)u->exit_code;
    ret->oom = u->oom;
    ret->oneoff = u->oneoff;
    ret->started_ms = u->started / STK_NS_PER_MS;
    ret->finished_ms = u->finished / STK_NS_PER_MS;
    ret->image = stk_arena_strdup(arena, u->image);
    ret->image_id = stk_arena_strdup(arena, u->image_id);
    ret->command = stk_arena_strdup(arena, u->command ? u->command : "");
    ret->status_text = stk_arena_strdup(arena, status_text(e, arena, u));
    ret->error = stk_arena_strdup(arena, u->error);
    ret->networks = copy_list(arena, &u->networks);
    copy_ports(arena, u, ret);
    copy_mounts(arena, u, ret);
    copy_depends(arena, u, ret);
    if (!single)
        return;
    const struct fake_behaviour *b = fake_behaviour(e, u);
    ret->restarts = (unsigned)u->restarts;
    ret->restarts_itself = fake_restarts_itself(u);
    ret->grace_ms = u->has_grace ? (unsigned)u->grace_ms : FAKE_GRACE_MS;
    ret->restarts_most = fake_restarts_most(u);
    ret->probe_command = stk_arena_strdup(arena, u->check);
    ret->probe_output =
        u->health == STK_HEALTH_UNHEALTHY && b ? stk_arena_strdup(arena, b->probe_output) : NULL;
    ret->probe_exit = u->health == STK_HEALTH_UNHEALTHY && b ? (int)b->probe_exit : 0;
}

void fake_status_of(struct fake_engine *e, struct stk_arena *arena, const struct fake_unit *u,
                    bool single, struct stk_status *ret)
{
    *ret = (struct stk_status){
        .ref = { .kind = u->kind,
                 .name = stk_arena_strdup(arena, u->key ? u->key : u->name),
                 .id = stk_arena_strdup(arena, u->id) },
        .project = stk_arena_strdup(arena, u->project),
        .name = stk_arena_strdup(arena, u->name),
        .state = u->state,
        .created_ms = u->created / STK_NS_PER_MS,
        .config = stk_arena_strdup(arena, u->config),
        .own_config = stk_arena_strdup(arena, u->own_config),
        .hash = stk_arena_strdup(arena, u->hash),
    };
    copy_labels(arena, u, ret);
    if (u->kind == STK_IMAGE)
        ret->image_id = ret->ref.id;
    if (u->kind == STK_SERVICE)
        container_status(e, arena, u, single, ret);
}

struct stk_seen *fake_seen_one(struct fake_engine *e, const struct fake_unit *u, struct stk_ref ref)
{
    struct stk_arena *arena = stk_arena_new();
    struct stk_seen *seen = stk_arena_alloc(arena, sizeof(*seen));
    struct stk_status *st = stk_arena_alloc(arena, sizeof(*st));
    if (u)
        fake_status_of(e, arena, u, true, st);
    else
        *st = (struct stk_status){
            .ref = { .kind = ref.kind,
                     .name = stk_arena_strdup(arena, ref.name),
                     .index = ref.index },
            .name = stk_arena_strdup(arena, ref.name),
            .state = STK_ABSENT,
        };
    *seen = (struct stk_seen){ .v = st, .n = 1, .arena = arena };
    return seen;
}
