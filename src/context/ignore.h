/* ignore.h — a .dockerignore: which files of a build context the engine is not sent. */
#ifndef STK_IGNORE_H
#define STK_IGNORE_H

#include <stdbool.h>
#include <stddef.h>

#include "stackctl/error.h"

struct stk_ignore;

/* text: the file's bytes. Fails, with the line, when a pattern is malformed. */
int stk_ignore_parse(const char *text, size_t size, struct stk_ignore **ret,
                     struct stk_error *reterr);
void stk_ignore_free(struct stk_ignore *ignore); /* NULL is fine */
/* A further pattern after all others, "!Dockerfile"; path is taken as it is, no sign in it means
 * anything. */
void stk_ignore_keep(struct stk_ignore *ignore, const char *path);

/* Whether the path ("a/b.c", from the context's root) is left out, as itself or with a folder it is
 * in. Asked of a folder before what is in it. */
bool stk_ignored(const struct stk_ignore *ignore, const char *path);
/* Whether something in that folder may be kept although the folder is left out. */
bool stk_ignore_looks_into(const struct stk_ignore *ignore, const char *folder);

#endif
