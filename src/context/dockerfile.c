/* dockerfile.c — reads the instructions of a Dockerfile as far as its base images and the features of
 * BuildKit go. Whether the rest is right is the builder's to say. */
#include "dockerfile.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "buf.h"
#include "text.h"

enum { BASES_MAX = 1000 };
#define LINE_MAX (1 * STK_MIB)

/* ---- instructions ---- */

struct reader {
    const char *at;
    char escape;
    bool directives; /* still possible: no instruction yet */
    struct stk_buf line;
};

static void read_directive(struct reader *r, const char *line, size_t n)
{
    char name[16] = "", value = 0;
    STK_CLEANUP(stk_charp) char *text = stk_strndup(line, n);
    if (r->directives && sscanf(text, "# %15[a-zA-Z] = %c", name, &value) == 2 &&
        strcasecmp(name, "escape") == 0)
        r->escape = value == '`' ? '`' : '\\';
}

/* One with its continuation lines, without comments; false: there is none left. */
static bool next_instruction(struct reader *r)
{
    stk_buf_reset(&r->line);
    while (*r->at) {
        size_t n = strcspn(r->at, "\n"), end = n, begin = 0;
        const char *line = r->at;
        r->at += n + (line[n] == '\n');
        while (begin < n && isspace((unsigned char)line[begin]))
            begin++;
        while (end > begin && isspace((unsigned char)line[end - 1]))
            end--;
        if (begin == end)
            continue;
        if (line[begin] == '#') {
            read_directive(r, line + begin, end - begin);
            continue;
        }
        r->directives = false;
        bool more = line[end - 1] == r->escape;
        stk_buf_add(&r->line, line + begin, end - begin - more);
        if (!more)
            return true;
        stk_buf_putc(&r->line, ' ');
    }
    return r->line.size > 0;
}

/* The word at *at, moved behind it; malloc'd, "" at the end. */
static char *next_word(const char **at)
{
    while (isspace((unsigned char)**at))
        (*at)++;
    size_t n = strcspn(*at, " \t");
    char *word = stk_strndup(*at, n);
    *at += n;
    return word;
}

/* ---- variables ---- */

struct bases {
    struct stk_arena *arena;
    const struct stk_kvs *given;
    struct stk_kv *args; /* of the file, before its first stage */
    size_t n_args, cap_args;
    const char **stages;
    size_t n_stages, cap_stages;
    const char **v;
    size_t n, cap;
};

static const char *value_of(const struct bases *b, const char *name)
{
    for (size_t i = b->n_args; i-- > 0;)
        if (strcmp(b->args[i].key, name) == 0)
            return b->args[i].value;
    return NULL;
}

/* "${NAME:-word}" behind its "$"; returns what is left behind it. */
static const char *expand_one(const struct bases *b, const char *s, struct stk_buf *out)
{
    bool braces = *s == '{';
    s += braces;
    size_t n = 0;
    while (isalnum((unsigned char)s[n]) || s[n] == '_')
        n++;
    STK_CLEANUP(stk_charp) char *name = stk_strndup(s, n);
    const char *value = value_of(b, name);
    bool set = value && *value;
    s += n;
    if (!braces) {
        stk_buf_puts(out, value ? value : "");
        return s;
    }
    size_t rest = strcspn(s, "}");
    bool other = rest >= 2 && s[0] == ':' && (s[1] == '+') == set && strchr("-+", s[1]);
    if (other)
        stk_buf_add(out, s + 2, rest - 2);
    else if (!(rest >= 2 && s[0] == ':' && s[1] == '+'))
        stk_buf_puts(out, value ? value : "");
    return s + rest + (s[rest] == '}');
}

static char *expand(const struct bases *b, const char *s)
{
    struct stk_buf out;
    stk_buf_init(&out, LINE_MAX);
    while (*s) {
        if (*s == '$')
            s = expand_one(b, s + 1, &out);
        else if (*s == '"' || *s == '\'')
            s++;
        else
            stk_buf_putc(&out, *s++);
    }
    return stk_buf_take(&out);
}

static const char *given(const struct bases *b, const char *name)
{
    for (size_t i = 0; b->given && i < b->given->n; i++)
        if (strcmp(b->given->v[i].key, name) == 0)
            return b->given->v[i].value;
    return NULL;
}

static void take_arg(struct bases *b, const char *at)
{
    for (;;) {
        STK_CLEANUP(stk_charp) char *word = next_word(&at);
        if (!*word)
            return;
        size_t n = strcspn(word, "=");
        STK_CLEANUP(stk_charp) char *value = word[n] ? expand(b, word + n + 1) : NULL;
        const char *name = stk_arena_strndup(b->arena, word, n), *over = given(b, name);
        b->args = stk_grow(b->args, b->n_args, &b->cap_args, sizeof(*b->args));
        b->args[b->n_args++] =
            (struct stk_kv){ .key = name,
                             .value = over ? over : stk_arena_strdup(b->arena, value) };
    }
}

