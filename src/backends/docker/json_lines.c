/* json_lines.c — takes a stream of JSON lines apart, and keeps the error that one of them tells. What the
 * others mean is their reader's. */
#include "json_lines.h"

#include <string.h>

#include "engine.h"

#define LINE_MAX (1 * STK_MIB)

static void take_line(struct stk_json_lines *lines)
{
    if (!lines->line.size)
        return;
    json_t *line = json_loadb(lines->line.bytes, lines->line.size, JSON_ALLOW_NUL, NULL);
    const char *error = stk_json_text(stk_json_get(line, "errorDetail"), "message");
    if (!error)
        error = stk_json_text(line, "error");
    if (error && !lines->error)
        lines->error = stk_strdup(error);
    if (!error)
        lines->take(lines->data, line);
    json_decref(line);
    stk_buf_reset(&lines->line);
}

bool stk_json_lines_feed(struct stk_json_lines *lines, const char *bytes, size_t size)
{
    if (!lines->line.max)
        stk_buf_init(&lines->line, LINE_MAX);
    while (size) {
        const char *end = memchr(bytes, '\n', size);
        size_t n = end ? (size_t)(end - bytes) : size;
        if (!stk_buf_add(&lines->line, bytes, n))
            return false;
        if (!end)
            return true;
        take_line(lines);
        bytes += n + 1;
        size -= n + 1;
    }
    return true;
}

void stk_json_lines_end(struct stk_json_lines *lines)
{
    take_line(lines);
}

void stk_json_lines_clear(struct stk_json_lines *lines)
{
    stk_buf_clear(&lines->line);
    stk_charp(&lines->error);
    *lines = (struct stk_json_lines){ 0 };
}
