/* provenance.c — where each value that `config` prints came from. Walks what is printed beside the
 * merged document that it was made of: what both have came from there, what only the first has is a
 * default. The notes about variables and env files are origin.c's. */
#include "provenance.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "model.h"
#include "origin.h"
#include "text.h"
#include "types.h"

enum { MAX_PATH = 4, SERVICE_KEY = 3 /* depth of services.NAME.KEY */ };

/* What a value was made of. */
struct spot {
    struct node *node;  /* NULL: nothing in the files */
    const char *from;   /* then: "default", "project name" */
    struct stk_src src; /* or the place in an env file, when its line is not 0 */
    bool brief;         /* node is a short form that says several values at once */
};

struct tracer {
    const struct stk_spec *spec;
    struct origins *origins;
    struct load ld; /* for node_pair */
    enum printing how;
    const char *path[MAX_PATH]; /* keys that lead to what is traced; deeper ones are not kept */
    unsigned depth;
};

static const struct spot by_default = { .from = "default" };
static const struct spot by_name = { .from = "project name" };

static struct spot spot_of(struct node *node, bool brief)
{
    return (struct spot){ .node = node, .src = node->src, .brief = brief };
}

static json_t *place_json(const char *from, struct stk_src src)
{
    json_t *leaf = json_object();
    json_object_set_new(leaf, "from", json_string(src.line ? "file" : from));
    if (!src.line)
        return leaf;
    STK_CLEANUP(stk_buf_clearp) struct stk_buf file;
    stk_buf_init(&file, STK_MIB);
    stk_escape_control(&file, src.file, strlen(src.file));
    json_object_set_new(leaf, "file", text_json(file.bytes ? file.bytes : "", PRINT_CANON));
    json_object_set_new(leaf, "line", json_integer(src.line));
    json_object_set_new(leaf, "column", json_integer(src.col));
    return leaf;
}

static json_t *variable_json(const struct tracer *t, const char *name, const char *text)
{
    const struct stk_src *src = origin_of_text(t->origins, text);
    const char *from = !text                      ? "nowhere"
                       : text == t->spec->project ? "project name"
                                                  : "environment";
    json_t *json = place_json(from, src ? *src : (struct stk_src){ 0 });
    json_object_set_new(json, "name", json_string(name));
    return json;
}

/* The variables that went into the value at a place, each once. */
static void add_variables(const struct tracer *t, json_t *leaf, struct stk_src at)
{
    size_t n;
    const struct origin_use *uses = origin_uses(t->origins, at, &n);
    json_t *list = n ? json_array() : NULL;
    for (size_t i = 0; i < n; i++) {
        bool again = false;
        for (size_t k = 0; k < i; k++)
            again |= stk_streq(uses[k].name, uses[i].name);
        if (!again)
            json_array_append_new(list, variable_json(t, uses[i].name, uses[i].text));
    }
    if (list)
        json_object_set_new(leaf, "variables", list);
}

static json_t *leaf_json(const struct tracer *t, const struct spot *spot)
{
    json_t *leaf = place_json(spot->from, spot->src);
    if (spot->src.line)
        add_variables(t, leaf, spot->src);
    return leaf;
}

/* --- the members of mappings -------------------------------------------------------------------- */

/* What a short form does not say although it stands for it. */
static bool is_implied(const char *key, const json_t *value, const char *brief)
{
    static const char *const always[] = { "bind", "volume", "tmpfs", "required", "dockerfile" };
    static const char *const unless_said[] = { "mode", "protocol", "condition", "permissions" };
    for (size_t i = 0; i < STK_LEN(always); i++)
        if (stk_streq(key, always[i]))
            return true;
    const char *text = json_string_value(value);
    for (size_t i = 0; i < STK_LEN(unless_said); i++)
        if (stk_streq(key, unless_said[i]))
            return !text || !strstr(brief, text);
    return false;
}

/* The name before '=' (or ':', of extra_hosts) of an item is key. */
static bool names(const struct node *item, const char *key)
{
    size_t n = strlen(key);
    return item->kind == NODE_SCALAR && strncmp(item->text, key, n) == 0 &&
           (!item->text[n] || item->text[n] == '=' || item->text[n] == ':');
}

/* A mapping that was written as a list of names or of NAME=VALUE. */
static struct spot member_of_list(struct node *list, const char *key)
{
    for (size_t i = list->n; i-- > 0;)
        if (names(list->items[i], key))
            return spot_of(list->items[i], true);
    return by_default;
}

static struct spot member_of(struct tracer *t, const struct spot *spot, const char *key,
                             const json_t *value)
{
    struct node *node = spot->node;
    if (!node)
        return *spot;
    if (node->kind == NODE_LIST)
        return member_of_list(node, key);
    if (node->kind == NODE_SCALAR)
        return node_is_null(node) || is_implied(key, value, node->text) ? by_default
                                                                        : spot_of(node, true);
    struct node *found = node_get(&t->ld, node, key);
    return found ? spot_of(found, false) : by_default;
}

