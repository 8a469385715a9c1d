/* document.h — the text of a file to nodes. */
#ifndef STK_SPEC_DOCUMENT_H
#define STK_SPEC_DOCUMENT_H

#include "load.h"

enum { DOCUMENT_MAX_DEPTH = 64, DOCUMENT_MAX_VALUES = 400000 /* of all files */ };

/* Adds the root of every document of the source to *docs (malloc'd, grown with stk_grow). Aliases
 * and << are resolved, duplicate keys refused. False when a problem was reported; what could be
 * read is there all the same. */
bool document_read(struct load *ld, const struct source *source, struct node ***docs, size_t *n);

#endif
