/* canon.c — the canonical form: what a container, network or volume is made from, as compact JSON with
 * sorted keys, and its SHA-256. How the file was written must not show in it. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "keys.h"
#include "model.h"
#include "text.h"

static void dump(struct load *ld, json_t *json, const char **ret_config, const char **ret_hash)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    char hex[65];
    json_decref(json);
    if (!text)
        stk_out_of_memory();
    stk_sha256_hex(text, strlen(text), hex);
    *ret_config = stk_arena_strdup(ld->arena, text);
    *ret_hash = stk_arena_strdup(ld->arena, hex);
    free(text);
}

static void canon(struct load *ld, const struct table *table, const void *object,
                  const char **ret_config, const char **ret_hash)
{
    json_t *json = json_object();
    table_print(table, object, PRINT_CANON, json);
    dump(ld, json, ret_config, ret_hash);
}

void model_canon(struct load *ld, struct model *m)
{
    for (size_t i = 0; i < m->n_services; i++) {
        struct stk_service *s = &m->services[i].s;
        if (m->services[i].enabled)
            canon(ld, &service_table, s, &s->config, &s->hash);
    }
    for (size_t i = 0; i < m->n_networks; i++) {
        struct stk_network *n = &m->networks[i].n;
        if (m->networks[i].used)
            canon(ld, &network_table, n, &n->config, &n->hash);
    }
    for (size_t i = 0; i < m->n_volumes; i++) {
        struct stk_volume *v = &m->volumes[i].v;
        if (m->volumes[i].used)
            canon(ld, &volume_table, v, &v->config, &v->hash);
    }
}
