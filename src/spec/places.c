/* places.c — sources, their lines, and problems told with the place they are at. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "load.h"
#include "text.h"

/* Beyond it a line is of no help to anybody. */
enum { LONGEST_LINE = 4096, SOURCE_STEP = 64 };

struct source *load_source(struct load *ld, const char *name, const char *path, const char *text,
                           size_t size)
{
    struct stk_spec_more *more = ld->more;
    struct source *source = stk_arena_alloc(ld->arena, sizeof(*source));
    *source = (struct source){ .name = name, .path = path, .text = text, .size = size };
    size_t n = 1;
    for (const char *p = text; (p = memchr(p, '\n', (size_t)(text + size - p))); p++)
        n++;
    source->n_lines = (unsigned)n;
    source->marks = stk_arena_array(ld->arena, n / SOURCE_STEP + 1, sizeof(char *));
    const char *p = text;
    for (size_t i = 0; i < n; i++) {
        if (i % SOURCE_STEP == 0)
            source->marks[i / SOURCE_STEP] = p;
        if (i + 1 < n)
            p = (const char *)memchr(p, '\n', (size_t)(text + size - p)) + 1;
    }
    more->sources =
        stk_grow(more->sources, more->n_sources, &more->cap_sources, sizeof(*more->sources));
    more->sources[more->n_sources++] = source;
    return source;
}

const char *source_line(const struct source *source, unsigned line)
{
    if (line < 1 || line > source->n_lines)
        return NULL;
    const char *p = source->marks[(line - 1) / SOURCE_STEP];
    for (unsigned i = (line - 1) % SOURCE_STEP; i > 0; i--)
        p = (const char *)memchr(p, '\n', (size_t)(source->text + source->size - p)) + 1;
    return p;
}

const char *more_line(const struct stk_spec_more *more, struct stk_arena *arena, struct stk_src src)
{
    if (!src.file)
        return NULL;
    for (size_t i = 0; i < more->n_sources; i++) {
        const struct source *s = more->sources[i];
        bool named = s->name == src.file || strcmp(s->name, src.file) == 0;
        const char *line = named ? source_line(s, src.line) : NULL;
        if (!line)
            continue;
        if (s->secret)
            return NULL;
        size_t rest = (size_t)(s->text + s->size - line);
        const char *end = memchr(line, '\n', rest);
        size_t len = end ? (size_t)(end - line) : rest;
        if (len && line[len - 1] == '\r')
            len--;
        return len > LONGEST_LINE ? NULL : stk_arena_strndup(arena, line, len);
    }
    return NULL;
}

/* The files that led to the one of a place, nearest first. */
static const struct stk_via *via_of(struct load *ld, struct stk_src src, size_t *ret_n)
{
    enum { MOST = 8 };
    struct stk_via via[MOST];
    size_t n = 0;
    while (src.file && n < MOST) {
        const struct scope *scope = NULL;
        for (size_t i = 0; i < ld->more->n_sources; i++)
            if (ld->more->sources[i]->name == src.file)
                scope = ld->more->sources[i]->scope;
        if (!scope)
            break;
        via[n++] = (struct stk_via){ scope->how, scope->via };
        src = scope->via;
    }
    struct stk_via *kept = n ? stk_arena_array(ld->arena, n, sizeof(*kept)) : NULL;
    if (n)
        memcpy(kept, via, n * sizeof(*kept));
    *ret_n = n;
    return kept;
}

static unsigned count_characters(const char *p, const char *end)
{
    unsigned n = 0;
    for (; p < end; p++)
        n += (*p & 0xc0) != 0x80;
    return n;
}

/* The characters of the value or key that begins in that column: to its quote, or to what ends a word. */
static unsigned measure(const char *line, unsigned col)
{
    const char *p = line;
    for (unsigned at = 1; line && *p; p++) {
        if ((*p & 0xc0) == 0x80)
            continue;
        if (at++ == col)
            break;
    }
    if (!line || !*p)
        return 1;
    if (*p == '"' || *p == '\'') {
        const char *close = strchr(p + 1, *p);
        return close ? count_characters(p, close + 1) : 1;
    }
    const char *end = p + strcspn(p, " ,[]{}#\t");
    if (end > p + 1 && end[-1] == ':')
        end--;
    return end > p ? count_characters(p, end) : 1;
}

struct stk_diag diag_at(struct load *ld, struct stk_src src, unsigned len)
{
    struct stk_diag d = { .severity = STK_ERROR, .code = STK_ECONFIG, .src = src, .len = len };
    /* past the cap a problem is only counted: its line need not be looked up */
    if (stk_diags_keep(ld->diags)) {
        d.line = more_line(ld->more, ld->arena, src);
        d.via = via_of(ld, src, &d.n_via);
    }
    if (!len)
        d.len = measure(d.line, src.col);
    return d;
}

struct stk_diag diag_between(struct load *ld, struct stk_src src, unsigned len,
                             struct stk_src other)
{
    struct stk_diag d = diag_at(ld, src, len);
    d.other = other;
    if (stk_diags_keep(ld->diags))
        d.other_line = more_line(ld->more, ld->arena, other);
    d.other_len = measure(d.other_line, other.col);
    return d;
}

#define FORMAT(msg)                                                                                \
    STK_CLEANUP(stk_charp) char *msg = NULL;                                                       \
    va_list ap_;                                                                                   \
    va_start(ap_, fmt);                                                                            \
    if (vasprintf(&msg, fmt, ap_) < 0)                                                             \
        stk_out_of_memory();                                                                       \
    va_end(ap_)

