/* include.c — other stack files that a file includes: each is a model of its own, with its own directory
 * and variables, whose services and resources are added to the document that includes it. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "arena.h"
#include "assemble.h"
#include "dotenv.h"
#include "files.h"
#include "text.h"

enum { MAX_DEPTH = 64, MAX_INCLUDES = 1000 };

static const struct {
    const char *key, *what;
} sections[] = { { "services", "service" }, { "networks", "network" }, { "volumes", "volume" },
                 { "secrets", "secret" },   { "configs", "config" },   { "models", "model" } };

struct entry {
    const struct node *at;
    struct stk_strs paths; /* absolute */
    const char *dir;
    const struct node *env; /* env_file, or NULL */
};

/* A string or a list of them. */
static bool read_paths(struct load *ld, const char *key, const struct node *node,
                       struct stk_strs *ret)
{
    size_t n = node->kind == NODE_LIST ? node->n : 1;
    *ret = (struct stk_strs){ .set = true, .v = stk_arena_array(ld->arena, n, sizeof(char *)) };
    for (size_t i = 0; i < n; i++) {
        const struct node *item = node->kind == NODE_LIST ? node->items[i] : node;
        if (!node_is_string(item) || !*item->text)
            return fail_rule(ld, STK_RULE_INCLUDE, item,
                             "'%s' of an include must be a path, not %s", key,
                             node_is_string(item) ? "empty" : node_what(item));
        ret->v[ret->n++] = path_base(ld, item->scope, item->text);
    }
    return n > 0 || fail_rule(ld, STK_RULE_INCLUDE, node, "'%s' of an include is empty", key);
}

static bool read_entry(struct load *ld, struct node *item, struct entry *ret)
{
    static const char *const keys[] = { "path", "project_directory", "env_file" };
    *ret = (struct entry){ .at = item };
    struct node *path = item->kind == NODE_MAP ? node_get(ld, item, "path") : item;
    struct node *dir = node_get(ld, item, "project_directory");
    struct node *env = node_get(ld, item, "env_file");
    for (size_t i = 0; item->kind == NODE_MAP && i < item->n; i++) {
        const struct pair *pair = &item->pairs[i];
        bool known = stk_starts(pair->key, "x-");
        for (size_t k = 0; k < STK_LEN(keys); k++)
            known |= stk_streq(keys[k], pair->key);
        if (!known)
            warn_src(ld, STK_RULE_IGNORED, pair->src, pair->len,
                     "unknown key '%s' in an include is ignored", pair->key);
    }
    if (item->kind == NODE_LIST)
        return fail_rule(ld, STK_RULE_INCLUDE, item,
                         "an include must be a path or a mapping, not a list");
    if (!path)
        return fail_rule(ld, STK_RULE_INCLUDE, item, "an include needs 'path'");
    if (!read_paths(ld, "path", path, &ret->paths))
        return false;
    if (dir && !node_is_null(dir) && !node_is_string(dir))
        return fail_rule(ld, STK_RULE_INCLUDE, dir,
                         "'project_directory' of an include must be a string, not %s",
                         node_what(dir));
    ret->dir = dir && node_is_string(dir) && *dir->text ? path_base(ld, dir->scope, dir->text)
                                                        : path_dir(ld, ret->paths.v[0]);
    ret->env = env && !node_is_null(env) ? env : NULL;
    return true;
}

/* One more level of files that include each other. */
struct including {
    const struct including *up;
    const char *path;
};

static bool check_cycle(struct load *ld, const struct entry *entry)
{
    unsigned depth = 0;
    for (const struct including *up = ld->including; up; up = up->up) {
        if (stk_streq(up->path, entry->paths.v[0]))
            return fail_rule(ld, STK_RULE_INCLUDE, entry->at, "include cycle: '%s' includes itself",
                             path_shown(ld, entry->paths.v[0]));
        depth++;
    }
    if (depth > MAX_DEPTH || ++ld->n_includes > MAX_INCLUDES)
        return fail_rule(ld, STK_RULE_INCLUDE, entry->at,
                         "too many includes: at most %d, and %d in each other", MAX_INCLUDES,
                         MAX_DEPTH);
    return true;
}

static bool read_variables(struct load *ld, const char *path, struct map *into)
{
    struct source *source = file_read(ld, path, NULL);
    return source && dotenv_read(ld, source, DOTENV_PLAIN, into);
}

/* env_file, or .env in the directory. */
static bool read_env(struct load *ld, const struct entry *entry, struct map *into)
{
    struct stk_strs files;
    struct stat st;
    const char *here = path_join(ld, entry->dir, ".env");
    if (!entry->env)
        return stat(here, &st) != 0 || S_ISDIR(st.st_mode) || read_variables(ld, here, into);
    if (!read_paths(ld, "env_file", entry->env, &files))
        return false;
    bool ok = true;
    for (size_t i = 0; i < files.n; i++) {
        const struct node *at = entry->env->kind == NODE_LIST ? entry->env->items[i] : entry->env;
        if (!file_is_there(files.v[i]))
            ok = fail_rule(ld, STK_RULE_INCLUDE, at, "env_file '%s' of an include is not there",
                           path_shown(ld, files.v[i]));
        else
            ok &= read_variables(ld, files.v[i], into);
    }
    return ok;
}

