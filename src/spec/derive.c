/* derive.c — what follows from what the file says: environments with their env files, replicas, the
 * networks and volumes in use and their names. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "dotenv.h"
#include "files.h"
#include "model.h"
#include "text.h"

enum {
    MAX_REPLICAS = 10000,
    MAX_ENV_BYTES = 128 << 20
}; /* of env files, each counted for every service that names it */

struct merged {
    struct stk_kv *v;
    size_t n;
};

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct stk_kv *)a)->key, ((const struct stk_kv *)b)->key);
}

/* An env file, read once however many services name it. */
static struct source *env_source(struct load *ld, struct map *cache, const struct env_file *file,
                                 bool *ret_absent)
{
    void **slot = map_at(cache, file->path);
    *ret_absent = false;
    if (*slot)
        return *slot;
    struct source *source = file_read(ld, file->path, ret_absent);
    if (source)
        *slot = source;
    return source;
}

/* Variables of the env files, in order, the later winning. */
static bool read_env_files(struct load *ld, struct map *cache, const struct service *s,
                           struct map *into)
{
    bool ok = true;
    for (size_t i = 0; i < s->n_env_files; i++) {
        const struct env_file *file = &s->env_files[i];
        bool absent;
        struct source *source = env_source(ld, cache, file, &absent);
        if (source && (ld->env_bytes += source->size) > MAX_ENV_BYTES)
            return fail_src(ld, file->src, "the env files are too large together");
        if (source) {
            ok &= dotenv_read(ld, source, file->raw, into);
        } else if (!absent) {
            ok = false;
        } else if (file->required) {
            struct stk_diag d = diag_at(ld, file->src, file->len);
            stk_diags_add(ld->diags, &d, "env_file '%s' of service '%s' is not there",
                          path_shown(ld, file->path), s->s.name);
            ok = false;
        }
    }
    return ok;
}

static void add_variable(const char *key, void *value, void *data)
{
    struct merged *m = data;
    if (value) /* NULL: environment: has it */
        m->v[m->n++] = (struct stk_kv){ .key = key, .value = value };
}

/* environment: wins over env_file:, even when it has no value. */
static bool merge_env_files(struct load *ld, struct map *cache, struct service *s)
{
    if (!s->n_env_files)
        return true;
    STK_CLEANUP(map_clear) struct map from_files = { 0 };
    bool ok = read_env_files(ld, cache, s, &from_files);
    struct stk_kvs *env = &s->s.environment;
    for (size_t i = 0; i < env->n; i++)
        *map_at(&from_files, env->v[i].key) = NULL;
    struct merged m = { .v = stk_arena_array(ld->arena, from_files.n, sizeof(*m.v)) };
    map_each(&from_files, add_variable, &m);
    for (size_t i = 0; i < env->n; i++)
        m.v[m.n++] = env->v[i];
    qsort(m.v, m.n, sizeof(*m.v), by_key);
    *env = (struct stk_kvs){ .n = m.n, .v = m.v };
    return ok;
}

/* Replicas: --scale, scale:, deploy.replicas, or 1; --scale makes the others say the same. */
static bool derive_replicas(struct load *ld, struct stk_service *s)
{
    for (size_t i = 0; i < ld->opts->n_scale; i++) {
        const struct stk_kv *over = &ld->opts->scale[i];
        int64_t v;
        if (!stk_streq(over->key, s->name))
            continue;
        if (!over->value || !stk_parse_int(over->value, &v) || v < 0)
            return fail_src(ld, (struct stk_src){ 0 }, "scale of '%s' must be a number, not '%s'",
                            s->name, over->value ? over->value : "");
        s->scale = (struct stk_opt){ true, v };
        if (s->deploy.replicas.set)
            s->deploy.replicas.v = v;
    }
    int64_t n = s->scale.set ? s->scale.v : s->deploy.replicas.set ? s->deploy.replicas.v : 1;
    s->replicas = n < 0 ? 0 : n > MODEL_MAX_REPLICAS ? MODEL_MAX_REPLICAS : (unsigned)n;
    return true;
}

/* A service without networks is on the default one. */
static void use_networks(struct load *ld, struct model *m, struct stk_service *s)
{
    if (s->n_networks == 0) {
        s->networks = stk_arena_array(ld->arena, 1, sizeof(*s->networks));
        s->networks[0] = (struct stk_attachment){ .network = "default", .src = s->src };
        s->n_networks = 1;
    }
    for (size_t i = 0; i < s->n_networks; i++) {
        struct network *n = model_network(m, s->networks[i].network);
        if (n)
            n->used = true;
    }
}

