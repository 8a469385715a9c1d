/* command.h — a command in a running container, run to its end with nobody at the other side. */
#ifndef STACKCTL_DOCKER_COMMAND_H
#define STACKCTL_DOCKER_COMMAND_H

#include "stackctl/docker.h"
#include "stackctl/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stk_command_req {
    struct stk_op op;
    const char *id;
    const struct stk_hook *what;
    /* What it prints, as it comes, or NULL. */
    void (*said)(struct stk_command_req *req, const char *bytes, size_t size);
    int exit_code; /* result, valid on success */
};
void stk_docker_command(struct stk_docker *docker, struct stk_command_req *req);

#ifdef __cplusplus
}
#endif
#endif
