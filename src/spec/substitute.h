/* substitute.h — interpolation of all values of a document. */
#ifndef STK_SPEC_SUBSTITUTE_H
#define STK_SPEC_SUBSTITUTE_H

#include "load.h"

enum { SUBSTITUTE_MAX_TOTAL = 16 << 20 /* bytes that variables may make of all files */ };

/* Puts the variables into every string of the document, once for nodes that aliases share. */
bool substitute(struct load *ld, struct node *root);
/* The same for one value, without changing it. NULL: a problem was reported. */
const char *substitute_text(struct load *ld, const struct node *node);

#endif
