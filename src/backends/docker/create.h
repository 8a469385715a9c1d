/* create.h — from a unit of the stack to the body of POST /containers/create. Pure, but for
 * the seccomp profiles that a service names and the files it is given. */
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
    const json_t *parents; /* containers it takes something from (shares.h), or NULL */
    const char *socket;    /* path of the engine's socket, or NULL */
    unsigned api_minor;    /* of the engine's API 1.x */
};

/* From which API 1.x on an engine takes it. */
enum {
    STK_API_PLATFORM = 41,
    STK_API_CREATE_MOUNTPOINT = 42,
    STK_API_ANNOTATIONS = 43,
    STK_API_ENDPOINTS = 44, /* all networks at creation, a MAC address for each */
    STK_API_START_INTERVAL = 44,
    STK_API_RECURSIVE = 44,
    STK_API_SUBPATH = 45,
    STK_API_GW_PRIORITY = 48,
    STK_API_IMAGE_MOUNT = 48,
    STK_API_ENABLE_IPV4 = 48,
    STK_API_INTERFACE_NAME = 49,
};

/* A new object. */
json_t *stk_create_body(const struct stk_create *create);
/* The settings of one attachment, as in NetworkingConfig and POST /networks/X/connect; a new
 * object. */
json_t *stk_create_endpoint(const struct stk_create *create, const struct stk_attachment *at);
/* The engine's name of the network an attachment names. */
const char *stk_create_network(const struct stk_unit *unit, const struct stk_attachment *at);
/* From API 1.44 on an engine takes all networks at creation; before, only the first. */
size_t stk_create_networks_at_once(const struct stk_unit *unit, unsigned api_minor);

/* create_check.c: what cannot be had from this engine, with its place; 0: all can. */
int stk_create_check(const struct stk_create *create, struct stk_error *reterr);
/* Tells what will have no effect with this engine. */
typedef void stk_create_tell(void *data, const char *text);
void stk_create_unheeded(const struct stk_create *create, stk_create_tell *tell, void *data);

/* create_resources.c, create_network.c: put their part into a body or its HostConfig. */
void stk_create_resources(json_t *host, const struct stk_service *service);
void stk_create_networking(json_t *body, json_t *host, const struct stk_create *create);

/* mounts.c: puts Binds, Mounts and Tmpfs into a HostConfig. */
void stk_create_mounts(json_t *host, const struct stk_create *create);

/* security.c: puts SecurityOpt and what belongs to it into a HostConfig; reads seccomp profiles. */
void stk_create_security(json_t *host, const struct stk_unit *unit);

#endif
