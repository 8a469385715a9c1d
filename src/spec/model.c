/* model.c — the sections of the merged document into structs, sorted by name. Rules across keys are
 * check.c's. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "keys.h"
#include "text.h"

/* One section of the top level: how many bytes one of its things takes, and how to read one. */
struct section {
    const char *key, *what; /* "services", "service" */
    size_t size;
    bool (*read)(struct load *ld, struct pair *pair, void *object);
    bool null_ok;
};

static bool is_name(const char *s)
{
    return *s && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
                     strlen(s);
}

static bool read_service(struct load *ld, struct pair *pair, void *object)
{
    struct service *s = object;
    s->s.name = pair->key;
    s->s.src = pair->src;
    if (!is_name(pair->key))
        return fail_key(ld, pair, NULL,
                        "service name '%s' may hold only letters, digits, '.', '_' and '-'",
                        pair->key);
    s->node = pair->value;
    ld->service = pair->key;
    s->broken = !table_parse(ld, &service_table, pair->value, s) || pair->value->bad;
    ld->service = NULL;
    struct pair *image = node_pair(ld, pair->value, "image");
    s->s.image_src = image ? image->value->src : pair->src;
    return !s->broken;
}

static bool read_network(struct load *ld, struct pair *pair, void *object)
{
    struct network *n = object;
    n->n.key = pair->key;
    n->n.src = pair->src;
    n->declared = true;
    return node_is_null(pair->value) || table_parse(ld, &network_table, pair->value, n);
}

/* driver: local with o: bind: the device is a path like any other. */
static void absolute_device(struct load *ld, struct node *node, struct stk_volume *v)
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
    if (!bind || !device || !device->value || !stk_streq(v->driver, "local"))
        return;
    const struct node *at = node_get(ld, node_get(ld, node, "driver_opts"), "device");
    device->value = path_resolve(ld, at ? at->scope : node->scope, device->value);
}

static bool read_volume(struct load *ld, struct pair *pair, void *object)
{
    struct volume *v = object;
    v->v.key = pair->key;
    v->v.src = pair->src;
    if (!node_is_null(pair->value) && !table_parse(ld, &volume_table, pair->value, v))
        return false;
    absolute_device(ld, pair->value, &v->v);
    return true;
}

static bool read_file(struct load *ld, struct pair *pair, const struct table *table, void *object)
{
    struct file *f = object;
    f->f.key = pair->key;
    f->f.src = pair->src;
    f->node = pair->value;
    return table_parse(ld, table, pair->value, f);
}

static bool read_secret(struct load *ld, struct pair *pair, void *object)
{
    return read_file(ld, pair, &secret_table, object);
}

static bool read_config(struct load *ld, struct pair *pair, void *object)
{
    return read_file(ld, pair, &config_table, object);
}

static bool read_model(struct load *ld, struct pair *pair, void *object)
{
    struct stk_model *m = object;
    m->key = pair->key;
    m->src = pair->src;
    return table_parse(ld, &model_table, pair->value, m);
}

static const struct section sections[] = {
    { "services", "service", sizeof(struct service), read_service, false },
    { "networks", "network", sizeof(struct network), read_network, true },
    { "volumes", "volume", sizeof(struct volume), read_volume, true },
    { "secrets", "secret", sizeof(struct file), read_secret, true },
    { "configs", "config", sizeof(struct file), read_config, true },
    { "models", "model", sizeof(struct stk_model), read_model, true },
};

static int by_name(const void *a, const void *b)
{
    return strcmp((*(struct pair *const *)a)->key, (*(struct pair *const *)b)->key);
}

/* Reads every entry of a section, in the order of names, into an array. */
static bool read_section(struct load *ld, const struct section *section, struct node *root,
                         void *ret_v, size_t *ret_n)
{
    struct pair *found = node_pair(ld, root, section->key);
    if (!found || found->value->bad || (section->null_ok && node_is_null(found->value)))
        return true;
    struct node *map = found->value;
    if (map->kind != NODE_MAP)
        return fail_key(ld, found, NULL, "'%s' must be a mapping of names, not %s", section->key,
                        node_what(map));
    if (map->n > MODEL_MAX_THINGS)
        return fail_key(ld, found, NULL, "too many %s: %u, at most %d", section->key, map->n,
                        MODEL_MAX_THINGS);
    char *v = stk_arena_array(ld->arena, map->n, section->size);
    struct pair **order = stk_arena_array(ld->arena, map->n, sizeof(*order));
    for (size_t i = 0; i < map->n; i++)
        order[i] = &map->pairs[i];
    if (map->n)
        qsort(order, map->n, sizeof(*order), by_name);
    size_t n = 0;
    bool ok = true;
    for (size_t i = 0; i < map->n; i++) {
        ld->where = load_printf(ld, "%s '%s'", section->what, order[i]->key);
        if (!stk_starts(order[i]->key, "x-") || strcmp(section->key, "services") == 0)
            ok &= section->read(ld, order[i], v + section->size * n++);
    }
    ld->where = NULL;
    *(void **)ret_v = v;
    *ret_n = n;
    return ok;
}

