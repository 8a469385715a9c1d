/* table.c — walks a table of keys: reads a mapping into an object, prints an object. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "text.h"
#include "types.h"

enum { MAX_NAMES = 128 };

const char *where(struct load *ld)
{
    return ld->where ? load_printf(ld, " of %s", ld->where) : "";
}

/* "service 'web'", "healthcheck of service 'web'", or NULL at the top. */
static const char *place_of(struct load *ld, const struct table *table)
{
    if (!table->what)
        return ld->where;
    return load_printf(ld, "%s%s", table->what, where(ld));
}

static bool fail_unknown(struct load *ld, const struct table *table, const struct pair *pair)
{
    const char *in = place_of(ld, table), *names[MAX_NAMES];
    size_t n = 0;
    for (size_t i = 0; i < table->n && n < MAX_NAMES; i++)
        names[n++] = table->keys[i].name;
    struct stk_diag d = diag_at(ld, pair->src, pair->len);
    d.rule = STK_RULE_UNKNOWN_KEY;
    d.hint = did_you_mean(ld, pair->key, names, n);
    stk_diags_add(ld->diags, &d, "unknown key '%s'%s%s", pair->key, in ? " in " : "", in ? in : "");
    return false;
}

static const struct key *find(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->n; i++)
        if (table->keys[i].name[0] == name[0] && strcmp(table->keys[i].name, name) == 0)
            return &table->keys[i];
    return NULL;
}

static void note_not_acted(struct load *ld, const struct table *table, const struct pair *pair)
{
    struct not_acted *note = stk_arena_alloc(ld->arena, sizeof(*note));
    const char *key = table->what ? load_printf(ld, "%s.%s", table->what, pair->key) : pair->key;
    note->it = (struct stk_not_acted){ .service = ld->service, .key = key, .src = pair->src };
    note->next = ld->not_acted;
    ld->not_acted = note;
}

static bool fail_missing(struct load *ld, const struct pair *pair, const struct key *key)
{
    struct stk_diag d = diag_at(ld, pair->src, pair->len);
    d.rule = STK_RULE_MISSING_KEY;
    stk_diags_add(ld->diags, &d, "'%s' has no value: it takes %s", key->name, key->type->what);
    return false;
}

static bool parse_pair(struct load *ld, const struct table *table, struct pair *pair, void *object)
{
    const struct key *key = find(table, pair->key);
    if (!key && stk_starts(pair->key, "x-"))
        return true;
    if (!key)
        return fail_unknown(ld, table, pair);
    if (pair->value->bad)
        return false;
    if (node_is_null(pair->value)) {
        if (key->flags & KEY_NULL_OK)
            return true;
        return fail_missing(ld, pair, key);
    }
    if (key->flags & KEY_NOT_ACTED)
        note_not_acted(ld, table, pair);
    return key->type->parse(ld, key, pair->value, object);
}

bool table_parse(struct load *ld, const struct table *table, struct node *node, void *object)
{
    const char *in = place_of(ld, table);
    if (node->kind != NODE_MAP)
        return fail_rule(ld, STK_RULE_WRONG_TYPE, node, "%s must be a mapping, not %s",
                         in ? in : "a stack file", node_what(node));
    bool ok = true;
    for (size_t i = 0; i < node->n; i++)
        ok &= parse_pair(ld, table, &node->pairs[i], object);
    for (size_t i = 0; i < table->n; i++)
        if (table->keys[i].flags & KEY_REQUIRED && !node_pair(ld, node, table->keys[i].name))
            ok = fail_rule(ld, STK_RULE_MISSING_KEY, node, "%s needs '%s'",
                           in ? in : "a stack file", table->keys[i].name);
    return ok && (!table->finish || table->finish(ld, node, object));
}

void table_print(const struct table *table, const void *object, enum printing how, json_t *into)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct key *key = &table->keys[i];
        if (!key->type->print || (how == PRINT_CANON && key->flags & KEY_NO_HASH) ||
            (how == PRINT_COMPOSE && key->flags & KEY_NO_COMPOSE_HASH))
            continue;
        if ((how == PRINT_CONFIG || how == PRINT_COMPOSE) && key->flags & KEY_NO_CONFIG)
            continue;
        json_t *value = key->type->print(key, object, how);
        if (!value && key->flags & KEY_PRINT_NULL && how != PRINT_YAML)
            value = json_null();
        if (value)
            json_object_set_new(into, key->name, value);
    }
}

bool fail_type(struct load *ld, const struct key *key, const struct node *node)
{
    if (node->bad)
        return false;
    const char *what = key->type->what;
    bool text = node->kind == NODE_SCALAR && node->type != SCALAR_NULL && strlen(node->text) < 60;
    bool quote = node->kind == NODE_SCALAR && node->type != SCALAR_NULL &&
                 node->type != SCALAR_STRING && strstr(what, "string");
    struct stk_diag d = diag_at(ld, node->src, node->len);
    d.rule = STK_RULE_WRONG_TYPE;
    d.hint = quote ? "put it in quotes" : NULL;
    stk_diags_add(ld->diags, &d, "'%s'%s must be %s, not %s%s%s%s", key->name, where(ld), what,
                  node_what(node), text ? " '" : "", text ? node->text : "", text ? "'" : "");
    return false;
}

struct array array_get(const void *at)
{
    struct array array;
    memcpy(&array, at, sizeof(array));
    return array;
}

void array_set(void *at, void *v, size_t n)
{
    struct array array = { v, n };
    memcpy(at, &array, sizeof(array));
}

void *keep_array(struct load *ld, void *v, size_t n, size_t size)
{
    void *kept = stk_arena_array(ld->arena, n, size);
    if (n)
        memcpy(kept, v, n * size);
    free(v);
    return kept;
}
