/* failure.c — words one failed unit for people: where in the file, what, and what it said last. */
#include "failure.h"

#include <string.h>

#include "command.h"
#include "text.h"
#include "width.h"

static const char *subject(const struct stk_ref *ref)
{
    switch (ref->kind) {
    case STK_SERVICE:
        return "service";
    case STK_IMAGE:
        return "image";
    case STK_NETWORK:
        return "network";
    case STK_VOLUME:
        return "volume";
    }
    return "unit";
}

/* "service 'db': exited with code 3", but "service 'db' is unhealthy". */
static void add_headline(struct stk_buf *out, const struct stk_event *ev)
{
    const char *msg = ev->message && *ev->message ? ev->message : stk_code_info(ev->code)->meaning;
    if (ev->ref.kind == STK_IMAGE && ev->unit && ev->unit->image.service) {
        stk_buf_puts(out, "service '");
        stk_escape_control(out, ev->unit->image.service, strlen(ev->unit->image.service));
        stk_buf_puts(out, "': ");
    }
    if (ev->ref.name) {
        stk_buf_printf(out, "%s '", subject(&ev->ref));
        stk_escape_control(out, ev->ref.name, strlen(ev->ref.name));
        stk_buf_puts(out, stk_starts(msg, "is ") || stk_starts(msg, "has ") ? "' " : "': ");
    }
    stk_escape_control(out, msg, strlen(msg));
    stk_buf_putc(out, '\n');
}

/* Characters of the word at the place, for the caret line. */
static unsigned word_length(const char *line, unsigned col)
{
    unsigned n = 0;
    while (*line && col > 1) {
        line++;
        col -= ((unsigned char)*line & 0xc0) != 0x80;
    }
    for (; *line && !strchr(" \t:,]}#", *line); line++)
        n += ((unsigned char)*line & 0xc0) != 0x80;
    return n ? n : 1;
}

/* Colours of the unit's own are dropped, other control characters shown. */
static void add_plain(struct stk_buf *out, const char *s, size_t size)
{
    while (size) {
        size_t n = 0, colours;
        while (n < size && !stk_sgr_length(s + n, size - n))
            n++;
        stk_escape_control(out, s, n);
        colours = n < size ? stk_sgr_length(s + n, size - n) : 0;
        s += n + colours;
        size -= n + colours;
    }
}

/* Every line of text after the given margin. */
static void add_lines(struct stk_buf *out, const char *margin, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n"), shown = n;
        while (shown && text[shown - 1] == '\r')
            shown--;
        stk_buf_puts(out, margin);
        add_plain(out, text, shown);
        stk_buf_putc(out, '\n');
        text += n + (text[n] == '\n');
    }
}

static void add_told(struct stk_buf *out, const struct stk_status *status)
{
    if (!status || !status->told)
        return;
    stk_buf_puts(out, "  last probe: ");
    add_plain(out, status->told, strlen(status->told));
    stk_buf_putc(out, '\n');
}

static void add_probe(struct stk_buf *out, const struct stk_status *status)
{
    if (!status || !status->probe_output || status->health == STK_HEALTH_HEALTHY)
        return;
    const char *said = status->probe_output;
    size_t n = strcspn(said, "\r\n");
    if (!n && !status->probe_exit)
        return;
    stk_buf_printf(out, "  last probe (exit %d): ", status->probe_exit);
    add_plain(out, said, n);
    stk_buf_putc(out, '\n');
    add_lines(out, "    | ", said + n + strspn(said + n, "\r\n"));
}

static void add_log_tail(struct stk_buf *out, const struct stk_event *ev)
{
    if (!ev->log_tail || !*ev->log_tail)
        return;
    const char *name = ev->name ? ev->name : ev->ref.name;
    stk_buf_puts(out, "  last lines of ");
    stk_escape_control(out, name ? name : "it", strlen(name ? name : "it"));
    stk_buf_puts(out, ":\n");
    add_lines(out, "    | ", ev->log_tail);
}

/* What to type to know more, where there is more to know. */
static void add_next(struct stk_buf *out, const struct stk_event *ev)
{
    if (ev->ref.kind != STK_SERVICE || !ev->log_tail || !*ev->log_tail)
        return;
    stk_buf_puts(out, "  all of it: stackctl logs ");
    stk_escape_control(out, ev->ref.name, strlen(ev->ref.name));
    stk_buf_putc(out, '\n');
}

void stk_failure(struct stk_buf *out, const struct stk_spec *spec, const struct stk_event *ev,
                 bool colour)
{
    if (ev->src.file && ev->src.line)
        stk_buf_printf(out, "%s:%u:%u: ", ev->src.file, ev->src.line, ev->src.col);
    stk_buf_puts(out, colour ? "\033[1;31merror:\033[0m " : "error: ");
    add_headline(out, ev);
    const char *line = spec && ev->src.line ? stk_spec_line(spec, ev->src) : NULL;
    if (line)
        stk_excerpt(out, line, ev->src, word_length(line, ev->src.col), NULL);
    if (ev->chain) {
        stk_buf_puts(out, "  needed by: ");
        stk_escape_control(out, ev->chain, strlen(ev->chain));
        stk_buf_putc(out, '\n');
    }
    add_told(out, ev->status);
    add_probe(out, ev->status);
    add_log_tail(out, ev);
    add_next(out, ev);
}
