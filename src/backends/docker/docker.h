/* docker.h — the backend that speaks the Docker Engine API. What it can do beyond the six operations
 * is in powers/, declared in stackctl/docker.h. */
#ifndef STK_DOCKER_H
#define STK_DOCKER_H

#include "stackctl/backend.h"

extern const struct stk_backend stk_backend_docker;

#endif
