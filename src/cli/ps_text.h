/* ps_text.h — one status as the words and the JSON of `ps`. */
#ifndef STK_PS_TEXT_H
#define STK_PS_TEXT_H

#include <jansson.h>

#include "buf.h"
#include "stackctl/status.h"

/* "Up 3 minutes (healthy)": as the engine words it, else as it would. */
void ps_status(struct stk_buf *out, const struct stk_status *st, int64_t now_ms);
/* "0.0.0.0:8080->80/tcp, 81-82/tcp" */
void ps_ports(struct stk_buf *out, const struct stk_status *st);
/* The fields and words of `docker compose ps --format json`. full: nothing is shortened. */
json_t *ps_json(const struct stk_status *st, int64_t now_ms, bool full);
/* The columns of `docker compose ps`; malloc'd. */
char *ps_table(const struct stk_status *const *v, size_t n, int64_t now_ms);

#endif
