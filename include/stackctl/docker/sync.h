/* sync.h — brings files of this machine into a container as they are now: what is there is copied, what is
 * gone is removed. */
#ifndef STACKCTL_DOCKER_SYNC_H
#define STACKCTL_DOCKER_SYNC_H

#include "stackctl/docker.h"

#ifdef __cplusplus
extern "C" {
#endif

enum stk_sync_found { STK_SYNC_NOTHING, STK_SYNC_FILE, STK_SYNC_LINK, STK_SYNC_FOLDER };
struct stk_sync_item {
    const char *rel; /* below both roots; "" is the root itself */
    bool removed;    /* it was gone for a while: what the container has there goes first */
    enum stk_sync_found found; /* result: what was there when it was copied */
};

/* Links are copied as links, never followed: what they lead to stays where it is. Nothing else that is no
 * file or folder is copied. Files belong to the user of the container. A container that does not run:
 * STK_ECONFLICT when something is to be removed. */
struct stk_sync_req {
    struct stk_op op;
    const char *id;
    const char *from, *to;       /* absolute: here, and in the container */
    struct stk_sync_item *items; /* sorted by rel */
    size_t n;
    /* results */
    size_t copied, removed;
    char *cannot_remove; /* why what is gone stays in the container, malloc'd; NULL: it does not */
    char *
        cannot_read; /* the first file that could not be read, and why, malloc'd; the others were copied */
};
void stk_docker_sync(struct stk_docker *docker, struct stk_sync_req *req);
void stk_sync_clear(struct stk_sync_req *req);

#ifdef __cplusplus
}
#endif
#endif
