/* shares.h — what a container takes from others: their network, processes, memory, volumes and
 * names. The file names services; the engine wants the containers they have at the moment, which
 * are looked up first and kept as parents: {"db": [{"Id": "…", "Name": "shop-db-1"}, …]}, by
 * number. */
#ifndef STK_DOCKER_SHARES_H
#define STK_DOCKER_SHARES_H

#include <jansson.h>

#include "stackctl/unit.h"

/* The services it takes something from, each once; a new array of names. */
json_t *stk_shares_wanted(const struct stk_service *service);
/* The containers in an answer to GET /containers/json, as parents holds them; a new array. */
json_t *stk_shares_read(const json_t *list);
/* A service that has to have a container and has none: the error, with its place. Else 0. */
int stk_shares_check(const struct stk_unit *unit, const json_t *parents, struct stk_error *reterr);

/* "container:ID" for "service:NAME", malloc'd; NULL when mode is not that. */
char *stk_shares_mode(const char *mode, const json_t *parents);
/* "shop-db-1:db", …: a new array. */
json_t *stk_shares_links(const struct stk_unit *unit, const json_t *parents);
/* Puts PidMode, IpcMode, VolumesFrom, Links and their kin into a HostConfig. */
void stk_shares_put(json_t *host, const struct stk_unit *unit, const json_t *parents);
/* Whether the container (a single inspect) still takes them from one that was replaced since. */
bool stk_shares_outdated(const struct stk_service *service, const json_t *parents,
                         const json_t *found);

/* The name of a container out of Names, which also has what others link it by. NULL: none. */
const char *stk_container_name(const json_t *names);

#endif
