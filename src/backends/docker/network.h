/* network.h — a network or volume of the stack as the body of the request that creates it. Pure. */
#ifndef STK_DOCKER_NETWORK_H
#define STK_DOCKER_NETWORK_H

#include <jansson.h>

#include "stackctl/unit.h"

/* A new object. */
json_t *stk_network_body(const struct stk_unit *unit, const char *tool, unsigned api_minor);
json_t *stk_volume_body(const struct stk_unit *unit, const char *tool);

#endif
