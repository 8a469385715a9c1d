/* seen_private.h — what seen.c and container.c share. */
#ifndef STK_DOCKER_SEEN_PRIVATE_H
#define STK_DOCKER_SEEN_PRIVATE_H

#include "seen.h"

struct stk_status *stk_see(struct stk_seeing *seeing, enum stk_kind kind);
const char *stk_see_keep(struct stk_seeing *seeing, const char *s);
struct stk_kvs stk_see_labels(struct stk_seeing *seeing, const json_t *labels);
void stk_see_project(struct stk_seeing *seeing, struct stk_status *st, const json_t *labels);

#endif
