/* lines.h — from the engine's log messages to lines with their time, across streams that broke.
 * Pure. */
#ifndef STK_LINES_H
#define STK_LINES_H

#include "buf.h"

#define STK_LINE_PART    (64 * STK_KIB) /* longer lines come in parts */
#define STK_MESSAGE_FULL (16 * STK_KIB) /* what a Docker cuts a line into */

/* One line, or a part of one; its line end is included. */
typedef void stk_line_fn(void *data, bool is_stderr, const char *timestamp, const char *bytes,
                         size_t size);

struct stk_lines {
    stk_line_fn *line;
    void *data;
    bool untimed; /* the messages bear no times: streams are not resumed then */
    /* private */
    struct stk_buf partial[2]; /* of stdout and stderr: a line without its end yet */
    char started[2][40];       /* when that line began */
    bool cut[2];               /* ... and that it has come to its end without a line end */
    char last[40];             /* time of the last message taken in */
    unsigned same;             /* messages taken in that bear this time */
    char skip[40];             /* after a resume: messages up to here were taken in before ... */
    unsigned skip_same;        /* ... and so many of this time */
};

void stk_lines_init(struct stk_lines *lines);
void stk_lines_clear(struct stk_lines *lines);
/* One message of the engine: "2006-01-02T15:04:05.000000000Z text"; without a time when the lines are untimed. */
void stk_lines_add(struct stk_lines *lines, bool is_stderr, const char *bytes, size_t size);
/* The stream will begin again at the time of the last message: those seen are to be left out. */
void stk_lines_resume(struct stk_lines *lines);
/* The end: last lines that have no line end are handed over. */
void stk_lines_flush(struct stk_lines *lines);

#endif
