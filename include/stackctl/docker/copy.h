/* copy.h — files in and out of a container, running or not, as tar streams. */
#ifndef STACKCTL_DOCKER_COPY_H
#define STACKCTL_DOCKER_COPY_H

#include "stackctl/docker.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is at a path of a container; nothing there is a success, too. */
struct stk_copy_look_req {
    struct stk_op op;
    const char *id, *path;
    /* results */
    bool found, folder;
    char *link; /* it is a link, and this is where it leads within the container; malloc'd, or NULL */
};
void stk_docker_copy_look(struct stk_docker *docker, struct stk_copy_look_req *req);

/* The archive of what is at a path; its entries begin with the path's last component, "." after "/.". */
struct stk_copy_out_req {
    struct stk_op op;
    const char *id;
    const char *path; /* NULL: all files of the container */
    /* The next bytes. False: it cannot take them, and the request ends as canceled. */
    bool (*bytes)(struct stk_copy_out_req *req, const char *bytes, size_t size);
};
void stk_docker_copy_out(struct stk_docker *docker, struct stk_copy_out_req *req);

/* Extracts an archive below a folder that is there. The owners in the archive hold. */
struct stk_copy_in_req {
    struct stk_op op;
    const char *id, *folder;
    /* The next bytes, at most room; 0: that was all; (size_t)-1: they cannot be had. */
    size_t (*bytes)(struct stk_copy_in_req *req, char *to, size_t room);
};
void stk_docker_copy_in(struct stk_docker *docker, struct stk_copy_in_req *req);

#ifdef __cplusplus
}
#endif
#endif
