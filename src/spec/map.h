/* map.h — names to pointers, in O(log n) whatever the names are. Keys are borrowed. */
#ifndef STK_SPEC_MAP_H
#define STK_SPEC_MAP_H

#include <stddef.h>

/* = { 0 } to begin with. */
struct map {
    void *root;
    size_t n;
};

void *map_get(const struct map *map, const char *key); /* NULL: not there */
void **map_at(struct map *map, const char *key); /* its slot, made (holding NULL) when missing */
/* Every one, in the order of keys. */
void map_each(const struct map *map, void (*fn)(const char *key, void *value, void *data),
              void *data);
void map_clear(struct map *map); /* for STK_CLEANUP as well */

#endif
