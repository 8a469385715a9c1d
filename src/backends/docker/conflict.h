/* conflict.h — who has what we wanted: a name or a port. Pure. */
#ifndef STK_DOCKER_CONFLICT_H
#define STK_DOCKER_CONFLICT_H

#include "engine.h"

/* True, with reterr, when the container (a single inspect) that has the name is not of the
 * project. */
bool stk_conflict_foreign(const struct stk_unit *unit, const json_t *found,
                          struct stk_error *reterr);
/* The host port that an engine's refusal speaks of, or 0. */
unsigned stk_conflict_port(const char *message);
/* "port 8080 is held by container 'blog-web-1' (project 'blog')" out of a list of containers
 * that publish the port, without the one called self; false when it has no other. */
bool stk_conflict_holder(const json_t *list, unsigned port, const char *self,
                         struct stk_error *reterr);
#endif
