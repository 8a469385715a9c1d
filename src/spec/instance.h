/* instance.h — one stack file, several stacks beside each other: what must differ between them does. */
#ifndef STK_SPEC_INSTANCE_H
#define STK_SPEC_INSTANCE_H

#include "model.h"

/* The name of the instance that is asked for, by --instance or the files; NULL: none. False: a problem was
 * told. named: the project's name was given outside of the files, and only --instance adds to it. */
bool instance_find(struct load *ld, struct node *const *docs, size_t n, bool named,
                   const char **ret);
/* Names that the files fix get the instance's behind them, fixed host ports become its own. */
bool instance_apply(struct load *ld, struct model *m);

#endif
