/* load.c — the pipeline of stage 1: find, read, interpolate, merge, read keys, derive, check. Each
 * step is a file of its own; this one only says their order. */
#include "load.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "assemble.h"
#include "discovery.h"
#include "files.h"
#include "instance.h"
#include "model.h"
#include "origin.h"
#include "project.h"
#include "text.h"
#include "utf8.h"

extern char **environ;

const char *load_var(const struct load *ld, const char *name)
{
    const char *value = map_get(&ld->process, name);
    return value ? value : map_get(&ld->dotenv, name);
}

const char *scope_var(const struct load *ld, const struct scope *scope, const char *name)
{
    if (!scope)
        return load_var(ld, name);
    const char *value = scope_var(ld, scope->parent, name);
    return value || !scope->env ? value : map_get(scope->env, name);
}

struct map *load_map(struct load *ld)
{
    struct map *map = stk_arena_alloc(ld->arena, sizeof(*map));
    ld->maps = stk_grow(ld->maps, ld->n_maps, &ld->cap_maps, sizeof(struct map *));
    ld->maps[ld->n_maps++] = map;
    return map;
}

/* Values that are no UTF-8 could be written to no engine: such bytes become '?'. */
static const char *clean_value(struct load *ld, const char *value)
{
    size_t n = strlen(value), i = 0;
    while (i < n && (unsigned char)value[i] < 0x80)
        i++;
    if (i == n || utf8_valid(value, n))
        return value;
    char *copy = stk_arena_strdup(ld->arena, value);
    for (; i < n; i++)
        if ((unsigned char)copy[i] >= 0x80)
            copy[i] = '?';
    return copy;
}

static void take_environment(struct load *ld)
{
    for (char *const *e = ld->opts->environ ? ld->opts->environ : environ; e && *e; e++) {
        const char *eq = strchr(*e, '=');
        if (!eq || eq == *e)
            continue;
        const char *name = stk_arena_strndup(ld->arena, *e, (size_t)(eq - *e));
        *map_at(&ld->process, name) =
            (void *)(uintptr_t)clean_value(ld, stk_arena_strdup(ld->arena, eq + 1));
    }
}

static bool take_cwd(struct load *ld)
{
    char here[4096];
    const char *cwd =
        ld->opts->cwd && *ld->opts->cwd == '/' ? ld->opts->cwd : getcwd(here, sizeof(here));
    if (!cwd) {
        struct stk_diag d = { .severity = STK_ERROR,
                              .code = STK_ENOFILE,
                              .rule = STK_RULE_UNREADABLE };
        stk_diags_add(ld->diags, &d, "the working directory cannot be told");
        return false;
    }
    ld->cwd = ld->opts->cwd && *ld->opts->cwd != '/' ? path_join(ld, cwd, ld->opts->cwd)
                                                     : path_clean(ld, cwd);
    return true;
}

static bool load_begin(struct load *ld, const struct stk_spec_opts *opts, struct stk_diags *diags)
{
    struct stk_arena *arena = stk_arena_new();
    *ld = (struct load){ .arena = arena, .diags = diags, .opts = opts };
    ld->spec = stk_arena_alloc(arena, sizeof(*ld->spec));
    ld->more = stk_arena_alloc(arena, sizeof(*ld->more));
    ld->spec->arena = arena;
    ld->spec->more = ld->more;
    ld->more->origins = opts->provenance ? origins_new() : NULL;
    take_environment(ld);
    return take_cwd(ld);
}

/* Everything but the spec; that too when it is not wanted any more. */
static void load_end(struct load *ld)
{
    map_clear(&ld->process);
    map_clear(&ld->dotenv);
    map_clear(&ld->warned);
    map_clear(&ld->bases);
    for (size_t i = 0; i < ld->n_maps; i++)
        map_clear(ld->maps[i]);
    free(ld->maps);
    stk_spec_free(ld->spec);
}

static void add_missing(const char *key, void *value, void *data)
{
    void **slot = map_at(data, key);
    if (!*slot)
        *slot = value;
}

/* .env of the directory, then, when discovery went elsewhere, the one there: the first one wins. */
static bool read_env(struct load *ld, const char *dir, const char *before)
{
    if (before && stk_streq(dir, before))
        return true;
    struct map first = ld->dotenv;
    ld->dotenv = (struct map){ 0 };
    bool ok = files_read_env(ld, dir);
    struct map second = ld->dotenv;
    ld->dotenv = first;
    map_each(&second, add_missing, &ld->dotenv);
    map_clear(&second);
    return ok;
}

