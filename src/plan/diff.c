/* diff.c — which keys differ between two canonical forms, old → new, secrets masked. */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "build.h"
#include "text.h"

struct diff {
    struct stk_arena *arena;
    struct stk_change *v;
    size_t n, cap;
};

enum { SHOWN = 60 }; /* longer values are cut */

/* Secrets also stand within values: in arguments, and in addresses. */
static const char *masked(struct diff *d, const char *text)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf out;
    stk_buf_init(&out, SIZE_MAX / 2);
    stk_mask_secrets(&out, text);
    return stk_arena_strdup(d->arena, out.bytes ? out.bytes : "");
}

static const char *shown(struct diff *d, const char *key, const json_t *value)
{
    if (!value)
        return NULL;
    if (stk_looks_secret(key))
        return "***";
    if (json_is_string(value))
        return masked(d, json_string_value(value));
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
    if (!text)
        stk_out_of_memory();
    const char *whole = masked(d, text), *copy = whole;
    if (strlen(whole) > SHOWN)
        copy = stk_arena_printf(d->arena, "%.*s…", SHOWN, whole);
    free(text);
    return copy;
}

static void add(struct diff *d, const char *key, const json_t *before, const json_t *after)
{
    d->v = stk_grow(d->v, d->n, &d->cap, sizeof(*d->v));
    d->v[d->n++] = (struct stk_change){ .key = stk_arena_strdup(d->arena, key),
                                        .before = shown(d, key, before),
                                        .after = shown(d, key, after) };
}

static void compare(struct diff *d, const char *key, const json_t *before, const json_t *after);

static const char *join(struct diff *d, const char *key, const char *more)
{
    return *key ? stk_arena_printf(d->arena, "%s.%s", key, more) : more;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Keys of both, each once, in order: what is shown must not depend on a hash table. */
static void compare_objects(struct diff *d, const char *key, const json_t *before,
                            const json_t *after)
{
    size_t n = 0;
    const char **keys =
        stk_alloc((json_object_size(before) + json_object_size(after)) * sizeof(*keys));
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)before, name, value) keys[n++] = name;
    json_object_foreach((json_t *)after, name, value) if (!json_object_get(before, name))
        keys[n++] = name;
    qsort(keys, n, sizeof(*keys), by_key);
    for (size_t i = 0; i < n; i++)
        compare(d, join(d, key, keys[i]), json_object_get(before, keys[i]),
                json_object_get(after, keys[i]));
    free(keys);
}

static void compare(struct diff *d, const char *key, const json_t *before, const json_t *after)
{
    if (before && after && json_equal(before, after))
        return;
    if (json_is_object(before) && json_is_object(after)) {
        compare_objects(d, key, before, after);
    } else if (json_is_array(before) && json_is_array(after) &&
               json_array_size(before) == json_array_size(after)) {
        for (size_t i = 0; i < json_array_size(before); i++)
            compare(d, stk_arena_printf(d->arena, "%s[%zu]", key, i), json_array_get(before, i),
                    json_array_get(after, i));
    } else {
        add(d, key, before, after);
    }
}

void plan_diff(struct stk_plan *plan, const char *before, const char *after,
               const struct stk_change **ret, size_t *ret_n)
{
    struct diff d = { .arena = plan->arena };
    json_t *old = before ? json_loads(before, 0, NULL) : NULL;
    json_t *new = after ? json_loads(after, 0, NULL) : NULL;
    if (old && new)
        compare(&d, "", old, new);
    json_decref(old);
    json_decref(new);
    struct stk_change *kept = stk_arena_array(plan->arena, d.n + 1, sizeof(*kept));
    if (d.n)
        memcpy(kept, d.v, d.n * sizeof(*kept));
    free(d.v);
    *ret = kept;
    *ret_n = d.n;
}
