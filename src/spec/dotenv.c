/* dotenv.c — the grammar of env files, as Docker Compose reads them. */
#include "dotenv.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "document.h"
#include "interpolate.h"
#include "origin.h"
#include "substitute.h"
#include "utf8.h"

enum { MAX_ENV_VALUE = 1 << 20 };

struct dotenv {
    struct load *ld;
    const struct source *source;
    enum dotenv_how how;
    struct map *into;
    const char *p, *end;
    const char *line_start;
    unsigned line;
    struct stk_src at; /* of the value that is being read */
};

static struct stk_src place(const struct dotenv *d, const char *at)
{
    unsigned col = 1;
    for (const char *p = d->line_start; p < at; p++)
        col += (*p & 0xc0) != 0x80;
    return (struct stk_src){ d->source->name, d->line, col };
}

static void next_line(struct dotenv *d)
{
    d->line++;
    d->line_start = d->p;
}

static void skip_line(struct dotenv *d)
{
    const char *nl = memchr(d->p, '\n', (size_t)(d->end - d->p));
    d->p = nl ? nl + 1 : d->end;
    if (nl)
        next_line(d);
}

/* To the next thing that is neither blank nor a comment; false at the end. */
static bool skip_blank(struct dotenv *d)
{
    while (d->p < d->end) {
        if (*d->p == '#') {
            skip_line(d);
        } else if (*d->p == '\n') {
            d->p++;
            next_line(d);
        } else if (isspace((unsigned char)*d->p)) {
            d->p++;
        } else {
            return true;
        }
    }
    return false;
}

static const char *lookup(void *data, const char *name)
{
    struct dotenv *d = data;
    const char *value = d->how == DOTENV_ALONE ? NULL : scope_var(d->ld, d->ld->scope, name);
    value = value ? value : map_get(d->into, name);
    origin_used(d->ld, d->at, name, value);
    return value;
}

/* The value with its variables put in, in the arena; NULL when a problem was reported at `at`. */
static const char *expanded(struct dotenv *d, const char *text, struct stk_src at)
{
    struct interpolation in = { .lookup = lookup, .data = d };
    STK_CLEANUP(stk_buf_clearp) struct stk_buf out;
    stk_buf_init(&out, MAX_ENV_VALUE);

    struct stk_error err = { 0 };
    int rc = interpolate(&in, text, &out, &err);
    if (rc)
        fail_src(d->ld, at, "%s", err.msg);
    stk_error_clear(&err);
    d->ld->substituted += out.size;
    if (!rc && (out.full || d->ld->substituted > SUBSTITUTE_MAX_TOTAL))
        rc = fail_src(d->ld, at, "too large once its variables are put in") - 1;
    return rc ? NULL : stk_arena_strdup(d->ld->arena, out.size ? out.bytes : "");
}

/* One escape of a double-quoted value at p (after the backslash): how many bytes it takes, 0 when
 * it is none and the backslash stays. */
static size_t put_escape(struct stk_buf *out, const char *p, const char *end)
{
    static const char from[] = "abfnrtv\\\"", to[] = "\a\b\f\n\r\t\v\\\"";
    if (p >= end)
        return 0;
    if (*p == '$') {
        stk_buf_puts(out, "$$"); /* what interpolation makes a $ of */
        return 1;
    }
    const char *known = strchr(from, *p);
    if (known && *p) {
        stk_buf_putc(out, to[known - from]);
        return 1;
    }
    unsigned v = 0;
    if (end - p < 4 || *p != '0')
        return 0;
    for (int i = 1; i <= 3; i++) {
        if (p[i] < '0' || p[i] > '7')
            return 0;
        v = v * 8 + (unsigned)(p[i] - '0');
    }
    if (v == 0 || v > 127)
        return 0;
    stk_buf_putc(out, (char)v);
    return 4;
}

/* A quoted value, after its opening quote; may span lines. */
static const char *quoted(struct dotenv *d, char quote)
{
    struct stk_src at = place(d, d->p - 1);
    STK_CLEANUP(stk_buf_clearp) struct stk_buf out;
    stk_buf_init(&out, MAX_ENV_VALUE);
    for (; d->p < d->end && *d->p != quote; d->p++) {
        if (*d->p == '\\' && quote == '\'' && d->p + 1 < d->end && d->p[1] == quote) {
            d->p++;
        } else if (*d->p == '\\' && quote == '"') {
            size_t n = put_escape(&out, d->p + 1, d->end);
            d->p += n;
            if (n)
                continue;
        }
        stk_buf_putc(&out, *d->p);
        if (*d->p == '\n') {
            d->line++;
            d->line_start = d->p + 1;
        }
    }
    if (d->p >= d->end) {
        fail_src(d->ld, at, "a quote is not closed");
        return NULL;
    }
    d->p++;
    if (out.full) {
        fail_src(d->ld, at, "value too long");
        return NULL;
    }
    const char *text = out.size ? out.bytes : "";
    return quote == '"' ? expanded(d, text, at) : stk_arena_strdup(d->ld->arena, text);
}