static void use_volumes(const struct model *m, const struct stk_service *s)
{
    for (size_t i = 0; i < s->n_volumes; i++) {
        const struct stk_mount *mount = &s->volumes[i];
        struct volume *v = mount->type == STK_MOUNT_VOLUME && mount->source
                               ? model_volume(m, mount->source)
                               : NULL;
        if (v)
            v->used = true;
    }
}

static int by_network(const void *a, const void *b)
{
    return strcmp(((const struct network *)a)->n.key, ((const struct network *)b)->n.key);
}

/* The default network is there even when the file does not name it. */
static void add_default(struct load *ld, struct model *m)
{
    if (model_network(m, "default"))
        return;
    struct network *v = stk_arena_array(ld->arena, m->n_networks + 1, sizeof(*v));
    if (m->n_networks)
        memcpy(v, m->networks, m->n_networks * sizeof(*v));
    v[m->n_networks++].n.key = "default";
    qsort(v, m->n_networks, sizeof(*v), by_network);
    m->networks = v;
}

static const char *engine_name(struct load *ld, const char *key, const char *name, bool external,
                               const char *legacy)
{
    if (name && *name)
        return name;
    if (external)
        return legacy ? legacy : key;
    return load_printf(ld, "%s_%s", ld->spec->project, key);
}

static void name_all(struct load *ld, struct model *m)
{
    for (size_t i = 0; i < m->n_networks; i++) {
        struct stk_network *n = &m->networks[i].n;
        n->name = engine_name(ld, n->key, n->name, n->external, m->networks[i].external_name);
    }
    for (size_t i = 0; i < m->n_volumes; i++) {
        struct stk_volume *v = &m->volumes[i].v;
        v->name = engine_name(ld, v->key, v->name, v->external, m->volumes[i].external_name);
    }
}

/* driver: local with o: bind: the device is a path like any other. */
static void absolute_device(struct load *ld, struct stk_volume *v)
{
    struct stk_kv *device = NULL;
    bool bind = false;
    for (size_t i = 0; i < v->driver_opts.n; i++) {
        struct stk_kv *kv = &v->driver_opts.v[i];
        if (stk_streq(kv->key, "device"))
            device = kv;
        if (stk_streq(kv->key, "o") && stk_streq(kv->value, "bind"))
            bind = true;
    }
    if (bind && device && device->value && stk_streq(v->driver, "local"))
        device->value = path_join(ld, ld->dir, device->value);
}

bool model_derive(struct load *ld, struct model *m)
{
    STK_CLEANUP(map_clear) struct map cache = { 0 };
    bool ok = true;
    add_default(ld, m);
    for (size_t i = 0; i < m->n_services; i++) {
        struct service *s = &m->services[i];
        if (stk_streq(s->s.pull_policy, "if_not_present"))
            s->s.pull_policy = "missing";
        ok &= derive_replicas(ld, &s->s);
        if (!s->enabled)
            continue;
        ok &= merge_env_files(ld, &cache, s);
        use_networks(ld, m, &s->s);
        use_volumes(m, &s->s);
    }
    for (size_t i = 0; i < m->n_volumes; i++)
        absolute_device(ld, &m->volumes[i].v);
    name_all(ld, m);
    return ok;
}

void model_publish(struct load *ld, const struct model *m)
{
    struct stk_spec *spec = ld->spec;
    struct stk_service *services = stk_arena_array(ld->arena, m->n_services, sizeof(*services));
    struct stk_network *networks = stk_arena_array(ld->arena, m->n_networks, sizeof(*networks));
    struct stk_volume *volumes = stk_arena_array(ld->arena, m->n_volumes, sizeof(*volumes));
    spec->disabled.v = stk_arena_array(ld->arena, m->n_services, sizeof(char *));
    for (size_t i = 0; i < m->n_services; i++) {
        if (m->services[i].enabled)
            services[spec->n_services++] = m->services[i].s;
        else
            spec->disabled.v[spec->disabled.n++] = m->services[i].s.name;
    }
    for (size_t i = 0; i < m->n_networks; i++)
        if (m->networks[i].used)
            networks[spec->n_networks++] = m->networks[i].n;
    for (size_t i = 0; i < m->n_volumes; i++)
        if (m->volumes[i].used)
            volumes[spec->n_volumes++] = m->volumes[i].v;
    spec->services = services;
    spec->networks = networks;
    spec->volumes = volumes;
}
