/* bake.h — `build --print`. */
#ifndef STK_BAKE_H
#define STK_BAKE_H

#include "command.h"

/* Prints what the command line asks to build as a file for `docker buildx bake`, in the shape of Docker
 * Compose's. The exit status. */
int bake_print(struct cli *cli, const struct stk_build_opts *opts);

#endif
