/* report.c — errors and diagnostics on standard error: place, words, source line, caret, hint. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "command.h"
#include "text.h"

static void flush_to(FILE *to, struct stk_buf *out)
{
    if (out->size)
        fwrite(out->bytes, 1, out->size, to);
    stk_buf_clear(out);
}

static unsigned width_before(const char *line, unsigned col)
{
    unsigned n = 0;
    for (const char *p = line; *p && n + 1 < col; p++)
        n += ((unsigned char)*p & 0xc0) != 0x80;
    return n;
}

/* Tabs become one space, and each character that would act on a terminal a dot, so that the caret stands where it
 * should. */
static void add_line(struct stk_buf *out, const char *line)
{
    for (size_t size = strlen(line), n; size; line += n ? n : 1, size -= n ? n : 1) {
        unsigned c;
        n = stk_utf8_decode(line, size, &c);
        if (n && !stk_is_control(c) && c != '\t')
            stk_buf_add(out, line, n);
        else
            stk_buf_putc(out, n && c == '\t' ? ' ' : '.');
    }
}

void stk_excerpt(struct stk_buf *out, const char *line, struct stk_src src, unsigned len,
                 const char *hint)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf masked;
    stk_buf_init(&masked, STK_MIB);
    stk_mask_secrets(&masked, line);
    stk_buf_printf(out, "%5u | ", src.line);
    add_line(out, masked.bytes ? masked.bytes : "");
    stk_buf_puts(out, "\n      | ");
    for (unsigned i = width_before(line, src.col); i > 0; i--)
        stk_buf_putc(out, ' ');
    stk_buf_putc(out, '^');
    for (unsigned i = 1; i < len; i++)
        stk_buf_putc(out, '~');
    if (hint) {
        stk_buf_putc(out, ' ');
        stk_escape_control(out, hint, strlen(hint));
    }
    stk_buf_putc(out, '\n');
}

static void add_escaped(struct stk_buf *out, const char *s)
{
    stk_escape_control(out, s, strlen(s));
}

static void add_place(struct stk_buf *out, struct stk_src src)
{
    if (!src.file)
        return;
    add_escaped(out, src.file);
    if (src.line)
        stk_buf_printf(out, ":%u:%u", src.line, src.col);
    stk_buf_puts(out, ": ");
}

static void add_via(struct stk_buf *out, const struct stk_via *via)
{
    stk_buf_puts(out, "      ");
    add_escaped(out, via->how);
    stk_buf_puts(out, " at ");
    add_escaped(out, via->src.file);
    stk_buf_printf(out, ":%u:%u\n", via->src.line, via->src.col);
}

static void add_hint(struct stk_buf *out, const char *hint)
{
    stk_buf_puts(out, "      hint: ");
    add_escaped(out, hint);
    stk_buf_putc(out, '\n');
}

void stk_add_diag(struct stk_buf *out, const struct stk_diag *d, bool rule)
{
    add_place(out, d->src);
    stk_buf_puts(out, d->severity == STK_ERROR ? "error: " : "warning: ");
    add_escaped(out, d->msg);
    if (rule)
        stk_buf_printf(out, " [%s]", stk_rule_info(d->rule)->id);
    stk_buf_putc(out, '\n');
    if (d->line && d->src.line)
        stk_excerpt(out, d->line, d->src, d->len, d->hint);
    else if (d->hint)
        add_hint(out, d->hint);
    for (size_t i = 0; i < d->n_via; i++)
        add_via(out, &d->via[i]);
    if (!d->other.line)
        return;
    stk_buf_puts(out, "      ");
    add_place(out, d->other);
    stk_buf_puts(out, "the other place is here\n");
    if (d->other_line)
        stk_excerpt(out, d->other_line, d->other, d->other_len, NULL);
}

int stk_report_diags(const struct stk_diags *diags)
{
    struct stk_buf out;
    stk_buf_init(&out, STK_MIB);
    int status = 0;
    for (size_t i = 0; i < diags->n; i++) {
        stk_add_diag(&out, &diags->v[i], false);
        if (!status && diags->v[i].severity == STK_ERROR)
            status = stk_code_info(diags->v[i].code)->exit_status;
    }
    if (diags->dropped)
        stk_buf_printf(&out, "and %zu more problems\n", diags->dropped);
    flush_to(stderr, &out);
    return status;
}

int stk_report_error(const struct cli *cli, const struct stk_error *err)
{
    struct stk_buf out;
    stk_buf_init(&out, STK_MIB);
    add_place(&out, err->src);
    stk_buf_puts(&out, "error: ");
    const char *msg = err->msg ? err->msg : stk_code_info(err->code)->meaning;
    stk_escape_control(&out, msg, strlen(msg));
    stk_buf_putc(&out, '\n');
    const char *line = cli->spec && err->src.line ? stk_spec_line(cli->spec, err->src) : NULL;
    if (line)
        stk_excerpt(&out, line, err->src, 1, NULL);
    flush_to(stderr, &out);
    return stk_code_info(err->code)->exit_status;
}

static void tell(FILE *to, const char *what, const char *fmt, va_list ap)
{
    char *msg = NULL;
    if (vasprintf(&msg, fmt, ap) < 0)
        stk_out_of_memory();
    struct stk_buf out;
    stk_buf_init(&out, STK_MIB);
    stk_buf_puts(&out, what);
    stk_escape_control(&out, msg, strlen(msg));
    stk_buf_putc(&out, '\n');
    free(msg);
    flush_to(to, &out);
}

int stk_usage_error(const struct cli *cli, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    tell(stderr, "error: ", fmt, ap);
    va_end(ap);
    if (cli->command)
        fprintf(stderr, "See 'stackctl help %s'.\n", cli->command->name);
    else
        fputs("See 'stackctl help'.\n", stderr);
    return stk_code_info(STK_EUSAGE)->exit_status;
}

void stk_say(FILE *to, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    tell(to, "", fmt, ap);
    va_end(ap);
}

void stk_warn(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    tell(stderr, "warning: ", fmt, ap);
    va_end(ap);
}

static bool is_set(const char *name)
{
    const char *v = getenv(name);
    return v && *v;
}

bool stk_colours(const struct cli *cli, int fd)
{
    const char *ansi = cli->o.ansi ? cli->o.ansi : getenv("COMPOSE_ANSI");
    if (ansi && strcmp(ansi, "never") == 0)
        return false;
    if (ansi && strcmp(ansi, "always") == 0)
        return true;
    if (cli->o.no_color || is_set("NO_COLOR"))
        return false;
    if (is_set("CLICOLOR_FORCE") && strcmp(getenv("CLICOLOR_FORCE"), "0") != 0)
        return true;
    const char *term = getenv("TERM");
    return isatty(fd) && term && strcmp(term, "dumb") != 0;
}
