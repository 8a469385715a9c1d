/* position.h — how far a stream of events was read, so that one that is opened again goes on there. Pure.
 *
 * An engine that is asked for events since a time tells those of that time again; several may bear the
 * same. So the position is a time and what was told of it. */
#ifndef STK_POSITION_H
#define STK_POSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STK_POSITION_SAME = 32 };

struct stk_position {
    /* private */
    int64_t time_ns;                  /* of the last event; 0: none yet */
    char same[STK_POSITION_SAME][65]; /* digests of those of that time */
    size_t n;     /* how many of them; 0: time_ns is where it began, no event's */
    bool resumed; /* opened again: what came before may come again */
    bool met;     /* and one of the last events did */
};

enum stk_position_verdict {
    STK_POSITION_NEW,
    STK_POSITION_SEEN, /* it was taken in before */
    STK_POSITION_GAP,  /* new, and the engine did not tell the last one again: it has forgotten */
};

void stk_position_clear(struct stk_position *position);
/* From here on, if nothing comes. */
void stk_position_begin(struct stk_position *position, int64_t time_ns);
enum stk_position_verdict stk_position_take(struct stk_position *position, int64_t time_ns,
                                            const char *bytes, size_t size);
/* The stream broke and will be opened again. */
void stk_position_resume(struct stk_position *position);
/* The since= to open it with, malloc'd; first: the one asked for; NULL: from now on. */
char *stk_position_since(const struct stk_position *position, const char *first);

#endif
