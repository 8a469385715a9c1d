/* fake_create.c — a container, network or volume made from its unit, as the engine records it. */
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "text.h"

#include "fake_engine.h"
#include "fake_create.h"

static const struct stk_src nowhere;

static const char *network_name(const struct stk_spec *spec, const char *key)
{
    for (size_t i = 0; spec && i < spec->n_networks; i++)
        if (stk_streq(spec->networks[i].key, key))
            return spec->networks[i].name;
    return key;
}

static const char *volume_name(const struct stk_spec *spec, const char *key)
{
    for (size_t i = 0; spec && i < spec->n_volumes; i++)
        if (stk_streq(spec->volumes[i].key, key))
            return spec->volumes[i].name;
    return key;
}

static struct stk_kvs copy_kvs(struct stk_arena *arena, const struct stk_kvs *kvs)
{
    struct stk_kvs copy = { .n = kvs->n };
    copy.v = stk_arena_array(arena, kvs->n, sizeof(*copy.v));
    for (size_t i = 0; i < kvs->n; i++)
        copy.v[i] = (struct stk_kv){ .key = stk_arena_strdup(arena, kvs->v[i].key),
                                     .value = stk_arena_strdup(arena, kvs->v[i].value) };
    return copy;
}

static void set_ports(struct fake_unit *u, const struct stk_service *s)
{
    u->n_ports = s->n_ports;
    u->ports = stk_arena_array(u->arena, s->n_ports, sizeof(*u->ports));
    for (size_t i = 0; i < s->n_ports; i++)
        u->ports[i] = (struct fake_port){
            .target = s->ports[i].target,
            .wanted = stk_arena_strdup(u->arena, s->ports[i].published),
            .host_ip = stk_arena_strdup(u->arena, s->ports[i].host_ip),
            .protocol =
                stk_arena_strdup(u->arena, s->ports[i].protocol ? s->ports[i].protocol : "tcp"),
        };
}

static void set_depends(struct fake_unit *u, const struct stk_service *s)
{
    u->n_depends_on = s->n_depends_on;
    u->depends_on = stk_arena_array(u->arena, s->n_depends_on, sizeof(*u->depends_on));
    for (size_t i = 0; i < s->n_depends_on; i++) {
        u->depends_on[i] = s->depends_on[i];
        u->depends_on[i].service = stk_arena_strdup(u->arena, s->depends_on[i].service);
        u->depends_on[i].src = nowhere;
    }
}

static int set_networks(struct fake_engine *e, struct fake_unit *u, const struct stk_unit *unit,
                        struct stk_error *reterr)
{
    const struct stk_service *s = unit->service;
    u->networks = (struct stk_strs){ .set = true };
    u->networks.v = stk_arena_array(u->arena, s->n_networks, sizeof(*u->networks.v));
    for (size_t i = 0; i < s->n_networks; i++) {
        const char *name = network_name(unit->spec, s->networks[i].network);
        if (!fake_by_name(e, STK_NETWORK, name))
            return stk_fail(reterr, STK_EFAIL, nowhere, "network %s not found", name);
        u->networks.v[u->networks.n++] = stk_arena_strdup(u->arena, name);
    }
    return 0;
}

static bool has_container(const struct fake_engine *e, const struct stk_unit *unit,
                          const char *service, size_t n)
{
    for (const struct fake_unit *u = e->units; u; u = u->next)
        if (u->kind == STK_SERVICE && stk_streq(u->project, unit->spec->project) && u->key &&
            strlen(u->key) == n && strncmp(u->key, service, n) == 0)
            return true;
    return false;
}

/* What is shared with a service is shared with a container of it, so there must be one. */
static int check_shared(const struct fake_engine *e, const struct stk_unit *unit,
                        struct stk_error *reterr)
{
    static const char prefix[] = "service:";
    const struct stk_service *s = unit->service;
    const char *modes[] = { s->network_mode, s->pid, s->ipc };
    const char *lost = NULL;
    for (size_t i = 0; i < STK_LEN(modes); i++) {
        const char *name =
            modes[i] && stk_starts(modes[i], prefix) ? modes[i] + strlen(prefix) : NULL;
        if (name && !has_container(e, unit, name, strlen(name)))
            lost = name;
    }
    for (size_t i = 0; i < s->volumes_from.n; i++) {
        const char *from = s->volumes_from.v[i];
        if (!stk_starts(from, "container:") && !has_container(e, unit, from, strcspn(from, ":")))
            lost = from;
    }
    if (!lost)
        return 0;
    return stk_fail(reterr, STK_EFAIL, unit->src,
                    "cannot share with service '%.*s': it has no "
                    "container",
                    (int)strcspn(lost, ":"), lost);
}

/* The old container's volume at the same place, so that a replacement keeps its data. */
static const char *inherited(const struct fake_unit *old, const char *target)
{
    for (size_t i = 0; old && i < old->n_mounts; i++)
        if (old->mounts[i].anonymous && stk_streq(old->mounts[i].target, target))
            return old->mounts[i].volume;
    return NULL;
}

static void add_mount(struct fake_engine *e, struct fake_unit *u, const struct fake_mount *mount)
{
    struct fake_mount *m = &u->mounts[u->n_mounts++];
    *m = *mount;
    m->target = stk_arena_strdup(u->arena, mount->target);
    m->source = stk_arena_strdup(u->arena, mount->source);
    m->volume = stk_arena_strdup(u->arena, mount->volume);
    if (m->volume &&
        !fake_by_name(e, STK_VOLUME, m->volume)) /* as Docker: made when it is missing */
        fake_unit_add(e, fake_unit_new(STK_VOLUME, m->volume));
}

