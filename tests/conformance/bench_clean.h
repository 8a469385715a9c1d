/* bench_clean.h — for the runner only. */
#ifndef STK_BENCH_CLEAN_H
#define STK_BENCH_CLEAN_H

struct bench;

/* Removes all that the projects of the bench have, and forgets what the case saw. */
void bench_clean(struct bench *b);

#endif
