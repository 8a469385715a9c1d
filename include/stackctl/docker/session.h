/* session.h — a live conversation with a process in a container: a new one (exec), or the container's
 * own (attach). Input, output and the size of its terminal, while it lasts; its exit code at the end. */
#ifndef STACKCTL_DOCKER_SESSION_H
#define STACKCTL_DOCKER_SESSION_H

#include "stackctl/docker.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A process to be started. Zero, false and NULL leave the container's own. */
struct stk_process {
    struct stk_strs command;
    struct stk_strs environment; /* NAME=VALUE each */
    const char *user, *workdir;
    bool privileged;
    bool detach; /* started, not listened to: the request ends then */
};

/* The callbacks may call the functions below, not end or submit the session itself. */
struct stk_session {
    struct stk_op op;
    const char *container;             /* id */
    const struct stk_process *process; /* NULL: attach */
    bool tty;                  /* exec: give it a terminal; attach: has it one? known in begun */
    bool input;                /* it may read what we write; else it reads an end at once */
    unsigned rows, columns;    /* of its terminal at first; 0: unknown */
    const char *detach_keys;   /* with a terminal: "ctrl-p,ctrl-q"; NULL: the engine's */
    const char *wait_for;      /* attach: what its end is: "next-exit" or "removed"; NULL: it stops */
    void (*begun)(struct stk_session *session); /* listening from now on; or NULL */
    void (*output)(struct stk_session *session, bool is_stderr, const char *bytes, size_t size);
    void (*drained)(struct stk_session *session); /* there is room for more input; or NULL */
    /* results */
    int exit_code;
    bool detached; /* left by the detach keys: it goes on */
};

void stk_session_open(struct stk_docker *docker, struct stk_session *session);

/* Best in begun and drained; false: it reads no more. */
bool stk_session_write(struct stk_session *session, const char *bytes, size_t size);
/* It reads an end after what was written. */
void stk_session_end_input(struct stk_session *session);
/* While held, no output comes, and it has to wait. */
void stk_session_hold(struct stk_session *session, bool held);
/* Its terminal has another size now. */
void stk_session_resize(struct stk_session *session, unsigned rows, unsigned columns);

#ifdef __cplusplus
}
#endif
#endif
