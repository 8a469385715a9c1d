/* top.h — the processes of a container, as ps on its machine lists them. */
#ifndef STACKCTL_DOCKER_TOP_H
#define STACKCTL_DOCKER_TOP_H

#include "stackctl/docker.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stk_top_row {
    size_t n;
    const char **v; /* a cell each title */
};

/* A container that does not run: STK_ECONFLICT. */
struct stk_top_req {
    struct stk_op op;
    const char *id;
    /* results, kept by arena, the caller's to free with stk_top_clear; valid on success */
    struct stk_arena *arena;
    struct stk_top_row titles, *rows;
    size_t n_rows;
};
void stk_docker_top(struct stk_docker *docker, struct stk_top_req *req);
void stk_top_clear(struct stk_top_req *req);

#ifdef __cplusplus
}
#endif
#endif