struct taking {
    struct stk_arena *arena;
    struct stk_kv *v;
    size_t n;
};

static void take_variable(const char *key, void *value, void *data)
{
    struct taking *taking = data;
    taking->v[taking->n++] = (struct stk_kv){ .key = stk_arena_strdup(taking->arena, key),
                                              .value = stk_arena_strdup(taking->arena, value) };
}

int stk_spec_env_read(const struct stk_spec_opts *opts, const struct stk_strs *files,
                      struct stk_arena *arena, struct stk_kvs *ret, struct stk_diags *diags)
{
    struct load ld;
    struct map found = { 0 };
    bool ok = load_begin(&ld, opts, diags);
    for (size_t i = 0; ok && i < files->n; i++)
        ok = files_read_variables(&ld, files->v[i], &found);
    if (ok) {
        struct taking taking = { arena, stk_arena_array(arena, found.n + 1, sizeof(struct stk_kv)),
                                 0 };
        map_each(&found, take_variable, &taking);
        *ret = (struct stk_kvs){ .n = taking.n, .v = taking.v };
    }
    map_clear(&found);
    load_end(&ld);
    return ok ? 0 : -(int)STK_ECONFIG;
}

/* Where .env is looked for before the stack files are known. */
static const char *first_dir(struct load *ld)
{
    if (ld->opts->project_directory)
        return path_join(ld, ld->cwd, ld->opts->project_directory);
    if (ld->opts->files.n == 0 || stk_streq(ld->opts->files.v[0], "-"))
        return ld->cwd;
    return path_clean(ld, load_printf(ld, "%s/..", path_join(ld, ld->cwd, ld->opts->files.v[0])));
}

static bool find_files(struct load *ld)
{
    const char *dir = first_dir(ld);
    if (!read_env(ld, dir, NULL) || !files_find(ld, &ld->spec->files))
        return false;
    ld->spec->dir = ld->dir;
    return read_env(ld, ld->dir, dir);
}

/* A document that says nothing: no key, or only the obsolete version. */
static bool says_nothing(const struct docs *docs)
{
    for (size_t i = 0; i < docs->n; i++)
        for (size_t k = 0; k < docs->v[i]->n; k++)
            if (!stk_streq(docs->v[i]->pairs[k].key, "version"))
                return false;
    return true;
}

static bool read_files(struct load *ld, struct docs *docs)
{
    for (size_t i = 0; i < ld->spec->files.n; i++)
        if (!docs_read(ld, ld->spec->files.v[i], NULL, docs))
            ld->incomplete = true;
    if (ld->opts->overlay && !says_nothing(docs) &&
        !docs_add(ld, "command line", ld->opts->overlay, docs))
        ld->incomplete = true;
    if (ld->incomplete || !says_nothing(docs))
        return docs->n > 0;
    struct stk_diag d = { .severity = STK_ERROR, .code = STK_ENOFILE, .rule = STK_RULE_UNREADABLE };
    stk_diags_add(ld->diags, &d, "'%s' is empty", ld->more->sources[ld->more->n_sources - 1]->name);
    return false;
}

/* The name is wanted before anything else, for it is a variable of the files. */
static void name_project(struct load *ld, const struct docs *docs)
{
    ld->spec->project = project_name(ld, docs->v, docs->n);
    if (!ld->spec->project)
        ld->spec->project = "project"; /* told; the other problems are not about it */
    *map_at(&ld->process, "COMPOSE_PROJECT_NAME") = (void *)(uintptr_t)ld->spec->project;
}

/* Without interpolation values may be of no type at all: what can be read gives the names, and the
 * rest is only shown. */
static bool publish_raw(struct load *ld, struct node *root)
{
    struct stk_diags unheard = { 0 }, *diags = ld->diags;
    struct model m = { 0 };
    ld->more->raw = true;
    ld->diags = &unheard;
    (void)model_read(ld, root, &m);
    ld->diags = diags;
    stk_diags_clear(&unheard);
    model_enable(ld, &m);
    for (size_t i = 0; i < m.n_networks; i++)
        m.networks[i].used = true;
    for (size_t i = 0; i < m.n_volumes; i++)
        m.volumes[i].used = true;
    model_publish(ld, &m);
    return true;
}

