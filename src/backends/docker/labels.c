/* labels.c — builds the labels of a container, network or volume. */
#include "labels.h"

#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "identity.h"
#include "text.h"
#include "words.h"

static void put(json_t *labels, const char *key, const char *value)
{
    if (value)
        json_object_set_new(labels, key, json_string(value));
}

static void put_own(json_t *labels, const struct stk_kvs *own)
{
    for (size_t i = 0; i < own->n; i++)
        put(labels, own->v[i].key, own->v[i].value ? own->v[i].value : "");
}

static void put_list(json_t *labels, const char *key, const struct stk_strs *list)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf joined;
    stk_buf_init(&joined, STK_MIB);
    for (size_t i = 0; i < list->n; i++)
        stk_buf_printf(&joined, "%s%s", i ? "," : "", list->v[i]);
    if (list->n)
        put(labels, key, joined.bytes);
}

static void put_depends(json_t *labels, const struct stk_service *service)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf joined;
    stk_buf_init(&joined, STK_MIB);
    for (size_t i = 0; i < service->n_depends_on; i++) {
        const struct stk_depend *dep = &service->depends_on[i];
        stk_buf_printf(&joined, "%s%s:%s:%s", i ? "," : "", dep->service,
                       stk_until_word(dep->until), dep->restart ? "true" : "false");
    }
    put(labels, STK_LABEL_DEPENDS, joined.bytes ? joined.bytes : "");
}

static void put_service(json_t *labels, const struct stk_unit *unit)
{
    char number[16], slug[65];
    const char *oneoff = unit->service->oneoff;
    snprintf(number, sizeof(number), "%u", unit->ref.index);
    stk_sha256_hex(unit->name, strlen(unit->name), slug);
    put(labels, STK_LABEL_SERVICE, unit->ref.name);
    put(labels, STK_LABEL_NUMBER, oneoff ? NULL : number);
    put(labels, STK_LABEL_SLUG, oneoff ? slug : NULL);
    put(labels, STK_LABEL_ONEOFF, oneoff ? "True" : "False");
    put_depends(labels, unit->service);
    put(labels, STK_LABEL_DIR, unit->spec->dir);
    put_list(labels, STK_LABEL_FILES, &unit->spec->files);
    put_list(labels, STK_LABEL_ENV_FILE, &unit->spec->env_files);
    put(labels, STK_LABEL_OWN, unit->service->own_config);
}

json_t *stk_labels(const struct stk_unit *unit, const char *tool)
{
    json_t *labels = json_object();
    switch (unit->ref.kind) {
    case STK_SERVICE:
        put_own(labels, &unit->service->labels);
        put_service(labels, unit);
        break;
    case STK_NETWORK:
        put_own(labels, &unit->network->labels);
        put(labels, STK_LABEL_NETWORK, unit->ref.name);
        break;
    case STK_VOLUME:
        put_own(labels, &unit->volume->labels);
        put(labels, STK_LABEL_VOLUME, unit->ref.name);
        break;
    case STK_IMAGE:
        break;
    }
    put(labels, STK_LABEL_PROJECT, unit->spec->project);
    put(labels, STK_LABEL_HASH, unit->hash);
    put(labels, STK_LABEL_VERSION, tool);
    STK_CLEANUP(stk_charp) char *config = unit->config ? stk_identity_seal(unit->config) : NULL;
    put(labels, STK_LABEL_CONFIG, config);
    return labels;
}
