/* process.h — another program as a request: its input given, its output taken in, killed when it is
 * canceled or its time is over. */
#ifndef STK_PROCESS_H
#define STK_PROCESS_H

#include <stddef.h>
#include <sys/types.h>

#include "buf.h"
#include "loop.h"
#include "stackctl/op.h"

/* It runs in a process group of its own, which is ended as a whole: SIGTERM, a moment later SIGKILL. Fails
 * when it could not be started (not_found says whether there is none of that name); an exit status of any
 * kind is a success: look at status. */
struct stk_process_req {
    struct stk_op op;
    const char *const *argv; /* the name is looked for in PATH; ended by NULL */
    const char *const *env;  /* variables besides ours, "NAME=VALUE", ended by NULL; or NULL */
    const char *input;       /* all at once, so not large; or NULL */
    size_t max;              /* bytes kept of each output; 0: 64 KiB; what is beyond is dropped */
    /* Takes the output as it comes, instead of out and err; or NULL. */
    void (*on_output)(struct stk_process_req *req, bool is_stderr, const char *bytes, size_t size);
    /* results; stk_process_clear frees them */
    int status; /* as a shell has it: above 128 killed by signal status - 128 */
    struct stk_buf out, err;
    bool not_found;
    /* private */
    struct stk_process *process;
};

void stk_process_run(struct stk_loop *loop, struct stk_process_req *req);
void stk_process_clear(struct stk_process_req *req);

#endif
