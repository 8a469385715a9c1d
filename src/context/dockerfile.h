/* dockerfile.h — what has to be known of a Dockerfile before an engine gets it. */
#ifndef STK_DOCKERFILE_H
#define STK_DOCKERFILE_H

#include "stackctl/spec.h"

struct stk_arena;

/* The images that its stages are built upon, each once; not "scratch", not earlier stages. args count over
 * its own defaults. Lives in the arena. */
struct stk_strs stk_dockerfile_bases(const char *text, const struct stk_kvs *args,
                                     struct stk_arena *arena);
/* What only BuildKit understands, "RUN --mount", or NULL. */
const char *stk_dockerfile_needs_buildkit(const char *text);

#endif
