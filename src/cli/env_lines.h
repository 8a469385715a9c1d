/* env_lines.h — the entries of a .env file as they stand in its text, for a program that writes one. What
 * values mean is the spec's to say. */
#ifndef STK_ENV_LINES_H
#define STK_ENV_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct stk_arena;

struct env_line {
    const char *key;
    const char *value;  /* as it stands, without a comment behind it; quotes included */
    const char *before; /* comments and blank lines since the entry before */
    size_t before_size;
    const char *begin;     /* of its line */
    size_t size;           /* to the end of its last line, the newline included */
    bool secret, optional; /* marked so by a comment in its line or the one before */
};

/* In the arena; pointers into text. */
size_t env_lines(struct stk_arena *arena, const char *text, struct env_line **ret);
const struct env_line *env_lines_find(const struct env_line *v, size_t n, const char *key);

#endif
