/* project.c — the name of a project, and what names may be. */
#include "project.h"

#include <ctype.h>
#include <string.h>

#include "arena.h"
#include "instance.h"
#include "origin.h"
#include "substitute.h"

static const char *normalised(struct load *ld, const char *s)
{
    char *out = stk_arena_strdup(ld->arena, s), *end = out;
    for (; *s; s++) {
        char c = (char)tolower((unsigned char)*s);
        bool fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (fine || ((c == '_' || c == '-') && end > out))
            *end++ = c;
    }
    *end = '\0';
    return out;
}

/* What the user gave must be a name already. */
static const char *checked(struct load *ld, const char *name, const char *from)
{
    if (strcmp(normalised(ld, name), name) == 0 && *name)
        return name;
    const char *better = normalised(ld, name);
    struct stk_diag d = { .severity = STK_ERROR,
                          .code = STK_ECONFIG,
                          .rule = STK_RULE_PROJECT_NAME };
    d.hint = *better ? load_printf(ld, "did you mean '%s'?", better) : NULL;
    stk_diags_add(ld->diags, &d,
                  "project name '%s' (%s) may hold only lower-case letters, digits, '-' and '_', "
                  "and begins with a "
                  "letter or digit",
                  name, from);
    return NULL;
}

static const char *base_name(struct load *ld, struct node *const *docs, size_t n)
{
    const char *variable = load_var(ld, "COMPOSE_PROJECT_NAME");
    if (ld->opts->project && *ld->opts->project) {
        origin_project(ld, "command line", (struct stk_src){ 0 });
        return checked(ld, ld->opts->project, "-p");
    }
    if (variable && *variable) {
        origin_used(ld, (struct stk_src){ 0 }, "COMPOSE_PROJECT_NAME", variable);
        origin_project(ld, "variable", (struct stk_src){ 0 });
        return checked(ld, variable, "COMPOSE_PROJECT_NAME");
    }
    struct node *name = NULL;
    for (size_t i = 0; i < n; i++) {
        struct node *there = node_get(ld, docs[i], "name");
        name = there && !node_is_null(there) ? there : name;
    }
    if (name && !node_is_string(name)) {
        fail_hint(ld, name, "put it in quotes", "'name' must be a string, not %s", node_what(name));
        return NULL;
    }
    const char *text = name ? substitute_text(ld, name) : NULL;
    if (name && !text)
        return NULL;
    if (name) {
        origin_project(ld, NULL, name->src);
        const char *project = normalised(ld, text);
        if (*project)
            return project;
        fail_rule(ld, STK_RULE_PROJECT_NAME, name,
                  "project name '%s' must have a letter or a digit", text);
        return NULL;
    }
    origin_project(ld, "project directory", (struct stk_src){ 0 });
    const char *slash = ld->dir ? strrchr(ld->dir, '/') : NULL;
    const char *project = normalised(ld, slash ? slash + 1 : "");
    if (*project)
        return project;
    struct stk_diag d = { .severity = STK_ERROR,
                          .code = STK_ECONFIG,
                          .rule = STK_RULE_PROJECT_NAME,
                          .hint = "give one with -p or name:" };
    stk_diags_add(ld->diags, &d, "the directory '%s' gives no project name",
                  ld->dir ? ld->dir : "");
    return NULL;
}

const char *project_name(struct load *ld, struct node *const *docs, size_t n)
{
    const char *variable = load_var(ld, "COMPOSE_PROJECT_NAME");
    bool named = (ld->opts->project && *ld->opts->project) || (variable && *variable);
    const char *name = base_name(ld, docs, n);
    if (!name || !instance_find(ld, docs, n, named, &ld->spec->instance))
        return NULL;
    return ld->spec->instance ? load_printf(ld, "%s-%s", name, ld->spec->instance) : name;
}
