/* types_more.c — models of a service, options of its provider, preferences of placement, and what the
 * loader has dealt with before. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "keys.h"
#include "model.h"
#include "text.h"
#include "types.h"

static int by_model(const void *a, const void *b)
{
    return strcmp(((const struct stk_model_ref *)a)->model,
                  ((const struct stk_model_ref *)b)->model);
}

/* A list of names, or a mapping from each to the variables it is told in. */
static bool models_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    if (node->kind == NODE_SCALAR)
        return fail_type(ld, key, node);
    struct stk_model_ref *v = stk_arena_array(ld->arena, node->n, sizeof(*v));
    STK_CLEANUP(map_clear) struct map seen = { 0 };
    size_t n = 0;
    bool ok = true;
    for (size_t i = 0; i < node->n; i++) {
        struct node *at = node->kind == NODE_LIST ? node->items[i] : node->pairs[i].value;
        struct stk_model_ref *m = &v[n];
        bool fine = node->kind == NODE_MAP
                        ? node_is_null(at) || table_parse(ld, key->sub, at, m)
                        : node_is_string(at) ||
                              fail_node(ld, at, "an item of 'models'%s must be a name, not %s",
                                        where(ld), node_what(at));
        ok &= fine;
        if (!fine)
            continue;
        m->model = node->kind == NODE_MAP ? node->pairs[i].key : at->text;
        m->src = node->kind == NODE_MAP ? node->pairs[i].src : at->src;
        m->mapping = node->kind == NODE_MAP && !node_is_null(at);
        const struct stk_model_ref *before = map_get(&seen, m->model);
        if (before) {
            ok = fail_clash(ld, STK_RULE_DUPLICATE_KEY, m->src, before->src,
                            "'%s' is there twice in 'models'%s", m->model, where(ld));
            continue;
        }
        *map_at(&seen, m->model) = m;
        n++;
    }
    if (n)
        qsort(v, n, sizeof(*v), by_model);
    array_set(FIELD(object, key, char), v, n);
    return ok;
}

static json_t *models_print(const struct key *key, const void *object, enum printing how)
{
    struct array array = array_get(CONST_FIELD(object, key, char));
    const struct stk_model_ref *v = array.v;
    if (!array.n)
        return NULL;
    json_t *map = json_object();
    for (size_t i = 0; i < array.n; i++) {
        json_t *one = v[i].mapping ? json_object() : json_null();
        if (v[i].mapping)
            table_print(key->sub, &v[i], how, one);
        json_object_set_new(map, v[i].model, one);
    }
    return map;
}

const struct type type_models = { "a list of models or a mapping", models_parse, models_print };

static const char *option_text(const struct node *node)
{
    bool plain =
        node->kind == NODE_SCALAR && node->type != SCALAR_NULL && node->type != SCALAR_TIME;
    return plain ? node->text : NULL;
}

/* Each option has one value or a list of them. */
static bool read_option(struct load *ld, struct pair *pair, struct stk_provider_option *ret)
{
    struct node *value = pair->value;
    size_t n = value->kind == NODE_LIST ? value->n : 1;
    ret->name = pair->key;
    ret->values =
        (struct stk_strs){ .set = true, .v = stk_arena_array(ld->arena, n, sizeof(char *)) };
    for (size_t i = 0; i < n; i++) {
        const struct node *item = value->kind == NODE_LIST ? value->items[i] : value;
        const char *text = option_text(item);
        if (!text)
            return fail_node(ld, item, "option '%s'%s must be a string, number or boolean, not %s",
                             pair->key, where(ld), node_what(item));
        ret->values.v[ret->values.n++] = text;
    }
    return true;
}

static int by_option(const void *a, const void *b)
{
    return strcmp(((const struct stk_provider_option *)a)->name,
                  ((const struct stk_provider_option *)b)->name);
}

static bool options_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    if (node->kind != NODE_MAP)
        return fail_type(ld, key, node);
    struct stk_provider_option *v = stk_arena_array(ld->arena, node->n, sizeof(*v));
    size_t n = 0;
    bool ok = true;
    for (size_t i = 0; i < node->n; i++) {
        bool read = read_option(ld, &node->pairs[i], &v[n]);
        n += read;
        ok &= read;
    }
    if (n)
        qsort(v, n, sizeof(*v), by_option);
    array_set(FIELD(object, key, char), v, n);
    return ok;
}

static json_t *options_print(const struct key *key, const void *object, enum printing how)
{
    struct array array = array_get(CONST_FIELD(object, key, char));
    const struct stk_provider_option *v = array.v;
    if (!array.n)
        return NULL;
    json_t *map = json_object();
    for (size_t i = 0; i < array.n; i++)
        json_object_set_new(map, v[i].name, strs_json(&v[i].values, how));
    return map;
}

const struct type type_provider_options = { "a mapping", options_parse, options_print };

struct preference {
    const char *spread;
};
static const struct key preference_keys[] = {
    { "spread", &type_string, offsetof(struct preference, spread), 0, "label to spread over",
      NULL },
};
const struct table preference_table = { .what = "a preference",
                                        .keys = preference_keys,
                                        .n = STK_LEN(preference_keys),
                                        .size = sizeof(struct preference) };

static bool spreads_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    struct stk_strs *spreads = FIELD(object, key, struct stk_strs);
    if (node->kind != NODE_LIST)
        return fail_type(ld, key, node);
    spreads->set = true;
    spreads->v = stk_arena_array(ld->arena, node->n, sizeof(char *));
    for (size_t i = 0; i < node->n; i++) {
        struct preference p = { "" };
        if (!table_parse(ld, &preference_table, node->items[i], &p))
            return false;
        spreads->v[spreads->n++] = p.spread;
    }
    return true;
}

static json_t *spreads_print(const struct key *key, const void *object, enum printing how)
{
    const struct stk_strs *spreads = CONST_FIELD(object, key, struct stk_strs);
    if (!spreads->n)
        return NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < spreads->n; i++) {
        const struct preference p = { spreads->v[i] };
        json_t *one = json_object();
        table_print(&preference_table, &p, how, one);
        json_array_append_new(list, one);
    }
    return list;
}

const struct type type_spreads = { "a list of preferences", spreads_parse, spreads_print };

bool watch_finish(struct load *ld, struct node *node, void *object)
{
    struct stk_watch *w = object;
    w->src = node->src;
    bool sync = w->action && strstr(w->action, "sync");
    if (sync && (!w->target || !*w->target))
        return fail_node(ld, node, "a rule of 'watch'%s with action '%s' needs 'target'", where(ld),
                         w->action);
    return true;
}

bool hook_finish(struct load *ld, struct node *node, void *object)
{
    (void)ld;
    ((struct stk_hook *)object)->src = node->src;
    return true;
}

/* The loader has resolved these. */
static bool extends_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    (void)ld, (void)key, (void)node, (void)object;
    return true;
}

const struct type type_extends = { "a string or a mapping", extends_parse, NULL };
