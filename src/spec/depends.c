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
    struct map there; /* services that are depended on already */
};

/* Where the item at that place stands, or the key itself: items that repeat each other were dropped. */
static struct stk_src place_of(const struct adding *a, const char *key, size_t at)
{
    const struct node *value = node_get(a->ld, a->s->node, key);
    if (value && value->kind == NODE_LIST && at < value->n)
        return value->items[at]->src;
    return value ? value->src : a->s->s.src;
}

static void add(struct adding *a, const char *key, size_t at, const char *text, size_t n,
                bool restart)
{
    const char *name = stk_arena_strndup(a->ld->arena, text, n);
    void **slot = map_at(&a->there, name);
    if (*slot)
        return;
    *slot = a;
    struct stk_depend *d = &a->s->s.depends_on[a->s->s.n_depends_on++];
    *d = (struct stk_depend){
        .service = name, .required = true, .restart = restart, .src = place_of(a, key, at)
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
    size_t more = s->s.links.n + s->s.volumes_from.n;
    for (size_t i = 0; i < STK_LEN(modes); i++)
        more += modes[i].value && stk_starts(modes[i].value, "service:");
    if (!more)
        return; /* there may be very many of them, in their order already */
    size_t room = s->s.n_depends_on + more;
    struct stk_depend *v = stk_arena_array(ld->arena, room, sizeof(*v));
    if (s->s.n_depends_on)
        memcpy(v, s->s.depends_on, s->s.n_depends_on * sizeof(*v));
    s->s.depends_on = v;
    for (size_t i = 0; i < s->s.n_depends_on; i++)
        *map_at(&a.there, v[i].service) = &a;
    for (size_t i = 0; i < s->s.links.n; i++)
        add(&a, "links", i, s->s.links.v[i], strcspn(s->s.links.v[i], ":"), true);
    for (size_t i = 0; i < STK_LEN(modes); i++)
        if (modes[i].value && stk_starts(modes[i].value, "service:")) {
            const char *name = modes[i].value + strlen("service:");
            add(&a, modes[i].key, 0, name, strlen(name), true);
        }
    for (size_t i = 0; i < s->s.volumes_from.n; i++)
        if (!stk_starts(s->s.volumes_from.v[i], "container:"))
            add(&a, "volumes_from", i, s->s.volumes_from.v[i], strcspn(s->s.volumes_from.v[i], ":"),
                false);
    map_clear(&a.there);
    if (s->s.n_depends_on)
        qsort(v, s->s.n_depends_on, sizeof(*v), by_service);
}
