/* merge.c — several documents into one: mappings merge, lists append, anything else is replaced, but
 * for what the table of rules says. Items that repeat each other are dropped when they are read, by
 * the types. */
#include "merge.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "text.h"

enum { MAX_PATH = 8 };

struct path {
    const char *v[MAX_PATH];
    unsigned n; /* of the keys; those beyond MAX_PATH are not kept */
};

typedef struct node *merge_fn(struct load *ld, struct path *path, struct node *base,
                              struct node *over);

static merge_fn merge_any, replace, merge_variables, merge_lists, merge_hosts, merge_names,
    merge_logging, merge_build, merge_subnets;

/* Where merging is not the plain one. */
static const struct {
    const char *path;
    merge_fn *fn;
} rules[] = {
    { "services.*.command", replace },
    { "services.*.entrypoint", replace },
    { "services.*.healthcheck.test", replace },
    { "services.*.ulimits.*", replace },
    { "services.*.environment", merge_variables },
    { "services.*.labels", merge_variables },
    { "services.*.sysctls", merge_variables },
    { "networks.*.labels", merge_variables },
    { "volumes.*.labels", merge_variables },
    { "services.*.dns", merge_lists },
    { "services.*.dns_opt", merge_lists },
    { "services.*.dns_search", merge_lists },
    { "services.*.env_file", merge_lists },
    { "services.*.tmpfs", merge_lists },
    { "services.*.extra_hosts", merge_hosts },
    { "services.*.depends_on", merge_names },
    { "services.*.networks", merge_names },
    { "services.*.logging", merge_logging },
    { "services.*.annotations", merge_variables },
    { "services.*.build", merge_build },
    { "services.*.build.args", merge_variables },
    { "services.*.build.labels", merge_variables },
    { "services.*.build.additional_contexts", merge_variables },
    { "services.*.build.extra_hosts", merge_hosts },
    { "services.*.deploy.labels", merge_variables },
    { "services.*.label_file", merge_lists },
    { "services.*.models", merge_names },
    { "networks.*.ipam.config", merge_subnets },
};

static bool matches(const char *pattern, const struct path *path)
{
    for (unsigned i = 0; i < path->n; i++) {
        size_t n = strcspn(pattern, ".");
        bool any = n == 1 && *pattern == '*';
        if (n == 0 || (!any && (strlen(path->v[i]) != n || strncmp(pattern, path->v[i], n) != 0)))
            return false;
        pattern += n + (pattern[n] == '.');
    }
    return !*pattern;
}

static merge_fn *rule_for(const struct path *path)
{
    for (size_t i = 0; path->n >= 3 && path->n <= 4 && i < STK_LEN(rules); i++)
        if (matches(rules[i].path, path))
            return rules[i].fn;
    return merge_any;
}

static struct node *null_at(struct load *ld, const struct node *like)
{
    struct node *node = node_scalar(ld, like, "");
    node->type = SCALAR_NULL;
    return node;
}

/* Nothing takes their place, so that what else is wrong can be told. */
static struct node *fail_kinds(struct load *ld, const struct path *path, const struct node *base,
                               const struct node *over)
{
    struct stk_diag d = diag_between(ld, over->src, over->len, base->src);
    d.rule = STK_RULE_MERGE;
    stk_diags_add(ld->diags, &d, "'%s' cannot be merged: %s here, %s at %s:%u",
                  path->n && path->n <= MAX_PATH ? path->v[path->n - 1] : "this", node_what(over),
                  node_what(base), base->src.file, base->src.line);
    struct node *neither = null_at(ld, over);
    neither->bad = true;
    return neither;
}

/* The node with !reset keys taken out of it. Most files have no such tag and stay as they are. */
static struct node *obey_tags(struct load *ld, struct node *node)
{
    if (!ld->has_tags || ld->keep_tags || node->kind == NODE_SCALAR)
        return node;
    struct node *copy =
        node->kind == NODE_MAP ? node_map(ld, node, node->n) : node_list(ld, node, node->n);
    copy->n = 0;
    for (size_t i = 0; i < node->n; i++) {
        if (node->kind == NODE_LIST) {
            copy->items[copy->n++] = obey_tags(ld, node->items[i]);
        } else if (node->pairs[i].value->tag != TAG_RESET) {
            copy->pairs[copy->n] = node->pairs[i];
            copy->pairs[copy->n++].value = obey_tags(ld, node->pairs[i].value);
        }
    }
    return copy;
}

