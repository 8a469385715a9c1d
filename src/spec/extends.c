/* extends.c — a service that extends another one: that one's keys below its own. Bases are resolved
 * first, each once; their relative paths begin at the directory of their file. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "assemble.h"
#include "files.h"
#include "merge.h"
#include "model.h"
#include "text.h"

enum { MAX_DEPTH = 200 };

/* The services of one document or file, and what became of those that were resolved. */
struct bases {
    struct node *services;
    struct map *done; /* name → struct node *, &in_work or &broken */
};

static struct node in_work, broken;

struct reference {
    const char *service, *file; /* file NULL: the same */
    const struct node *at;      /* of the service's name */
    const struct node *file_at;
};

static struct node *resolve(struct load *ld, struct bases *bases, struct pair *pair,
                            unsigned depth);

/* service, or {service, file}. */
static bool read_reference(struct load *ld, const struct pair *pair, struct node *extends,
                           struct reference *ret)
{
    struct node *service = extends->kind == NODE_MAP ? node_get(ld, extends, "service") : extends;
    struct node *file = node_get(ld, extends, "file");
    if (!service || !node_is_string(service))
        return fail_rule(ld, STK_RULE_EXTENDS, extends,
                         "'extends' of service '%s' needs the name of a service", pair->key);
    if (file && !node_is_null(file) && !node_is_string(file))
        return fail_rule(ld, STK_RULE_EXTENDS, file,
                         "'file' of 'extends' of service '%s' must be a string, not %s", pair->key,
                         node_what(file));
    *ret = (struct reference){ .service = service->text, .at = service };
    if (file && !node_is_null(file)) {
        ret->file = file->text;
        ret->file_at = file;
    }
    return true;
}

/* The scope whose variables the file of a node sees. */
static const struct scope *including(const struct scope *scope)
{
    while (scope && !scope->env)
        scope = scope->parent;
    return scope;
}

static struct bases *read_bases(struct load *ld, const char *path, const struct reference *ref)
{
    STK_CLEANUP(docs_clear) struct docs docs = { 0 };
    struct scope *scope = stk_arena_alloc(ld->arena, sizeof(*scope));
    *scope = (struct scope){ .parent = including(ref->at->scope),
                             .dir = path_dir(ld, path),
                             .via = ref->file_at->src,
                             .how = "extended" };
    struct bases *bases = stk_arena_alloc(ld->arena, sizeof(*bases));
    bases->done = load_map(ld);
    if (!file_is_there(path)) {
        fail_rule(ld, STK_RULE_EXTENDS, ref->file_at,
                  "cannot extend '%s' of '%s': there is no such file", ref->service,
                  path_shown(ld, path));
        return bases;
    }
    struct node *root = docs_read(ld, path, scope, &docs) ? assemble_plainly(ld, &docs) : NULL;
    bases->services = root ? node_get(ld, root, "services") : NULL;
    if (!bases->services && (root || docs.n == 0) && ld->diags->errors == 0)
        fail_rule(ld, STK_RULE_EXTENDS, ref->file_at, "'%s' has no services to extend",
                  path_shown(ld, path));
    return bases;
}

/* The services of the file that is named, read once for each set of variables. */
static struct bases *bases_of(struct load *ld, struct bases *here, const struct reference *ref)
{
    if (!ref->file)
        return here;
    const char *path = path_base(ld, ref->file_at->scope, ref->file);
    void **slot = map_at(&ld->bases,
                         load_printf(ld, "%s\n%p", path, (const void *)including(ref->at->scope)));
    if (!*slot)
        *slot = read_bases(ld, path, ref);
    return *slot;
}

static struct pair *base_pair(struct load *ld, struct bases *bases, const struct pair *pair,
                              const struct reference *ref)
{
    struct pair *base = node_pair(ld, bases->services, ref->service);
    if (base || !bases->services)
        return base;
    const char *hint = NULL;
    size_t n = bases->services->kind == NODE_MAP ? bases->services->n : 0;
    const char **names = stk_arena_array(ld->arena, n, sizeof(*names));
    for (size_t i = 0; i < n; i++)
        names[i] = bases->services->pairs[i].key;
    hint = did_you_mean(ld, ref->service, names, n);
    struct stk_diag d = diag_at(ld, ref->at->src, ref->at->len);
    d.rule = STK_RULE_EXTENDS;
    d.hint = hint;
    stk_diags_add(ld->diags, &d, "service '%s' extends '%s', which is not there", pair->key,
                  ref->service);
    return NULL;
}

