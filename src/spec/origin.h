/* origin.h — where texts came from, noted while loading when somebody will ask (opts.provenance): the
 * places of variables in env files, and which variables went into a value. provenance.c answers. */
#ifndef STK_SPEC_ORIGIN_H
#define STK_SPEC_ORIGIN_H

#include "load.h"

/* A variable that went into the value at a place. */
struct origin_use {
    struct stk_src at;
    const char *name, *text; /* text NULL: it is not set */
    size_t order;
};

struct origins;
struct origins *origins_new(void);
void origins_free(struct origins *origins); /* NULL is fine */

/* These do nothing when nobody will ask. A text is known by its address. */
void origin_text(struct load *ld, const char *text, struct stk_src src);
void origin_used(struct load *ld, struct stk_src at, const char *name, const char *text);
void origin_project(struct load *ld, const char *from, struct stk_src src);

/* NULL: not from a file. */
const struct stk_src *origin_of_text(struct origins *origins, const char *text);
/* Those of one place, in the order of their use. */
const struct origin_use *origin_uses(struct origins *origins, struct stk_src at, size_t *ret_n);
/* What named the project: src, or a word when it is no file. */
const char *origin_of_project(const struct origins *origins, struct stk_src *ret_src);

#endif