static void add_variable(const char *key, void *value, void *data)
{
    struct stk_kvs *kvs = data;
    kvs->v[kvs->n++] = (struct stk_kv){ .key = key, .value = value };
}

/* What variables are looked up in, for people to see. */
static void keep_environment(struct load *ld)
{
    STK_CLEANUP(map_clear) struct map all = { 0 };
    map_each(&ld->process, add_missing, &all);
    map_each(&ld->dotenv, add_missing, &all);
    ld->more->environment.v = stk_arena_array(ld->arena, all.n, sizeof(struct stk_kv));
    map_each(&all, add_variable, &ld->more->environment);
}

static bool load_all(struct load *ld)
{
    STK_CLEANUP(docs_clear) struct docs docs = { 0 };
    if (!find_files(ld) || !read_files(ld, &docs))
        return false;
    name_project(ld, &docs);
    keep_environment(ld);
    struct node *root = assemble(ld, &docs);
    if (!root)
        return false;
    ld->more->root = root;
    if (ld->opts->no_interpolate)
        return !ld->diags->errors && publish_raw(ld, root);
    struct model m = { 0 };
    bool ok = discovery_check(ld, root);
    ok &= model_read(ld, root, &m);
    model_enable(ld, &m);
    ok &= instance_apply(ld, &m);
    ok &= model_derive(ld, &m);
    ok &= discovery_resolve(ld, &m);
    if (!ld->opts->no_consistency && !ld->incomplete)
        model_check(ld, &m);
    if (ld->opts->lint && !ld->incomplete)
        model_lint(ld, &m);
    if (!ok || ld->diags->errors)
        return false;
    model_canon(ld, &m);
    model_publish(ld, &m);
    return true;
}

static int first_code(const struct stk_diags *diags)
{
    for (size_t i = 0; i < diags->n; i++)
        if (diags->v[i].severity == STK_ERROR)
            return -(int)diags->v[i].code;
    return -STK_ECONFIG;
}

int stk_spec_load(const struct stk_spec_opts *opts, struct stk_spec **ret, struct stk_diags *diags)
{
    STK_CLEANUP(load_end) struct load ld;
    bool ok = load_begin(&ld, opts, diags) && load_all(&ld);
    sort_diags(&ld);
    if (!ok)
        return first_code(diags);
    *ret = TAKE(ld.spec);
    return 0;
}

void stk_spec_free(struct stk_spec *spec)
{
    if (!spec)
        return;
    if (spec->more) {
        free(spec->more->sources);
        origins_free(spec->more->origins);
    }
    stk_arena_free(spec->arena);
}

const struct stk_kvs *stk_spec_environment(const struct stk_spec *spec)
{
    static const struct stk_kvs none = { 0 };
    return spec->more ? &spec->more->environment : &none;
}

const char *stk_spec_line(const struct stk_spec *spec, struct stk_src src)
{
    return spec->more ? more_line(spec->more, spec->arena, src) : NULL;
}

/* Whether a name is known without any file. */
static bool named_outside(const struct load *ld)
{
    const char *variable = load_var(ld, "COMPOSE_PROJECT_NAME");
    return (ld->opts->project && *ld->opts->project) || (variable && *variable);
}

/* Reads the files for their name:. Where there is none to be found, the directory names the project. */
static bool name_from_files(struct load *ld, struct docs *docs)
{
    bool asked = ld->opts->files.n > 0 || load_var(ld, "COMPOSE_FILE");
    if (!asked && !files_are_there(ld)) {
        ld->dir = first_dir(ld);
        return true;
    }
    return find_files(ld) && read_files(ld, docs) && !ld->diags->errors;
}

int stk_spec_project_name(const struct stk_spec_opts *opts, char **ret, struct stk_diags *diags)
{
    STK_CLEANUP(load_end) struct load ld;
    STK_CLEANUP(docs_clear) struct docs docs = { 0 };
    if (!load_begin(&ld, opts, diags))
        return first_code(diags);
    if (!named_outside(&ld)) {
        if (!read_env(&ld, first_dir(&ld), NULL))
            return first_code(diags);
        if (!named_outside(&ld) && !name_from_files(&ld, &docs))
            return first_code(diags);
    }
    const char *name = project_name(&ld, docs.v, docs.n);
    if (!name)
        return first_code(diags);
    *ret = stk_strdup(name);
    return 0;
}