/* Many services based on one large one must not become larger than memory. */
bool merge_may_copy(struct load *ld, const struct node *at, size_t bytes)
{
    enum { FLOOR = 4 << 20, PER_BYTE = 10 };
    ld->merged_bytes += bytes;
    return ld->merged_bytes <= FLOOR + PER_BYTE * ld->read_bytes ||
           fail_node(ld, at, "too large once it is merged");
}

/* One key that both have. */
static struct node *merge_pair(struct load *ld, struct path *path, struct pair *base,
                               struct pair *over)
{
    if (over->value->tag == TAG_OVERRIDE || stk_starts(over->key, "x-"))
        return obey_tags(ld, over->value);
    if (path->n < MAX_PATH)
        path->v[path->n] = over->key;
    path->n++;
    struct node *merged = node_is_null(over->value) ? base->value
                          : node_is_null(base->value)
                              ? obey_tags(ld, over->value)
                              : rule_for(path)(ld, path, base->value, over->value);
    path->n--;
    return merged;
}

static struct node *merge_maps(struct load *ld, struct path *path, struct node *base,
                               struct node *over)
{
    if (!merge_may_copy(ld, over, (base->n + over->n) * sizeof(struct pair)))
        return NULL;
    struct node *merged = node_map(ld, over, base->n + over->n);
    merged->n = 0;
    for (size_t i = 0; i < base->n; i++) {
        struct pair *pair = &base->pairs[i], *other = node_pair(ld, over, pair->key);
        struct pair *into = &merged->pairs[merged->n];
        if (other && other->value->tag == TAG_RESET) {
            if (ld->keep_tags)
                merged->pairs[merged->n++] = *other;
            continue;
        }
        *into = other && !node_is_null(other->value) ? *other : *pair;
        if (other)
            into->value = merge_pair(ld, path, pair, other);
        if (!into->value)
            return NULL;
        merged->n++;
    }
    for (size_t i = 0; i < over->n; i++) {
        struct pair *pair = &over->pairs[i];
        bool reset = pair->value->tag == TAG_RESET && !ld->keep_tags;
        if (reset || node_pair(ld, base, pair->key))
            continue;
        merged->pairs[merged->n] = *pair;
        merged->pairs[merged->n++].value = obey_tags(ld, pair->value);
    }
    return merged;
}

static struct node *append(struct load *ld, struct node *base, struct node *over)
{
    if (!merge_may_copy(ld, over, (base->n + over->n) * sizeof(struct node *)))
        return NULL;
    struct node *merged = node_list(ld, over, base->n + over->n);
    if (base->n)
        memcpy(merged->items, base->items, base->n * sizeof(struct node *));
    for (size_t i = 0; i < over->n; i++)
        merged->items[base->n + i] = obey_tags(ld, over->items[i]);
    return merged;
}

static struct node *merge_any(struct load *ld, struct path *path, struct node *base,
                              struct node *over)
{
    if (base->kind != over->kind)
        return fail_kinds(ld, path, base, over);
    if (over->kind == NODE_MAP)
        return merge_maps(ld, path, base, over);
    return over->kind == NODE_LIST ? append(ld, base, over) : over;
}

static struct node *replace(struct load *ld, struct path *path, struct node *base,
                            struct node *over)
{
    (void)path, (void)base;
    return obey_tags(ld, over);
}

