/* log_out.h — one descriptor that many write lines to, none of them torn, in few writes. */
#ifndef STK_LOG_OUT_H
#define STK_LOG_OUT_H

#include "buf.h"
#include "loop.h"

/* holder: whose line is begun there and not ended. What others write meanwhile waits. */
struct log_out {
    int fd;
    bool colour, terminal;
    const void *holder;
    struct stk_buf ready, waiting;
    struct stk_loop *loop;
    struct stk_timer timer;
    bool armed;
    struct stk_poll reader;
};

void log_out_init(struct log_out *out, struct stk_loop *loop, int fd);
void log_out_clear(struct log_out *out); /* writes what is left */

/* Takes bytes of one line, from its beginning or not, to its end or not. A line that is begun must
 * be gone on with by the same who. */
void log_out_add(struct log_out *out, const void *who, const struct stk_buf *bytes, bool ends);
/* False when who's begun line had to be ended early, so that it must begin anew. */
bool log_out_holds(const struct log_out *out, const void *who);
void log_out_flush(struct log_out *out);
/* Ends the program when nobody reads any more, as a write would. */
void log_out_check(const struct log_out *out);
/* From now on that is noticed by itself, without looking now and then: for what may write nothing for hours. */
void log_out_watch(struct log_out *out);

#endif
