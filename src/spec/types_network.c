/* types_network.c — a service's networks and dependencies: lists of names, or mappings by name. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "keys.h"
#include "text.h"
#include "types.h"

/* Highest priority first, then by name. */
static int by_priority(const void *a, const void *b)
{
    const struct stk_attachment *x = a, *y = b;
    if (x->priority.v != y->priority.v)
        return x->priority.v > y->priority.v ? -1 : 1;
    return strcmp(x->network, y->network);
}

/* The name in item i of either form, or NULL after a problem; *ret_value is the mapping's value. */
static const char *name_at(struct load *ld, const struct key *key, struct node *node, size_t i,
                           struct stk_src *ret_src, struct node **ret_value)
{
    *ret_value = NULL;
    if (node->kind == NODE_MAP) {
        *ret_src = node->pairs[i].src;
        *ret_value = node->pairs[i].value;
        return node->pairs[i].key;
    }
    struct node *item = node->items[i];
    *ret_src = item->src;
    if (node_is_string(item))
        return item->text;
    fail_node(ld, item, "an item of '%s'%s must be a name, not %s", key->name, where(ld),
              node_what(item));
    return NULL;
}

static bool is_repeated(struct load *ld, const struct key *key, struct map *seen, const char *name,
                        struct stk_src *src)
{
    void **slot = map_at(seen, name);
    if (*slot)
        return !fail_clash(ld, STK_RULE_DUPLICATE_KEY, *src, *(struct stk_src *)*slot,
                           "'%s' is there twice in '%s'%s", name, key->name, where(ld));
    struct stk_src *kept = stk_arena_alloc(ld->arena, sizeof(*kept));
    *kept = *src;
    *slot = kept;
    return false;
}

static bool networks_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    struct stk_service *s = object;
    STK_CLEANUP(map_clear) struct map seen = { 0 };
    if (node->kind == NODE_SCALAR)
        return fail_type(ld, key, node);
    s->networks = stk_arena_array(ld->arena, node->n, sizeof(*s->networks));
    bool ok = true;
    for (size_t i = 0; i < node->n; i++) {
        struct stk_attachment *a = &s->networks[s->n_networks];
        *a = (struct stk_attachment){ 0 };
        struct node *value;
        a->network = name_at(ld, key, node, i, &a->src, &value);
        a->mapping = value && !node_is_null(value);
        bool read = a->network && !is_repeated(ld, key, &seen, a->network, &a->src) &&
                    (!value || node_is_null(value) || table_parse(ld, &attachment_table, value, a));
        s->n_networks += read;
        ok &= read;
    }
    if (s->n_networks)
        qsort(s->networks, s->n_networks, sizeof(*s->networks), by_priority);
    return ok;
}

static json_t *networks_print(const struct key *key, const void *object, enum printing how)
{
    const struct stk_service *s = object;
    (void)key;
    if (!s->n_networks)
        return NULL;
    json_t *map = json_object();
    for (size_t i = 0; i < s->n_networks; i++) {
        json_t *one = json_object();
        table_print(&attachment_table, &s->networks[i], how, one);
        if (json_object_size(one) == 0 && (how == PRINT_CANON || !s->networks[i].mapping)) {
            json_decref(one);
            one = json_null();
        }
        json_object_set_new(map, s->networks[i].network, one);
    }
    return map;
}

const struct type type_networks = { "a list of networks or a mapping", networks_parse,
                                    networks_print };

static const char *const conditions[] = {
    [STK_UNTIL_STARTED] = "service_started",
    [STK_UNTIL_HEALTHY] = "service_healthy",
    [STK_UNTIL_COMPLETED] = "service_completed_successfully",
};

static bool condition_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    for (size_t i = 0; node_is_string(node) && i < STK_LEN(conditions); i++)
        if (strcmp(conditions[i], node->text) == 0) {
            *FIELD(object, key, enum stk_until) = (enum stk_until)i;
            return true;
        }
    if (!node_is_string(node))
        return fail_type(ld, key, node);
    return fail_hint(ld, node, did_you_mean(ld, node->text, conditions, STK_LEN(conditions)),
                     "'condition'%s must be %s, not '%s'", where(ld), key->type->what, node->text);
}

static json_t *condition_print(const struct key *key, const void *object, enum printing how)
{
    (void)how;
    return json_string(conditions[*CONST_FIELD(object, key, enum stk_until)]);
}

const struct type type_condition = {
    "one of service_started, service_healthy and service_completed_successfully", condition_parse,
    condition_print
};

static int by_service(const void *a, const void *b)
{
    return strcmp(((const struct stk_depend *)a)->service, ((const struct stk_depend *)b)->service);
}

static bool depends_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    struct stk_service *s = object;
    STK_CLEANUP(map_clear) struct map seen = { 0 };
    if (node->kind == NODE_SCALAR)
        return fail_type(ld, key, node);
    s->depends_on = stk_arena_array(ld->arena, node->n, sizeof(*s->depends_on));
    bool ok = true;
    for (size_t i = 0; i < node->n; i++) {
        struct stk_depend *d = &s->depends_on[s->n_depends_on];
        *d = (struct stk_depend){ .required = true };
        struct node *value;
        d->service = name_at(ld, key, node, i, &d->src, &value);
        bool read = d->service && !is_repeated(ld, key, &seen, d->service, &d->src) &&
                    (!value || table_parse(ld, &depend_table, value, d));
        s->n_depends_on += read;
        ok &= read;
    }
    if (s->n_depends_on)
        qsort(s->depends_on, s->n_depends_on, sizeof(*s->depends_on), by_service);
    return ok;
}

static void add_depends(json_t *map, const struct stk_depend *v, size_t n, enum printing how)
{
    for (size_t i = 0; i < n; i++) {
        json_t *one = json_object();
        table_print(&depend_table, &v[i], how, one);
        json_object_set_new(one, "required", json_boolean(v[i].required));
        json_object_set_new(map, v[i].service, one);
    }
}

static json_t *depends_print(const struct key *key, const void *object, enum printing how)
{
    const struct stk_service *s = object;
    (void)key;
    if (!s->n_depends_on && (how != PRINT_CONFIG || !s->n_depends_off))
        return NULL;
    json_t *map = json_object();
    add_depends(map, s->depends_on, s->n_depends_on, how);
    if (how == PRINT_CONFIG) /* YAML is read again, and there the service is not there */
        add_depends(map, s->depends_off, s->n_depends_off, how);
    return map;
}

const struct type type_depends_on = { "a list of services or a mapping", depends_parse,
                                      depends_print };
