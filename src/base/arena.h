/* arena.h — memory that dies together. Out of memory ends the program with one line. */
#ifndef STK_ARENA_H
#define STK_ARENA_H

#include <stddef.h>

struct stk_arena;

struct stk_arena *stk_arena_new(void);
void stk_arena_free(struct stk_arena *arena); /* NULL is fine */

/* Zeroed, aligned for any type but long double, valid until the arena is freed. */
void *stk_arena_alloc(struct stk_arena *arena, size_t size);
void *stk_arena_array(struct stk_arena *arena, size_t n, size_t size); /* checks n * size */
char *stk_arena_strdup(struct stk_arena *arena, const char *s);        /* NULL gives NULL */
char *stk_arena_strndup(struct stk_arena *arena, const char *s, size_t n);
char *stk_arena_printf(struct stk_arena *arena, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Like the C library's, but never NULL. */
void *stk_alloc(size_t size); /* zeroed */
void *stk_realloc(void *p, size_t size);
char *stk_strdup(const char *s);
char *stk_strndup(const char *s, size_t n);
char *stk_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void stk_out_of_memory(void);

/* Locals that own something:  STK_CLEANUP(stk_charp) char *path = NULL;  handed over with TAKE(path). */
#define STK_CLEANUP(fn) __attribute__((cleanup(fn)))
#define TAKE(p)                                                                                    \
    ({                                                                                             \
        __typeof__(p) taken_ = (p);                                                                \
        (p) = NULL;                                                                                \
        taken_;                                                                                    \
    })
void stk_charp(char **p);

/* Room for one more in a plain growing array: v = stk_grow(v, n, &cap, sizeof(*v)). */
void *stk_grow(void *v, size_t n, size_t *cap, size_t size);

#define STK_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define STK_CONTAINER(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

#endif
