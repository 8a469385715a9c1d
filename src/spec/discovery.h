/* discovery.h — ${services.db.host}: what a service may ask about another in its environment. Docker Compose
 * has no variable of such a name. */
#ifndef STK_SPEC_DISCOVERY_H
#define STK_SPEC_DISCOVERY_H

#include "model.h"

struct stk_buf;

/* While documents are read the services are not known yet: a reference ("db.host") is kept as a text that no
 * file can hold, to be replaced once they are. */
void discovery_keep(struct load *ld, const char *reference, size_t size, struct stk_buf *out);
/* References that stand elsewhere than in an environment are told. */
bool discovery_check(struct load *ld, const struct node *root);
/* Puts the answers into the environments of all services; what cannot be answered is told with its place. */
bool discovery_resolve(struct load *ld, struct model *m);

#endif
