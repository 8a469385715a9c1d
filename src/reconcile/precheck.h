/* precheck.h — everything that can be told to fail before anything is touched. */
#ifndef STK_PRECHECK_H
#define STK_PRECHECK_H

#include "preflight.h"
#include "stackctl/runtime.h"

/* What is on this machine: secrets, configs and what is to be mounted. */
int check_files(struct stk_runtime *rt, const struct stk_plan *plan, struct stk_error *reterr);
/* What is to be mounted from this machine's files, and must be where the engine is, on one that does not see
 * them: paths to be looked for there, the plan's. What is in neither place the engine makes, when it may. */
struct stk_strs check_paths_elsewhere(struct stk_runtime *rt, const struct stk_plan *plan);
/* The failure for one of them that is not there. */
int check_missing_elsewhere(struct stk_runtime *rt, const struct stk_plan *plan, const char *path,
                            struct stk_error *reterr);
/* What the engine has, and who else listens. all: see stk_preflight. */
int check_conflicts(struct stk_runtime *rt, const struct stk_plan *plan, const struct stk_seen *all,
                    struct stk_error *reterr);

#endif
