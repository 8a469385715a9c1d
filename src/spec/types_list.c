/* types_list.c — the types of lists and maps of strings. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "text.h"
#include "types.h"

json_t *strs_json(const struct stk_strs *strs, enum printing how)
{
    json_t *list = json_array();
    for (size_t i = 0; i < strs->n; i++)
        json_array_append_new(list, text_json(strs->v[i], how));
    return list;
}

/* Drops items that say the same again: the last one stays, where the first one was. */
static void make_unique(struct load *ld, struct stk_strs *strs)
{
    STK_CLEANUP(map_clear) struct map seen = { 0 };
    size_t kept = 0;
    for (size_t i = 0; i < strs->n; i++) {
        const char *name = stk_arena_strndup(ld->arena, strs->v[i], strcspn(strs->v[i], "="));
        void **slot = map_at(&seen, name);
        if (!*slot)
            *slot = (void *)++kept;
        strs->v[(size_t)*slot - 1] = strs->v[i];
    }
    strs->n = kept;
}

/* A clash of the same item given twice. */
static bool refuse_repeated(struct load *ld, const struct key *key, const struct node *node)
{
    STK_CLEANUP(map_clear) struct map seen = { 0 };
    for (size_t i = 0; i < node->n; i++) {
        const struct node *item = node->items[i], *before;
        if (!node_is_string(item))
            continue;
        void **slot = map_at(&seen, item->text);
        before = *slot;
        if (before)
            return fail_clash(ld, STK_RULE_DUPLICATE_KEY, item->src, before->src,
                              "'%s' is there twice in '%s'%s", item->text, key->name, where(ld));
        *slot = node->items[i];
    }
    return true;
}

bool read_strings(struct load *ld, const struct key *key, struct node *node, struct stk_strs *ret)
{
    if (node->kind != NODE_LIST)
        return fail_type(ld, key, node);
    bool ok = true;
    struct stk_strs list = { .set = true,
                             .v = stk_arena_array(ld->arena, node->n, sizeof(char *)) };
    for (size_t i = 0; i < node->n; i++) {
        const struct node *item = node->items[i];
        bool number =
            item->kind == NODE_SCALAR && (item->type == SCALAR_INT || item->type == SCALAR_FLOAT);
        if (node_is_string(item) || (number && key->flags & KEY_NUMBERS))
            list.v[list.n++] = item->text;
        else
            ok = fail_hint(ld, node->items[i],
                           node->items[i]->kind == NODE_SCALAR ? "put it in quotes" : NULL,
                           "an item of '%s'%s must be a string, not %s", key->name, where(ld),
                           node_what(node->items[i]));
    }
    if (key->flags & KEY_UNIQUE)
        make_unique(ld, &list);
    if (key->flags & KEY_DISTINCT)
        ok &= refuse_repeated(ld, key, node);
    *ret = list;
    return ok;
}

static bool strings_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    return read_strings(ld, key, node, FIELD(object, key, struct stk_strs));
}

static json_t *strings_print(const struct key *key, const void *object, enum printing how)
{
    const struct stk_strs *strs = CONST_FIELD(object, key, struct stk_strs);
    return strs->n ? strs_json(strs, how) : NULL;
}

const struct type type_strings = { "a list of strings", strings_parse, strings_print };

static bool string_or_strings_parse(struct load *ld, const struct key *key, struct node *node,
                                    void *object)
{
    struct stk_strs *strs = FIELD(object, key, struct stk_strs);
    if (!node_is_string(node))
        return read_strings(ld, key, node, strs);
    if (!*node->text && key->flags & KEY_OMIT_ZERO)
        return true; /* what an unset variable leaves */
    strs->v = stk_arena_array(ld->arena, 1, sizeof(char *));
    strs->v[0] = node->text;
    strs->n = strs->set = 1;
    return true;
}

const struct type type_string_or_strings = { "a string or a list of strings",
                                             string_or_strings_parse, strings_print };

static bool command_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    struct stk_strs *strs = FIELD(object, key, struct stk_strs);
    if (!node_is_string(node))
        return read_strings(ld, key, node, strs);
    return split_words(ld, node, node->text, strs);
}

static json_t *command_print(const struct key *key, const void *object, enum printing how)
{
    const struct stk_strs *strs = CONST_FIELD(object, key, struct stk_strs);
    return strs->set ? strs_json(strs, how) : NULL;
}

const struct type type_command = { "a string or a list of strings", command_parse, command_print };

/* Ports that are only told: "80", "80-85", "53/udp", or numbers. */
static bool expose_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    struct stk_strs *strs = FIELD(object, key, struct stk_strs);
    if (node->kind != NODE_LIST)
        return fail_type(ld, key, node);
    bool ok = true;
    strs->set = true;
    strs->v = stk_arena_array(ld->arena, node->n, sizeof(char *));
    for (size_t i = 0; i < node->n; i++) {
        struct node *item = node->items[i];
        if (item->kind == NODE_SCALAR && (item->type == SCALAR_INT || item->type == SCALAR_STRING))
            strs->v[strs->n++] = item->text;
        else
            ok = fail_node(ld, item,
                           "an item of 'expose'%s must be a port such as 80 or 53/udp, not %s",
                           where(ld), node_what(item));
    }
    make_unique(ld, strs);
    return ok;
}

const struct type type_expose = { "a list of ports", expose_parse, strings_print };

struct entry {
    struct stk_kv kv;
    size_t order;
};

