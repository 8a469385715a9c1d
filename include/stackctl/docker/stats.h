/* stats.h — what a container uses, computed as Docker's own program does. */
#ifndef STACKCTL_DOCKER_STATS_H
#define STACKCTL_DOCKER_STATS_H

#include "stackctl/docker.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stk_sample {
    double cpu_percent; /* 100 is one processor */
    double memory_percent;
    int64_t memory, memory_limit; /* bytes, without the page cache that can be given back */
    int64_t net_in, net_out, block_in, block_out;
    int64_t pids;
};

/* A sample a second, until canceled or the container ends; with once: one, then done. One that does not
 * run gives a sample of zeros. */
struct stk_stats_req {
    struct stk_op op;
    const char *id;
    bool once;
    void (*sample)(struct stk_stats_req *req, const struct stk_sample *sample);
};
void stk_docker_stats(struct stk_docker *docker, struct stk_stats_req *req);

#ifdef __cplusplus
}
#endif
#endif
