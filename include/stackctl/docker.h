/* docker.h — what a Docker engine can do beyond the six operations of runtime.h. The waist stays
 * narrow: who wants more asks a runtime whether it is one of Docker's, and gets its powers, each a
 * request (op.h) in a header of its own under docker/. */
#ifndef STACKCTL_DOCKER_H
#define STACKCTL_DOCKER_H

#include "stackctl/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stk_docker;

/* The engine behind rt, borrowed; NULL when another backend is there. */
struct stk_docker *stk_docker_of(struct stk_runtime *rt);

/* HTTP requests sent so far: what tests of speed hold us to. */
unsigned long stk_docker_requests(const struct stk_docker *docker);

#ifdef __cplusplus
}
#endif
#endif
