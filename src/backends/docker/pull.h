/* pull.h — pulling an image as a step of something larger. */
#ifndef STK_DOCKER_PULL_H
#define STK_DOCKER_PULL_H

#include "engine.h"
#include "json_lines.h"

/* Zero is a good start. */
struct stk_pull {
    struct stk_start_req *req; /* gets the progress, or NULL */
    struct stk_json_lines lines;
    bool fresh; /* something new came */
};
/* Pulls ref, for a platform when one is named; the answer is a stream of JSON lines that pull takes
 * in. */
void stk_pull_send(struct stk_task *task, int step, struct stk_pull *pull, const char *ref,
                   const char *platform, const json_t *login);
/* Whether a failure in these words may pass, after how many ms to try again; 0: it will not. tries: how
 * often it was tried; took_ms: the last time. */
unsigned stk_pull_again_ms(const char *why, unsigned tries, int64_t took_ms);
/* What it came to, once the call is done: 0, or STK_EIMAGE with the registry's own words. */
int stk_pull_result(struct stk_pull *pull, struct stk_task *task, struct stk_error *reterr);
void stk_pull_clear(struct stk_pull *pull);
/* For tests: takes a piece of the stream. */
bool stk_pull_feed(struct stk_pull *pull, const char *bytes, size_t size);
/* Hands the progress that a line tells to the request, if any wants it. */
void stk_pull_tell(struct stk_start_req *req, const json_t *line);

/* "localhost:5000/a/b:1" → "localhost:5000/a/b" and "1"; both malloc'd. */
void stk_image_split(const char *ref, char **ret_name, char **ret_tag);
/* Remembers the ID behind a reference; look: what the engine tells of it, NULL: it has none. */
void stk_image_remember(struct stk_docker *docker, const char *ref, const json_t *look);

#endif
