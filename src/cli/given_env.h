/* given_env.h — variables as -e gives them. */
#ifndef STK_GIVEN_ENV_H
#define STK_GIVEN_ENV_H

#include "stackctl/spec.h"

struct stk_arena;
/* NAME=VALUE each: a bare NAME takes our own value, and is left out when we have none. */
struct stk_strs stk_given_env(struct stk_arena *arena, const struct stk_strs *given);

#endif
