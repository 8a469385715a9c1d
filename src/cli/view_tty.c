/* view_tty.c — one line a unit, updated in place on a terminal: a sign, a word, the time it takes. Each
 * picture is written in one piece, within which alone the cursor is hidden, so that whatever ends
 * the program leaves a usable terminal. No alternate screen: the last picture stays. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "arena.h"
#include "failure.h"
#include "loop.h"
#include "text.h"
#include "view.h"
#include "view_units.h"
#include "width.h"

enum { FRAME_MS = 100, DEFAULT_COLUMNS = 80, DEFAULT_ROWS = 24, NAME_MAX_COLUMNS = 48 };

struct tty {
    struct view view;
    struct view_units units;
    struct stk_timer timer;
    struct stk_buf out, line;
    size_t drawn; /* lines of the picture that is on the screen */
    unsigned frame;
    bool armed, changed;
};

static void terminal_size(const struct tty *tty, size_t *ret_columns, size_t *ret_rows)
{
    struct winsize size = { 0 };
    int64_t columns = 0;
    const char *given = getenv("COLUMNS");
    if (ioctl(tty->view.fd, TIOCGWINSZ, &size) != 0)
        size = (struct winsize){ 0 };
    if (!given || !stk_parse_int(given, &columns) || columns < 20 || columns > 10000)
        columns = size.ws_col ? size.ws_col : DEFAULT_COLUMNS;
    *ret_columns = (size_t)columns;
    *ret_rows = size.ws_row > 3 ? size.ws_row : DEFAULT_ROWS;
}

struct look {
    const char *sign, *ascii, *colour;
};

static struct look look_of(const struct tty *tty, const struct view_unit *unit)
{
    static const char *const spinner[] = { "⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏" };
    static const char *const turning[] = { "|", "/", "-", "\\" };
    switch (unit->state) {
    case STK_EV_BEGIN:
    case STK_EV_PROGRESS:
    case STK_EV_OUTPUT:
        return (struct look){ spinner[tty->frame % STK_LEN(spinner)],
                              turning[tty->frame % STK_LEN(turning)], "\033[36m" };
    case STK_EV_DONE:
        return (struct look){ "✔", "+", "\033[32m" };
    case STK_EV_FAILED:
        return (struct look){ "✘", "x", "\033[31m" };
    case STK_EV_SKIPPED:
    case STK_EV_WARNING:
    case STK_EV_SAID:
        break;
    }
    return (struct look){ "-", "-", "\033[33m" };
}

static void add_bytes(struct stk_buf *out, const struct view_unit *unit)
{
    int64_t current, total;
    view_unit_bytes(unit, &current, &total);
    if (!total)
        return;
    stk_buf_putc(out, ' ');
    stk_format_size(out, current);
    stk_buf_putc(out, '/');
    stk_format_size(out, total);
}

/* "Stopping  3.2s (killed after 10s)": the words behind the name. */
static void add_state(struct stk_buf *out, const struct view_unit *unit, int64_t now_ms)
{
    bool active = view_unit_active(unit);
    int64_t ms = active ? now_ms - unit->began_ms : unit->elapsed_ms;
    stk_buf_puts(out, unit->word);
    if (active && unit->phase == STK_PHASE_PULL)
        add_bytes(out, unit);
    if (unit->state == STK_EV_SKIPPED)
        stk_buf_printf(out, "  %s", unit->note);
    else if (unit->phase != STK_PHASE_KEEP)
        stk_buf_printf(out, "  %.1fs", (double)ms / 1000);
    if (active && unit->phase == STK_PHASE_STOP && unit->grace_ms)
        stk_buf_printf(out, " (killed after %gs)", unit->grace_ms / 1000.0);
    if (active && unit->said) {
        stk_buf_puts(out, "  ");
        stk_escape_control(out, unit->said, strlen(unit->said));
    }
}

static void add_unit(struct tty *tty, const struct view_unit *unit, size_t name_width,
                     size_t columns, int64_t now_ms)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf name;
    struct stk_buf *line = &tty->line;
    struct look look = look_of(tty, unit);
    stk_buf_init(&name, 64 * STK_KIB);
    view_add_name(&name, unit->kind, unit->name);
    stk_buf_reset(line);
    stk_width_pad(line, name.bytes, name_width);
    stk_buf_puts(line, "  ");
    add_state(line, unit, now_ms);
    stk_buf_printf(&tty->out, " %s%s%s ", tty->view.colour ? look.colour : "",
                   tty->view.ascii ? look.ascii : look.sign, tty->view.colour ? "\033[0m" : "");
    stk_width_cut(&tty->out, line->bytes, columns > 4 ? columns - 3 : 1);
    stk_buf_puts(&tty->out, "\033[K\n");
}

