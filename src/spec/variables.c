/* variables.c — which variables the values of a document use, and with what defaults. Putting them in is
 * interpolate.c's. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "interpolate.h"
#include "load.h"

enum { MAX_DEPTH = 32 };

struct finding {
    struct stk_arena *arena;
    struct map seen; /* struct stk_variable * */
};

static void find(struct finding *f, const char *p, const char *end, unsigned depth);

/* ${NAME op word}, from its name to its brace. */
static void note(struct finding *f, const char *name, size_t n, const char *op, const char *end,
                 unsigned depth)
{
    const char *key = stk_arena_strndup(f->arena, name, n);
    void **slot = map_at(&f->seen, key);
    if (!*slot)
        *slot = stk_arena_alloc(f->arena, sizeof(struct stk_variable));
    struct stk_variable *v = *slot;
    v->name = key;
    if (op >= end)
        return;
    op += *op == ':' && op + 1 < end;
    const char *word = op + 1, *text = stk_arena_strndup(f->arena, word, (size_t)(end - word));
    if (*op == '-')
        v->fallback = text;
    else if (*op == '+')
        v->alternate = text;
    v->required |= *op == '?';
    find(f, word, end, depth + 1);
}

static void find(struct finding *f, const char *p, const char *end, unsigned depth)
{
    for (; p < end && depth < MAX_DEPTH; p++) {
        if (*p != '$' || p + 1 == end)
            continue;
        bool braced = *++p == '{';
        if (*p == '$')
            continue;
        const char *name = p + braced, *brace = braced ? interpolate_closing(name, end) : NULL;
        const char *close = brace ? brace : end;
        size_t n = interpolate_name(name, close);
        bool reference = braced && n == 8 && strncmp(name, "services.", 9) == 0;
        if (n && !reference)
            note(f, name, n, name + n, braced ? close : name + n, depth);
        p = braced ? close : name + n - 1;
    }
}

static void walk(struct finding *f, const struct node *node)
{
    if (node->kind == NODE_SCALAR && node->type == SCALAR_STRING)
        find(f, node->text, node->text + strlen(node->text), 0);
    for (size_t i = 0; node->kind != NODE_SCALAR && i < node->n; i++)
        walk(f, node->kind == NODE_LIST ? node->items[i] : node->pairs[i].value);
}

static void collect(const char *key, void *value, void *data)
{
    struct stk_variable **next = data;
    (void)key;
    *(*next)++ = *(const struct stk_variable *)value;
}

size_t stk_spec_variables(const struct stk_spec *spec, const struct stk_variable **ret)
{
    struct finding f = { .arena = spec->arena };
    if (spec->more)
        walk(&f, spec->more->root);
    size_t n = f.seen.n;
    struct stk_variable *v = stk_arena_array(spec->arena, n, sizeof(*v)), *next = v;
    map_each(&f.seen, collect, &next);
    map_clear(&f.seen);
    *ret = v;
    return n;
}
