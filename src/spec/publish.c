/* publish.c — the enabled and the used of the model into the spec, sorted as they are. */
#include <string.h>

#include "arena.h"
#include "model.h"
#include "text.h"

/* The structs are large and the model is not needed any more: they are moved together where they are. */
static void publish_services(struct load *ld, const struct model *m)
{
    struct stk_spec *spec = ld->spec;
    struct stk_service *services = (void *)m->services;
    spec->disabled.v = stk_arena_array(ld->arena, m->n_services, sizeof(char *));
    for (size_t i = 0; i < m->n_services; i++) {
        if (m->services[i].enabled)
            memmove(&services[spec->n_services++], &m->services[i].s, sizeof(*services));
        else
            spec->disabled.v[spec->disabled.n++] = m->services[i].s.name;
    }
    spec->services = services;
}

static struct stk_file *used_files(struct load *ld, const struct file *v, size_t n, size_t *ret_n)
{
    struct stk_file *files = stk_arena_array(ld->arena, n, sizeof(*files));
    for (size_t i = 0; i < n; i++)
        if (v[i].used || ld->opts->all_resources)
            files[(*ret_n)++] = v[i].f;
    return files;
}

static void publish_resources(struct load *ld, const struct model *m)
{
    struct stk_spec *spec = ld->spec;
    struct stk_network *networks = stk_arena_array(ld->arena, m->n_networks, sizeof(*networks));
    struct stk_volume *volumes = stk_arena_array(ld->arena, m->n_volumes, sizeof(*volumes));
    for (size_t i = 0; i < m->n_networks; i++)
        if (m->networks[i].used || (ld->opts->all_resources && m->networks[i].declared))
            networks[spec->n_networks++] = m->networks[i].n;
    for (size_t i = 0; i < m->n_volumes; i++)
        if (m->volumes[i].used || ld->opts->all_resources)
            volumes[spec->n_volumes++] = m->volumes[i].v;
    spec->networks = networks;
    spec->volumes = volumes;
    spec->secrets = used_files(ld, m->secrets, m->n_secrets, &spec->n_secrets);
    spec->configs = used_files(ld, m->configs, m->n_configs, &spec->n_configs);
    spec->models = m->models;
    spec->n_models = m->n_models;
}

/* One each key, at its first place. The notes are there in reverse order. */
static void publish_not_acted(struct load *ld, const struct model *m)
{
    STK_CLEANUP(map_clear) struct map first = { 0 };
    for (const struct not_acted *note = ld->not_acted; note; note = note->next) {
        const struct service *s = note->it.service ? model_service(m, note->it.service) : NULL;
        if (!note->it.service || (s && s->enabled))
            *map_at(&first, note->it.key) = (void *)(uintptr_t)note;
    }
    struct stk_not_acted *v = stk_arena_array(ld->arena, first.n, sizeof(*v));
    size_t n = first.n;
    for (const struct not_acted *note = ld->not_acted; note && n; note = note->next)
        if (map_get(&first, note->it.key) == note)
            v[--n] = note->it;
    ld->spec->not_acted = v;
    ld->spec->n_not_acted = first.n;
}

void model_publish(struct load *ld, const struct model *m)
{
    publish_not_acted(ld, m);
    publish_resources(ld, m);
    publish_services(ld, m);
}
