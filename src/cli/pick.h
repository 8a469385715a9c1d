/* pick.h — which of a project's containers a command is about. */
#ifndef STK_PICK_H
#define STK_PICK_H

#include "command.h"

enum {
    PICK_RUNNING = 1,  /* only what runs, paused included */
    PICK_AWAKE = 4,    /* of pick_one, with PICK_RUNNING: neither paused nor between two runs */
    PICK_ONE_OFFS = 2, /* what `run` made, too */
};

/* The containers of the services named as arguments (all without any); *ret is the command's arena's. A
 * name that nobody knows is told. 0 or the exit status; *ret_seen is the caller's. */
int pick_named(struct cli *cli, unsigned how, struct stk_seen **ret_seen,
               const struct stk_status *const **ret, size_t *ret_n);

/* The container of one service: number --index, else the lowest that runs (a one-off only when there is
 * no other). With PICK_RUNNING one that
 * does not run is told, with how it ended. Likewise. */
int pick_one(struct cli *cli, const char *service, unsigned how, struct stk_seen **ret_seen,
             const struct stk_status **ret);

bool pick_is_up(const struct stk_status *status);

#endif
