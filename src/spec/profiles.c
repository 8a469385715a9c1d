/* profiles.c — which services take part: those without profiles, those of an active one, and those
 * that were named, with all their profiles. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "model.h"
#include "text.h"

static void activate(struct map *active, const char *profile)
{
    *map_at(active, profile) = active;
}

static void activate_list(struct load *ld, struct map *active, const char *list)
{
    while (list && *list) {
        size_t n = strcspn(list, ","), from = strspn(list, " ");
        const char *name =
            stk_arena_strndup(ld->arena, list + (from < n ? from : n), from < n ? n - from : 0);
        if (*name)
            activate(active, name);
        list += n + (list[n] == ',');
    }
}

static bool is_enabled(const struct map *active, const struct stk_strs *profiles)
{
    if (profiles->n == 0 || map_get(active, "*"))
        return true;
    for (size_t i = 0; i < profiles->n; i++)
        if (map_get(active, profiles->v[i]))
            return true;
    return false;
}

/* A name on the command line, which may be a pattern, activates the profiles of what it names. */
static void activate_named(const struct model *m, const char *name, struct map *active)
{
    bool pattern = strpbrk(name, "*?[") != NULL;
    for (size_t i = 0; pattern && i < m->n_services; i++) {
        const struct stk_service *s = &m->services[i].s;
        for (size_t k = 0; stk_glob(name, s->name) && k < s->profiles.n; k++)
            activate(active, s->profiles.v[k]);
    }
    const struct service *s = pattern ? NULL : model_service(m, name);
    for (size_t k = 0; s && k < s->s.profiles.n; k++)
        activate(active, s->s.profiles.v[k]);
}

static void collect(const char *key, void *value, void *data)
{
    struct stk_strs *list = data;
    (void)value;
    list->v[list->n++] = key;
}

static void list_all(struct load *ld, const struct model *m)
{
    STK_CLEANUP(map_clear) struct map all = { 0 };
    for (size_t i = 0; i < m->n_services; i++)
        for (size_t k = 0; k < m->services[i].s.profiles.n; k++)
            activate(&all, m->services[i].s.profiles.v[k]);
    ld->spec->all_profiles.v = stk_arena_array(ld->arena, all.n, sizeof(char *));
    map_each(&all, collect, &ld->spec->all_profiles);
}

void model_enable(struct load *ld, struct model *m)
{
    STK_CLEANUP(map_clear) struct map active = { 0 };
    for (size_t i = 0; i < ld->opts->profiles.n; i++)
        activate(&active, ld->opts->profiles.v[i]);
    if (ld->opts->profiles.n == 0)
        activate_list(ld, &active, load_var(ld, "COMPOSE_PROFILES"));
    for (size_t i = 0; i < ld->opts->services.n; i++)
        activate_named(m, ld->opts->services.v[i], &active);
    for (size_t i = 0; i < m->n_services; i++)
        m->services[i].enabled = is_enabled(&active, &m->services[i].s.profiles);
    list_all(ld, m);
}