/* --- the items of lists ------------------------------------------------------------------------- */

/* Lists of a service that keep the places of their items, since these may have been expanded, dropped
 * or put in another order. */
static const struct {
    const char *key;
    size_t offset, size, src;
} placed[] = {
#define ROW(key, list, T)                                                                          \
    {                                                                                              \
        key, offsetof(struct stk_service, list), sizeof(struct T), offsetof(struct T, src)         \
    }
    ROW("ports", ports, stk_port),         ROW("volumes", volumes, stk_mount),
    ROW("secrets", secrets, stk_file_ref), ROW("configs", configs, stk_file_ref),
    ROW("devices", devices, stk_device),   ROW("gpus", gpus, stk_device_request),
#undef ROW
};

static bool at(struct stk_src a, struct stk_src b)
{
    return a.file == b.file && a.line == b.line && a.col == b.col;
}

/* The item that is at a place, or has a value there. */
static struct node *item_at(const struct node *list, struct stk_src src)
{
    for (size_t i = 0; i < list->n; i++) {
        struct node *item = list->items[i];
        if (at(item->src, src))
            return item;
        for (size_t k = 0; item->kind == NODE_MAP && k < item->n; k++)
            if (at(item->pairs[k].value->src, src))
                return item;
    }
    return NULL;
}

/* The service whose key is traced, or NULL. */
static const struct stk_service *service_of(const struct tracer *t)
{
    return t->depth == SERVICE_KEY && stk_streq(t->path[0], "services")
               ? stk_spec_service(t->spec, t->path[1])
               : NULL;
}

static struct node *placed_item(const struct tracer *t, const struct node *list, size_t index)
{
    const struct stk_service *service = service_of(t);
    for (size_t i = 0; service && i < STK_LEN(placed); i++) {
        if (!stk_streq(t->path[2], placed[i].key))
            continue;
        struct array array = array_get((const char *)service + placed[i].offset);
        if (index >= array.n)
            return NULL;
        struct stk_src src;
        memcpy(&src, (char *)array.v + index * placed[i].size + placed[i].src, sizeof(src));
        bool in_order = index < list->n && at(list->items[index]->src, src);
        return in_order ? list->items[index] : item_at(list, src);
    }
    return NULL;
}

/* Is it what a printed text, whose '$' are doubled, was written as? */
static bool says(const struct node *item, const char *printed)
{
    const char *p = item->kind == NODE_SCALAR ? item->text : NULL;
    for (; p && *p && *p == *printed; p++, printed++)
        printed += *p == '$' && printed[1] == '$';
    return p && !*p && !*printed;
}

/* 'host=address', written as a mapping. */
static struct spot item_of_map(struct node *map, const char *text)
{
    for (size_t i = 0; text && i < map->n; i++) {
        size_t n = strlen(map->pairs[i].key);
        if (strncmp(text, map->pairs[i].key, n) == 0 && (text[n] == '=' || text[n] == ':'))
            return spot_of(map->pairs[i].value, true);
    }
    return spot_of(map, true);
}

static struct spot item_of(const struct tracer *t, const struct spot *spot, const json_t *list,
                           size_t index)
{
    struct node *node = spot->node;
    const char *text = json_string_value(json_array_get(list, index));
    if (!node || node->kind == NODE_SCALAR)
        return *spot;
    if (node->kind == NODE_MAP)
        return item_of_map(node, text);
    struct node *item = placed_item(t, node, index);
    if (item)
        return spot_of(item, false);
    if (text && index < node->n && says(node->items[index], text))
        return spot_of(node->items[index], false);
    for (size_t i = node->n; text && i-- > 0;)
        if (says(node->items[i], text))
            return spot_of(node->items[i], false);
    if (node->n == json_array_size(list))
        return spot_of(node->items[index], false);
    return spot_of(node, true);
}

/* --- variables and labels, which files may have set -------------------------------------------- */

static int by_key(const void *key, const void *kv)
{
    return strcmp(key, ((const struct stk_kv *)kv)->key);
}

/* A variable or a label of a service: perhaps not from the stack file. */
static json_t *trace_entry(const struct tracer *t, const struct stk_kvs *kvs, const char *key,
                           const struct spot *spot)
{
    const struct stk_kv *kv = kvs->n ? bsearch(key, kvs->v, kvs->n, sizeof(*kvs->v), by_key) : NULL;
    if (!kv)
        return leaf_json(t, spot);
    const struct stk_src *src = origin_of_text(t->origins, kv->value);
    if (!kv->src.line) /* the stack file does not name it */
        return leaf_json(t, &(struct spot){ .from = by_default.from,
                                            .src = src ? *src : (struct stk_src){ 0 } });
    json_t *leaf = leaf_json(t, spot);
    const struct node *node = spot->node;
    bool named_only = node && (node_is_null(node) || (spot->brief && !strchr(node->text, '=')));
    if (named_only && kv->value && (src || *kv->value))
        json_object_set_new(leaf, "variables", json_pack("[o]", variable_json(t, key, kv->value)));
    return leaf;
}

