/* map.c — names to pointers over the C library's balanced tree, so that no choice of names is slow. */
#include "map.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

struct item {
    const char *key;
    void *value;
};

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct item *)a)->key, ((const struct item *)b)->key);
}

void *map_get(const struct map *map, const char *key)
{
    struct item wanted = { .key = key };
    struct item **found = tfind(&wanted, &map->root, compare);
    return found ? (*found)->value : NULL;
}

void **map_at(struct map *map, const char *key)
{
    struct item wanted = { .key = key };
    struct item **found = tfind(&wanted, &map->root, compare);
    if (found)
        return &(*found)->value;
    struct item *item = stk_alloc(sizeof(*item));
    item->key = key;
    if (!tsearch(item, &map->root, compare))
        stk_out_of_memory();
    map->n++;
    return &item->value;
}

struct walk {
    void (*fn)(const char *key, void *value, void *data);
    void *data;
};

static void visit(const void *node, VISIT which, void *closure)
{
    const struct item *item = *(const struct item *const *)node;
    const struct walk *walk = closure;
    if (which == postorder || which == leaf)
        walk->fn(item->key, item->value, walk->data);
}

void map_each(const struct map *map, void (*fn)(const char *key, void *value, void *data),
              void *data)
{
    struct walk walk = { fn, data };
    twalk_r(map->root, visit, &walk);
}

void map_clear(struct map *map)
{
    tdestroy(map->root, free);
    *map = (struct map){ 0 };
}
