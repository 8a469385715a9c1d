/* lines.c — splits the time off each log message and puts lines together that came in several. */
#include "lines.h"

#include <stdio.h>
#include <string.h>

void stk_lines_init(struct stk_lines *lines)
{
    stk_line_fn *line = lines->line;
    void *data = lines->data;
    bool untimed = lines->untimed;
    *lines = (struct stk_lines){ .line = line, .data = data, .untimed = untimed };
    stk_buf_init(&lines->partial[0], 2 * STK_LINE_PART);
    stk_buf_init(&lines->partial[1], 2 * STK_LINE_PART);
}

void stk_lines_clear(struct stk_lines *lines)
{
    stk_buf_clear(&lines->partial[0]);
    stk_buf_clear(&lines->partial[1]);
}

static void emit(struct stk_lines *lines, int stream)
{
    struct stk_buf *partial = &lines->partial[stream];
    if (partial->size)
        lines->line(lines->data, stream == 1, lines->started[stream], partial->bytes,
                    partial->size);
    stk_buf_reset(partial);
}

/* Pieces of one long line bear one time, and all but the last are as long as can be. Another time, or without
 * times a shorter piece, means that the line was the last of a run that ended without a line end: it gets one, so
 * that the next run does not begin in its middle. */
static void end_unfinished(struct stk_lines *lines, int stream)
{
    stk_buf_putc(&lines->partial[stream], '\n');
    emit(lines, stream);
}

static void add_text(struct stk_lines *lines, int stream, const char *time, const char *bytes,
                     size_t size)
{
    size_t whole = size;
    struct stk_buf *partial = &lines->partial[stream];
    if (partial->size && (lines->cut[stream] || strcmp(time, lines->started[stream]) != 0))
        end_unfinished(lines, stream);
    if (!partial->size && size && size <= STK_LINE_PART &&
        memchr(bytes, '\n', size) == bytes + size - 1) { /* as most are: one line, and whole */
        lines->line(lines->data, stream == 1, time, bytes, size);
        return;
    }
    while (size) {
        if (!partial->size)
            memcpy(lines->started[stream], time, sizeof(lines->started[stream]));
        size_t room = STK_LINE_PART - partial->size;
        size_t n = size < room ? size : room;
        const char *end = memchr(bytes, '\n', n);
        if (end)
            n = (size_t)(end - bytes) + 1;
        stk_buf_add(partial, bytes, n);
        if (end || partial->size >= STK_LINE_PART)
            emit(lines, stream);
        bytes += n;
        size -= n;
    }
    lines->cut[stream] = lines->untimed && partial->size && whole < STK_MESSAGE_FULL;
}

/* True for what was taken in before the stream broke. The times are of one length and in UTC, so
 * that they compare as text. */
static bool is_repeated(struct stk_lines *lines, const char *time)
{
    int order = lines->skip[0] && time[0] ? strcmp(time, lines->skip) : 1;
    if (order > 0)
        lines->skip[0] = '\0';
    if (order || !lines->skip_same)
        return order < 0;
    lines->skip_same--;
    return true;
}

void stk_lines_add(struct stk_lines *lines, bool is_stderr, const char *bytes, size_t size)
{
    char time[40] = "";
    if (lines->untimed) {
        add_text(lines, is_stderr, time, bytes, size);
        return;
    }
    const char *space = memchr(bytes, ' ', size < sizeof(time) ? size : sizeof(time));
    size_t n = space ? (size_t)(space - bytes) : 0;
    if (n >= 20 && n < sizeof(time) && bytes[4] == '-' && bytes[10] == 'T') {
        memcpy(time, bytes, n);
        time[n] = '\0';
        bytes += n + 1;
        size -= n + 1;
    }
    if (is_repeated(lines, time))
        return;
    if (strcmp(time, lines->last) != 0)
        lines->same = 0;
    lines->same++;
    memcpy(lines->last, time, sizeof(time));
    add_text(lines, is_stderr, time, bytes, size);
}

void stk_lines_resume(struct stk_lines *lines)
{
    memcpy(lines->skip, lines->last, sizeof(lines->skip));
    lines->skip_same = lines->same;
}

void stk_lines_flush(struct stk_lines *lines)
{
    emit(lines, 0);
    emit(lines, 1);
}
