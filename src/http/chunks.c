/* chunks.c — see chunks.h. One byte at a time where it is about sizes and line ends, whole runs of what they
 * hold; what is taken out of one piece comes out as one, since a log is a chunk a line. */
#include "chunks.h"

#include <string.h>

enum { DIGITS_MAX = 15, EXTENSION_MAX = 4096, TRAILERS_MAX = 64 * 1024 };

static void bad(struct stk_chunks *chunks, const char *why)
{
    chunks->at = STK_CHUNKS_BAD;
    chunks->why = why;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void take_size(struct stk_chunks *chunks, char c)
{
    int value = digit(c);
    if (value >= 0 && chunks->digits == DIGITS_MAX) {
        bad(chunks, "a chunk beyond all reason");
    } else if (value >= 0) {
        chunks->left = chunks->left * 16 + (unsigned)value;
        chunks->digits++;
    } else if (!chunks->digits) {
        bad(chunks, "a chunk without a size");
    } else if (c == ';' || c == ' ' || c == '\t') {
        chunks->at = STK_CHUNKS_EXTENSION;
        chunks->skipped = 0;
    } else if (c == '\r') {
        chunks->at = STK_CHUNKS_SIZE_END;
    } else {
        bad(chunks, "a chunk's size is no number");
    }
}

static void skip(struct stk_chunks *chunks, char c, size_t max, enum stk_chunks_at then)
{
    if (c == '\r')
        chunks->at = then;
    else if (c == '\n')
        bad(chunks, "a line without its end");
    else if (++chunks->skipped > max)
        bad(chunks, "a line without end among the chunks");
}

static void expect(struct stk_chunks *chunks, char c, char wanted, enum stk_chunks_at then)
{
    if (c == wanted)
        chunks->at = then;
    else
        bad(chunks, "a chunk is not followed by the end of its line");
}

static void begin_chunk(struct stk_chunks *chunks)
{
    chunks->digits = 0;
    chunks->skipped = 0;
    if (chunks->at == STK_CHUNKS_DATA && !chunks->left)
        chunks->at = STK_CHUNKS_TRAILER;
}

static void take_byte(struct stk_chunks *chunks, char c)
{
    switch (chunks->at) {
    case STK_CHUNKS_SIZE:
        take_size(chunks, c);
        return;
    case STK_CHUNKS_EXTENSION:
        skip(chunks, c, EXTENSION_MAX, STK_CHUNKS_SIZE_END);
        return;
    case STK_CHUNKS_SIZE_END:
        expect(chunks, c, '\n', STK_CHUNKS_DATA);
        begin_chunk(chunks);
        return;
    case STK_CHUNKS_DATA_CR:
        expect(chunks, c, '\r', STK_CHUNKS_DATA_LF);
        return;
    case STK_CHUNKS_DATA_LF:
        expect(chunks, c, '\n', STK_CHUNKS_SIZE);
        return;
    case STK_CHUNKS_TRAILER:
        chunks->at = c == '\r' ? STK_CHUNKS_LAST_LF : STK_CHUNKS_TRAILER_LINE;
        if (c == '\n')
            bad(chunks, "a line without its end");
        return;
    case STK_CHUNKS_TRAILER_LINE:
        skip(chunks, c, TRAILERS_MAX, STK_CHUNKS_TRAILER_LF);
        return;
    case STK_CHUNKS_TRAILER_LF:
        chunks->skipped++;
        expect(chunks, c, '\n', STK_CHUNKS_TRAILER);
        return;
    case STK_CHUNKS_LAST_LF:
        expect(chunks, c, '\n', STK_CHUNKS_ENDED);
        return;
    case STK_CHUNKS_DATA:
    case STK_CHUNKS_ENDED:
    case STK_CHUNKS_BAD:
        return;
    }
}

size_t stk_chunks_take(struct stk_chunks *chunks, char *bytes, size_t size, size_t *ret_taken)
{
    size_t at = 0, held = 0;
    while (at < size && chunks->at != STK_CHUNKS_ENDED && chunks->at != STK_CHUNKS_BAD) {
        if (chunks->at != STK_CHUNKS_DATA) {
            take_byte(chunks, bytes[at++]);
            continue;
        }
        size_t n = size - at < chunks->left ? size - at : (size_t)chunks->left;
        memmove(bytes + held, bytes + at, n);
        held += n;
        at += n;
        chunks->left -= n;
        if (!chunks->left)
            chunks->at = STK_CHUNKS_DATA_CR;
    }
    *ret_taken = at;
    return held;
}
