/* view_plain.c — a line for every beginning and end, in Docker Compose's words, which scripts match;
 * and the quiet view, which tells only what went wrong. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "failure.h"
#include "text.h"
#include "view.h"
#include "view_units.h"

struct plain {
    struct view view;
    bool quiet;
    struct view_units units; /* for the sizes of pulls */
    struct stk_buf out;
};

/* "  1.2s 12.3MB" behind "Pulled". */
static void add_pulled(struct stk_buf *out, const struct view_unit *unit)
{
    int64_t current, total;
    view_unit_bytes(unit, &current, &total);
    stk_buf_printf(out, "  %.1fs", unit->elapsed_ms / 1000.0);
    if (total) {
        stk_buf_putc(out, ' ');
        stk_format_size(out, total);
    }
}

static void add_line(struct plain *plain, const struct stk_event *ev, const struct view_unit *unit)
{
    struct stk_buf *out = &plain->out;
    stk_buf_putc(out, ' ');
    view_add_name(out, ev->ref.kind, ev->name);
    stk_buf_printf(out, "  %s", unit->word);
    if (ev->type == STK_EV_DONE && ev->phase == STK_PHASE_PULL)
        add_pulled(out, unit);
    if (ev->type == STK_EV_SKIPPED)
        stk_buf_printf(out, "  %s", unit->note);
    stk_buf_putc(out, '\n');
}

/* "web | Step 1/3 : FROM busybox": who is built, and what that says. */
static void add_output(struct plain *plain, const struct stk_event *ev)
{
    const char *who = ev->unit && ev->unit->image.service ? ev->unit->image.service : ev->name;
    stk_buf_putc(&plain->out, ' ');
    stk_escape_control(&plain->out, who, strlen(who));
    stk_buf_puts(&plain->out, " | ");
    stk_escape_control(&plain->out, ev->message, strlen(ev->message));
    stk_buf_putc(&plain->out, '\n');
}

static void event(struct stk_sink *sink, const struct stk_event *ev)
{
    struct plain *plain = (struct plain *)view_of(sink);
    const struct view_unit *unit = view_units_take(&plain->units, ev, stk_monotonic_ms());
    if (ev->type == STK_EV_OUTPUT && !plain->quiet)
        add_output(plain, ev);
    else if (unit && ev->type != STK_EV_PROGRESS && !plain->quiet)
        add_line(plain, ev, unit);
    if (ev->type == STK_EV_PROGRESS && !ev->name && ev->message && !plain->quiet)
        stk_buf_printf(&plain->out, " %s\n", ev->message);
    if (ev->type == STK_EV_FAILED)
        stk_failure(&plain->out, plain->view.spec, ev, plain->view.colour);
    if (ev->type == STK_EV_WARNING) {
        stk_buf_putc(&plain->out, ' ');
        view_add_warning(&plain->out, ev);
        stk_buf_putc(&plain->out, '\n');
    }
    if (ev->type == STK_EV_SAID && !plain->quiet)
        view_add_said(&plain->out, ev);
    view_write(&plain->view, &plain->out);
}

static void free_plain(struct view *view)
{
    struct plain *plain = (struct plain *)view;
    view_units_clear(&plain->units);
    stk_buf_clear(&plain->out);
    free(plain);
}

static struct stk_sink *make(const struct view *base, bool quiet)
{
    struct plain *plain = stk_alloc(sizeof(*plain));
    plain->view = *base;
    plain->view.sink.event = event;
    plain->view.free = free_plain;
    plain->quiet = quiet;
    stk_buf_init(&plain->out, STK_MIB);
    return &plain->view.sink;
}

struct stk_sink *view_plain_new(const struct view *base)
{
    return make(base, false);
}

struct stk_sink *view_quiet_new(const struct view *base)
{
    return make(base, true);
}
