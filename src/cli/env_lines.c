/* env_lines.c — see env_lines.h. */
#include "env_lines.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "text.h"

static const char *line_end(const char *p)
{
    const char *nl = strchr(p, '\n');
    return nl ? nl + 1 : p + strlen(p);
}

/* Where the key of the entry at p is, or NULL: blank, a comment, or no entry. */
static const char *key_of(const char *p, size_t *ret_size)
{
    p += strspn(p, " \t");
    if (strncmp(p, "export ", 7) == 0)
        p += 7 + strspn(p + 7, " \t");
    size_t n = 0;
    while (isalnum((unsigned char)p[n]) || (p[n] && strchr("_.-", p[n])))
        n++;
    if (!n || p[n + strspn(p + n, " \t")] != '=')
        return NULL;
    *ret_size = n;
    return p;
}

/* The end of a value at p: a quoted one may span lines. *ret_value_end: without what follows it. */
static const char *value_end(const char *p, const char **ret_value_end)
{
    char quote = *p;
    const char *end = line_end(p), *comment = NULL;
    if (quote == '"' || quote == '\'') {
        const char *q = p + 1;
        while (*q && *q != quote)
            q += *q == '\\' && q[1] ? 2 : 1;
        *ret_value_end = *q ? q + 1 : q;
        return line_end(*ret_value_end);
    }
    for (const char *q = p; q < end && !comment; q++)
        if (*q == '#' && (q == p || isspace((unsigned char)q[-1])))
            comment = q;
    const char *stop = comment ? comment : end;
    while (stop > p && isspace((unsigned char)stop[-1]))
        stop--;
    *ret_value_end = stop;
    return end;
}

/* Whether the text from p to end has a comment that begins with the word, or is it in parentheses. */
static bool is_marked(const char *p, const char *end, const char *word)
{
    size_t n = strlen(word);
    const char *hash = memchr(p, '#', (size_t)(end - p));
    for (; hash && hash < end; hash++)
        if ((size_t)(end - hash) > n && strchr("# \t(@:", *hash) &&
            strncasecmp(hash + 1, word, n) == 0 && !isalnum((unsigned char)hash[1 + n]))
            return true;
    return false;
}

/* The last line of what stands before an entry. */
static const char *last_line(const char *p, const char *end)
{
    const char *q = end > p ? end - 1 : end;
    while (q > p && q[-1] != '\n')
        q--;
    return q;
}

size_t env_lines(struct stk_arena *arena, const char *text, struct env_line **ret)
{
    size_t n = 0, cap = 1;
    for (const char *p = text; *p; p++)
        cap += *p == '=';
    struct env_line *v = stk_arena_array(arena, cap, sizeof(*v));
    const char *before = text;
    for (const char *p = text; *p;) {
        size_t size = 0;
        const char *key = key_of(p, &size);
        if (!key) {
            p = line_end(p);
            continue;
        }
        const char *value = strchr(key, '=') + 1, *stop;
        value += strspn(value, " \t");
        const char *end = value_end(value, &stop);
        const char *mark = last_line(before, p);
        v[n++] = (struct env_line){
            .key = stk_arena_strndup(arena, key, size),
            .value = stk_arena_strndup(arena, value, (size_t)(stop - value)),
            .before = before,
            .before_size = (size_t)(p - before),
            .begin = p,
            .size = (size_t)(end - p),
            .secret = is_marked(stop, end, "secret") || is_marked(mark, p, "secret"),
            .optional = is_marked(stop, end, "optional") || is_marked(mark, p, "optional"),
        };
        before = p = end;
    }
    *ret = v;
    return n;
}

const struct env_line *env_lines_find(const struct env_line *v, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++)
        if (stk_streq(v[i].key, key))
            return &v[i];
    return NULL;
}
