/* docker.h — the backend that speaks the Docker Engine API. */
#ifndef STK_DOCKER_H
#define STK_DOCKER_H

#include "stackctl/backend.h"

extern const struct stk_backend stk_backend_docker;

/* What a test of speed and a curious user may ask: HTTP requests sent so far. 0 for other
 * backends. */
unsigned long stk_docker_requests(struct stk_runtime *rt);

#endif
