/* interpolate.h — $V ${V} ${V:-d} ${V-d} ${V:?e} ${V?e} ${V:+a} ${V+a}, nested, and $$. */
#ifndef STK_SPEC_INTERPOLATE_H
#define STK_SPEC_INTERPOLATE_H

#include "stackctl/error.h"

struct stk_buf;

struct interpolation {
    /* NULL: unset. Names are not empty and borrowed for the call. */
    const char *(*lookup)(void *data, const char *name);
    /* $V or ${V} of an unset variable, found at offset bytes into the text; may be NULL. */
    void (*unset)(void *data, const char *name, size_t offset, size_t size);
    /* ${services.NAME}, which is no variable: adds what stands for it. NULL: there is no such thing. */
    void (*reference)(void *data, const char *name, size_t size, struct stk_buf *out);
    void *data;
    /* where it failed, bytes into the text */
    size_t offset, size;
};

/* Adds the text with its variables put in to out. Only the word that is used is evaluated. Fails
 * with STK_ECONFIG on a wrong form or a required variable that is missing. */
int interpolate(struct interpolation *in, const char *text, struct stk_buf *out,
                struct stk_error *reterr);

/* Bytes of the variable's name at p; 0: none is there. */
size_t interpolate_name(const char *p, const char *end);
/* The brace that closes the one before p, or NULL. */
const char *interpolate_closing(const char *p, const char *end);

#endif