/* A list of 'NAME=VALUE' as a mapping; of equal names the last stays. NULL: an item is no string. */
static struct node *as_map(struct load *ld, const struct path *path, struct node *node)
{
    if (node->kind != NODE_LIST)
        return node;
    STK_CLEANUP(map_clear) struct map seen = { 0 };
    struct node *map = node_map(ld, node, node->n);
    map->n = 0;
    for (size_t i = 0; i < node->n; i++) {
        struct node *item = node->items[i];
        if (!node_is_string(item)) {
            fail_node(ld, item, "an item of '%s' must be a string, not %s", path->v[path->n - 1],
                      node_what(item));
            return NULL;
        }
        size_t n = strcspn(item->text, "=");
        struct node *value =
            item->text[n] ? node_scalar(ld, item, item->text + n + 1) : null_at(ld, item);
        const char *key = stk_arena_strndup(ld->arena, item->text, n);
        void **slot = map_at(&seen, key);
        if (!*slot)
            *slot = (void *)(size_t)++map->n;
        map->pairs[(size_t)*slot - 1] = (struct pair){ key, item->src, item->len, value };
    }
    return map;
}

/* Every name of over wins, even one without a value. */
static struct node *merge_variables(struct load *ld, struct path *path, struct node *base,
                                    struct node *over)
{
    base = as_map(ld, path, base);
    over = base ? as_map(ld, path, over) : NULL;
    if (!over)
        return NULL;
    if (base->kind != NODE_MAP || over->kind != NODE_MAP)
        return fail_kinds(ld, path, base, over);
    struct node *merged = node_map(ld, over, base->n + over->n);
    merged->n = 0;
    for (size_t i = 0; i < base->n; i++)
        if (!node_pair(ld, over, base->pairs[i].key))
            merged->pairs[merged->n++] = base->pairs[i];
    for (size_t i = 0; i < over->n; i++)
        if (over->pairs[i].value->tag != TAG_RESET || ld->keep_tags)
            merged->pairs[merged->n++] = over->pairs[i];
    return merged;
}

static struct node *as_list(struct load *ld, struct node *node)
{
    if (node->kind == NODE_LIST)
        return node;
    struct node *list = node_list(ld, node, 1);
    list->items[0] = node;
    return list;
}

static struct node *merge_lists(struct load *ld, struct path *path, struct node *base,
                                struct node *over)
{
    (void)path;
    return append(ld, as_list(ld, base), as_list(ld, over));
}

/* A mapping of hosts as a list of 'host=address'. */
static struct node *host_list(struct load *ld, struct node *node)
{
    if (node->kind != NODE_MAP)
        return node;
    size_t n = 0;
    for (size_t i = 0; i < node->n; i++)
        n += node->pairs[i].value->kind == NODE_LIST ? node->pairs[i].value->n : 1;
    struct node *list = node_list(ld, node, n);
    list->n = 0;
    for (size_t i = 0; i < node->n; i++) {
        const struct node *addresses = as_list(ld, node->pairs[i].value);
        for (size_t k = 0; k < addresses->n; k++) {
            const struct node *a = addresses->items[k];
            bool text = a->kind == NODE_SCALAR;
            list->items[list->n++] = node_scalar(
                ld, a, load_printf(ld, "%s=%s", node->pairs[i].key, text ? a->text : ""));
        }
    }
    return list;
}

/* Two addresses of one host both stay; the same one twice does not. */
static struct node *merge_hosts(struct load *ld, struct path *path, struct node *base,
                                struct node *over)
{
    STK_CLEANUP(map_clear) struct map seen = { 0 };
    base = host_list(ld, base);
    over = host_list(ld, over);
    if (base->kind != NODE_LIST || over->kind != NODE_LIST)
        return fail_kinds(ld, path, base, over);
    struct node *all = append(ld, base, over);
    if (!all)
        return NULL;
    size_t kept = 0;
    for (size_t i = 0; i < all->n; i++) {
        void **slot = node_is_string(all->items[i]) ? map_at(&seen, all->items[i]->text) : NULL;
        if (!slot || !*slot || i < base->n)
            all->items[kept++] = all->items[i];
        if (slot)
            *slot = all;
    }
    all->n = kept;
    return all;
}

