/* view_units.c — keeps the state of every unit and the bytes of its layers. How it looks is left to the
 * views. */
#include "view_units.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "text.h"
#include "view.h"

enum { LAYERS_MAX = 1000 };

static struct view_unit *find(struct view_units *units, enum stk_kind kind, const char *name)
{
    for (size_t i = 0; i < units->n; i++)
        if (units->v[i].kind == kind && strcmp(units->v[i].name, name) == 0)
            return &units->v[i];
    units->v = stk_grow(units->v, units->n, &units->cap, sizeof(*units->v));
    struct view_unit *unit = &units->v[units->n++];
    *unit = (struct view_unit){ .kind = kind, .name = stk_strdup(name) };
    return unit;
}

static struct view_layer *find_layer(struct view_unit *unit, const char *name)
{
    for (size_t i = 0; i < unit->n_layers; i++)
        if (strcmp(unit->layers[i].name, name) == 0)
            return &unit->layers[i];
    if (unit->n_layers == LAYERS_MAX)
        return NULL;
    unit->layers = stk_grow(unit->layers, unit->n_layers, &unit->cap_layers, sizeof(*unit->layers));
    struct view_layer *layer = &unit->layers[unit->n_layers++];
    *layer = (struct view_layer){ .name = stk_strdup(name) };
    return layer;
}

/* Every layer's bytes are told twice, while it is downloaded and while it is extracted: the download
 * counts, and what comes after it means that it is complete. */
static void take_progress(struct view_unit *unit, const struct stk_progress *p)
{
    if (!p || !p->item || !p->phase)
        return;
    struct view_layer *layer = find_layer(unit, p->item);
    if (!layer)
        return;
    if (strcmp(p->phase, "Downloading") == 0) {
        layer->current = p->current;
        layer->total = p->total > p->current ? p->total : p->current;
    } else if (strcmp(p->phase, "Waiting") != 0 && strcmp(p->phase, "Pulling fs layer") != 0) {
        layer->total = layer->total ? layer->total : p->total;
        layer->current = layer->total;
    }
}

/* What is kept need not run: a job that is done, a container that was only created. */
static const char *word_of(const struct stk_event *ev)
{
    static const char *const kept[] = {
        [STK_CREATED] = "Created",
        [STK_PAUSED] = "Paused",
        [STK_EXITED] = "Exited",
    };
    size_t state = ev->status ? ev->status->state : STK_ABSENT;
    bool keeps = ev->phase == STK_PHASE_KEEP && ev->type == STK_EV_DONE;
    if (keeps && state < STK_LEN(kept) && kept[state])
        return kept[state];
    return stk_event_word(ev->phase, ev->type);
}

struct view_unit *view_units_take(struct view_units *units, const struct stk_event *ev,
                                  int64_t now_ms)
{
    if (!ev->name || ev->type == STK_EV_WARNING || ev->type == STK_EV_SAID)
        return NULL;
    struct view_unit *unit = find(units, ev->ref.kind, ev->name);
    unit->phase = ev->phase;
    unit->state = ev->type;
    unit->word = word_of(ev);
    if (ev->type == STK_EV_BEGIN) {
        unit->began_ms = now_ms;
        unit->grace_ms = ev->grace_ms;
    } else if (ev->type == STK_EV_PROGRESS) {
        take_progress(unit, ev->progress);
    } else if (ev->type == STK_EV_OUTPUT) {
        free(unit->said);
        unit->said = stk_strdup(ev->message);
    } else if (ev->type == STK_EV_SKIPPED) {
        struct stk_buf note;
        stk_buf_init(&note, 64 * STK_KIB);
        view_add_skipped(&note, ev);
        free(unit->note);
        unit->note = stk_buf_take(&note);
    }
    if (ev->type == STK_EV_DONE || ev->type == STK_EV_FAILED)
        unit->elapsed_ms = ev->elapsed_ms;
    return unit;
}

static void clear_unit(struct view_unit *unit)
{
    for (size_t i = 0; i < unit->n_layers; i++)
        free(unit->layers[i].name);
    free(unit->layers);
    free(unit->name);
    free(unit->note);
    free(unit->said);
}

void view_units_clear(struct view_units *units)
{
    for (size_t i = 0; i < units->n; i++)
        clear_unit(&units->v[i]);
    free(units->v);
    *units = (struct view_units){ 0 };
}

bool view_unit_active(const struct view_unit *unit)
{
    return unit->state == STK_EV_BEGIN || unit->state == STK_EV_PROGRESS ||
           unit->state == STK_EV_OUTPUT;
}

void view_unit_bytes(const struct view_unit *unit, int64_t *ret_current, int64_t *ret_total)
{
    int64_t current = 0, total = 0;
    for (size_t i = 0; i < unit->n_layers; i++) {
        current += unit->layers[i].current;
        total += unit->layers[i].total;
    }
    *ret_current = current;
    *ret_total = total;
}
