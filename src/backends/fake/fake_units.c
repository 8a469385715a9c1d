/* fake_units.c — the units of the engine: made, found, dropped. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "text.h"

#include "fake_engine.h"

struct fake_unit *fake_unit_new(enum stk_kind kind, const char *name)
{
    struct stk_arena *arena = stk_arena_new();
    struct fake_unit *u = stk_arena_alloc(arena, sizeof(*u));
    u->arena = arena;
    u->kind = kind;
    u->name = stk_arena_strdup(arena, name);
    return u;
}

/* Ids look like an engine's, and are the same from run to run. */
static const char *new_id(struct fake_engine *e, const struct fake_unit *u)
{
    char seed[300], hex[65];
    int n = snprintf(seed, sizeof(seed), "%zu %.200s", ++e->serial, u->name);
    stk_sha256_hex(seed, (size_t)n, hex);
    while (fake_by_id(e, hex)) {
        n = snprintf(seed, sizeof(seed), "%zu %.200s", ++e->serial, u->name);
        stk_sha256_hex(seed, (size_t)n, hex);
    }
    return u->kind == STK_IMAGE ? stk_arena_printf(u->arena, "sha256:%s", hex)
                                : stk_arena_strdup(u->arena, hex);
}

static void complete_container(struct fake_engine *e, struct fake_unit *u)
{
    if (!u->index)
        u->index = 1;
    if (!u->started && u->state != STK_CREATED)
        u->started = e->clock;
    for (size_t i = 0; i < u->n_ports; i++)
        if (!u->ports[i].protocol)
            u->ports[i].protocol = "tcp";
}

void fake_unit_add(struct fake_engine *e, struct fake_unit *u)
{
    if (!u->name)
        u->name = stk_arena_printf(u->arena, "fake-%zu", ++e->serial);
    if (!u->id)
        u->id = u->kind == STK_VOLUME ? u->name : new_id(e, u);
    if (!u->created)
        u->created = e->clock;
    if (u->kind == STK_SERVICE)
        complete_container(e, u);
    else
        u->state = STK_PRESENT;
    u->next = NULL;
    *e->tail = u;
    e->tail = &u->next;
    e->changed = true;
}

void fake_unit_drop(struct fake_engine *e, struct fake_unit *u)
{
    struct fake_unit **at = &e->units;
    while (*at != u)
        at = &(*at)->next;
    *at = u->next;
    if (e->tail == &u->next)
        e->tail = at;
    free(u->logs);
    stk_arena_free(u->arena);
    e->changed = true;
}

struct fake_unit *fake_by_id(struct fake_engine *e, const char *id)
{
    for (struct fake_unit *u = e->units; u; u = u->next)
        if (id && strcmp(u->id, id) == 0)
            return u;
    return NULL;
}

struct fake_unit *fake_by_name(struct fake_engine *e, enum stk_kind kind, const char *name)
{
    for (struct fake_unit *u = e->units; u; u = u->next)
        if (u->kind == kind && stk_streq(u->name, name))
            return u;
    return NULL;
}

static bool is_temporary(const struct fake_unit *u)
{
    const char *mark = strchr(u->name, '_');
    return mark && mark - u->name == 12 && strspn(u->name, "0123456789abcdef") == 12;
}

struct fake_unit *fake_image_unit(struct fake_engine *e, const char *reference)
{
    struct fake_unit *u = fake_by_name(e, STK_IMAGE, reference);
    const struct fake_image *row = u ? NULL : fake_image(e, reference);
    if (!row || !row->present)
        return u;
    u = fake_unit_new(STK_IMAGE, reference);
    fake_unit_add(e, u);
    return u;
}

/* By its labels, not by its name, which a user may have changed. What a broken replace left behind
 * carries the same labels under a temporary name, so anything else comes first. */
struct fake_unit *fake_by_ref(struct fake_engine *e, const char *project, const struct stk_ref *ref)
{
    if (ref->id) {
        struct fake_unit *u = fake_by_id(e, ref->id);
        return u && u->kind == ref->kind ? u : NULL;
    }
    if (ref->kind == STK_IMAGE)
        return fake_image_unit(e, ref->name);
    struct fake_unit *leftover = NULL;
    for (struct fake_unit *u = e->units; u; u = u->next) {
        if (u->kind != ref->kind || u->oneoff || !stk_streq(u->key, ref->name) ||
            !stk_streq(u->project, project))
            continue;
        if (u->kind == STK_SERVICE && u->index != ref->index)
            continue;
        if (u->kind != STK_SERVICE || !is_temporary(u))
            return u;
        if (!stk_name_is_previous(u->name, u->id))
            leftover = u;
    }
    return leftover;
}

struct fake_unit *fake_previous_of(struct fake_engine *e, const char *project,
                                   const struct stk_ref *ref)
{
    for (struct fake_unit *u = e->units; u; u = u->next)
        if (u->kind == STK_SERVICE && !u->oneoff && u->index == ref->index &&
            stk_streq(u->key, ref->name) && stk_streq(u->project, project) &&
            stk_name_is_previous(u->name, u->id))
            return u;
    return NULL;
}

bool fake_is_up(const struct fake_unit *u)
{
    return u->state == STK_RUNNING || u->state == STK_RESTARTING || u->state == STK_PAUSED;
}

static bool uses(const struct fake_unit *container, const struct fake_unit *u)
{
    if (u->kind == STK_NETWORK && fake_is_up(container))
        for (size_t i = 0; i < container->networks.n; i++)
            if (stk_streq(container->networks.v[i], u->name))
                return true;
    for (size_t i = 0; u->kind == STK_VOLUME && i < container->n_mounts; i++)
        if (stk_streq(container->mounts[i].volume, u->name))
            return true;
    return u->kind == STK_IMAGE && stk_streq(container->image, u->name);
}

/* As Docker counts: a network is used by what runs, a volume and an image by what exists. */
const struct fake_unit *fake_user_of(struct fake_engine *e, const struct fake_unit *u)
{
    for (struct fake_unit *c = e->units; c; c = c->next)
        if (c->kind == STK_SERVICE && uses(c, u))
            return c;
    return NULL;
}

void fake_drop_anonymous(struct fake_engine *e, struct fake_unit *u)
{
    for (size_t i = 0; i < u->n_mounts; i++) {
        struct fake_mount *m = &u->mounts[i];
        struct fake_unit *v = m->anonymous ? fake_by_name(e, STK_VOLUME, m->volume) : NULL;
        m->volume = v ? NULL : m->volume; /* so that it does not count as its own user */
        if (v && !fake_user_of(e, v))
            fake_unit_drop(e, v);
    }
}
