/* compose_hash.h — the hash that Docker Compose gives a service, network or volume, so that either tool
 * takes the other's containers for what they are. */
#ifndef STK_COMPOSE_HASH_H
#define STK_COMPOSE_HASH_H

#include <jansson.h>

#include "buf.h"

/* json as Go's encoding/json writes it: compact, members in the order they were set, <, > and & escaped,
 * numbers as short as they can be. */
void go_json(struct stk_buf *out, const json_t *json);

#endif
