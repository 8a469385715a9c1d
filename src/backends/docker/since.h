/* since.h — after which time the log of a container's next run begins. */
#ifndef STK_DOCKER_SINCE_H
#define STK_DOCKER_SINCE_H

#include "engine.h"

/* Zero is a good start. The time a container finished is not enough: a last line without its end is
 * logged a moment after that. */
struct stk_since {
    char head[48]; /* the beginning of the last log message */
    size_t size;
};
/* Asks for the last message in the log of a container that is down. */
void stk_since_send(struct stk_task *task, int step, struct stk_since *since, const char *id);
/* The time, from the answer and from State.FinishedAt (or NULL); "" when there was no run. */
void stk_since_read(const struct stk_since *since, const char *finished, char *ret, size_t size);

#endif
