/* depends.c — dependencies that follow from other keys: links, volumes of another service, and namespaces
 * shared with one. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "model.h"
#include "text.h"

static int by_service(const void *a, const void *b)
{
    return strcmp(((const struct stk_depend *)a)->service, ((const struct stk_depend *)b)->service);
}

struct adding {
    struct load *ld;
    struct service *s;
};

static bool is_there(const struct adding *a, const char *name)
{
    for (size_t i = 0; i < a->s->s.n_depends_on; i++)
        if (stk_streq(a->s->s.depends_on[i].service, name))
            return true;
    return false;
}

/* Where the item of that text stands, or the key itself. */
static struct stk_src place_of(const struct adding *a, const char *key, const char *text)
{
    struct pair *pair = node_pair(a->ld, a->s->node, key);
    const struct node *list = pair ? pair->value : NULL;
    for (size_t i = 0; list && list->kind == NODE_LIST && i < list->n; i++)
        if (node_is_string(list->items[i]) && strcmp(list->items[i]->text, text) == 0)
            return list->items[i]->src;
    return list ? list->src : a->s->s.src;
}

static void add(struct adding *a, const char *key, const char *text, size_t n, bool restart)
{
    const char *name = stk_arena_strndup(a->ld->arena, text, n);
    if (is_there(a, name))
        return;
    struct stk_depend *d = &a->s->s.depends_on[a->s->s.n_depends_on++];
    *d = (struct stk_depend){
        .service = name, .required = true, .restart = restart, .src = place_of(a, key, text)
    };
}

void derive_depends(struct load *ld, struct service *s)
{
    const struct {
        const char *key, *value;
    } modes[] = { { "network_mode", s->s.network_mode },
                  { "ipc", s->s.ipc },
                  { "pid", s->s.pid },
                  { "uts", s->s.uts },
                  { "cgroup", s->s.cgroup } };
    if (ld->opts->no_normalize)
        return;
    struct adding a = { .ld = ld, .s = s };
    size_t room = s->s.n_depends_on + s->s.links.n + s->s.volumes_from.n + STK_LEN(modes);
    struct stk_depend *v = stk_arena_array(ld->arena, room, sizeof(*v));
    if (s->s.n_depends_on)
        memcpy(v, s->s.depends_on, s->s.n_depends_on * sizeof(*v));
    s->s.depends_on = v;
    for (size_t i = 0; i < s->s.links.n; i++)
        add(&a, "links", s->s.links.v[i], strcspn(s->s.links.v[i], ":"), true);
    for (size_t i = 0; i < STK_LEN(modes); i++)
        if (modes[i].value && stk_starts(modes[i].value, "service:")) {
            const char *name = modes[i].value + strlen("service:");
            add(&a, modes[i].key, name, strlen(name), true);
        }
    for (size_t i = 0; i < s->s.volumes_from.n; i++)
        if (!stk_starts(s->s.volumes_from.v[i], "container:"))
            add(&a, "volumes_from", s->s.volumes_from.v[i], strcspn(s->s.volumes_from.v[i], ":"),
                false);
    if (s->s.n_depends_on)
        qsort(v, s->s.n_depends_on, sizeof(*v), by_service);
}
