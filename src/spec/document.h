/* document.h — the text of a file to nodes. */
#ifndef STK_SPEC_DOCUMENT_H
#define STK_SPEC_DOCUMENT_H

#include "load.h"

enum { DOCUMENT_MAX_DEPTH = 64, DOCUMENT_MAX_VALUES = 500000 /* of all files */ };

/* What env files and the words of commands hold counts as well. False once there are too many. */
static inline bool document_may_have(struct load *ld, size_t values)
{
    ld->n_nodes = values < DOCUMENT_MAX_VALUES ? ld->n_nodes + (unsigned)values
                                               : DOCUMENT_MAX_VALUES + 1;
    return ld->n_nodes <= DOCUMENT_MAX_VALUES;
}

/* Adds the root of every document of the source to *docs (malloc'd, grown with stk_grow). Aliases
 * and << are resolved, duplicate keys refused. False when a problem was reported; what could be
 * read is there all the same. */
bool document_read(struct load *ld, const struct source *source, struct node ***docs, size_t *n);

#endif
