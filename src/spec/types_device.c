/* types_device.c — devices: mapped ones, those asked for by what they can do, and rates of block
 * devices. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "keys.h"
#include "text.h"
#include "types.h"

/* "HOST[:CONTAINER[:PERMISSIONS]]", or the name of a CDI device. */
bool device_scalar(struct load *ld, const struct key *key, struct node *node, void *object)
{
    struct stk_device *d = object;
    if (!node_is_string(node))
        return fail_node(ld, node, "an item of '%s'%s must be a string or a mapping, not %s",
                         key->name, where(ld), node_what(node));
    const char *part[3] = { NULL };
    size_t n = 0;
    for (const char *p = node->text;; p++) {
        if (n == 3)
            return fail_hint(ld, node, "source[:target[:permissions]]",
                             "'%s'%s is no device: too many ':'", node->text, where(ld));
        size_t size = strcspn(p, ":");
        part[n++] = stk_arena_strndup(ld->arena, p, size);
        p += size;
        if (!*p)
            break;
    }
    d->src = node->src;
    d->source = part[0];
    d->target = n > 1 ? part[1] : NULL;
    d->permissions = n > 2 ? part[2] : NULL;
    return device_finish(ld, node, object);
}

bool device_finish(struct load *ld, struct node *node, void *object)
{
    struct stk_device *d = object;
    d->src = node->src;
    if (!d->source || !*d->source)
        return fail_node(ld, node, "a device%s needs 'source'", where(ld));
    if (!d->target || !*d->target)
        d->target = d->source;
    if (!d->permissions || !*d->permissions)
        d->permissions = "rwm";
    return true;
}

bool request_finish(struct load *ld, struct node *node, void *object)
{
    struct stk_device_request *r = object;
    r->src = node->src;
    if (r->count.set && r->device_ids.n)
        return fail_node(
            ld, node, "devices%s are asked for by 'count' or by 'device_ids', not both", where(ld));
    if (!r->count.set && !r->device_ids.n)
        r->count = (struct stk_opt){ true, -1 };
    return true;
}

/* Of those at one path in the container the last stays, where the first one was. */
static bool devices_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    STK_CLEANUP(map_clear) struct map seen = { 0 };
    if (!type_objects.parse(ld, key, node, object))
        return false;
    struct array array = array_get(FIELD(object, key, char));
    struct stk_device *v = array.v;
    size_t kept = 0;
    for (size_t i = 0; i < array.n; i++) {
        void **slot = map_at(&seen, v[i].target);
        if (!*slot)
            *slot = (void *)++kept;
        v[(size_t)*slot - 1] = v[i];
    }
    array_set(FIELD(object, key, char), v, kept);
    return true;
}

static json_t *devices_print(const struct key *key, const void *object, enum printing how)
{
    return type_objects.print(key, object, how);
}

const struct type type_devices = { "a list", devices_parse, devices_print };

static bool gpus_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    if (!node_is_string(node) || !stk_streq(node->text, "all"))
        return type_objects.parse(ld, key, node, object);
    struct stk_device_request *all = stk_arena_array(ld->arena, 1, sizeof(*all));
    all->count = (struct stk_opt){ true, -1 };
    all->src = node->src;
    array_set(FIELD(object, key, char), all, 1);
    return true;
}

static json_t *gpus_print(const struct key *key, const void *object, enum printing how)
{
    return type_objects.print(key, object, how);
}

const struct type type_gpus = { "'all' or a list", gpus_parse, gpus_print };

/* Docker Compose prints the fields of these by other names than it reads. */
static json_t *rates_json(const struct key *key, const void *object, enum printing how,
                          bool weights)
{
    const struct array array = array_get(CONST_FIELD(object, key, char));
    bool capital = how == PRINT_CONFIG;
    if (!array.n)
        return NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < array.n; i++) {
        const struct stk_device_rate *r = (const struct stk_device_rate *)array.v + i;
        json_t *one = json_object();
        json_object_set_new(one, capital ? "Path" : "path", text_json(r->path ? r->path : "", how));
        if (weights)
            json_object_set_new(one, capital ? "Weight" : "weight", json_integer(r->rate.v));
        else
            json_object_set_new(one, capital ? "Rate" : "rate", bytes_json(r->rate.v));
        json_array_append_new(list, one);
    }
    return list;
}

static bool rates_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    return type_objects.parse(ld, key, node, object);
}

static json_t *rates_print(const struct key *key, const void *object, enum printing how)
{
    return rates_json(key, object, how, false);
}

static json_t *weights_print(const struct key *key, const void *object, enum printing how)
{
    return rates_json(key, object, how, true);
}

const struct type type_rates = { "a list", rates_parse, rates_print };
const struct type type_weights = { "a list", rates_parse, weights_print };
