/* chunks.h — a body in chunks, taken apart in place as its bytes come. They are outside bytes: what is not as
 * it must be is refused, and nothing that nobody needs grows without end. No I/O. */
#ifndef STK_CHUNKS_H
#define STK_CHUNKS_H

#include <stddef.h>
#include <stdint.h>

enum stk_chunks_at {
    STK_CHUNKS_SIZE,
    STK_CHUNKS_EXTENSION,
    STK_CHUNKS_SIZE_END,
    STK_CHUNKS_DATA,
    STK_CHUNKS_DATA_CR,
    STK_CHUNKS_DATA_LF,
    STK_CHUNKS_TRAILER, /* at the beginning of a line */
    STK_CHUNKS_TRAILER_LINE,
    STK_CHUNKS_TRAILER_LF,
    STK_CHUNKS_LAST_LF,
    STK_CHUNKS_ENDED,
    STK_CHUNKS_BAD,
};

/* Zero is a good start. */
struct stk_chunks {
    enum stk_chunks_at at;
    const char *why; /* BAD: what is wrong with it */
    /* private */
    uint64_t left;   /* of this chunk */
    unsigned digits; /* of its size */
    size_t skipped;  /* bytes of an extension, or of all trailers */
};

/* Moves what the chunks in bytes hold to the front of it and tells how much that is. *ret_taken is how far it
 * got: all of it, unless the body has ended or is bad (see at). */
size_t stk_chunks_take(struct stk_chunks *chunks, char *bytes, size_t size, size_t *ret_taken);

#endif
