/* image.h — images of a Docker engine: what they are, what a registry has of them, and sending them there. */
#ifndef STACKCTL_DOCKER_IMAGE_H
#define STACKCTL_DOCKER_IMAGE_H

#include "stackctl/docker.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Absent: STK_EABSENT. */
struct stk_image_req {
    struct stk_op op;
    const char *name; /* a reference or an ID */
    /* results, kept by arena, the caller's to free with stk_image_clear; valid on success */
    struct stk_arena *arena;
    const char *id, *platform;     /* "linux/amd64" */
    const char *last_tagged;       /* RFC 3339, or NULL */
    struct stk_strs tags, digests; /* "busybox:1.36", "busybox@sha256:…" */
    int64_t size, created_ms;
};
void stk_docker_image(struct stk_docker *docker, struct stk_image_req *req);
void stk_image_clear(struct stk_image_req *req);

/* Sends it to its registry, as the user is logged in there. A refusal: STK_EIMAGE. */
struct stk_push_req {
    struct stk_op op;
    const char *name;
    void (*progress)(struct stk_push_req *req, const struct stk_progress *p); /* may be NULL */
};
void stk_docker_push(struct stk_docker *docker, struct stk_push_req *req);

/* Removes the images without a name that builds of a project left; what a container is made from stays. */
struct stk_prune_req {
    struct stk_op op;
    const char *project;
    size_t removed; /* result */
};
void stk_docker_prune(struct stk_docker *docker, struct stk_prune_req *req);

/* What its registry has behind the name now, without pulling anything. STK_EIMAGE when it does not tell. */
struct stk_digest_req {
    struct stk_op op;
    const char *name;
    /* results */
    char digest[160];     /* "sha256:…" */
    char platforms[1024]; /* "linux/amd64 linux/arm64/v8"; "" when it does not say */
};
void stk_docker_digest(struct stk_docker *docker, struct stk_digest_req *req);

/* "nginx" → "docker.io/library/nginx:latest"; a digest beats a tag. malloc'd. */
char *stk_image_complete(const char *name);

#ifdef __cplusplus
}
#endif
#endif
