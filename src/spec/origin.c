/* origin.c — notes where texts came from, to be looked up once the load is over. What the notes mean for
 * a value of the model is provenance.c's. */
#include "origin.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"

struct text_place {
    const char *text;
    struct stk_src src;
};

struct origins {
    struct text_place *texts;
    size_t n_texts, cap_texts;
    struct origin_use *uses;
    size_t n_uses, cap_uses;
    bool sorted;
    const char *project_from;
    struct stk_src project_src;
};

struct origins *origins_new(void)
{
    return stk_alloc(sizeof(struct origins));
}

void origins_free(struct origins *origins)
{
    if (!origins)
        return;
    free(origins->texts);
    free(origins->uses);
    free(origins);
}

void origin_text(struct load *ld, const char *text, struct stk_src src)
{
    struct origins *o = ld->more->origins;
    if (!o)
        return;
    o->texts = stk_grow(o->texts, o->n_texts, &o->cap_texts, sizeof(*o->texts));
    o->texts[o->n_texts++] = (struct text_place){ text, src };
    o->sorted = false;
}

void origin_used(struct load *ld, struct stk_src at, const char *name, const char *text)
{
    struct origins *o = ld->more->origins;
    if (!o)
        return;
    o->uses = stk_grow(o->uses, o->n_uses, &o->cap_uses, sizeof(*o->uses));
    o->uses[o->n_uses] =
        (struct origin_use){ at, stk_arena_strdup(ld->arena, name), text, o->n_uses };
    o->n_uses++;
    o->sorted = false;
}

void origin_project(struct load *ld, const char *from, struct stk_src src)
{
    struct origins *o = ld->more->origins;
    if (!o)
        return;
    o->project_from = from;
    o->project_src = src;
}

const char *origin_of_project(const struct origins *origins, struct stk_src *ret_src)
{
    *ret_src = origins->project_src;
    return origins->project_from;
}

static int compare(uintptr_t a, uintptr_t b)
{
    return (a > b) - (a < b);
}

static int by_text(const void *a, const void *b)
{
    return compare((uintptr_t)((const struct text_place *)a)->text,
                   (uintptr_t)((const struct text_place *)b)->text);
}

static int by_place(const void *a, const void *b)
{
    const struct stk_src *x = &((const struct origin_use *)a)->at,
                         *y = &((const struct origin_use *)b)->at;
    int c = compare((uintptr_t)x->file, (uintptr_t)y->file);
    c = c ? c : compare(x->line, y->line);
    return c ? c : compare(x->col, y->col);
}

static int by_place_then_order(const void *a, const void *b)
{
    int c = by_place(a, b);
    return c ? c
             : compare(((const struct origin_use *)a)->order,
                       ((const struct origin_use *)b)->order);
}

static void sort(struct origins *o)
{
    if (o->sorted)
        return;
    if (o->n_texts)
        qsort(o->texts, o->n_texts, sizeof(*o->texts), by_text);
    if (o->n_uses)
        qsort(o->uses, o->n_uses, sizeof(*o->uses), by_place_then_order);
    o->sorted = true;
}

const struct stk_src *origin_of_text(struct origins *origins, const char *text)
{
    sort(origins);
    struct text_place wanted = { .text = text };
    const struct text_place *found =
        text && origins->n_texts
            ? bsearch(&wanted, origins->texts, origins->n_texts, sizeof(wanted), by_text)
            : NULL;
    return found ? &found->src : NULL;
}

const struct origin_use *origin_uses(struct origins *origins, struct stk_src at, size_t *ret_n)
{
    sort(origins);
    *ret_n = 0;
    struct origin_use wanted = { .at = at };
    const struct origin_use *uses = origins->uses, *end = uses + origins->n_uses;
    const struct origin_use *first =
        origins->n_uses ? bsearch(&wanted, uses, origins->n_uses, sizeof(wanted), by_place) : NULL;
    while (first && first > uses && by_place(first - 1, &wanted) == 0)
        first--;
    for (const struct origin_use *p = first; first && p < end && by_place(p, &wanted) == 0; p++)
        (*ret_n)++;
    return first;
}
