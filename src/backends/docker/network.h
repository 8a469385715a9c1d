/* network.h — a network of the stack as the body of POST /networks/create. Pure. */
#ifndef STK_DOCKER_NETWORK_H
#define STK_DOCKER_NETWORK_H

#include <jansson.h>

#include "stackctl/unit.h"

/* A new object. */
json_t *stk_network_body(const struct stk_unit *unit, const char *tool, unsigned api_minor);

#endif
