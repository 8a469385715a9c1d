/* precheck.h — everything that can be told to fail before anything is touched. */
#ifndef STK_PRECHECK_H
#define STK_PRECHECK_H

#include "preflight.h"
#include "stackctl/runtime.h"

/* What is on this machine: secrets, configs and what is to be mounted. */
int check_files(struct stk_runtime *rt, const struct stk_plan *plan, struct stk_error *reterr);
/* What the engine has, and who else listens. all: see stk_preflight. */
int check_conflicts(struct stk_runtime *rt, const struct stk_plan *plan, const struct stk_seen *all,
                    struct stk_error *reterr);

#endif
