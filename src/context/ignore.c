/* ignore.c — reads a .dockerignore and matches paths against it the way Docker does: the last
 * pattern that fits decides, one that fits a folder fits all in it, and "!" takes back. Each
 * pattern is compiled to tokens and run as a state machine, so that no pattern is slow. */
#include "ignore.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "text.h"

enum { TOKENS_MAX = 4096, PATTERNS_MAX = 100000 };

enum kind {
    LITERAL, /* one byte */
    ONE,     /* ?: any but / */
    SOME,    /* *: any number of any but / */
    FOLDERS, /* "**" and a /: nothing, or anything that ends in / */
    REST,    /* "**" at the end */
    CLASS,   /* [a-z] */
};

struct token {
    enum kind kind;
    char byte;
    const char *set; /* CLASS: what stands between the brackets */
    size_t n;
};

struct pattern {
    struct token *tokens;
    size_t n;
    bool keeps; /* written with ! */
};

struct stk_ignore {
    struct stk_arena *arena;
    struct pattern *v;
    size_t n, cap;
    bool any_keeps;
};


/* ---- reading ---- */

/* filepath.Clean for what is relative to the root: no "." and "..", no doubled or outer slashes. */
static char *clean(const char *path)
{
    char *out = stk_alloc(strlen(path) + 2);
    size_t size = 0;
    while (*path) {
        size_t n = strcspn(path, "/");
        bool up = n == 2 && path[0] == '.' && path[1] == '.';
        if (up) {
            while (size && out[size - 1] != '/')
                size--;
            size -= size > 0;
        } else if (n && !(n == 1 && path[0] == '.')) {
            if (size)
                out[size++] = '/';
            memcpy(out + size, path, n);
            size += n;
        }
        path += n + (path[n] == '/');
    }
    out[size] = '\0';
    return out;
}

/* The part of a class after its '[': its length without the ']', or -1. */
static int class_length(const char *s)
{
    size_t i = s[0] == '^';
    for (; s[i]; i++) {
        if (s[i] == '\\' && s[i + 1])
            i++;
        else if (s[i] == ']')
            return (int)i;
    }
    return -1;
}

static size_t read_token(struct stk_arena *arena, const char *s, struct token *ret)
{
    if (s[0] == '*' && s[1] == '*') {
        size_t n = 2 + (s[2] == '/');
        *ret = (struct token){ .kind = s[n] ? FOLDERS : REST };
        return n;
    }
    if (s[0] == '*' || s[0] == '?') {
        *ret = (struct token){ .kind = s[0] == '*' ? SOME : ONE };
        return 1;
    }
    if (s[0] == '[') {
        int n = class_length(s + 1);
        if (n <= (s[1] == '^'))
            return 0;
        *ret = (struct token){ CLASS, 0, stk_arena_strndup(arena, s + 1, (size_t)n), (size_t)n };
        return (size_t)n + 2;
    }
    bool escaped = s[0] == '\\';
    if (escaped && !s[1])
        return 0;
    *ret = (struct token){ .kind = LITERAL, .byte = s[escaped] };
    return 1 + escaped;
}

static bool compile(struct stk_ignore *ignore, const char *text, struct pattern *ret)
{
    size_t most = strlen(text);
    if (most > TOKENS_MAX)
        return false;
    ret->tokens = stk_arena_array(ignore->arena, most + 1, sizeof(*ret->tokens));
    while (*text) {
        size_t n = read_token(ignore->arena, text, &ret->tokens[ret->n]);
        if (!n)
            return false;
        ret->n++;
        text += n;
    }
    return true;
}

static void add(struct stk_ignore *ignore, const struct pattern *pattern)
{
    ignore->v = stk_grow(ignore->v, ignore->n, &ignore->cap, sizeof(*ignore->v));
    ignore->v[ignore->n++] = *pattern;
    ignore->any_keeps |= pattern->keeps;
}

static int fail_line(struct stk_error *reterr, unsigned line, const char *why)
{
    return stk_fail(reterr, STK_ECONFIG, (struct stk_src){ ".dockerignore", line, 1 }, "%s", why);
}

static char *trimmed(const char *s, size_t n)
{
    while (n && strchr(" \t\r\v\f", s[0]))
        s++, n--;
    while (n && strchr(" \t\r\v\f", s[n - 1]))
        n--;
    return stk_strndup(s, n);
}

static int take_line(struct stk_ignore *ignore, const char *line, size_t n, unsigned number,
                     struct stk_error *reterr)
{
    struct pattern pattern = { 0 };
    if (n && line[0] == '#')
        return 0;
    STK_CLEANUP(stk_charp) char *text = trimmed(line, n);
    if (!*text)
        return 0;
    pattern.keeps = text[0] == '!';
    STK_CLEANUP(stk_charp) char *path = trimmed(text + pattern.keeps, strlen(text + pattern.keeps));
    if (!*path)
        return fail_line(reterr, number, "'!' without a pattern");
    STK_CLEANUP(stk_charp) char *cleaned = clean(path);
    if (!compile(ignore, cleaned, &pattern))
        return fail_line(reterr, number, "malformed pattern");
    if (ignore->n == PATTERNS_MAX)
        return fail_line(reterr, number, "too many patterns");
    add(ignore, &pattern);
    return 0;
}