static bool has(const char *const *list, size_t n, const char *s)
{
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(list[i], s) == 0)
            return true;
    return false;
}

static void take_from(struct bases *b, const char *at)
{
    STK_CLEANUP(stk_charp) char *word = next_word(&at);
    while (stk_starts(word, "--")) {
        stk_charp(&word);
        word = next_word(&at);
    }
    STK_CLEANUP(stk_charp) char *image = expand(b, word);
    STK_CLEANUP(stk_charp) char *as = next_word(&at);
    STK_CLEANUP(stk_charp) char *name = next_word(&at);
    bool base = *image && strcmp(image, "scratch") != 0 && !has(b->stages, b->n_stages, image);
    if (base && !has(b->v, b->n, image) && b->n < BASES_MAX) {
        b->v = stk_grow(b->v, b->n, &b->cap, sizeof(*b->v));
        b->v[b->n++] = stk_arena_strdup(b->arena, image);
    }
    if (strcasecmp(as, "as") == 0 && *name) {
        b->stages = stk_grow(b->stages, b->n_stages, &b->cap_stages, sizeof(*b->stages));
        b->stages[b->n_stages++] = stk_arena_strdup(b->arena, name);
    }
}

static struct reader reader_of(const char *text)
{
    struct reader r = { .at = text, .escape = '\\', .directives = true };
    stk_buf_init(&r.line, LINE_MAX);
    return r;
}

struct stk_strs stk_dockerfile_bases(const char *text, const struct stk_kvs *args,
                                     struct stk_arena *arena)
{
    struct bases b = { .arena = arena, .given = args };
    struct reader r = reader_of(text);
    bool staged = false;
    while (next_instruction(&r)) {
        const char *at = r.line.bytes;
        STK_CLEANUP(stk_charp) char *word = next_word(&at);
        if (strcasecmp(word, "ARG") == 0 && !staged)
            take_arg(&b, at);
        if (strcasecmp(word, "FROM") == 0) {
            staged = true;
            take_from(&b, at);
        }
    }
    struct stk_strs ret = { .set = true, .n = b.n };
    const char **v = stk_arena_array(arena, b.n + 1, sizeof(*v));
    for (size_t i = 0; i < b.n; i++)
        v[i] = b.v[i];
    ret.v = v;
    stk_buf_clear(&r.line);
    free(b.args);
    free(b.stages);
    free(b.v);
    return ret;
}

/* ---- BuildKit ---- */

static bool has_heredoc(const char *text)
{
    for (const char *s = strstr(text, "<<"); s; s = strstr(s + 2, "<<")) {
        const char *word = s + 2 + (s[2] == '-');
        if (s > text && !isspace((unsigned char)s[-1]))
            continue; /* a shift, not a document */
        if (isalpha((unsigned char)*word) ||
            ((*word == '"' || *word == '\'') && isalpha((unsigned char)word[1])))
            return true;
    }
    return false;
}

const char *stk_dockerfile_needs_buildkit(const char *text)
{
    static const struct {
        const char *word, *flag, *name;
    } rows[] = {
        { "RUN", "--mount=", "RUN --mount" },       { "RUN", "--network=", "RUN --network" },
        { "RUN", "--security=", "RUN --security" }, { "COPY", "--link", "COPY --link" },
        { "COPY", "--parents", "COPY --parents" },  { "COPY", "--exclude=", "COPY --exclude" },
        { "ADD", "--link", "ADD --link" },          { "ADD", "--checksum=", "ADD --checksum" },
        { "COPY", "--chmod=", "COPY --chmod" },     { "ADD", "--chmod=", "ADD --chmod" },
    };
    struct reader r = reader_of(text);
    const char *found = NULL;
    while (!found && next_instruction(&r)) {
        const char *at = r.line.bytes;
        STK_CLEANUP(stk_charp) char *word = next_word(&at);
        STK_CLEANUP(stk_charp) char *flag = next_word(&at);
        for (; stk_starts(flag, "--") && !found; stk_charp(&flag), flag = next_word(&at))
            for (size_t i = 0; i < STK_LEN(rows) && !found; i++)
                if (strcasecmp(word, rows[i].word) == 0 && stk_starts(flag, rows[i].flag))
                    found = rows[i].name;
        bool may = strcasecmp(word, "RUN") == 0 || strcasecmp(word, "COPY") == 0;
        if (!found && may && (has_heredoc(flag) || has_heredoc(at)))
            found = "a here-document";
    }
    stk_buf_clear(&r.line);
    return found;
}
