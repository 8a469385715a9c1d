/* stats_text.h — what containers use, in Docker's units and keys. */
#ifndef STK_STATS_TEXT_H
#define STK_STATS_TEXT_H

#include "buf.h"
#include "stackctl/docker/stats.h"

struct stats_row {
    const char *id, *name;
    const struct stk_sample *sample;
};

/* clears: each line ends with the clearing of the rest of the terminal's. */
void stats_table(struct stk_buf *out, const struct stats_row *rows, size_t n, bool full_ids,
                 bool clears);
/* An object a line. */
void stats_json(struct stk_buf *out, const struct stats_row *rows, size_t n, bool full_ids);

#endif
