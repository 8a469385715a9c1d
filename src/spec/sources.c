/* sources.c — which files a model came from, for those who want to know when it would be another. */
#include <string.h>

#include "arena.h"
#include "files.h"
#include "load.h"
#include "text.h"

struct list {
    const struct stk_spec *spec;
    struct stk_strs all;
};

static void add(struct list *list, const char *path)
{
    if (!path || *path != '/')
        return;
    for (size_t i = 0; i < list->all.n; i++)
        if (stk_streq(list->all.v[i], path))
            return;
    list->all.v[list->all.n++] = path;
}

static void add_beside(struct list *list, const char *file, const char *name)
{
    const char *slash = strrchr(file, '/');
    int n = slash ? (int)(slash - file) : 0;
    add(list, stk_arena_printf(list->spec->arena, "%.*s/%s", n, file, name));
}

struct stk_strs stk_spec_sources(const struct stk_spec *spec)
{
    const struct stk_spec_more *more = spec->more;
    struct list list = { .spec = spec };
    size_t n = 8;
    n += (more ? more->n_sources : 0) + spec->n_secrets + spec->n_configs;
    list.all.v = stk_arena_array(spec->arena, n, sizeof(*list.all.v));
    for (size_t i = 0; more && i < more->n_sources; i++)
        add(&list, more->sources[i]->path);
    for (size_t i = 0; i < spec->n_secrets; i++)
        add(&list, spec->secrets[i].file);
    for (size_t i = 0; i < spec->n_configs; i++)
        add(&list, spec->configs[i].file);
    if (spec->files.n && !spec->env_files.set)
        add(&list, stk_arena_printf(spec->arena, "%s/.env", spec->dir));
    for (size_t i = 0; more && more->discovered && file_override(i); i++)
        add_beside(&list, spec->files.v[0], file_override(i));
    return list.all;
}
