/* width.c — columns of UTF-8 text, by ranges of characters. It asks no locale, because a program that
 * runs in the C locale still prints to terminals that show UTF-8. */
#include "width.h"

#include <string.h>

#include "arena.h"
#include "buf.h"
#include "escape.h"

struct range {
    unsigned first, last;
};

static const struct range none[] = {
    { 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd }, { 0x0610, 0x061a },
    { 0x064b, 0x065f }, { 0x0e31, 0x0e31 }, { 0x0e34, 0x0e3a }, { 0x0e47, 0x0e4e },
    { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x200b, 0x200f }, { 0x20d0, 0x20ff },
    { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xfeff, 0xfeff }, { 0xe0100, 0xe01ef },
};
static const struct range wide[] = {
    { 0x1100, 0x115f },   { 0x2e80, 0x303e },   { 0x3041, 0xa4cf },   { 0xac00, 0xd7a3 },
    { 0xf900, 0xfaff },   { 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },   { 0xffe0, 0xffe6 },
    { 0x1f300, 0x1f64f }, { 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
};

static bool in_ranges(const struct range *ranges, size_t n, unsigned c)
{
    for (size_t i = 0; i < n && c >= ranges[i].first; i++)
        if (c <= ranges[i].last)
            return true;
    return false;
}

static size_t columns_of(unsigned c)
{
    if (c < 0x300)
        return 1;
    if (in_ranges(none, STK_LEN(none), c))
        return 0;
    return in_ranges(wide, STK_LEN(wide), c) ? 2 : 1;
}

/* The next character of s: its bytes, and its columns in *ret. */
static size_t next(const char *s, size_t *ret)
{
    unsigned c;
    size_t n = stk_utf8_decode(s, strnlen(s, 4), &c);
    *ret = n ? columns_of(c) : 1;
    return n ? n : 1;
}

size_t stk_width(const char *s)
{
    size_t total = 0, columns;
    while (*s) {
        s += next(s, &columns);
        total += columns;
    }
    return total;
}

size_t stk_width_fit(const char *s, size_t columns)
{
    size_t fits = 0, used = 0, w;
    while (s[fits]) {
        size_t n = next(s + fits, &w);
        used += w;
        if (used > columns)
            break;
        fits += n;
    }
    return fits;
}

void stk_width_cut(struct stk_buf *out, const char *s, size_t columns)
{
    if (stk_width(s) <= columns) {
        stk_buf_puts(out, s);
        return;
    }
    if (!columns)
        return;
    stk_buf_add(out, s, stk_width_fit(s, columns - 1));
    stk_buf_puts(out, "…");
}

void stk_width_pad(struct stk_buf *out, const char *s, size_t columns)
{
    stk_buf_puts(out, s);
    for (size_t w = stk_width(s); w < columns; w++)
        stk_buf_putc(out, ' ');
}

size_t stk_sgr_length(const char *s, size_t size)
{
    if (size < 3 || s[0] != '\033' || s[1] != '[')
        return 0;
    size_t n = 2;
    while (n < size && ((s[n] >= '0' && s[n] <= '9') || s[n] == ';' || s[n] == ':'))
        n++;
    return n < size && s[n] == 'm' ? n + 1 : 0;
}
