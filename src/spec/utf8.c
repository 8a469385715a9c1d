/* utf8.c — refuses what is no text, telling where. */
#include "utf8.h"

/* Length of the UTF-8 character at p, or 0 when there is none. */
static size_t utf8_length(const unsigned char *p, size_t rest)
{
    if (*p < 0x80)
        return 1;
    size_t n = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;
    if (*p < 0xc2 || *p > 0xf4 || rest < n)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (*p == 0xe0 && p[1] < 0xa0) || (*p == 0xf0 && p[1] < 0x90);
    bool beyond = (*p == 0xed && p[1] > 0x9f) || (*p == 0xf4 && p[1] > 0x8f);
    return overlong || beyond ? 0 : n;
}

bool utf8_valid(const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s, *end = p + n;
    size_t step = 1;
    for (; p < end && step; p += step)
        step = utf8_length(p, (size_t)(end - p));
    return step != 0;
}

bool source_is_text(struct load *ld, const struct source *source)
{
    const unsigned char *p = (const unsigned char *)source->text, *end = p + source->size;
    struct stk_src src = { source->name, 1, 1 };
    while (p < end) {
        size_t n = utf8_length(p, (size_t)(end - p));
        if (*p == '\0')
            return fail_src(ld, src, "a NUL character: this is no text file");
        if (n == 0)
            return fail_src(ld, src, "byte 0x%02x is not UTF-8", *p);
        src.col++;
        if (*p == '\n') {
            src.line++;
            src.col = 1;
        }
        p += n;
    }
    return true;
}
