/* context.h — a folder as the stream that a build gets: a tar, made piece by piece while it is sent, so
 * that its size does not matter. */
#ifndef STK_CONTEXT_H
#define STK_CONTEXT_H

#include <stddef.h>
#include <stdint.h>

#include "stackctl/error.h"

struct stk_context;

struct stk_context_opts {
    const char *folder;
    const char *dockerfile; /* as written: in the folder, or outside of it; NULL: Dockerfile */
    const char *dockerfile_inline; /* its text instead, or NULL */
};

/* Reads the ignore file and the Dockerfile. STK_ECONFIG or STK_EBUILD in words for people. */
int stk_context_open(const struct stk_context_opts *opts, struct stk_context **ret,
                     struct stk_error *reterr);
void stk_context_close(struct stk_context *context); /* NULL is fine */
/* What the engine is to call the Dockerfile. */
const char *stk_context_dockerfile(const struct stk_context *context);
/* The Dockerfile's text. */
const char *stk_context_text(const struct stk_context *context);
/* The next piece; 0: that was all. (size_t)-1: it failed, see stk_context_error. */
size_t stk_context_read(struct stk_context *context, char *to, size_t room);
const struct stk_error *stk_context_error(const struct stk_context *context);
int64_t stk_context_sent(const struct stk_context *context); /* bytes so far */

#endif
