/* about.h — what an engine is: its version and which versions of the API it speaks. */
#ifndef STACKCTL_DOCKER_ABOUT_H
#define STACKCTL_DOCKER_ABOUT_H

#include "stackctl/docker.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The versions of the Engine API that this library speaks: 1.oldest to 1.newest. */
void stk_docker_api_range(unsigned *ret_oldest, unsigned *ret_newest);

struct stk_about_req {
    struct stk_op op;
    bool brief; /* only what the engine says to everybody: version, api, os; spares a slow request */
    /* results, each "" when the engine does not say */
    char version[64], api[16], api_oldest[16], platform[64], os[32], arch[32];
    const char *host; /* where it is, borrowed from docker; known on failure, too */
};
void stk_docker_about(struct stk_docker *docker, struct stk_about_req *req);

#ifdef __cplusplus
}
#endif
#endif
