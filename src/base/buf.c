/* buf.c — bounded growing bytes. */
#include "buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

void stk_buf_init(struct stk_buf *buf, size_t max)
{
    *buf = (struct stk_buf){ .max = max };
}

void stk_buf_clear(struct stk_buf *buf)
{
    free(buf->bytes);
    stk_buf_init(buf, buf->max);
}

void stk_buf_clearp(struct stk_buf *buf)
{
    stk_buf_clear(buf);
}

void stk_buf_reset(struct stk_buf *buf)
{
    buf->size = 0;
    buf->full = false;
    if (buf->bytes)
        buf->bytes[0] = '\0';
}

static bool reserve(struct stk_buf *buf, size_t more)
{
    if (buf->full || more > buf->max - buf->size) {
        buf->full = true;
        return false;
    }
    size_t need = buf->size + more + 1;
    if (need <= buf->cap)
        return true;
    size_t cap = buf->cap ? buf->cap : 64;
    while (cap < need)
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    buf->bytes = stk_realloc(buf->bytes, cap);
    buf->cap = cap;
    return true;
}

bool stk_buf_add(struct stk_buf *buf, const void *bytes, size_t size)
{
    if (!reserve(buf, size))
        return false;
    if (size)
        memcpy(buf->bytes + buf->size, bytes, size);
    buf->size += size;
    buf->bytes[buf->size] = '\0';
    return true;
}

bool stk_buf_puts(struct stk_buf *buf, const char *s)
{
    return stk_buf_add(buf, s, strlen(s));
}

bool stk_buf_putc(struct stk_buf *buf, char c)
{
    return stk_buf_add(buf, &c, 1);
}

bool stk_buf_printf(struct stk_buf *buf, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    bool ok = n >= 0 && reserve(buf, (size_t)n);
    if (ok) {
        vsnprintf(buf->bytes + buf->size, (size_t)n + 1, fmt, again);
        buf->size += (size_t)n;
    }
    va_end(again);
    return ok;
}

void stk_buf_drop(struct stk_buf *buf, size_t n)
{
    if (n >= buf->size) {
        stk_buf_reset(buf);
        return;
    }
    memmove(buf->bytes, buf->bytes + n, buf->size - n + 1);
    buf->size -= n;
}

char *stk_buf_take(struct stk_buf *buf)
{
    char *text = buf->bytes ? buf->bytes : stk_strdup("");
    stk_buf_init(buf, buf->max);
    return text;
}
