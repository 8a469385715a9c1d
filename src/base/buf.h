/* buf.h — a growing string of bytes that states its maximum. bytes always ends in a NUL (not counted). */
#ifndef STK_BUF_H
#define STK_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#define STK_KIB ((size_t)1024)
#define STK_MIB (1024 * STK_KIB)

/* After the maximum is reached nothing is added any more and full is set. */
struct stk_buf {
    char *bytes;
    size_t size, cap, max;
    bool full;
};

void stk_buf_init(struct stk_buf *buf, size_t max);
void stk_buf_clear(struct stk_buf *buf);  /* frees; reusable, with the same maximum */
void stk_buf_reset(struct stk_buf *buf);  /* empties, keeps the memory */
bool stk_buf_add(struct stk_buf *buf, const void *bytes, size_t size); /* false: it did not fit */
bool stk_buf_puts(struct stk_buf *buf, const char *s);
bool stk_buf_putc(struct stk_buf *buf, char c);
bool stk_buf_printf(struct stk_buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void stk_buf_drop(struct stk_buf *buf, size_t n); /* forgets the first n bytes */
char *stk_buf_take(struct stk_buf *buf); /* the text, malloc'd, never NULL; buf is empty afterwards */
void stk_buf_clearp(struct stk_buf *buf); /* for STK_CLEANUP */

#endif