static size_t name_width(const struct tty *tty)
{
    size_t widest = 0;
    for (size_t i = 0; i < tty->units.n; i++) {
        const struct view_unit *unit = &tty->units.v[i];
        size_t width = stk_width(stk_kind_word(unit->kind)) + 1 + stk_width(unit->name);
        widest = width > widest ? width : widest;
    }
    return widest > NAME_MAX_COLUMNS ? NAME_MAX_COLUMNS : widest;
}

static void erase(struct tty *tty)
{
    stk_buf_puts(&tty->out, "\033[?25l");
    if (tty->drawn)
        stk_buf_printf(&tty->out, "\r\033[%zuA", tty->drawn);
    stk_buf_puts(&tty->out, "\033[J");
    tty->drawn = 0;
}

/* What is shown when there are more units than rows: those at work first, then the latest. */
static void choose(const struct tty *tty, bool *shown, size_t room)
{
    const struct view_units *units = &tty->units;
    for (size_t i = 0; i < units->n && room; i++)
        if (view_unit_active(&units->v[i]))
            shown[i] = true, room--;
    for (size_t i = units->n; i-- > 0 && room;)
        if (!shown[i])
            shown[i] = true, room--;
}

static void add_header(struct tty *tty)
{
    size_t done = 0;
    for (size_t i = 0; i < tty->units.n; i++)
        done += tty->units.v[i].state == STK_EV_DONE;
    stk_buf_printf(&tty->out, "[+] Running %zu/%zu\033[K\n", done, tty->units.n);
    tty->drawn++;
}

static void add_picture(struct tty *tty, bool all)
{
    size_t columns, rows, n = tty->units.n;
    if (!n)
        return;
    terminal_size(tty, &columns, &rows);
    size_t room = all || n + 2 <= rows ? n : rows - 3, width = name_width(tty);
    bool *shown = stk_alloc(n * sizeof(*shown));
    int64_t now_ms = stk_monotonic_ms();
    choose(tty, shown, room);
    add_header(tty);
    for (size_t i = 0; i < n; i++)
        if (shown[i]) {
            add_unit(tty, &tty->units.v[i], width, columns - 1, now_ms);
            tty->drawn++;
        }
    if (room < n) {
        stk_buf_printf(&tty->out, "   and %zu more\033[K\n", n - room);
        tty->drawn++;
    }
    free(shown);
}

static void show(struct tty *tty)
{
    stk_buf_puts(&tty->out, "\033[?25h");
    view_write(&tty->view, &tty->out);
}

static bool at_work(const struct tty *tty)
{
    for (size_t i = 0; i < tty->units.n; i++)
        if (view_unit_active(&tty->units.v[i]))
            return true;
    return false;
}

static void arm(struct tty *tty)
{
    if (tty->armed || !tty->view.loop)
        return;
    tty->armed = true;
    stk_timer_start(tty->view.loop, &tty->timer, FRAME_MS);
}

/* Everything that came since the last picture is drawn at once, ten times a second at most. */
static void tick(struct stk_timer *timer)
{
    struct tty *tty = timer->data;
    tty->armed = false;
    if (!at_work(tty) && !tty->changed)
        return;
    tty->frame++;
    tty->changed = false;
    erase(tty);
    add_picture(tty, false);
    show(tty);
    arm(tty);
}

static void event(struct stk_sink *sink, const struct stk_event *ev)
{
    struct tty *tty = (struct tty *)view_of(sink);
    view_units_take(&tty->units, ev, stk_monotonic_ms());
    tty->changed = true;
    arm(tty);
    bool stays = ev->type == STK_EV_FAILED || ev->type == STK_EV_WARNING || ev->type == STK_EV_SAID;
    if (!stays)
        return;
    erase(tty); /* what stays goes above the picture */
    if (ev->type == STK_EV_FAILED) {
        stk_failure(&tty->out, tty->view.spec, ev, tty->view.colour);
    } else if (ev->type == STK_EV_SAID) {
        view_add_said(&tty->out, ev);
    } else {
        view_add_warning(&tty->out, ev);
        stk_buf_putc(&tty->out, '\n');
    }
    add_picture(tty, false);
    show(tty);
}

static void free_tty(struct view *view)
{
    struct tty *tty = (struct tty *)view;
    stk_timer_stop(&tty->timer);
    if (tty->units.n) {
        erase(tty);
        add_picture(tty, true);
        show(tty);
    }
    view_units_clear(&tty->units);
    stk_buf_clear(&tty->out);
    stk_buf_clear(&tty->line);
    free(tty);
}

struct stk_sink *view_tty_new(const struct view *base)
{
    struct tty *tty = stk_alloc(sizeof(*tty));
    tty->view = *base;
    tty->view.sink.event = event;
    tty->view.free = free_tty;
    tty->timer = (struct stk_timer){ .fire = tick, .data = tty };
    stk_buf_init(&tty->out, 4 * STK_MIB);
    stk_buf_init(&tty->line, 64 * STK_KIB);
    return &tty->view.sink;
}
