/* escape.c — makes visible what would act on a terminal. Colours that a log may keep are up to its callers. */
#include "escape.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"

size_t stk_utf8_decode(const char *s, size_t size, unsigned *ret)
{
    static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned char first = size ? (unsigned char)*s : 0;
    size_t n = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (n == 0 || n > size)
        return 0;
    unsigned c = n == 1 ? first : first & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if (((unsigned char)s[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | ((unsigned char)s[i] & 0x3f);
    }
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *ret = c;
    return n;
}

size_t stk_utf8_unfinished(const char *s, size_t size)
{
    for (size_t n = 1; n < 4 && n <= size; n++) {
        unsigned char c = (unsigned char)s[size - n];
        size_t needs = c < 0xc2 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
        if ((c & 0xc0) != 0x80)
            return needs > n ? n : 0;
    }
    return 0;
}

/* C0 but the tab, DEL, C1, and what overrides or isolates the direction of text (it can make a line read as
 * another). Marks that a text in Arabic or Hebrew may rightly hold are none. */
bool stk_is_control(unsigned c)
{
    bool turns = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    return (c < 0x20 && c != '\t') || (c >= 0x7f && c < 0xa0) || turns;
}

void stk_escape_control(struct stk_buf *out, const char *s, size_t size)
{
    for (size_t i = 0, n; i < size; i += n ? n : 1) {
        unsigned c;
        n = stk_utf8_decode(s + i, size - i, &c);
        if (n && !stk_is_control(c))
            stk_buf_add(out, s + i, n);
        else
            stk_buf_printf(out, n && c > 0xff ? "\\u%04x" : "\\x%02x", n ? c : (unsigned char)s[i]);
    }
}

void stk_escape_json(struct stk_buf *out, const char *json)
{
    for (size_t size = strlen(json), n; size; json += n ? n : 1, size -= n ? n : 1) {
        unsigned c;
        n = stk_utf8_decode(json, size, &c);
        if (n && c >= 0x20 && stk_is_control(c))
            stk_buf_printf(out, "\\u%04x", c);
        else
            stk_buf_add(out, json, n ? n : 1);
    }
}

char *stk_escape_json_taken(char *json)
{
    struct stk_buf out;
    if (!json)
        stk_out_of_memory();
    stk_buf_init(&out, SIZE_MAX / 2);
    stk_escape_json(&out, json);
    free(json);
    return stk_buf_take(&out);
}
