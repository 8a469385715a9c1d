/* arena.c — bump allocation in growing blocks, and the C library's allocators made infallible. */
#include "arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ALIGNMENT = alignof(double) > alignof(void *) ? alignof(double) : alignof(void *) };

/* Objects grow from the beginning of a block, texts, which need no alignment, from its end. */
struct block {
    struct block *next;
    size_t used, end, size;
    alignas(ALIGNMENT) char bytes[];
};

struct stk_arena {
    struct block *top;
};

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20 };

_Noreturn void stk_out_of_memory(void)
{
    static const char text[] = "stackctl: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, text, sizeof(text) - 1);
    (void)ignored;
    _exit(1);
}

void *stk_alloc(size_t size)
{
    void *p = calloc(1, size ? size : 1);
    if (!p)
        stk_out_of_memory();
    return p;
}

void *stk_realloc(void *p, size_t size)
{
    p = realloc(p, size ? size : 1);
    if (!p)
        stk_out_of_memory();
    return p;
}

char *stk_strndup(const char *s, size_t n)
{
    char *copy = strndup(s, n);
    if (!copy)
        stk_out_of_memory();
    return copy;
}

char *stk_strdup(const char *s)
{
    return stk_strndup(s, strlen(s));
}

char *stk_printf(const char *fmt, ...)
{
    char *s = NULL;
    va_list ap;
    va_start(ap, fmt);
    if (vasprintf(&s, fmt, ap) < 0)
        stk_out_of_memory();
    va_end(ap);
    return s;
}

void stk_charp(char **p)
{
    free(*p);
}

void *stk_grow(void *v, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return v;
    size_t wanted = *cap ? *cap * 2 : 8;
    if (wanted > SIZE_MAX / size)
        stk_out_of_memory();
    *cap = wanted;
    return stk_realloc(v, wanted * size);
}

static struct block *block_new(size_t size, struct block *next)
{
    struct block *b = stk_alloc(sizeof(*b) + size);
    b->end = b->size = size;
    b->next = next;
    return b;
}

struct stk_arena *stk_arena_new(void)
{
    return stk_alloc(sizeof(struct stk_arena));
}

void stk_arena_free(struct stk_arena *arena)
{
    if (!arena)
        return;
    for (struct block *b = arena->top; b;) {
        struct block *next = b->next;
        free(b);
        b = next;
    }
    free(arena);
}

/* The top block, with room for size bytes. */
static struct block *room(struct stk_arena *arena, size_t size)
{
    struct block *b = arena->top;
    if (b && b->end - b->used >= size)
        return b;
    size_t grown = b ? b->size * 2 : FIRST_BLOCK;
    if (grown > LARGEST_BLOCK)
        grown = LARGEST_BLOCK;
    return arena->top = block_new(size > grown ? size : grown, b);
}

void *stk_arena_alloc(struct stk_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        stk_out_of_memory();
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct block *b = room(arena, size);
    void *p = b->bytes + b->used;
    b->used += size;
    return p;
}

static char *alloc_text(struct stk_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        stk_out_of_memory();
    struct block *b = room(arena, size);
    return b->bytes + (b->end -= size);
}

void *stk_arena_array(struct stk_arena *arena, size_t n, size_t size)
{
    if (size && n > SIZE_MAX / size)
        stk_out_of_memory();
    return stk_arena_alloc(arena, n * size);
}

char *stk_arena_strndup(struct stk_arena *arena, const char *s, size_t n)
{
    if (!s)
        return NULL;
    n = strnlen(s, n);
    char *copy = alloc_text(arena, n + 1);
    memcpy(copy, s, n);
    return copy;
}

char *stk_arena_strdup(struct stk_arena *arena, const char *s)
{
    return s ? stk_arena_strndup(arena, s, strlen(s)) : NULL;
}

char *stk_arena_printf(struct stk_arena *arena, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *s = alloc_text(arena, (size_t)n + 1);
    vsnprintf(s, (size_t)n + 1, fmt, again);
    va_end(again);
    return s;
}
