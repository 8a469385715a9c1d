/* known.h — images whose address can be told in full: the scheme, the port, and who logs in to what. */
#ifndef STK_SPEC_KNOWN_H
#define STK_SPEC_KNOWN_H

#include "stackctl/spec.h"

struct stk_buf;
struct known;

/* By the last part of an image's name, whatever its registry, tag or digest; NULL: none of them. */
const struct known *known_image(const char *image);
unsigned known_port(const struct known *known);
/* "postgres://app:secret@db:5432/app", from the service's environment. False when its login is given in a
 * way that does not tell it (a file): *ret_why says which. */
bool known_url(const struct known *known, const struct stk_service *service, const char *host,
               unsigned port, struct stk_buf *out, const char **ret_why);

#endif