/* The top level itself: known keys only. The sections are read on their own. */
static bool check_top(struct load *ld, struct node *root)
{
    struct pair *version = node_pair(ld, root, "version");
    if (version && !node_is_string(version->value))
        fail_key(ld, version, "leave it out", "'version' must be a string, not %s",
                 node_what(version->value));
    else if (version)
        warn_src(ld, STK_RULE_OBSOLETE, version->src, version->len,
                 "'version' is obsolete and ignored: leave it out");
    return table_parse(ld, &top_table, root, NULL);
}

bool model_read(struct load *ld, struct node *root, struct model *ret)
{
    bool ok = check_top(ld, root);
    ok &= read_section(ld, &sections[0], root, &ret->services, &ret->n_services);
    ok &= read_section(ld, &sections[1], root, &ret->networks, &ret->n_networks);
    ok &= read_section(ld, &sections[2], root, &ret->volumes, &ret->n_volumes);
    ok &= read_section(ld, &sections[3], root, &ret->secrets, &ret->n_secrets);
    ok &= read_section(ld, &sections[4], root, &ret->configs, &ret->n_configs);
    ok &= read_section(ld, &sections[5], root, &ret->models, &ret->n_models);
    return ok;
}

static bool ignored(struct load *ld, const struct key *key, struct node *node, void *object)
{
    (void)ld, (void)key, (void)node, (void)object;
    return true;
}
/* The sections are read on their own; include was followed before. */
const struct type type_section = { "a mapping of names", ignored, NULL };
const struct type type_services = { "a mapping of names", ignored, NULL };
const struct type type_include = { "a list", ignored, NULL };
const struct type type_name = { "a string", ignored, NULL };

static const struct key include_keys[] = {
    { "path", &type_string_or_strings, 0, KEY_REQUIRED, "the file, or several that are merged",
      NULL },
    { "project_directory", &type_string, 0, 0, "where its relative paths begin", NULL },
    { "env_file", &type_string_or_strings, 0, 0, "files of its variables; absent: .env", NULL },
};
static const struct table include_table = TABLE("include", include_keys);

static const struct key top_keys[] = {
    { "name", &type_name, 0, KEY_NULL_OK, "name of the project", NULL, "the directory's name" },
    { "services", &type_services, 0, KEY_NULL_OK, "what runs", &service_table },
    { "networks", &type_section, 0, KEY_NULL_OK, "how it talks", &network_table },
    { "volumes", &type_section, 0, KEY_NULL_OK, "what it keeps", &volume_table },
    { "secrets", &type_section, 0, KEY_NULL_OK, "what it must keep to itself", &secret_table },
    { "configs", &type_section, 0, KEY_NULL_OK, "files it is given", &config_table },
    { "models", &type_section, 0, KEY_NULL_OK, "models it talks to", &model_table },
    { "include", &type_include, 0, KEY_NULL_OK, "other stack files", &include_table },
    { "version", &type_name, 0, KEY_NULL_OK, "obsolete", NULL },
};
const struct table top_table = TABLE(NULL, top_keys);

/* The thing of that name in a sorted array whose structs begin with the name. */
static void *find(const void *v, size_t n, size_t size, const char *name)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        const char *const *at = (const void *)((const char *)v + mid * size);
        int c = strcmp(name, *at);
        if (c == 0)
            return (void *)(uintptr_t)at;
        if (c < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

struct service *model_service(const struct model *m, const char *name)
{
    return find(m->services, m->n_services, sizeof(*m->services), name);
}

struct network *model_network(const struct model *m, const char *key)
{
    return find(m->networks, m->n_networks, sizeof(*m->networks), key);
}

struct volume *model_volume(const struct model *m, const char *key)
{
    return find(m->volumes, m->n_volumes, sizeof(*m->volumes), key);
}

struct file *model_secret(const struct model *m, const char *key)
{
    return find(m->secrets, m->n_secrets, sizeof(*m->secrets), key);
}

struct file *model_config(const struct model *m, const char *key)
{
    return find(m->configs, m->n_configs, sizeof(*m->configs), key);
}

struct stk_model *model_model(const struct model *m, const char *key)
{
    return find(m->models, m->n_models, sizeof(*m->models), key);
}

const struct stk_service *stk_spec_service(const struct stk_spec *spec, const char *name)
{
    return find(spec->services, spec->n_services, sizeof(*spec->services), name);
}

void stk_spec_add_dependencies(const struct stk_spec *spec, bool *marks)
{
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < spec->n_services; i++)
            for (size_t k = 0; marks[i] && k < spec->services[i].n_depends_on; k++) {
                const struct stk_service *on =
                    stk_spec_service(spec, spec->services[i].depends_on[k].service);
                if (on && !marks[on - spec->services])
                    marks[on - spec->services] = more = true;
            }
    }
}

const struct stk_network *stk_spec_network(const struct stk_spec *spec, const char *key)
{
    return find(spec->networks, spec->n_networks, sizeof(*spec->networks), key);
}

const struct stk_volume *stk_spec_volume(const struct stk_spec *spec, const char *key)
{
    return find(spec->volumes, spec->n_volumes, sizeof(*spec->volumes), key);
}
