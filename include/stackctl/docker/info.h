/* info.h — what an engine says of itself and its machine: its clock, where its data is, the addresses
 * that it gives to networks. */
#ifndef STACKCTL_DOCKER_INFO_H
#define STACKCTL_DOCKER_INFO_H

#include "stackctl/docker.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { STK_INFO_POOLS_MAX = 32 };

/* Networks of 2^(32 - size) addresses each, out of base. */
struct stk_address_pool {
    char base[64]; /* "172.17.0.0/16" */
    unsigned size;
};

struct stk_info_req {
    struct stk_op op;
    /* results */
    int64_t time_ms;     /* its clock, since 1970; 0: it does not say */
    int64_t asked_ms;    /* ours, half-way between question and answer */
    char root[512];      /* where it keeps its data, on its machine */
    bool same_machine;   /* that is this one */
    struct stk_address_pool pools[STK_INFO_POOLS_MAX]; /* none: its built-in ones */
    size_t n_pools;
};
void stk_docker_info(struct stk_docker *docker, struct stk_info_req *req);

#ifdef __cplusplus
}
#endif
#endif
