/* merge.h — several files or documents into one. */
#ifndef STK_SPEC_MERGE_H
#define STK_SPEC_MERGE_H

#include "load.h"

/* What over says on top of what base says (NULL: nothing yet), as a new tree; neither is changed.
 * !reset and !override have been obeyed in it. NULL: a problem was reported. */
struct node *merge(struct load *ld, struct node *base, struct node *over);
/* The same with the tags left for a later merge to obey. service: both are services, and this is the
 * name; NULL: both are documents. */
struct node *merge_keeping_tags(struct load *ld, const char *service, struct node *base,
                                struct node *over);

/* Counts bytes that come to be by merging. False: they are too many, and that was reported. */
bool merge_may_copy(struct load *ld, const struct node *at, size_t bytes);

#endif
