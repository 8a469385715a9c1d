/* closely.h — what only a look at a single container tells. */
#ifndef STK_CLOSELY_H
#define STK_CLOSELY_H

#include "command.h"
#include "outcome.h"

/* How each of the containers ended, with when, why and how often it was restarted, which no list tells; one
 * request each, all at a time. One that went away meanwhile keeps what the list told. Texts are the
 * command's arena's. 0 or the exit status, after telling. */
int stk_closely_outcomes(struct cli *cli, const struct stk_status *const *v, size_t n,
                         struct stk_outcome *ret);

#endif
