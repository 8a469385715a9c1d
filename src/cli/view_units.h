/* view_units.h — where every unit is, as the events told so far. */
#ifndef STK_VIEW_UNITS_H
#define STK_VIEW_UNITS_H

#include "stackctl/events.h"

struct view_layer {
    char *name;
    int64_t current, total; /* bytes */
};

struct view_unit {
    enum stk_kind kind;
    char *name; /* on the engine */
    enum stk_phase phase;
    enum stk_event_type state;
    const char *word; /* "Started" */
    int64_t began_ms;
    unsigned elapsed_ms, grace_ms;
    struct view_layer *layers; /* of a pull */
    size_t n_layers, cap_layers;
    char *note; /* why it was skipped, or NULL */
    char *said; /* the last line of its build, or NULL */
};

/* = { 0 } to begin with; in the order in which they were first told of. */
struct view_units {
    struct view_unit *v;
    size_t n, cap;
};

/* Takes the event in; returns its unit, or NULL when it is about none. */
struct view_unit *view_units_take(struct view_units *units, const struct stk_event *ev,
                                  int64_t now_ms);
void view_units_clear(struct view_units *units);

bool view_unit_active(const struct view_unit *unit);
/* Bytes downloaded and to download, as far as known. */
void view_unit_bytes(const struct view_unit *unit, int64_t *ret_current, int64_t *ret_total);

#endif
