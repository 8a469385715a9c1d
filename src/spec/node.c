/* node.c — looking into nodes, and making new ones. Reading them from YAML is document.c's. */
#include "node.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "load.h"

enum { FEW = 12 }; /* up to here a walk is faster than a sorted index */

static int by_key(const void *a, const void *b)
{
    return strcmp((*(struct pair *const *)a)->key, (*(struct pair *const *)b)->key);
}

static int key_of(const void *key, const void *pair)
{
    return strcmp(key, (*(struct pair *const *)pair)->key);
}

struct pair *node_pair(struct load *ld, struct node *map, const char *key)
{
    if (!map || map->kind != NODE_MAP)
        return NULL;
    if (map->n <= FEW) {
        for (size_t i = 0; i < map->n; i++)
            if (strcmp(map->pairs[i].key, key) == 0)
                return &map->pairs[i];
        return NULL;
    }
    if (!map->sorted) {
        map->sorted = stk_arena_array(ld->arena, map->n, sizeof(struct pair *));
        for (size_t i = 0; i < map->n; i++)
            map->sorted[i] = &map->pairs[i];
        qsort(map->sorted, map->n, sizeof(struct pair *), by_key);
    }
    struct pair **found = bsearch(key, map->sorted, map->n, sizeof(struct pair *), key_of);
    return found ? *found : NULL;
}

struct node *node_get(struct load *ld, struct node *map, const char *key)
{
    struct pair *pair = node_pair(ld, map, key);
    return pair ? pair->value : NULL;
}

struct stk_src node_place(struct load *ld, struct node *map, const char *keys, struct stk_src src)
{
    while (map && *keys) {
        size_t n = strcspn(keys, ".");
        const struct pair *pair = node_pair(ld, map, stk_arena_strndup(ld->arena, keys, n));
        map = pair ? pair->value : NULL;
        src = pair ? pair->src : src;
        keys += n + (keys[n] == '.');
    }
    return src;
}

const char *node_what(const struct node *node)
{
    static const char *const scalars[] = {
        [SCALAR_NULL] = "nothing",   [SCALAR_BOOL] = "a boolean", [SCALAR_INT] = "a number",
        [SCALAR_FLOAT] = "a number", [SCALAR_TIME] = "a date",    [SCALAR_STRING] = "a string",
    };
    if (node->kind == NODE_SCALAR)
        return scalars[node->type];
    return node->kind == NODE_LIST ? "a list" : "a mapping";
}

static struct node *node_new(struct load *ld, const struct node *like, enum node_kind kind)
{
    struct node *node = stk_arena_alloc(ld->arena, sizeof(*node));
    node->kind = kind;
    node->src = like->src;
    node->len = like->len;
    node->scope = like->scope;
    node->visited = true;
    return node;
}

struct node *node_scalar(struct load *ld, const struct node *like, const char *text)
{
    struct node *node = node_new(ld, like, NODE_SCALAR);
    node->type = SCALAR_STRING;
    node->text = text;
    return node;
}

struct node *node_list(struct load *ld, const struct node *like, size_t n)
{
    struct node *node = node_new(ld, like, NODE_LIST);
    node->n = (unsigned)n;
    node->items = stk_arena_array(ld->arena, n, sizeof(struct node *));
    return node;
}

struct node *node_map(struct load *ld, const struct node *like, size_t n)
{
    struct node *node = node_new(ld, like, NODE_MAP);
    node->n = (unsigned)n;
    node->pairs = stk_arena_array(ld->arena, n, sizeof(struct pair));
    return node;
}
