/* compare.c — gathers what a comparison needs: a single inspect of each container, its image, and the
 * engine's own defaults, all asked for at once. What differs is drift.c. */
#include "compare.h"

#include <stdlib.h>
#include <string.h>

#include "drift.h"
#include "labels.h"
#include "shares.h"
#include "text.h"

struct stk_compare_item {
    const struct stk_unit *unit;
    struct stk_status *status;
    struct stk_call call; /* its container */
    const struct stk_call *image;
};

/* ---- which ---- */

static bool is_told(const struct stk_status *status, const struct stk_unit *unit)
{
    return status->config || stk_streq(status->hash, unit->hash);
}

static bool is_wanted(const struct stk_inspect_req *req, const struct stk_status *status,
                      const struct stk_unit *unit)
{
    if (unit->ref.kind == STK_IMAGE || status->state == STK_ABSENT)
        return false;
    if (req->compare == STK_COMPARE_ALL)
        return true;
    return unit->ref.kind == STK_SERVICE && !is_told(status, unit);
}

static const json_t *named(const json_t *list, const char *name)
{
    for (size_t i = 0; name && i < stk_json_n(list); i++)
        if (stk_streq(stk_json_str(stk_json_at(list, i), "Name"), name))
            return stk_json_at(list, i);
    return NULL;
}

static bool is_external(const struct stk_unit *unit)
{
    return unit->ref.kind == STK_NETWORK ? unit->network->external : unit->volume->external;
}

/* The lists tell all of a network or volume. */
static void compare_resource(struct stk_comparison *c, const struct stk_unit *unit,
                             struct stk_status *status)
{
    bool network = unit->ref.kind == STK_NETWORK;
    const json_t *found = named(network ? c->networks : c->volumes, status->name);
    if (!found || is_external(unit))
        return;
    status->n_drift = network ? stk_drift_network(unit, found, c->seen->arena, &status->drift)
                              : stk_drift_volume(unit, found, c->seen->arena, &status->drift);
    status->compared = true;
}

static void choose(struct stk_comparison *c)
{
    c->items = stk_alloc((c->req->n_units + 1) * sizeof(*c->items));
    for (size_t i = 0; i < c->req->n_units; i++) {
        const struct stk_unit *unit = c->req->units[i];
        /* the statuses were made for this request and are not handed over yet */
        struct stk_status *status =
            (struct stk_status *)(uintptr_t)stk_seen_find(c->seen, unit->ref);
        if (!status || !is_wanted(c->req, status, unit))
            continue;
        if (unit->ref.kind == STK_SERVICE)
            c->items[c->n_items++] = (struct stk_compare_item){ .unit = unit, .status = status };
        else
            compare_resource(c, unit, status);
    }
}

/* ---- asking ---- */

static void clear(struct stk_comparison *c)
{
    for (size_t i = 0; i < c->n_items; i++)
        stk_call_clear(&c->items[i].call);
    for (size_t i = 0; i < c->n_images; i++)
        stk_call_clear(&c->images[i]);
    stk_call_clear(&c->info);
    free(c->items);
    free(c->images);
}

/* Containers of the services it takes something from, as shares.h wants them. */
static json_t *parents_of(const struct stk_comparison *c, const struct stk_service *service)
{
    STK_CLEANUP(stk_jsonp) json_t *wanted = stk_shares_wanted(service);
    json_t *parents = json_object();
    for (size_t i = 0; i < json_array_size(wanted); i++) {
        const char *name = json_string_value(json_array_get(wanted, i));
        STK_CLEANUP(stk_jsonp) json_t *list = json_array();
        for (size_t k = 0; k < stk_json_n(c->containers); k++) {
            const json_t *container = stk_json_at(c->containers, k);
            const json_t *labels = stk_json_get(container, "Labels");
            if (stk_streq(stk_json_str(labels, STK_LABEL_SERVICE), name) &&
                !stk_streq(stk_json_str(labels, STK_LABEL_ONEOFF), "True"))
                json_array_append(list, (json_t *)(uintptr_t)container);
        }
        json_object_set_new(parents, name, stk_shares_read(list));
    }
    return parents;
}

