/* talk.h — a session with a process in a container, on our own standard input and output. */
#ifndef STK_TALK_H
#define STK_TALK_H

#include "command.h"
#include "interrupt.h"
#include "stackctl/docker/session.h"

struct talk {
    struct stk_session session;       /* filled in by the caller, but for its callbacks and op */
    void (*begun)(struct talk *talk); /* everything it says is heard from now on; or NULL */
    /* A signal came that would end us. False: the session is left. NULL: the same. */
    bool (*interrupted)(struct talk *talk, int signo, unsigned count);
    void (*over)(struct talk *talk); /* it has ended: lets the caller's own part end; or NULL */
    void *data;
    struct stk_error failure; /* of that part: told instead of what came of the session */
    bool raw;                 /* with a terminal: keys are the process's, and its size is ours */
    /* results */
    bool opened; /* it came to begun */
};

/* Runs it to its end and tells what went wrong. The exit status: the process's own, or 128 and the signal
 * that ended us. */
int stk_talk(struct cli *cli, struct talk *talk);

/* Docker's statuses for a command that cannot be started (127: it is not there, 126: anything else) out
 * of the engine's words, or that of the error's code. */
int stk_talk_refusal(const struct cli *cli, const struct stk_error *err);

#endif
