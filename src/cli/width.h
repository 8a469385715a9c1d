/* width.h — how many columns a text takes on a terminal, whatever the locale. */
#ifndef STK_WIDTH_H
#define STK_WIDTH_H

#include <stddef.h>

struct stk_buf;

/* Columns of UTF-8 text: wide characters count two, combining ones none, a stray byte one. */
size_t stk_width(const char *s);
/* Adds as much of s as fits into that many columns, the last one an ellipsis when s does not fit. */
void stk_width_cut(struct stk_buf *out, const char *s, size_t columns);
/* Bytes of the longest beginning of s that takes no more than that many columns. */
size_t stk_width_fit(const char *s, size_t columns);
/* Adds s and spaces up to that many columns. */
void stk_width_pad(struct stk_buf *out, const char *s, size_t columns);

/* Length of an SGR sequence (colours and the like) at s, or 0. */
size_t stk_sgr_length(const char *s, size_t size);

#endif