static void compare_item(struct stk_comparison *c, const struct stk_compare_item *item)
{
    const json_t *found = item->call.json;
    const struct stk_service *service = item->unit->service;
    STK_CLEANUP(stk_jsonp) json_t *parents = parents_of(c, service);
    struct stk_create create = {
        .unit = item->unit,
        .image_id = stk_json_text(c->docker->image_ids, service->image),
        /* what comes from other containers is not its own to keep */
        .inherit = service->volumes_from.n ? NULL : stk_json_get(found, "Mounts"),
        .parents = parents,
        .socket = stk_docker_socket(c->docker),
        .api_minor = c->docker->api_minor,
    };
    struct stk_drift_in in = { .create = &create,
                               .found = found,
                               .image = item->image ? item->image->json : NULL,
                               .info = c->info.json,
                               .arena = c->seen->arena };
    item->status->n_drift = stk_drift_container(&in, &item->status->drift);
    item->status->compared = true;
}

/* What was removed meanwhile is not there to be compared. */
static void end(struct stk_comparison *c)
{
    for (size_t i = 0; !c->err.code && i < c->n_items; i++)
        if (c->items[i].call.json)
            compare_item(c, &c->items[i]);
    clear(c);
    c->ended(c);
}

static void on_answer(struct stk_op *op)
{
    struct stk_comparison *c = op->data;
    if (op->err.code && op->err.code != STK_EABSENT && !c->err.code)
        stk_error_move(&c->err, &op->err);
    if (--c->pending == 0)
        end(c);
}

static void ask(struct stk_comparison *c, struct stk_call *call, const char *needs, char *path)
{
    *call = (struct stk_call){
        .op = { .done = on_answer, .data = c }, .method = "GET", .needs = needs, .path = path
    };
    c->pending++;
    stk_call_send(c->docker, call);
}

static char *path_of(const char *collection, const char *id)
{
    STK_CLEANUP(stk_charp) char *escaped = stk_url_escape(id);
    return stk_printf("/%s/%s/json", collection, escaped);
}

static const char *image_of(const struct stk_compare_item *item)
{
    return item->status->image_id ? item->status->image_id : item->status->image;
}

static void ask_for_image(struct stk_comparison *c, size_t i)
{
    const char *id = image_of(&c->items[i]);
    for (size_t k = 0; id && k < i; k++)
        if (stk_streq(image_of(&c->items[k]), id)) {
            c->items[i].image = c->items[k].image;
            return;
        }
    if (!id)
        return;
    c->items[i].image = &c->images[c->n_images];
    ask(c, &c->images[c->n_images++], "Id", path_of("images", id));
}

void stk_compare_begin(struct stk_comparison *c)
{
    choose(c);
    c->images = stk_alloc((c->n_items + 1) * sizeof(*c->images));
    c->pending = 1; /* ours, until all have been asked for */
    for (size_t i = 0; i < c->n_items; i++) {
        ask(c, &c->items[i].call, "Id", path_of("containers", c->items[i].status->ref.id));
        ask_for_image(c, i);
    }
    if (c->n_items)
        ask(c, &c->info, NULL, stk_strdup("/info"));
    if (--c->pending == 0)
        end(c);
}

void stk_compare_cancel(struct stk_comparison *c)
{
    c->pending++; /* so that it does not end in the middle of this */
    for (size_t i = 0; i < c->n_items; i++)
        stk_op_cancel(&c->items[i].call.op);
    for (size_t i = 0; i < c->n_images; i++)
        stk_op_cancel(&c->images[i].op);
    if (c->n_items)
        stk_op_cancel(&c->info.op);
    if (--c->pending == 0)
        end(c);
}
