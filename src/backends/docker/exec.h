/* exec.h — one command run in a running container, to its end.
 *
 *     exec = (struct stk_exec){ .op = { .done = on_end, .data = me, .timeout_ms = 3000 },
 *                               .container = id, .command = words };
 *     stk_exec_run(docker, &exec);   ... on_end ...   stk_exec_clear(&exec);
 *
 * An exec cannot be canceled: cancel and deadline only let go of it. */
#ifndef STK_DOCKER_EXEC_H
#define STK_DOCKER_EXEC_H

#include "engine.h"
#include "frames.h"

/* Bytes of output that are kept: as many as an engine keeps of its own checks. */
enum { STK_EXEC_OUTPUT = 4096 };

struct stk_exec {
    struct stk_op op;               /* the deadline counts from the submit */
    const char *container;          /* id */
    const json_t *command;          /* array of words */
    const char *user, *working_dir; /* NULL: the container's */
    const json_t *environment;      /* array of "NAME=value" on top of the container's, or NULL */
    bool privileged;
    /* What it prints, as it comes; NULL: only output. */
    void (*said)(struct stk_exec *exec, bool is_stderr, const char *bytes, size_t size);
    /* results */
    int exit_code;         /* valid when op.err.code is STK_OK */
    struct stk_buf output; /* of both streams, as it came, the first STK_EXEC_OUTPUT bytes */
    char *id;              /* of the exec, once it was made, else NULL */
    /* private */
    struct stk_docker *docker;
    struct stk_call call;
    struct stk_frames frames;
    struct stk_timer timer;
    unsigned asked; /* how often its exit code was not there yet */
    int step;
    bool canceled, bad; /* bad: what came is no such stream */
};

void stk_exec_run(struct stk_docker *docker, struct stk_exec *exec);
/* Takes it back without its done; the command itself may go on. Zeroed and ended ones are fine. */
void stk_exec_abandon(struct stk_exec *exec);
/* Frees the results. */
void stk_exec_clear(struct stk_exec *exec);

#endif