/* A list of names as a mapping from each to nothing. */
static struct node *name_map(struct load *ld, const struct path *path, struct node *node)
{
    if (node->kind != NODE_LIST)
        return node;
    struct node *map = node_map(ld, node, node->n);
    bool depends = stk_streq(path->v[path->n - 1], "depends_on");
    for (size_t i = 0; i < node->n; i++) {
        struct node *item = node->items[i];
        if (!node_is_string(item)) {
            fail_node(ld, item, "an item of '%s' must be a name, not %s", path->v[path->n - 1],
                      node_what(item));
            return NULL;
        }
        struct node *value = null_at(ld, item);
        if (depends) {
            value = node_map(ld, item, 1);
            value->pairs[0] = (struct pair){ "condition", item->src, item->len,
                                             node_scalar(ld, item, "service_started") };
        }
        map->pairs[i] = (struct pair){ item->text, item->src, item->len, value };
    }
    return map;
}

static struct node *merge_names(struct load *ld, struct path *path, struct node *base,
                                struct node *over)
{
    base = name_map(ld, path, base);
    over = base ? name_map(ld, path, over) : NULL;
    if (!over)
        return NULL;
    return merge_any(ld, path, base, over);
}

/* Options of one driver are none of another. */
static struct node *merge_logging(struct load *ld, struct path *path, struct node *base,
                                  struct node *over)
{
    const struct node *was = node_get(ld, base, "driver"), *is = node_get(ld, over, "driver");
    bool scalars = was && is && was->kind == NODE_SCALAR && is->kind == NODE_SCALAR;
    if (scalars && !stk_streq(was->text, is->text))
        return replace(ld, path, base, over);
    return merge_any(ld, path, base, over);
}

/* A string is a mapping with a context. */
static struct node *build_map(struct load *ld, struct node *node)
{
    if (!node_is_string(node))
        return node;
    struct node *map = node_map(ld, node, 1);
    map->pairs[0] = (struct pair){ "context", node->src, node->len, node };
    return map;
}

static struct node *merge_build(struct load *ld, struct path *path, struct node *base,
                                struct node *over)
{
    return merge_any(ld, path, build_map(ld, base), build_map(ld, over));
}

/* The pool of that subnet among the first n, or n. */
static size_t find_subnet(struct load *ld, const struct node *pools, size_t n, struct node *pool)
{
    enum { MOST = 256 }; /* beyond them nobody looks, so that no file is slow */
    const struct node *wanted = node_get(ld, pool, "subnet");
    for (size_t i = 0; wanted && wanted->kind == NODE_SCALAR && i < n && i < MOST; i++) {
        const struct node *subnet = node_get(ld, pools->items[i], "subnet");
        if (subnet && subnet->kind == NODE_SCALAR && stk_streq(subnet->text, wanted->text))
            return i;
    }
    return n;
}

/* Pools of one subnet are one pool. */
static struct node *merge_subnets(struct load *ld, struct path *path, struct node *base,
                                  struct node *over)
{
    if (base->kind != NODE_LIST || over->kind != NODE_LIST)
        return fail_kinds(ld, path, base, over);
    struct node *all = append(ld, base, over);
    size_t kept = base->n;
    for (size_t i = 0; all && i < over->n; i++) {
        struct node *item = all->items[base->n + i];
        size_t at = find_subnet(ld, all, kept, item);
        if (at < kept && !(item = merge_any(ld, path, all->items[at], item)))
            return NULL;
        all->items[at] = item;
        kept += at == kept;
    }
    if (all)
        all->n = kept;
    return all;
}

struct node *merge_keeping_tags(struct load *ld, const char *service, struct node *base,
                                struct node *over)
{
    struct path path = { .v = { "services", service }, .n = service ? 2 : 0 };
    bool before = ld->keep_tags;
    ld->keep_tags = true;
    struct node *merged = merge_any(ld, &path, base, over);
    ld->keep_tags = before;
    return merged;
}

struct node *merge(struct load *ld, struct node *base, struct node *over)
{
    struct path path = { .n = 0 };
    return base ? merge_any(ld, &path, base, over) : obey_tags(ld, over);
}
