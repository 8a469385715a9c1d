/* lock.h — one stackctl at a time changes a project on an engine. */
#ifndef STK_LOCK_H
#define STK_LOCK_H

#include "command.h"

/* = { .fd = -1 } to begin with. */
struct stk_lock {
    int fd;
};

/* Takes the lock of the command's project, waiting up to --lock-timeout for another process, which is
 * named. A holder that died holds nothing. 0, or the exit status after telling. Where no lock file can
 * be made the command goes on without. */
int stk_lock_take(struct cli *cli, struct stk_lock *lock);
void stk_lock_release(struct stk_lock *lock); /* idempotent */

#endif
