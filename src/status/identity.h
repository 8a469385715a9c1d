/* identity.h — what a container was made from, as its label keeps it. The sums of texts that it was given would
 * let anybody who reads labels guess a short secret, so a label has them salted, by a function that is slow to
 * guess against. Labels of before, with plain sums, are read as they are. */
#ifndef STK_IDENTITY_H
#define STK_IDENTITY_H

#include "stackctl/status.h"

/* The canonical form as it is to be kept; malloc'd. */
char *stk_identity_seal(const char *config);

/* Gives statuses of the units their plain forms back, as far as the units' own texts allow: the sum of
 * one that changed reads "changed". */
void stk_identity_unseal(struct stk_seen *seen, const struct stk_unit *const *units, size_t n);

#endif