static struct node *without_extends(struct load *ld, struct node *service)
{
    struct node *copy = node_map(ld, service, service->n);
    copy->n = 0;
    for (size_t i = 0; i < service->n; i++)
        if (strcmp(service->pairs[i].key, "extends") != 0)
            copy->pairs[copy->n++] = service->pairs[i];
    return copy;
}

static struct node *fail_circle(struct load *ld, const struct pair *pair,
                                const struct reference *ref)
{
    fail_rule(ld, STK_RULE_EXTENDS, ref->at, "service '%s' extends '%s', which in turn extends it",
              pair->key, ref->service);
    return NULL;
}

/* What a node would take, written out. Nodes that merging made were not weighed yet. */
static size_t weight_of(struct node *node)
{
    size_t weight = node->weight;
    for (size_t i = 0; !node->weight && i < node->n; i++)
        weight += 16 + weight_of(node->kind == NODE_LIST ? node->items[i] : node->pairs[i].value);
    return node->weight = weight;
}

static struct node *extend_service(struct load *ld, struct bases *bases, struct pair *pair,
                                   struct node *extends, unsigned depth)
{
    struct reference ref = { 0 };
    if (!read_reference(ld, pair, extends, &ref))
        return NULL;
    if (depth > MAX_DEPTH) {
        fail_rule(ld, STK_RULE_EXTENDS, ref.at, "too many services extend each other: at most %d",
                  MAX_DEPTH);
        return NULL;
    }
    struct bases *from = bases_of(ld, bases, &ref);
    struct pair *base = base_pair(ld, from, pair, &ref);
    if (!base)
        return NULL;
    if (map_get(from->done, ref.service) == &in_work)
        return fail_circle(ld, pair, &ref);
    struct node *resolved = resolve(ld, from, base, depth + 1);
    if (!resolved)
        return NULL;
    struct node *own = without_extends(ld, pair->value);
    if (!merge_may_copy(ld, ref.at, weight_of(resolved)))
        return NULL;
    if (resolved->kind != NODE_MAP)
        return own; /* nothing; or what is wrong with it is told where it is read */
    return merge_keeping_tags(ld, pair->key, merge(ld, NULL, resolved), own);
}

/* The service with what it extends; NULL after a problem. */
static struct node *resolve(struct load *ld, struct bases *bases, struct pair *pair, unsigned depth)
{
    struct node *extends = node_get(ld, pair->value, "extends");
    if (!extends || node_is_null(extends) || extends->tag == TAG_RESET)
        return pair->value;
    void **slot = map_at(bases->done, pair->key);
    if (*slot)
        return *slot == &broken ? NULL : *slot;
    *slot = &in_work;
    struct node *merged = extend_service(ld, bases, pair, extends, depth);
    *map_at(bases->done, pair->key) = merged ? merged : &broken;
    return merged;
}

/* What is left of a service whose base cannot be had. */
static struct node *alone(struct load *ld, struct node *service)
{
    struct node *copy = without_extends(ld, service);
    copy->bad = true;
    return copy;
}

static bool any_extends(struct load *ld, const struct node *services)
{
    for (size_t i = 0; services && services->kind == NODE_MAP && i < services->n; i++)
        if (node_get(ld, services->pairs[i].value, "extends"))
            return true;
    return false;
}

/* A copy of a map with another value for one of its keys. */
static struct node *with(struct load *ld, struct node *map, const char *key, struct node *value)
{
    struct node *copy = node_map(ld, map, map->n);
    for (size_t i = 0; i < map->n; i++) {
        copy->pairs[i] = map->pairs[i];
        if (strcmp(map->pairs[i].key, key) == 0)
            copy->pairs[i].value = value;
    }
    return copy;
}

struct node *extend(struct load *ld, struct node *doc)
{
    struct node *services = node_get(ld, doc, "services");
    if (!any_extends(ld, services) || services->n > MODEL_MAX_THINGS)
        return doc; /* so many are refused when they are read */
    struct bases bases = { .services = services, .done = load_map(ld) };
    struct node *extended = node_map(ld, services, services->n);
    extended->tag = services->tag;
    for (size_t i = 0; i < services->n; i++) {
        struct pair *pair = &services->pairs[i];
        struct node *service = resolve(ld, &bases, pair, 0);
        extended->pairs[i] = *pair;
        extended->pairs[i].value = service ? service : alone(ld, pair->value);
    }
    return with(ld, doc, "services", extended);
}
