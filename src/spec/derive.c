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
static bool read_env_files(struct load *ld, struct map *cache, const char *key,
                           const struct service *s, const struct env_file *files, size_t n,
                           struct map *into)
{
    bool ok = true;
    for (size_t i = 0; i < n; i++) {
        const struct env_file *file = &files[i];
        bool absent;
        struct source *source = env_source(ld, cache, file, &absent);
        if (source && (ld->env_bytes += source->size) > MAX_ENV_BYTES)
            return fail_src(ld, file->src, "the env files are too large together");
        if (source) {
            ok &= dotenv_read(ld, source, file->how, into);
        } else if (!absent) {
            ok = false;
        } else if (file->required) {
            struct stk_diag d = diag_at(ld, file->src, file->len);
            d.rule = STK_RULE_UNREADABLE;
            stk_diags_add(ld->diags, &d, "%s '%s' of service '%s' is not there", key,
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

/* What the file says itself wins over what its files say, even when it has no value. */
static void merge_variables(struct load *ld, struct map *from_files, struct stk_kvs *own)
{
    for (size_t i = 0; i < own->n; i++)
        *map_at(from_files, own->v[i].key) = NULL;
    struct merged m = { .v = stk_arena_array(ld->arena, from_files->n, sizeof(*m.v)) };
    map_each(from_files, add_variable, &m);
    for (size_t i = 0; i < own->n; i++)
        m.v[m.n++] = own->v[i];
    if (m.n)
        qsort(m.v, m.n, sizeof(*m.v), by_key);
    *own = (struct stk_kvs){ .n = m.n, .v = m.v };
}

static void keep_env_files(struct load *ld, struct service *s)
{
    s->s.env_files = stk_arena_array(ld->arena, s->n_env_files, sizeof(*s->s.env_files));
    for (size_t i = 0; i < s->n_env_files; i++)
        s->s.env_files[s->s.n_env_files++] =
            (struct stk_env_file){ .path = s->env_files[i].path,
                                   .required = s->env_files[i].required,
                                   .format = s->env_files[i].how == DOTENV_RAW ? "raw" : NULL };
}

static bool merge_env_files(struct load *ld, struct map *cache, struct service *s)
{
    STK_CLEANUP(map_clear) struct map variables = { 0 };
    STK_CLEANUP(map_clear) struct map labels = { 0 };
    bool ok = true;
    if (ld->opts->no_env_resolution)
        keep_env_files(ld, s);
    else
        ok = read_env_files(ld, cache, "env_file", s, s->env_files, s->n_env_files, &variables);
    ok &= read_env_files(ld, cache, "label_file", s, s->label_files, s->n_label_files, &labels);
    if (s->n_env_files)
        merge_variables(ld, &variables, &s->s.environment);
    if (s->n_label_files)
        merge_variables(ld, &labels, &s->s.labels);
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
    bool none = (s->network_mode && *s->network_mode) || s->provider.set;
    if (s->n_networks == 0 && !none && !ld->opts->no_normalize) {
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

static void use_files(struct stk_file_ref *v, size_t n, const struct model *m,
                      struct file *find(const struct model *, const char *))
{
    for (size_t i = 0; i < n; i++) {
        struct file *file = find(m, v[i].source);
        if (!file)
            continue;
        file->used = true;
        v[i].file = &file->f;
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

/* An empty name, which is what an unset variable leaves, is none that could be used. */
static const char *engine_name(struct load *ld, const char *key, const char *name, bool external,
                               const char *legacy)
{
    if (name && (*name || ld->opts->no_run))
        return name;
    if (external)
        return legacy ? legacy : key;
    if (ld->opts->no_normalize)
        return name;
    return load_printf(ld, "%s_%s", ld->spec->project, key);
}

static void name_all(struct load *ld, struct model *m)
{
    for (size_t i = 0; i < m->n_networks; i++) {
        struct stk_network *n = &m->networks[i].n;
        n->name = engine_name(ld, n->key, n->name, n->external, m->networks[i].external_name);
    }
    for (size_t i = 0; i < m->n_secrets; i++) {
        struct stk_file *f = &m->secrets[i].f;
        f->name = engine_name(ld, f->key, f->name, f->external, m->secrets[i].external_name);
    }
    for (size_t i = 0; i < m->n_configs; i++) {
        struct stk_file *f = &m->configs[i].f;
        f->name = engine_name(ld, f->key, f->name, f->external, m->configs[i].external_name);
    }
    for (size_t i = 0; i < m->n_volumes; i++) {
        struct stk_volume *v = &m->volumes[i].v;
        v->name = engine_name(ld, v->key, v->name, v->external, m->volumes[i].external_name);
    }
}

/* The image that building it would make. */
static void name_built(struct load *ld, struct stk_service *s)
{
    if (!s->build.set)
        return;
    if (!s->build.dockerfile && !s->build.dockerfile_inline && !ld->opts->no_normalize)
        s->build.dockerfile = "Dockerfile";
    if (s->image && *s->image)
        return;
    s->image = load_printf(ld, "%s-%s", ld->spec->project, s->name);
    s->image_src = s->build.src;
    s->built = true;
    if (!s->pull_policy) {
        s->pull_policy = "build";
        s->pull_policy_implied = true;
    }
}

static bool derive_service(struct load *ld, struct model *m, struct service *s, struct map *cache)
{
    if (stk_streq(s->s.pull_policy, "if_not_present") && !ld->opts->no_normalize)
        s->s.pull_policy = "missing";
    bool ok = derive_replicas(ld, &s->s);
    if (!s->enabled)
        return ok;
    ok &= merge_env_files(ld, cache, s);
    name_built(ld, &s->s);
    use_networks(ld, m, &s->s);
    use_volumes(m, &s->s);
    use_files(s->s.secrets, s->s.n_secrets, m, model_secret);
    use_files(s->s.build.secrets, s->s.build.n_secrets, m, model_secret);
    use_files(s->s.configs, s->s.n_configs, m, model_config);
    derive_depends(ld, s);
    return ok;
}

bool model_derive(struct load *ld, struct model *m)
{
    STK_CLEANUP(map_clear) struct map cache = { 0 };
    bool ok = true;
    add_default(ld, m);
    name_all(ld, m);
    for (size_t i = 0; i < m->n_services; i++)
        ok &= derive_service(ld, m, &m->services[i], &cache);
    return ok;
}