static int by_key_then_order(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int c = strcmp(x->kv.key, y->kv.key);
    return c ? c : (x->order > y->order) - (x->order < y->order);
}

static const char *without_value(struct load *ld, const struct key *key, const struct node *node,
                                 const char *name)
{
    if (key->flags & KEY_FROM_ENV)
        return scope_var(ld, node->scope, name);
    return key->flags & KEY_NULLS ? NULL : "";
}

static bool entry_of_item(struct load *ld, const struct key *key, struct node *item,
                          struct stk_kv *ret)
{
    if (!node_is_string(item))
        return fail_node(ld, item, "an item of '%s'%s must be a string 'NAME=VALUE', not %s",
                         key->name, where(ld), node_what(item));
    const char *eq = strchr(item->text, '=');
    if (eq == item->text || !*item->text)
        return fail_node(ld, item, "an item of '%s'%s has no name before '='", key->name,
                         where(ld));
    ret->src = item->src;
    ret->key =
        eq ? stk_arena_strndup(ld->arena, item->text, (size_t)(eq - item->text)) : item->text;
    ret->value = eq ? eq + 1 : without_value(ld, key, item, item->text);
    return true;
}

/* A number or a boolean of which the text is wanted, and YAML spells it in another way. */
static void warn_changed(struct load *ld, const struct key *key, const struct pair *pair)
{
    const struct node *v = pair->value;
    if (v->written && !node_is_null(v) && !node_is_string(v))
        warn_hint(ld, STK_RULE_CHANGED_VALUE, v->src,
                  load_printf(ld, "\"%s\" stays as it is", v->written),
                  "%s of '%s' in '%s'%s becomes %s", v->written, pair->key, key->name, where(ld),
                  v->text);
}

static bool entry_of_pair(struct load *ld, const struct key *key, struct pair *pair,
                          struct stk_kv *ret)
{
    const struct node *v = pair->value;
    bool bad = v->kind != NODE_SCALAR || v->type == SCALAR_TIME ||
               (key->flags & KEY_NO_BOOLS && v->type == SCALAR_BOOL) ||
               (key->flags & KEY_NO_BOOLS && !(key->flags & KEY_NULLS) && v->type == SCALAR_NULL);
    if (bad)
        return fail_hint(
            ld, v, v->kind == NODE_SCALAR && v->type != SCALAR_NULL ? "put it in quotes" : NULL,
            "'%s' in '%s'%s must be a string or a number, not %s", pair->key, key->name, where(ld),
            node_what(v));
    if (!*pair->key)
        return fail_key(ld, pair, NULL, "an empty name in '%s'%s", key->name, where(ld));
    ret->src = pair->src;
    ret->key = pair->key;
    warn_changed(ld, key, pair);
    ret->value = node_is_null(v) ? without_value(ld, key, v, pair->key) : v->text;
    return true;
}

/* Sorts; of entries with one name the last stays. */
static void finish_kvs(struct load *ld, const struct key *key, struct entry *v, size_t n,
                       struct stk_kvs *ret)
{
    if (n)
        qsort(v, n, sizeof(*v), by_key_then_order);
    ret->v = stk_arena_array(ld->arena, n, sizeof(*ret->v));
    ret->n = 0;
    for (size_t i = 0; i < n; i++)
        if ((i + 1 == n || strcmp(v[i].kv.key, v[i + 1].kv.key) != 0) &&
            (v[i].kv.value || !(key->flags & KEY_DROP_UNSET)))
            ret->v[ret->n++] = v[i].kv;
}

bool read_kvs(struct load *ld, const struct key *key, struct node *node, struct stk_kvs *ret)
{
    if (node->kind == NODE_SCALAR)
        return fail_type(ld, key, node);
    bool ok = true;
    struct entry *v = stk_alloc((node->n + 1) * sizeof(*v));
    size_t n = 0;
    for (size_t i = 0; i < node->n; i++) {
        v[n].order = i;
        bool read = node->kind == NODE_LIST ? entry_of_item(ld, key, node->items[i], &v[n].kv)
                                            : entry_of_pair(ld, key, &node->pairs[i], &v[n].kv);
        n += read;
        ok &= read;
    }
    finish_kvs(ld, key, v, n, ret);
    free(v);
    return ok;
}

static bool kvs_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    return read_kvs(ld, key, node, FIELD(object, key, struct stk_kvs));
}

json_t *kvs_json(const struct stk_kvs *kvs, enum printing how)
{
    json_t *map = json_object();
    for (size_t i = 0; i < kvs->n; i++) {
        json_t *value = kvs->v[i].value ? text_json(kvs->v[i].value, how) : json_null();
        json_t *name = text_json(kvs->v[i].key, how == PRINT_YAML ? PRINT_CANON : how);
        json_object_set_new(map, json_string_value(name), value);
        json_decref(name);
    }
    return map;
}

static json_t *kvs_print(const struct key *key, const void *object, enum printing how)
{
    const struct stk_kvs *kvs = CONST_FIELD(object, key, struct stk_kvs);
    return kvs->n ? kvs_json(kvs, how) : NULL;
}

const struct type type_kvs = { "a mapping or a list of 'NAME=VALUE'", kvs_parse, kvs_print };

static bool map_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    if (node->kind != NODE_MAP)
        return fail_type(ld, key, node);
    return kvs_parse(ld, key, node, object);
}

const struct type type_map = { "a mapping", map_parse, kvs_print };
