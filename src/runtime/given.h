/* given.h — the secrets and configs of a service, for backends: which are mounted from the host,
 * which have to be copied into the container before it starts, and whether they can be had. */
#ifndef STK_GIVEN_H
#define STK_GIVEN_H

#include "stackctl/unit.h"

struct stk_buf;

/* All of them, secrets first. *ret_what: "secret" or "config". */
size_t stk_given_count(const struct stk_service *service);
const struct stk_file_ref *stk_given_at(const struct stk_service *service, size_t i,
                                        const char **ret_what);

/* Mounted are files of the host as they are; copied is what comes from the stack file or a variable,
 * and a file that is to have another owner or mode. A read-only container can only have mounts.
 * local: the engine sees our files; one elsewhere can only be given copies of them. */
bool stk_given_is_mounted(const struct stk_service *service, const struct stk_file_ref *ref,
                          bool local);
/* Whether anything is to be copied. */
bool stk_given_copies(const struct stk_service *service, bool local);
/* Whether it is a file of the host, which others may change. */
bool stk_given_is_file(const struct stk_file_ref *ref);
/* Whether an owner or mode was asked for, and a mount will not have it. */
bool stk_given_is_ignored(const struct stk_service *service, const struct stk_file_ref *ref,
                          bool local);

/* Finds what cannot be had, with its place. */
int stk_given_check(const struct stk_unit *unit, bool local, struct stk_error *reterr);
/* What is to be copied. ret: initialised by the caller; its maximum holds. */
int stk_given_read(const struct stk_file_ref *ref, const char *what, struct stk_buf *ret,
                   struct stk_error *reterr);

/* Owner and mode of a copy. */
unsigned stk_given_uid(const struct stk_file_ref *ref);
unsigned stk_given_gid(const struct stk_file_ref *ref);
unsigned stk_given_mode(const struct stk_file_ref *ref);

#endif
