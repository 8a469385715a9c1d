/* hooks.h — the commands that a service wants run in its containers after they start and before they stop:
 * which they are, and the words for one that failed. Running them is a backend's business. */
#ifndef STK_HOOKS_H
#define STK_HOOKS_H

#include <jansson.h>

#include "stackctl/error.h"

#define STK_POST_START "post_start"
#define STK_PRE_STOP   "pre_stop"

/* Those of a moment in a canonical form (stk_unit.config, stk_status.config): a new reference to an array
 * of objects, or NULL when there are none. What is no such form has none. */
json_t *stk_hooks_of(const char *config, const char *moment);
/* said: what it printed, of which the last line is told; may be NULL. Returns -STK_EFAIL. */
int stk_hook_failed(struct stk_error *reterr, const char *service, const char *moment, int status,
                    const char *said);

#endif
