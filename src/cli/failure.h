/* failure.h — the block that tells people about one failed unit. */
#ifndef STK_FAILURE_H
#define STK_FAILURE_H

#include "buf.h"
#include "stackctl/events.h"

/* Place and error, the source line when spec knows it (spec may be NULL), the last probe, the last
 * log lines. Without colour there is no escape in it, whatever the unit said. */
void stk_failure(struct stk_buf *out, const struct stk_spec *spec, const struct stk_event *ev,
                 bool colour);

#endif
