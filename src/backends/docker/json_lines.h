/* json_lines.h — the answers of pulls, builds and pushes: a stream of JSON objects, one a line. */
#ifndef STK_DOCKER_JSON_LINES_H
#define STK_DOCKER_JSON_LINES_H

#include <jansson.h>

#include "buf.h"

/* Zero with take and data set is a good start. */
struct stk_json_lines {
    void (*take)(void *data, const json_t *line);
    void *data;
    char *error; /* the first that the stream told */
    struct stk_buf line;
};
/* False: a line beyond all reason. */
bool stk_json_lines_feed(struct stk_json_lines *lines, const char *bytes, size_t size);
/* A last one without its newline. */
void stk_json_lines_end(struct stk_json_lines *lines);
void stk_json_lines_clear(struct stk_json_lines *lines);

#endif
