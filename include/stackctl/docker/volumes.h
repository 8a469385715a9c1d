/* volumes.h — the volumes of a project, with what only Docker says of them. */
#ifndef STACKCTL_DOCKER_VOLUMES_H
#define STACKCTL_DOCKER_VOLUMES_H

#include "stackctl/docker.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stk_volume_info {
    const char *name, *driver, *mountpoint, *scope; /* never NULL */
    struct stk_kvs labels;
};

struct stk_volumes_req {
    struct stk_op op;
    const char *project;
    /* results, sorted by name, kept by arena; the caller's to free with stk_volumes_clear */
    struct stk_arena *arena;
    struct stk_volume_info *v;
    size_t n;
};
void stk_docker_volumes(struct stk_docker *docker, struct stk_volumes_req *req);
void stk_volumes_clear(struct stk_volumes_req *req);

#ifdef __cplusplus
}
#endif
#endif
