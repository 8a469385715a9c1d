/* escape.h — what may stand in a text that a terminal is to show: everything that would act on it, or on the order
 * of what is beside it, becomes a visible escape. */
#ifndef STK_ESCAPE_H
#define STK_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

struct stk_buf;

/* Adds s with control characters, marks that turn the direction of text, and bytes that are not UTF-8 as visible
 * escapes. A tab stays. */
void stk_escape_control(struct stk_buf *out, const char *s, size_t size);
/* Adds JSON text, or YAML that quotes as JSON does, in which the same characters stand as \uXXXX: it means what it
 * meant. */
void stk_escape_json(struct stk_buf *out, const char *json);
/* The same of a malloc'd text, which is taken; NULL is out of memory, since that is why there is none. */
char *stk_escape_json_taken(char *json);

/* Whether the character acts on a terminal. */
bool stk_is_control(unsigned c);
/* Decodes one character and returns its length; 0 when the bytes at s are not UTF-8. */
size_t stk_utf8_decode(const char *s, size_t size, unsigned *ret);
/* Bytes at the end of s that begin a character, and are not all of it. */
size_t stk_utf8_unfinished(const char *s, size_t size);

#endif
