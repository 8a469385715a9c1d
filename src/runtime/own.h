/* own.h — x-stackctl of a service as a container's label keeps it, for those who have no file. */
#ifndef STK_OWN_H
#define STK_OWN_H

#include "stackctl/status.h"

struct stk_arena;

/* From canonical JSON. What is not there or not as it should be stays unset: a label is anybody's to
 * write. NULL for NULL and for what is no JSON object. */
const struct stk_own *stk_own_parse(struct stk_arena *arena, const char *text);

#endif
