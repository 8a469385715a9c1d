/* substitute.h — interpolation of all values of a document. */
#ifndef STK_SPEC_SUBSTITUTE_H
#define STK_SPEC_SUBSTITUTE_H

#include "load.h"

/* Puts the variables into every string of the document, once for nodes that aliases share. */
bool substitute(struct load *ld, struct node *root);
/* The same for one value, without changing it. NULL: a problem was reported. */
const char *substitute_text(struct load *ld, const struct node *node);

#endif
