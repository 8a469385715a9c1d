/* create.h — from a unit of the stack to the body of POST /containers/create. Pure, but for
 * the seccomp profiles that a service names. */
#ifndef STK_DOCKER_CREATE_H
#define STK_DOCKER_CREATE_H

#include <jansson.h>

#include "stackctl/unit.h"

struct stk_create {
    const struct stk_unit *unit;
    const char *tool;      /* version of this program, for the labels */
    const char *image_id;  /* what unit->service->image is now, or NULL */
    const char *replaces;  /* name of the container this one is to replace, or NULL */
    const json_t *inherit; /* Mounts of that container, to keep its anonymous volumes, or NULL */
    unsigned api_minor;    /* of the engine's API 1.x */
};

/* A new object. */
json_t *stk_create_body(const struct stk_create *create);
/* The settings of one attachment, as in NetworkingConfig and POST /networks/X/connect; a new
 * object. */
json_t *stk_create_endpoint(const struct stk_unit *unit, const struct stk_attachment *at);
/* The engine's name of the network an attachment names. */
const char *stk_create_network(const struct stk_unit *unit, const struct stk_attachment *at);
/* From API 1.44 on an engine takes all networks at creation; before, only the first. */
size_t stk_create_networks_at_once(const struct stk_unit *unit, unsigned api_minor);

/* mounts.c: puts Binds, Mounts and Tmpfs into a HostConfig. */
void stk_create_mounts(json_t *host, const struct stk_create *create);

/* security.c: puts SecurityOpt and what belongs to it into a HostConfig; reads seccomp profiles. */
void stk_create_security(json_t *host, const struct stk_unit *unit);

#endif
