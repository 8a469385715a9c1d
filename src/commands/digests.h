/* digests.h — `config` with the digests that tags stand for. */
#ifndef STK_DIGESTS_H
#define STK_DIGESTS_H

#include "command.h"

/* Puts them into the images of the services, which are copied; asks the engine about each image once. What
 * is built and has no name has none. 0, or the exit status after telling what is wrong. */
int resolve_digests(struct cli *cli, struct stk_spec *some);

/* Nothing but the services and their images. */
struct stk_spec only_images(struct cli *cli, const struct stk_spec *some);

#endif
