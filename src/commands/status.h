/* status.h — what `status` and `status -w` share. */
#ifndef STK_STATUS_H
#define STK_STATUS_H

#include "command.h"

/* The instances that run and are not ready yet. */
struct status_open {
    struct stk_ref *v; /* with strings of their own */
    size_t n;
};
void status_open_clear(struct status_open *open);

/* Looks and shows it once. *ret_ready: whether all is; open is filled, unless it is NULL. 0 or the exit status. */
int status_show(struct cli *cli, bool *ret_ready, struct status_open *open);
/* status_follow.c: shows it again at every change, until it is interrupted. */
int status_follow(struct cli *cli);

#endif
