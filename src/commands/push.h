/* push.h — sending what was built to its registries: `push`, and the end of `build --push`. */
#ifndef STK_PUSH_H
#define STK_PUSH_H

#include "command.h"

/* Is the service among the named ones, or needed by one of them when that was asked for? depth bounds the
 * search: the number of services. */
bool push_is_meant(const struct stk_spec *spec, const struct stk_service *service,
                   const struct cli *cli, size_t depth);
/* The images of the services that `build` was asked for. The exit status. */
int push_built(struct cli *cli);

#endif
