/* seen.c — gathers statuses: networks, volumes, images, and what is not there. Containers, which
 * have far more to tell, are container.c. */
#include "seen.h"

#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "labels.h"
#include "seen_private.h"
#include "text.h"
#include "words.h"

struct stk_status *stk_see(struct stk_seeing *seeing, enum stk_kind kind)
{
    if (!seeing->arena)
        seeing->arena = stk_arena_new();
    seeing->v = stk_grow(seeing->v, seeing->n, &seeing->cap, sizeof(*seeing->v));
    struct stk_status *st = &seeing->v[seeing->n++];
    *st = (struct stk_status){ .ref.kind = kind };
    return st;
}

const char *stk_see_keep(struct stk_seeing *seeing, const char *s)
{
    return stk_arena_strdup(seeing->arena, s);
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct stk_kv *)a)->key, ((const struct stk_kv *)b)->key);
}

struct stk_kvs stk_see_labels(struct stk_seeing *seeing, const json_t *labels)
{
    struct stk_kvs kvs = { 0 };
    const char *key;
    json_t *value;
    kvs.v = stk_arena_array(seeing->arena, json_object_size(labels) + 1, sizeof(*kvs.v));
    json_object_foreach((json_t *)(uintptr_t)labels, key, value)
    {
        if (!json_is_string(value))
            continue;
        kvs.v[kvs.n++] = (struct stk_kv){ .key = stk_see_keep(seeing, key),
                                          .value = stk_see_keep(seeing, json_string_value(value)) };
    }
    qsort(kvs.v, kvs.n, sizeof(*kvs.v), by_key);
    return kvs;
}

void stk_see_project(struct stk_seeing *seeing, struct stk_status *st, const json_t *labels)
{
    st->labels = stk_see_labels(seeing, labels);
    st->project = stk_see_keep(seeing, stk_json_text(labels, STK_LABEL_PROJECT));
    st->dir = stk_see_keep(seeing, stk_json_text(labels, STK_LABEL_DIR));
    st->config = stk_see_keep(seeing, stk_json_str(labels, STK_LABEL_CONFIG));
    st->own_config = stk_see_keep(seeing, stk_json_str(labels, STK_LABEL_OWN));
    st->hash = stk_see_keep(seeing, stk_json_str(labels, STK_LABEL_HASH));
}

static struct stk_strs subnets_of(struct stk_seeing *seeing, const json_t *pools)
{
    struct stk_strs list = { .set = true };
    list.v = stk_arena_array(seeing->arena, stk_json_n(pools) + 1, sizeof(*list.v));
    for (size_t i = 0; i < stk_json_n(pools); i++) {
        const char *subnet = stk_json_text(stk_json_at(pools, i), "Subnet");
        if (subnet)
            list.v[list.n++] = stk_see_keep(seeing, subnet);
    }
    return list;
}

void stk_see_network(struct stk_seeing *seeing, const json_t *network)
{
    const char *name = stk_json_text(network, "Name"), *id = stk_json_text(network, "Id");
    const json_t *labels = stk_json_get(network, "Labels");
    if (!name || !id)
        return;
    struct stk_status *st = stk_see(seeing, STK_NETWORK);
    const char *key = stk_json_text(labels, STK_LABEL_NETWORK);
    st->ref.name = stk_see_keep(seeing, key ? key : name);
    st->ref.id = stk_see_keep(seeing, id);
    st->name = stk_see_keep(seeing, name);
    st->state = STK_PRESENT;
    st->created_ms = stk_parse_rfc3339_ms(stk_json_text(network, "Created"));
    st->subnets = subnets_of(seeing, stk_json_get(stk_json_get(network, "IPAM"), "Config"));
    stk_see_project(seeing, st, labels);
}