static void add_anonymous(struct fake_engine *e, struct fake_unit *u, const struct fake_unit *old,
                          const char *target)
{
    char seed[300], hex[65];
    const char *name = inherited(old, target);
    if (!name) {
        int n = snprintf(seed, sizeof(seed), "volume %zu %.200s", ++e->serial, target);
        stk_sha256_hex(seed, (size_t)n, hex);
        name = hex;
    }
    struct fake_mount mount = { .volume = name, .target = target, .anonymous = true };
    add_mount(e, u, &mount);
}

static bool is_mounted(const struct fake_unit *u, const char *target)
{
    for (size_t i = 0; i < u->n_mounts; i++)
        if (stk_streq(u->mounts[i].target, target))
            return true;
    return false;
}

static void set_mounts(struct fake_engine *e, struct fake_unit *u, const struct stk_unit *unit,
                       const struct fake_unit *old)
{
    const struct stk_service *s = unit->service;
    const struct fake_image *image = fake_image(e, s->image);
    size_t most = s->n_volumes + (image ? image->volumes.n : 0);
    u->mounts = stk_arena_array(u->arena, most, sizeof(*u->mounts));
    for (size_t i = 0; i < s->n_volumes; i++) {
        const struct stk_mount *m = &s->volumes[i];
        bool anonymous = m->type == STK_MOUNT_VOLUME && !m->source;
        bool named = m->type == STK_MOUNT_VOLUME && m->source;
        struct fake_mount mount = { .target = m->target };
        mount.volume = named ? volume_name(unit->spec, m->source) : NULL;
        mount.source = named ? NULL : m->source;
        if (anonymous)
            add_anonymous(e, u, old, m->target);
        else
            add_mount(e, u, &mount);
    }
    for (size_t i = 0; image && i < image->volumes.n; i++)
        if (!is_mounted(u, image->volumes.v[i]))
            add_anonymous(e, u, old, image->volumes.v[i]);
}

static void add_words(struct stk_buf *text, const struct stk_strs *words, size_t first)
{
    for (size_t i = first; i < words->n; i++)
        stk_buf_printf(text, "%s%s", text->size ? " " : "", words->v[i]);
}

static const char *command_of(struct fake_unit *u, const struct stk_service *s)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf text;
    stk_buf_init(&text, STK_MIB);
    add_words(&text, &s->entrypoint, 0);
    add_words(&text, &s->command, 0);
    return stk_arena_strdup(u->arena, text.bytes);
}

static const char *check_of(struct fake_unit *u, const struct stk_healthcheck *check)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf text;
    stk_buf_init(&text, STK_MIB);
    add_words(&text, &check->test, 1); /* after CMD or CMD-SHELL */
    return stk_arena_strdup(u->arena, text.bytes);
}

static bool has_check(const struct stk_healthcheck *check)
{
    bool none = check->test.n > 0 && strcmp(check->test.v[0], "NONE") == 0;
    return check->set && !check->disable && check->test.n > 0 && !none;
}

static void set_common(struct fake_unit *u, const struct stk_unit *unit,
                       const struct stk_kvs *labels)
{
    u->project = stk_arena_strdup(u->arena, unit->spec ? unit->spec->project : NULL);
    u->key = stk_arena_strdup(u->arena, unit->ref.name);
    u->index = unit->ref.index;
    u->config = stk_arena_strdup(u->arena, unit->config);
    u->own_config = unit->ref.kind == STK_SERVICE
                        ? stk_arena_strdup(u->arena, unit->service->own_config)
                        : NULL;
    u->hash = stk_arena_strdup(u->arena, unit->hash);
    u->labels = copy_kvs(u->arena, labels);
}

int fake_create(struct fake_engine *e, const struct stk_unit *unit, const struct fake_unit *old,
                const char *name, struct fake_unit **ret, struct stk_error *reterr)
{
    const struct stk_service *s = unit->service;
    struct fake_unit *u = fake_unit_new(STK_SERVICE, name);
    int rc = check_shared(e, unit, reterr);
    if (rc == 0)
        rc = set_networks(e, u, unit, reterr);
    if (rc < 0) {
        stk_arena_free(u->arena);
        return rc;
    }
    set_common(u, unit, &s->labels);
    u->state = STK_CREATED;
    u->image = stk_arena_strdup(u->arena, s->image);
    const struct fake_unit *image = fake_image_unit(e, s->image);
    u->image_id = image ? stk_arena_strdup(u->arena, image->id) : NULL;
    u->command = command_of(u, s);
    u->restart = stk_arena_strdup(u->arena, s->restart);
    u->has_check = has_check(&s->healthcheck);
    u->check = u->has_check ? check_of(u, &s->healthcheck) : NULL;
    u->has_grace = s->stop_grace_period.set;
    u->grace_ms = (s->stop_grace_period.v + STK_NS_PER_MS - 1) / STK_NS_PER_MS;
    set_ports(u, s);
    set_depends(u, s);
    set_mounts(e, u, unit, old);
    fake_unit_add(e, u);
    *ret = u;
    return 0;
}

void fake_create_network(struct fake_engine *e, const struct stk_unit *unit)
{
    struct fake_unit *u = fake_unit_new(STK_NETWORK, unit->name);
    set_common(u, unit, &unit->network->labels);
    fake_unit_add(e, u);
}

void fake_create_volume(struct fake_engine *e, const struct stk_unit *unit)
{
    struct fake_unit *u = fake_unit_new(STK_VOLUME, unit->name);
    set_common(u, unit, &unit->volume->labels);
    fake_unit_add(e, u);
}