/* An unquoted value: to the end of the line or to " #". */
static const char *unquoted(struct dotenv *d)
{
    struct stk_src at = place(d, d->p);
    const char *start = d->p, *nl = memchr(start, '\n', (size_t)(d->end - start));
    const char *stop = nl ? nl : d->end;
    const char *comment = memmem(start, (size_t)(stop - start), " #", 2);
    d->p = nl ? nl + 1 : d->end;
    if (comment)
        stop = comment;
    while (stop > start && isspace((unsigned char)stop[-1]))
        stop--;
    const char *value =
        expanded(d, stk_arena_strndup(d->ld->arena, start, (size_t)(stop - start)), at);
    if (nl)
        next_line(d);
    return value;
}

static bool is_key_char(unsigned char c)
{
    return isalnum(c) || c >= 0x80 || strchr("_.-[]", c);
}

/* The key at p. *ret_alone: nothing is assigned to it. NULL: a problem was reported. */
static const char *take_key(struct dotenv *d, bool *ret_alone)
{
    if (d->end - d->p > 7 && strncmp(d->p, "export", 6) == 0 && (d->p[6] == ' ' || d->p[6] == '\t'))
        for (d->p += 6; d->p < d->end && (*d->p == ' ' || *d->p == '\t');)
            d->p++;
    const char *start = d->p;
    while (d->p < d->end && is_key_char((unsigned char)*d->p))
        d->p++;
    const char *key = stk_arena_strndup(d->ld->arena, start, (size_t)(d->p - start));
    while (d->p < d->end && (*d->p == ' ' || *d->p == '\t' || *d->p == '\r'))
        d->p++;
    *ret_alone = d->p >= d->end || *d->p == '\n';
    if (*key && (*ret_alone || *d->p == '=' || *d->p == ':'))
        return key;
    if (*ret_alone || !is_key_char((unsigned char)*d->p))
        fail_src(d->ld, place(d, d->p), "unexpected character '%c' in the name of a variable",
                 d->p < d->end ? *d->p : ' ');
    else
        fail_src(d->ld, place(d, start), "the name of a variable cannot contain a space");
    return NULL;
}

static bool may_have_one_more(struct dotenv *d, struct stk_src at)
{
    if (document_may_have(d->ld, 2)) /* a name and a value */
        return true;
    d->p = d->end; /* told once */
    return fail_src(d->ld, at, "too many values in the files");
}

static bool read_entry(struct dotenv *d)
{
    bool alone;
    struct stk_src at = d->at = place(d, d->p);
    const char *key = take_key(d, &alone), *value;
    if (!key)
        return false;
    if (!may_have_one_more(d, at))
        return false;
    if (alone) {
        value = lookup(d, key);
        if (value)
            *map_at(d->into, key) = (void *)value;
        return true;
    }
    for (d->p++; d->p < d->end && *d->p != '\n' && isspace((unsigned char)*d->p);)
        d->p++;
    if (d->p < d->end && (*d->p == '"' || *d->p == '\'')) {
        d->p++;
        value = quoted(d, d->p[-1]);
    } else {
        value = unquoted(d);
    }
    if (value)
        *map_at(d->into, key) = (void *)value;
    origin_text(d->ld, value, at);
    return value != NULL;
}

/* format: raw. KEY=VALUE to the end of the line, nothing else means anything. */
static bool read_raw(struct dotenv *d)
{
    while (skip_blank(d)) {
        const char *nl = memchr(d->p, '\n', (size_t)(d->end - d->p));
        const char *stop = nl ? nl : d->end;
        if (stop > d->p && stop[-1] == '\r')
            stop--;
        const char *eq = memchr(d->p, '=', (size_t)(stop - d->p));
        const char *key = stk_arena_strndup(d->ld->arena, d->p, (size_t)((eq ? eq : stop) - d->p));
        const char *value =
            eq ? stk_arena_strndup(d->ld->arena, eq + 1, (size_t)(stop - eq - 1)) : lookup(d, key);
        if (!may_have_one_more(d, place(d, d->p)))
            return false;
        if (!*key)
            return fail_src(d->ld, place(d, d->p), "a variable without a name");
        if (eq)
            origin_text(d->ld, value, place(d, d->p));
        if (value)
            *map_at(d->into, key) = (void *)value;
        skip_line(d);
    }
    return true;
}

bool dotenv_read(struct load *ld, struct source *source, enum dotenv_how how, struct map *into)
{
    source->secret = true;
    if (!source_is_text(ld, source))
        return false;
    struct dotenv d = { .ld = ld, .source = source, .how = how, .into = into, .line = 1 };
    d.p = d.line_start = source->text;
    d.end = source->text + source->size;
    if (how == DOTENV_RAW)
        return read_raw(&d);
    bool ok = true;
    while (skip_blank(&d)) {
        unsigned line = d.line;
        if (read_entry(&d))
            continue;
        ok = false;
        if (d.line == line)
            skip_line(&d);
    }
    return ok;
}