bool fail_node(struct load *ld, const struct node *node, const char *fmt, ...)
{
    if (node->bad)
        return false;
    FORMAT(msg);
    struct stk_diag d = diag_at(ld, node->src, node->len);
    stk_diags_add(ld->diags, &d, "%s", msg);
    return false;
}

bool fail_hint(struct load *ld, const struct node *node, const char *hint, const char *fmt, ...)
{
    if (node->bad)
        return false;
    FORMAT(msg);
    struct stk_diag d = diag_at(ld, node->src, node->len);
    d.hint = hint;
    stk_diags_add(ld->diags, &d, "%s", msg);
    return false;
}

bool fail_key(struct load *ld, const struct pair *pair, const char *hint, const char *fmt, ...)
{
    FORMAT(msg);
    struct stk_diag d = diag_at(ld, pair->src, pair->len);
    d.hint = hint;
    stk_diags_add(ld->diags, &d, "%s", msg);
    return false;
}

bool fail_rule(struct load *ld, enum stk_rule rule, const struct node *node, const char *fmt, ...)
{
    if (node->bad)
        return false;
    FORMAT(msg);
    struct stk_diag d = diag_at(ld, node->src, node->len);
    d.rule = rule;
    stk_diags_add(ld->diags, &d, "%s", msg);
    return false;
}

bool fail_src(struct load *ld, struct stk_src src, const char *fmt, ...)
{
    FORMAT(msg);
    struct stk_diag d = diag_at(ld, src, 0);
    stk_diags_add(ld->diags, &d, "%s", msg);
    return false;
}

bool fail_clash(struct load *ld, enum stk_rule rule, struct stk_src src, struct stk_src other,
                const char *fmt, ...)
{
    FORMAT(msg);
    struct stk_diag d = diag_between(ld, src, 0, other);
    d.rule = rule;
    stk_diags_add(ld->diags, &d, "%s", msg);
    return false;
}

static bool is_told(const struct load *ld, enum stk_rule rule)
{
    return ld->opts->lint || !stk_rule_info(rule)->lint_only;
}

void warn_src(struct load *ld, enum stk_rule rule, struct stk_src src, unsigned len,
              const char *fmt, ...)
{
    if (!is_told(ld, rule))
        return;
    FORMAT(msg);
    struct stk_diag d = diag_at(ld, src, len);
    d.severity = STK_WARNING;
    d.rule = rule;
    stk_diags_add(ld->diags, &d, "%s", msg);
}

void warn_hint(struct load *ld, enum stk_rule rule, struct stk_src src, const char *hint,
               const char *fmt, ...)
{
    if (!is_told(ld, rule))
        return;
    FORMAT(msg);
    struct stk_diag d = diag_at(ld, src, 0);
    d.severity = STK_WARNING;
    d.rule = rule;
    d.hint = hint;
    stk_diags_add(ld->diags, &d, "%s", msg);
}

const char *did_you_mean(struct load *ld, const char *word, const char *const *names, size_t n)
{
    const char *nearest = stk_nearest(word, names, n);
    return nearest ? load_printf(ld, "did you mean '%s'?", nearest) : NULL;
}

char *load_printf(struct load *ld, const char *fmt, ...)
{
    FORMAT(msg);
    return stk_arena_strdup(ld->arena, msg);
}

/* Which of the sources a place is in; those without a place come first. */
static size_t source_index(const struct stk_spec_more *more, const char *file)
{
    size_t i = 0;
    while (file && i < more->n_sources && strcmp(more->sources[i]->name, file) != 0)
        i++;
    return file ? i + 1 : 0;
}

static int by_place(const void *a, const void *b, void *more)
{
    const struct stk_diag *x = a, *y = b;
    size_t i = source_index(more, x->src.file), k = source_index(more, y->src.file);
    if (i != k)
        return i < k ? -1 : 1;
    if (x->src.line != y->src.line)
        return x->src.line < y->src.line ? -1 : 1;
    if (x->src.col != y->src.col)
        return x->src.col < y->src.col ? -1 : 1;
    return strcmp(x->msg, y->msg);
}

/* Whether the two say the same, but for the name of the service they say it of. */
static bool same_message(const char *a, const char *b)
{
    static const char before[] = "service '";
    size_t i = 0, start = 0;
    for (; a[i] && a[i] == b[i]; i++)
        if (a[i] == '\'')
            start = i + 1;
    if (a[i] == b[i])
        return true;
    if (start < strlen(before) || strncmp(a + start - strlen(before), before, strlen(before)) != 0)
        return false;
    const char *rest_a = strchr(a + i, '\''), *rest_b = strchr(b + i, '\'');
    return rest_a && rest_b && strcmp(rest_a, rest_b) == 0;
}

static bool repeats(const struct stk_diag *d, const struct stk_diag *before)
{
    return d->src.line && d->rule == before->rule && d->severity == before->severity &&
           d->src.line == before->src.line && d->src.col == before->src.col &&
           stk_streq(d->src.file, before->src.file) && same_message(d->msg, before->msg);
}

/* A value that several services have by extends or an alias is wrong once. */
static void drop_repeated(struct stk_diags *diags)
{
    size_t kept = 0;
    for (size_t i = 0; i < diags->n; i++) {
        if (kept && repeats(&diags->v[i], &diags->v[kept - 1]))
            diags->errors -= diags->v[i].severity == STK_ERROR;
        else
            diags->v[kept++] = diags->v[i];
    }
    diags->n = kept;
}

void sort_diags(struct load *ld)
{
    if (ld->diags->n)
        qsort_r(ld->diags->v, ld->diags->n, sizeof(*ld->diags->v), by_place, ld->more);
    drop_repeated(ld->diags);
}
