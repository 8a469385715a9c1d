/* buildx.h — building an image by BuildKit, through the program `docker buildx`, as a step of something larger. */
#ifndef STK_DOCKER_BUILDX_H
#define STK_DOCKER_BUILDX_H

#include "build.h"
#include "process.h"

/* Zero is a good start. */
struct stk_buildx {
    struct stk_process_req process;
    struct stk_start_req *req;
    struct stk_arena *arena; /* of its arguments */
    struct stk_buf said;     /* a line that is not whole yet */
    char *failed;            /* "ERROR: …", the last of them */
};

/* A step that finds out whether there is one: asked once for each engine. stk_buildx_found reads the answer. */
void stk_buildx_look(struct stk_task *task, int step, struct stk_buildx *buildx);
bool stk_buildx_found(struct stk_task *task, const struct stk_buildx *buildx);
/* A step that builds req's unit on the task's engine; its lines go to req->output. */
void stk_buildx_build(struct stk_task *task, int step, struct stk_buildx *buildx,
                      struct stk_start_req *req);
/* What it came to: 0, or STK_EBUILD in its own words. */
int stk_buildx_result(struct stk_buildx *buildx, struct stk_error *reterr);
/* Whether the engine has an image of it afterwards: not when it was only looked over, or pushed at once. */
bool stk_buildx_leaves_image(const struct stk_start_req *req);
void stk_buildx_clear(struct stk_buildx *buildx);

/* For tests: the arguments, and the variables that go with them, each ended by NULL, in the arena. host: of the
 * engine. */
const char *const *stk_buildx_argv(struct stk_arena *arena, const struct stk_start_req *req,
                                   const char *host, const char *tool,
                                   const char *const **ret_env);

#endif
