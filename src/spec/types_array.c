/* types_array.c — lists of objects, each a mapping or in a short form, and groups that know whether they
 * were written. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "types.h"

static bool read_item(struct load *ld, const struct key *key, struct node *node, void *object)
{
    if (node->kind == NODE_SCALAR && key->sub->scalar)
        return key->sub->scalar(ld, key, node, object);
    return table_parse(ld, key->sub, node, object);
}

static bool objects_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    enum { MOST = 10000 };
    if (node->kind != NODE_LIST)
        return fail_type(ld, key, node);
    if (node->n > MOST)
        return fail_node(ld, node, "too many items in '%s'%s: at most %d", key->name, where(ld),
                         MOST);
    char *v = stk_arena_array(ld->arena, node->n, key->sub->size);
    size_t n = 0;
    bool ok = true;
    for (size_t i = 0; i < node->n; i++) {
        bool read = read_item(ld, key, node->items[i], v + n * key->sub->size);
        n += read;
        ok &= read;
    }
    array_set(FIELD(object, key, char), v, n);
    return ok;
}

static json_t *objects_print(const struct key *key, const void *object, enum printing how)
{
    struct array array = array_get(CONST_FIELD(object, key, char));
    if (!array.n)
        return NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < array.n; i++) {
        json_t *one = json_object();
        table_print(key->sub, (char *)array.v + i * key->sub->size, how, one);
        json_array_append_new(list, one);
    }
    return list;
}

const struct type type_objects = { "a list", objects_parse, objects_print };

/* A group that begins with bool set. */
static bool set_group_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    *FIELD(object, key, bool) = true;
    return type_group.parse(ld, key, node, object);
}

static json_t *set_group_print(const struct key *key, const void *object, enum printing how)
{
    json_t *group = type_group.print(key, object, how);
    if (!group && how != PRINT_CANON && *CONST_FIELD(object, key, bool))
        return json_object();
    return group;
}

const struct type type_set_group = { "a mapping", set_group_parse, set_group_print };
