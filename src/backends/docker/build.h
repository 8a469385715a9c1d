/* build.h — building an image, by the engine's own builder, as a step of something larger. */
#ifndef STK_DOCKER_BUILD_H
#define STK_DOCKER_BUILD_H

#include "engine.h"
#include "json_lines.h"

struct stk_context;

/* Zero with req set is a good start. */
struct stk_building {
    struct stk_start_req *req;
    struct stk_json_lines lines;
    struct stk_context *context; /* NULL: the engine fetches it */
    struct stk_strs bases;       /* images it is built upon, as far as we can tell */
    size_t base;                 /* how many of them were looked at */
    json_t *logins;              /* for those that are not there, by registry */
    const char *beyond;          /* what needs BuildKit: "ssh", "RUN --mount"; NULL: nothing */
    struct stk_arena *arena;
    struct stk_buf said; /* a line that is not whole yet */
    char *step;          /* "Step 2/3 : RUN make" */
    char *id;            /* of what was built */
};

/* Reads what has to be known before, bases among it; or fails in words. */
int stk_build_prepare(struct stk_building *building, struct stk_error *reterr);
/* There is no BuildKit: 0 when the engine's own builder may do all the same, else the failure in words. */
int stk_build_refuse(const struct stk_building *building, struct stk_error *reterr);
/* Whether its base images are to be pulled even when they are there. */
bool stk_build_pulls(const struct stk_building *building);
/* Sends the build of req's unit. */
void stk_build_send(struct stk_task *task, int step, struct stk_building *building);
/* What it came to, once the call is done. */
int stk_build_result(struct stk_building *building, struct stk_task *task,
                     struct stk_error *reterr);
void stk_build_clear(struct stk_building *building);

/* What the file and the command line say, as JSON objects of strings: arguments, and the labels of the
 * image, which are Docker Compose's besides. */
json_t *stk_build_args(const struct stk_build *build, const struct stk_build_opts *opts);
json_t *stk_build_labels(const struct stk_unit *unit, const char *tool);

/* For tests: the path with its query, malloc'd. */
char *stk_build_path(const struct stk_start_req *req, const char *dockerfile, const char *remote,
                     const char *tool);

#endif