int stk_ignore_parse(const char *text, size_t size, struct stk_ignore **ret,
                     struct stk_error *reterr)
{
    static const char mark[] = "\xef\xbb\xbf";
    struct stk_ignore *ignore = stk_alloc(sizeof(*ignore));
    ignore->arena = stk_arena_new();
    if (size >= 3 && memcmp(text, mark, 3) == 0)
        text += 3, size -= 3;
    for (unsigned number = 1; size; number++) {
        const char *end = memchr(text, '\n', size);
        size_t n = end ? (size_t)(end - text) : size;
        int code = take_line(ignore, text, n, number, reterr);
        if (code) {
            stk_ignore_free(ignore);
            return code;
        }
        n += end != NULL;
        text += n;
        size -= n;
    }
    *ret = ignore;
    return 0;
}

void stk_ignore_free(struct stk_ignore *ignore)
{
    if (!ignore)
        return;
    stk_arena_free(ignore->arena);
    free(ignore->v);
    free(ignore);
}

void stk_ignore_keep(struct stk_ignore *ignore, const char *path)
{
    struct pattern pattern = { .keeps = true };
    STK_CLEANUP(stk_charp) char *cleaned = clean(path);
    pattern.tokens = stk_arena_array(ignore->arena, strlen(cleaned) + 1, sizeof(struct token));
    for (const char *s = cleaned; *s; s++)
        pattern.tokens[pattern.n++] = (struct token){ .kind = LITERAL, .byte = *s };
    add(ignore, &pattern);
}

/* ---- matching ---- */

static bool in_class(const struct token *token, char c)
{
    const char *s = token->set, *end = s + token->n;
    bool negated = s < end && *s == '^', found = false;
    s += negated;
    while (s < end) {
        s += *s == '\\' && s + 1 < end;
        unsigned char low = (unsigned char)*s++, high = low;
        if (s + 1 < end && *s == '-') {
            s++;
            s += *s == '\\' && s + 1 < end;
            high = (unsigned char)*s++;
        }
        found |= low <= (unsigned char)c && (unsigned char)c <= high;
    }
    return found != negated;
}

/* A state is a token about to be matched, or, odd, a FOLDERS in whose midst we are. */
static void enter(const struct pattern *p, bool *states, size_t token)
{
    for (; !states[2 * token]; token++) {
        states[2 * token] = true;
        if (token == p->n || (p->tokens[token].kind != SOME && p->tokens[token].kind != FOLDERS &&
                              p->tokens[token].kind != REST))
            return;
    }
}

static void step(const struct pattern *p, const bool *from, bool *to, char c)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct token *token = &p->tokens[i];
        if (!from[2 * i] && !from[2 * i + 1])
            continue;
        switch (token->kind) {
        case LITERAL:
            if (token->byte == c)
                enter(p, to, i + 1);
            break;
        case ONE:
            if (c != '/')
                enter(p, to, i + 1);
            break;
        case CLASS:
            if (in_class(token, c))
                enter(p, to, i + 1);
            break;
        case SOME:
            if (c != '/')
                enter(p, to, i);
            break;
        case REST:
            enter(p, to, i);
            break;
        case FOLDERS:
            to[2 * i + 1] = true;
            if (c == '/')
                enter(p, to, i + 1);
            break;
        }
    }
}

/* Fits the path or a folder it is in. */
static bool fits(const struct pattern *p, const char *path)
{
    size_t size = 2 * (p->n + 1);
    bool *now = stk_alloc(2 * size), *next = now + size, *memory = now;
    bool found = false;
    enter(p, now, 0);
    for (; *path && !found; path++) {
        memset(next, 0, size);
        step(p, now, next, *path);
        bool *old = now;
        now = next;
        next = old;
        found = now[2 * p->n] && (path[1] == '/' || !path[1]);
    }
    free(memory);
    return found;
}

bool stk_ignored(const struct stk_ignore *ignore, const char *path)
{
    bool ignored = false;
    for (size_t i = 0; i < ignore->n; i++)
        if (ignore->v[i].keeps == ignored && fits(&ignore->v[i], path))
            ignored = !ignore->v[i].keeps;
    return ignored;
}

/* Whether the pattern could fit something below the folder: its beginning fits the folder and a
 * slash. */
static bool reaches(const struct pattern *p, const char *folder)
{
    size_t size = 2 * (p->n + 1);
    bool *now = stk_alloc(2 * size), *next = now + size, *memory = now, alive = true;
    enter(p, now, 0);
    for (bool slash = false; alive && !slash; folder++) {
        slash = !*folder; /* the one after its name */
        memset(next, 0, size);
        step(p, now, next, slash ? '/' : *folder);
        bool *old = now;
        now = next;
        next = old;
        alive = memchr(now, true, size) != NULL;
    }
    free(memory);
    return alive;
}

bool stk_ignore_looks_into(const struct stk_ignore *ignore, const char *folder)
{
    for (size_t i = 0; ignore->any_keeps && i < ignore->n; i++)
        if (ignore->v[i].keeps && reaches(&ignore->v[i], folder))
            return true;
    return false;
}
