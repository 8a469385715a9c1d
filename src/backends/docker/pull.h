/* pull.h — pulling an image as a step of something larger. */
#ifndef STK_DOCKER_PULL_H
#define STK_DOCKER_PULL_H

#include "buf.h"
#include "engine.h"

/* Zero is a good start. */
struct stk_pull {
    struct stk_start_req *req; /* gets the progress, or NULL */
    struct stk_buf line;
    char *error; /* what the stream said went wrong */
    bool fresh;  /* something new came */
};
/* Pulls ref, for a platform when one is named; the answer is a stream of JSON lines that pull takes
 * in. */
void stk_pull_send(struct stk_task *task, int step, struct stk_pull *pull, const char *ref,
                   const char *platform);
/* What it came to, once the call is done: 0, or STK_EIMAGE with the registry's own words. */
int stk_pull_result(struct stk_pull *pull, struct stk_task *task, struct stk_error *reterr);
void stk_pull_clear(struct stk_pull *pull);
/* For tests: takes a piece of the stream. */
bool stk_pull_feed(struct stk_pull *pull, const char *bytes, size_t size);

/* Remembers the ID behind a reference; look: what the engine tells of it, NULL: it has none. */
void stk_image_remember(struct stk_docker *docker, const char *ref, const json_t *look);

#endif
