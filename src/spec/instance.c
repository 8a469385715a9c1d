/* instance.c — see instance.h. Which ports an instance has is for its caller to remember. */
#include "instance.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "arena.h"
#include "text.h"

/* "gitdir: /repo/.git/worktrees/feature": the name git gave the worktree, which no other of that repository
 * has. NULL: the main one, or no repository. */
static const char *linked_worktree(struct load *ld, const char *git_file)
{
    char line[4096];
    FILE *file = fopen(git_file, "re");
    if (!file)
        return NULL;
    char *got = fgets(line, sizeof(line), file);
    fclose(file);
    char *name = got ? strstr(line, "/worktrees/") : NULL;
    if (!name || !stk_starts(line, "gitdir: "))
        return NULL;
    name += strlen("/worktrees/");
    name[strcspn(name, "/\r\n")] = '\0';
    return stk_arena_strdup(ld->arena, name);
}

static const char *worktree(struct load *ld)
{
    for (const char *dir = ld->dir ? ld->dir : ld->cwd;; dir = path_dir(ld, dir)) {
        struct stat st;
        const char *git = path_join(ld, dir, ".git");
        if (stat(git, &st) == 0)
            return S_ISREG(st.st_mode) ? linked_worktree(ld, git) : NULL;
        if (stk_streq(dir, "/"))
            return NULL;
    }
}

/* As it may stand in a project's name; "" when nothing is left of it. */
static const char *normalised(struct load *ld, const char *text)
{
    char *out = stk_arena_strdup(ld->arena, text), *end = out;
    for (; *text; text++)
        if (isalnum((unsigned char)*text) || (end > out && strchr("-_", *text)))
            *end++ = (char)tolower((unsigned char)*text);
        else if (end > out && end[-1] != '-')
            *end++ = '-';
    while (end > out && end[-1] == '-')
        end--;
    *end = '\0';
    return out;
}

static bool asked_by_files(struct load *ld, struct node *const *docs, size_t n, bool *ret)
{
    *ret = false;
    for (size_t i = 0; i < n; i++) {
        struct node *own = node_get(ld, docs[i], "x-stackctl");
        struct node *instances =
            own && own->kind == NODE_MAP ? node_get(ld, own, "instances") : NULL;
        if (!instances)
            continue;
        if (!node_is_string(instances) || !stk_streq(instances->text, "worktree"))
            return fail_hint(ld, instances, "did you mean 'worktree'?",
                             "'instances' of x-stackctl can only be 'worktree'");
        *ret = true;
    }
    return true;
}

bool instance_find(struct load *ld, struct node *const *docs, size_t n, bool named,
                   const char **ret)
{
    const char *given = ld->opts->instance;
    bool by_files = false;
    *ret = NULL;
    if (!given && !named && !asked_by_files(ld, docs, n, &by_files))
        return false;
    if (given && !stk_streq(given, "auto")) {
        if (*given && stk_streq(normalised(ld, given), given)) {
            *ret = given;
            return true;
        }
        struct stk_diag d = { .severity = STK_ERROR,
                              .code = STK_EUSAGE,
                              .rule = STK_RULE_PROJECT_NAME,
                              .hint =
                                  load_printf(ld, "did you mean '%s'?", normalised(ld, given)) };
        stk_diags_add(ld->diags, &d,
                      "instance name '%s' may hold only lower-case letters, digits, '-' and '_'",
                      given);
        return false;
    }
    const char *tree = given || by_files ? worktree(ld) : NULL;
    if (tree && *normalised(ld, tree))
        *ret = normalised(ld, tree);
    return true;
}

static const char *suffixed(struct load *ld, const char *name)
{
    return name ? load_printf(ld, "%s-%s", name, ld->spec->instance) : NULL;
}

static bool map_port(struct load *ld, const struct stk_service *s, struct stk_port *port)
{
    int64_t fixed = 0;
    if (!port->published || !stk_parse_int(port->published, &fixed) || fixed < 1 ||
        fixed > UINT16_MAX)
        return true; /* a range or none: the engine picks a free one */
    struct stk_error err = { 0 };
    const char *key =
        load_printf(ld, "%s %u:%u/%s", s->name, (unsigned)fixed, port->target, port->protocol);
    unsigned mapped = 0;
    if (ld->opts->instance_port(ld->spec->project, ld->spec->dir, key, &mapped, &err) != 0) {
        fail_src(ld, port->src, "port %s: %s", port->published, err.msg);
        stk_error_clear(&err);
        return false;
    }
    port->published = load_printf(ld, "%u", mapped);
    return true;
}

bool instance_apply(struct load *ld, struct model *m)
{
    bool ok = true;
    if (!ld->spec->instance)
        return true;
    for (size_t i = 0; i < m->n_services; i++) {
        struct stk_service *s = &m->services[i].s;
        s->container_name = suffixed(ld, s->container_name);
        for (size_t k = 0; m->services[i].enabled && ld->opts->instance_port && k < s->n_ports; k++)
            ok = ok && map_port(ld, s, &s->ports[k]);
    }
    for (size_t i = 0; i < m->n_volumes; i++)
        if (!m->volumes[i].v.external)
            m->volumes[i].v.name = suffixed(ld, m->volumes[i].v.name);
    for (size_t i = 0; i < m->n_networks; i++)
        if (!m->networks[i].n.external)
            m->networks[i].n.name = suffixed(ld, m->networks[i].n.name);
    return ok;
}
