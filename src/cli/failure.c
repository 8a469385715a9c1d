/* failure.c — words one failed unit for people: where in the file, what, and what it said last. The sentence of
 * the error is one line, which editors and scripts match; below it no line is wider than COLUMNS. */
#include "failure.h"

#include <string.h>

#include "arena.h"
#include "buf.h"
#include "command.h"
#include "text.h"
#include "width.h"

enum { COLUMNS = 80, EXCERPT = COLUMNS - 8 };

static const char quote[] = "    | ";

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
        stk_buf_printf(out, "%s '", stk_kind_key(ev->ref.kind));
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

/* The command that was asked, without what it may be given to log in with. */
static void add_check(struct stk_buf *out, const struct stk_status *status)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf masked;
    stk_buf_init(&masked, STK_MIB);
    if (!status->probe_command || !*status->probe_command)
        return;
    stk_mask_secrets(&masked, status->probe_command);
    stk_buf_puts(out, "  health check: ");
    add_plain(out, masked.bytes, masked.size);
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
    add_check(out, status);
    stk_buf_printf(out, "  last probe (exit %d): ", status->probe_exit);
    add_plain(out, said, n);
    stk_buf_putc(out, '\n');
    add_lines(out, quote, said + n + strspn(said + n, "\r\n"));
}

static void add_log_tail(struct stk_buf *out, const struct stk_event *ev)
{
    if (!ev->log_tail || !*ev->log_tail)
        return;
    const char *name = ev->name ? ev->name : ev->ref.name;
    stk_buf_puts(out, "  last lines of ");
    stk_escape_control(out, name ? name : "it", strlen(name ? name : "it"));
    stk_buf_puts(out, ":\n");
    add_lines(out, quote, ev->log_tail);
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

/* ---- no wider than a terminal ---- */

/* Bytes of the line that come before the break: at a space if there is one, in what is quoted anywhere. */
static size_t break_at(const char *line, size_t from, bool quoted)
{
    size_t fits = stk_width_fit(line, COLUMNS), at = fits;
    while (at > from && line[at] != ' ')
        at--;
    if (at > from)
        return at;
    return quoted && fits > from ? fits : from + strcspn(line + from, " ");
}

/* One line, in as many as it takes; what goes on is set in further. */
static void fold_line(struct stk_buf *out, const char *line)
{
    bool quoted = stk_starts(line, quote);
    const char *margin = quoted ? quote : "    ";
    size_t from = quoted ? strlen(quote) : strspn(line, " ");
    STK_CLEANUP(stk_buf_clearp) struct stk_buf rest;
    stk_buf_init(&rest, STK_MIB);
    stk_buf_puts(&rest, line);
    while (stk_width(rest.bytes) > COLUMNS) {
        size_t at = break_at(rest.bytes, from, quoted);
        const char *next = rest.bytes + at + (rest.bytes[at] == ' ');
        if (!*next)
            break;
        stk_buf_add(out, rest.bytes, at);
        stk_buf_putc(out, '\n');
        STK_CLEANUP(stk_charp) char *shorter = stk_printf("%s%s", margin, next);
        stk_buf_reset(&rest);
        stk_buf_puts(&rest, shorter);
        from = strlen(margin);
    }
    stk_buf_puts(out, rest.bytes);
    stk_buf_putc(out, '\n');
}

/* Moves all lines of the text. */
static void fold(struct stk_buf *out, struct stk_buf *text)
{
    for (char *line = text->bytes, *end; line && *line; line = end + 1) {
        end = strchr(line, '\n');
        *end = '\0';
        fold_line(out, line);
    }
    stk_buf_reset(text);
}

/* The line of the file, cut where it is too long, unless that would cut the place away. */
static void add_excerpt(struct stk_buf *out, const char *line, struct stk_src src)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf cut;
    stk_buf_init(&cut, STK_MIB);
    unsigned length = word_length(line, src.col);
    if (src.col + length < EXCERPT)
        stk_width_cut(&cut, line, EXCERPT);
    stk_excerpt(out, cut.size ? cut.bytes : line, src, length, NULL);
}

static void add_place(struct stk_buf *out, const struct stk_event *ev, bool colour)
{
    if (ev->src.file && ev->src.line) {
        stk_escape_control(out, ev->src.file, strlen(ev->src.file));
        stk_buf_printf(out, ":%u:%u: ", ev->src.line, ev->src.col);
    }
    stk_buf_puts(out, colour ? "\033[1;31merror:\033[0m " : "error: ");
}

void stk_failure(struct stk_buf *out, const struct stk_spec *spec, const struct stk_event *ev,
                 bool colour)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf text;
    stk_buf_init(&text, STK_MIB);
    add_place(out, ev, colour);
    add_headline(out, ev);
    const char *line = spec && ev->src.line ? stk_spec_line(spec, ev->src) : NULL;
    if (line)
        add_excerpt(out, line, ev->src);
    if (ev->chain) {
        stk_buf_puts(&text, "  needed by: ");
        stk_escape_control(&text, ev->chain, strlen(ev->chain));
        stk_buf_putc(&text, '\n');
    }
    add_told(&text, ev->status);
    add_probe(&text, ev->status);
    add_log_tail(&text, ev);
    add_next(&text, ev);
    fold(out, &text);
}