static const struct scope *scope_of(struct load *ld, const struct entry *entry)
{
    struct scope *scope = stk_arena_alloc(ld->arena, sizeof(*scope));
    struct map *env = load_map(ld);
    const struct scope *before = ld->scope;
    ld->scope = entry->at->scope;
    bool ok = read_env(ld, entry, env);
    ld->scope = before;
    *scope = (struct scope){ .parent = entry->at->scope,
                             .dir = entry->dir,
                             .env = env,
                             .via = entry->at->src,
                             .how = "included" };
    return ok ? scope : NULL;
}

/* The files of one entry as one document; NULL after a problem. */
static struct node *load_entry(struct load *ld, const struct entry *entry)
{
    STK_CLEANUP(docs_clear) struct docs docs = { 0 };
    struct including level = { ld->including, entry->paths.v[0] };
    const struct scope *scope = scope_of(ld, entry);
    bool ok = scope != NULL;
    for (size_t i = 0; ok && i < entry->paths.n; i++) {
        if (!file_is_there(entry->paths.v[i]))
            ok = fail_rule(ld, STK_RULE_INCLUDE, entry->at,
                           "cannot include '%s': there is no such file",
                           path_shown(ld, entry->paths.v[i]));
        else
            ok = docs_read(ld, entry->paths.v[i], scope, &docs);
    }
    if (ok && docs.n == 0)
        ok = fail_rule(ld, STK_RULE_INCLUDE, entry->at, "cannot include '%s': it is empty",
                       path_shown(ld, entry->paths.v[0]));
    ld->including = &level;
    struct node *root = ok ? assemble(ld, &docs) : NULL;
    ld->including = level.up;
    return root;
}

/* Whether both say the same; relative paths only do when they begin at one place. */
static bool same(struct load *ld, struct node *a, struct node *b)
{
    if (a == b)
        return true;
    if (a->kind != b->kind || a->n != b->n)
        return false;
    if (a->kind == NODE_SCALAR) {
        const char *dir_a = a->scope ? a->scope->dir : ld->dir,
                   *dir_b = b->scope ? b->scope->dir : ld->dir;
        bool path = a->text[0] == '.' && (a->text[1] == '/' || a->text[1] == '.' || !a->text[1]);
        return a->type == b->type && stk_streq(a->text, b->text) &&
               (!path || stk_streq(dir_a, dir_b));
    }
    for (size_t i = 0; i < a->n; i++) {
        struct node *other = a->kind == NODE_LIST ? b->items[i] : node_get(ld, b, a->pairs[i].key);
        if (!other || !same(ld, a->kind == NODE_LIST ? a->items[i] : a->pairs[i].value, other))
            return false;
    }
    return true;
}

/* The entries of a section of both. */
static struct node *add_section(struct load *ld, const char *what, struct node *own,
                                const struct node *from)
{
    if (!own || own->kind != NODE_MAP || from->kind != NODE_MAP)
        own = node_map(ld, from, 0);
    struct node *both = node_map(ld, own, own->n + from->n);
    if (own->n)
        memcpy(both->pairs, own->pairs, own->n * sizeof(struct pair));
    both->n = own->n;
    both->tag = own->tag;
    for (size_t i = 0; i < from->n && from->kind == NODE_MAP; i++) {
        struct pair *pair = &from->pairs[i], *there = node_pair(ld, own, pair->key);
        if (!there) {
            both->pairs[both->n++] = *pair;
        } else if (there->value->tag == TAG_RESET) {
            both->pairs[there - own->pairs] = *pair;
        } else if (!same(ld, pair->value, there->value)) {
            struct stk_diag d = diag_between(ld, there->src, there->len, pair->src);
            d.rule = STK_RULE_MERGE;
            stk_diags_add(ld->diags, &d, "%s '%s' is in an included file too, and differs there",
                          what, pair->key);
        }
    }
    return both;
}

static struct node *set(struct load *ld, struct node *map, const char *key, const struct node *like,
                        struct node *value)
{
    struct node *copy = node_map(ld, map, map->n + 1);
    copy->n = 0;
    bool found = false;
    for (size_t i = 0; i < map->n; i++) {
        copy->pairs[copy->n] = map->pairs[i];
        if (strcmp(map->pairs[i].key, key) == 0) {
            found = true;
            copy->pairs[copy->n].value = value;
        }
        copy->n++;
    }
    if (!found)
        copy->pairs[copy->n++] = (struct pair){ key, like->src, 1, value };
    return copy;
}

static struct node *import(struct load *ld, struct node *doc, struct node *from)
{
    for (size_t i = 0; i < STK_LEN(sections); i++) {
        struct node *section = node_get(ld, from, sections[i].key);
        if (!section || node_is_null(section))
            continue;
        struct node *own = node_get(ld, doc, sections[i].key);
        struct node *both = section->kind == NODE_MAP
                                ? add_section(ld, sections[i].what, own, section)
                                : section; /* what is wrong with it is told where it is read */
        doc = set(ld, doc, sections[i].key, section, both);
    }
    return doc;
}

struct node *include(struct load *ld, struct node *doc)
{
    struct pair *pair = node_pair(ld, doc, "include");
    if (!pair || node_is_null(pair->value))
        return doc;
    const struct node *list = pair->value;
    if (list->kind != NODE_LIST) {
        fail_rule(ld, STK_RULE_INCLUDE, list, "'include' must be a list, not %s", node_what(list));
        ld->incomplete = true;
        return doc;
    }
    for (size_t i = 0; i < list->n; i++) {
        struct entry entry;
        struct node *from = read_entry(ld, list->items[i], &entry) && check_cycle(ld, &entry)
                                ? load_entry(ld, &entry)
                                : NULL;
        if (from)
            doc = import(ld, doc, from);
        else
            ld->incomplete = true;
    }
    return doc;
}
