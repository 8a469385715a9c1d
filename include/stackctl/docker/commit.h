/* commit.h — an image made of what a container's files are now. */
#ifndef STACKCTL_DOCKER_COMMIT_H
#define STACKCTL_DOCKER_COMMIT_H

#include "stackctl/docker.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stk_commit_req {
    struct stk_op op;
    const char *id;
    const char *image;            /* "name", "name:tag"; NULL: without a name */
    const char *author, *message; /* or NULL */
    struct stk_strs changes;      /* instructions of a Dockerfile */
    bool no_pause;                /* it goes on meanwhile */
    char image_id[80];            /* result: "sha256:…" */
};
void stk_docker_commit(struct stk_docker *docker, struct stk_commit_req *req);

#ifdef __cplusplus
}
#endif
#endif