static const struct stk_kvs *entries_of(const struct tracer *t)
{
    const struct stk_service *service = service_of(t);
    if (service && stk_streq(t->path[2], "environment"))
        return &service->environment;
    return service && stk_streq(t->path[2], "labels") ? &service->labels : NULL;
}

/* --- the walk ----------------------------------------------------------------------------------- */

static json_t *trace(struct tracer *t, const char *key, const json_t *value,
                     const struct spot *spot);

/* A name that is made of the project's: of a resource, or of an image that is built. */
static bool is_named_for(const struct tracer *t, const char *key, const json_t *value)
{
    bool names = stk_streq(key, stk_streq(t->path[0], "services") ? "image" : "name");
    return t->depth == SERVICE_KEY - 1 && names && json_is_string(value) &&
           stk_starts(json_string_value(value), t->spec->project);
}

/* Names of labels have their '$' doubled in JSON. */
static const char *written(const struct tracer *t, const char *name)
{
    if (t->how != PRINT_CONFIG || !strchr(name, '$'))
        return name;
    char *text = stk_arena_strdup(t->spec->arena, name), *to = text;
    for (const char *p = name; *p; p++) {
        p += *p == '$' && p[1] == '$';
        *to++ = *p;
    }
    *to = '\0';
    return text;
}

static json_t *trace_members(struct tracer *t, const json_t *map, const struct spot *spot)
{
    json_t *all = json_object();
    const struct stk_kvs *entries = entries_of(t);
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)map, name, value)
    {
        const char *key = written(t, name);
        struct spot child = member_of(t, spot, key, value);
        if (!child.node && is_named_for(t, key, value))
            child = by_name;
        json_object_set_new(all, name,
                            entries ? trace_entry(t, entries, key, &child)
                                    : trace(t, key, value, &child));
    }
    return all;
}

static json_t *trace_items(struct tracer *t, const json_t *list, const struct spot *spot)
{
    json_t *all = json_array();
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct spot child = item_of(t, spot, list, i);
        json_array_append_new(all, trace(t, NULL, json_array_get(list, i), &child));
    }
    return all;
}

/* Depth is that of what is printed, which is limited. key NULL: an item of a list. */
static json_t *trace(struct tracer *t, const char *key, const json_t *value,
                     const struct spot *spot)
{
    if (t->depth < MAX_PATH)
        t->path[t->depth] = key;
    t->depth++;
    json_t *ret = json_object_size(value)  ? trace_members(t, value, spot)
                  : json_array_size(value) ? trace_items(t, value, spot)
                                           : leaf_json(t, spot);
    t->depth--;
    return ret;
}

static json_t *trace_project(const struct tracer *t)
{
    struct stk_src src;
    const char *from = origin_of_project(t->origins, &src);
    json_t *leaf = place_json(from, src);
    add_variables(t, leaf, src);
    return leaf;
}

json_t *provenance(const struct stk_spec *spec, const json_t *printed, enum printing how)
{
    struct tracer t = { .spec = spec, .origins = spec->more->origins, .how = how };
    t.ld.arena = spec->arena;
    struct spot root = spot_of(spec->more->root, false);
    json_t *all = trace_members(&t, printed, &root);
    json_object_set_new(all, "name", trace_project(&t));
    return all;
}

/* --- in words ----------------------------------------------------------------------------------- */

static void add_place(struct stk_buf *out, const json_t *place)
{
    const char *file = json_string_value(json_object_get(place, "file"));
    if (file)
        stk_buf_printf(out, "%s:%lld", file,
                       (long long)json_integer_value(json_object_get(place, "line")));
    else
        stk_buf_puts(out, json_string_value(json_object_get(place, "from")));
}

void provenance_words(const json_t *leaf, struct stk_buf *out)
{
    const json_t *variables = json_object_get(leaf, "variables");
    add_place(out, leaf);
    for (size_t i = 0; i < json_array_size(variables); i++) {
        const json_t *variable = json_array_get(variables, i);
        const char *name = json_string_value(json_object_get(variable, "name"));
        bool unset = stk_streq(json_string_value(json_object_get(variable, "from")), "nowhere");
        stk_buf_printf(out, "%s%s %s", i ? ", " : " (", name, unset ? "not set" : "from ");
        if (!unset)
            add_place(out, variable);
    }
    if (json_array_size(variables))
        stk_buf_putc(out, ')');
}
