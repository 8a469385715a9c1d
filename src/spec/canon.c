/* canon.c — two forms of what a service, network or volume is: ours, compact JSON with sorted keys, in which
 * how the file was written does not show; and Docker Compose's hash of its own, so that either tool takes
 * the other's containers for what they are. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "compose_hash.h"
#include "keys.h"
#include "model.h"
#include "text.h"

enum { MODEL_MAX = 64 * 1024 * 1024 };

static const char *form_of(struct load *ld, const struct table *table, const void *object)
{
    json_t *json = json_object();
    table_print(table, object, PRINT_CANON, json);
    STK_CLEANUP(stk_charp) char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(json);
    if (!text)
        stk_out_of_memory();
    return stk_arena_strdup(ld->arena, text);
}

/* A member that Docker Compose hashes although the file may not have it. */
struct hashed {
    const char *name;
    json_t *value; /* given away; NULL: there is none */
};

/* The members of set in the order of the rows, with the one that may be missing in its place. */
static json_t *in_order(const struct table *table, json_t *set, struct hashed always)
{
    json_t *all = json_object();
    for (size_t i = 0; i < table->n; i++) {
        const char *name = table->keys[i].name;
        json_t *value = json_object_get(set, name);
        if (!value && always.value && strcmp(name, always.name) == 0)
            value = always.value;
        if (value)
            json_object_set(all, name, value);
    }
    json_decref(always.value);
    json_decref(set);
    return all;
}

static const char *hash_of(struct load *ld, const struct table *table, const void *object,
                           struct hashed always)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf text;
    stk_buf_init(&text, MODEL_MAX);
    json_t *json = json_object();
    table_print(table, object, PRINT_COMPOSE, json);
    json = in_order(table, json, always);
    go_json(&text, json);
    json_decref(json);
    char hex[65];
    stk_sha256_hex(text.bytes, text.size, hex);
    return stk_arena_strdup(ld->arena, hex);
}

void model_canon(struct load *ld, struct model *m)
{
    for (size_t i = 0; i < m->n_services; i++) {
        struct stk_service *s = &m->services[i].s;
        if (m->services[i].enabled && s->build.set)
            s->build.config = form_of(ld, &build_table, &s->build);
        if (m->services[i].enabled) {
            s->config = form_of(ld, &service_table, s);
            s->hash = hash_of(ld, &service_table, s, (struct hashed){ 0 });
            s->own_config = s->own.set ? form_of(ld, &own_table, &s->own) : NULL;
        }
    }
    for (size_t i = 0; i < m->n_networks; i++) {
        struct stk_network *n = &m->networks[i].n;
        if (m->networks[i].used) {
            n->config = form_of(ld, &network_table, n);
            n->hash = hash_of(ld, &network_table, n, (struct hashed){ "ipam", json_object() });
        }
    }
    for (size_t i = 0; i < m->n_volumes; i++) {
        struct stk_volume *v = &m->volumes[i].v;
        if (m->volumes[i].used) {
            v->config = form_of(ld, &volume_table, v);
            v->hash =
                hash_of(ld, &volume_table, v, (struct hashed){ "driver", json_string("local") });
        }
    }
}
