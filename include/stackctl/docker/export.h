/* export.h — a container's files as one tar archive. */
#ifndef STACKCTL_DOCKER_EXPORT_H
#define STACKCTL_DOCKER_EXPORT_H

#include "stackctl/docker.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stk_export_req {
    struct stk_op op;
    const char *id;
    /* The next bytes of the archive. False: it cannot take them, and the request ends as canceled. */
    bool (*bytes)(struct stk_export_req *req, const char *bytes, size_t size);
};
void stk_docker_export(struct stk_docker *docker, struct stk_export_req *req);

#ifdef __cplusplus
}
#endif
#endif