void stk_see_volume(struct stk_seeing *seeing, const json_t *volume)
{
    const char *name = stk_json_text(volume, "Name");
    const json_t *labels = stk_json_get(volume, "Labels");
    if (!name)
        return;
    struct stk_status *st = stk_see(seeing, STK_VOLUME);
    const char *key = stk_json_text(labels, STK_LABEL_VOLUME);
    st->ref.name = stk_see_keep(seeing, key ? key : name);
    st->ref.id = st->name = stk_see_keep(seeing, name);
    st->state = STK_PRESENT;
    st->created_ms = stk_parse_rfc3339_ms(stk_json_text(volume, "CreatedAt"));
    stk_see_project(seeing, st, labels);
}

void stk_see_image(struct stk_seeing *seeing, const char *name, const json_t *image)
{
    struct stk_status *st = stk_see(seeing, STK_IMAGE);
    st->ref.name = st->name = st->image = stk_see_keep(seeing, name);
    const char *id = stk_json_text(image, "Id");
    if (!id)
        return;
    st->state = STK_PRESENT;
    st->ref.id = st->image_id = stk_see_keep(seeing, id);
    const json_t *created = stk_json_get(image, "Created"); /* a number in lists, else a date */
    st->created_ms = json_is_integer(created) ? json_integer_value(created) * 1000
                                              : stk_parse_rfc3339_ms(json_string_value(created));
}

void stk_see_absent(struct stk_seeing *seeing, struct stk_ref ref)
{
    struct stk_status *st = stk_see(seeing, ref.kind);
    st->ref = ref;
    st->ref.name = st->name = stk_see_keep(seeing, ref.name);
    st->ref.id = stk_see_keep(seeing, ref.id);
    st->state = STK_ABSENT;
}

static bool list_names(const json_t *names, const char *normal)
{
    for (size_t i = 0; i < stk_json_n(names); i++) {
        const char *name = json_string_value(stk_json_at(names, i));
        STK_CLEANUP(stk_charp) char *theirs = name ? stk_image_normal(name) : NULL;
        if (stk_streq(theirs, normal))
            return true;
    }
    return false;
}

static bool has_id(const json_t *image, const char *ref)
{
    const char *id = stk_json_text(image, "Id");
    if (!id)
        return false;
    if (stk_starts(ref, "sha256:"))
        return stk_starts(id, ref);
    return stk_starts(id, "sha256:") && stk_starts(id + strlen("sha256:"), ref);
}

const json_t *stk_image_find(const json_t *images, const char *ref)
{
    STK_CLEANUP(stk_charp) char *normal = stk_image_normal(ref);
    const char *list = strchr(ref, '@') ? "RepoDigests" : "RepoTags";
    for (size_t i = 0; i < stk_json_n(images); i++) {
        const json_t *image = stk_json_at(images, i);
        if (list_names(stk_json_get(image, list), normal))
            return image;
    }
    for (size_t i = 0; stk_image_is_id(ref) && i < stk_json_n(images); i++)
        if (has_id(stk_json_at(images, i), ref))
            return stk_json_at(images, i);
    return NULL;
}

struct stk_seen *stk_seen_finish(struct stk_seeing *seeing)
{
    if (!seeing->arena)
        seeing->arena = stk_arena_new();
    struct stk_seen *seen = stk_arena_alloc(seeing->arena, sizeof(*seen));
    struct stk_status *v = stk_arena_array(seeing->arena, seeing->n + 1, sizeof(*v));
    if (seeing->n)
        memcpy(v, seeing->v, seeing->n * sizeof(*v));
    qsort(v, seeing->n, sizeof(*v), stk_status_compare);
    *seen = (struct stk_seen){ .v = v, .n = seeing->n, .arena = seeing->arena };
    free(seeing->v);
    *seeing = (struct stk_seeing){ 0 };
    return seen;
}

void stk_seeing_clear(struct stk_seeing *seeing)
{
    stk_arena_free(seeing->arena);
    free(seeing->v);
    *seeing = (struct stk_seeing){ 0 };
}
