/* answer.h — one answer in HTTP/1.1 as a machine: bytes go in as they come, its parts come out. They are outside
 * bytes: where two readings are possible (two lengths, a length and chunks) it is refused. No I/O. */
#ifndef STK_ANSWER_H
#define STK_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "chunks.h"

/* All headers of an answer together, those of what came before it ("100 Continue") included. */
#define STK_ANSWER_HEADERS_MAX (256 * STK_KIB)

enum stk_part {
    STK_PART_NONE, /* all was taken, more is wanted */
    STK_PART_LINE, /* a line of a head, with its end */
    STK_PART_HEAD, /* the head has come to its end: status holds */
    STK_PART_BODY,
    STK_PART_END, /* whatever is left does not belong to it */
    STK_PART_NOT_HTTP,
    STK_PART_MALFORMED, /* why says what is wrong */
    STK_PART_HUGE,      /* a line of the head is longer than all of it may be */
};

struct stk_answer {
    int status;
    bool began; /* something of it has come */
    bool keep;  /* at the end: the connection is good for another one */
    const char *why;
    /* private */
    bool bodiless, upgrade;      /* of the request: HEAD; 101 or 200 make it a tunnel */
    bool in_head, in_lines;      /* the status line is still to come; has come */
    bool chunked, sized, to_end; /* how the body is delimited */
    bool http10;
    uint64_t left;
    struct stk_chunks chunks;
    struct stk_buf line; /* the beginning of one */
    bool line_told;
};

/* Makes it ready for the answer to a request; of method HEAD: without a body; that wants a tunnel: what comes
 * after the head of a 101 or 200 is left alone. Zeroed or used before is fine. */
void stk_answer_begin(struct stk_answer *answer, bool bodiless, bool upgrade);
void stk_answer_clear(struct stk_answer *answer);

/* Takes some of *bytes, which it may write to, moves *bytes and *size on, and tells the next part of the answer;
 * of a LINE and a BODY in *ret and *ret_size, valid until the next call. */
enum stk_part stk_answer_take(struct stk_answer *answer, char **bytes, size_t *size,
                              const char **ret, size_t *ret_size);

/* The connection was closed: whether the answer is whole by that. */
bool stk_answer_closed(const struct stk_answer *answer);

#endif
