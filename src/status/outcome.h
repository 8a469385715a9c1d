/* outcome.h — how a container ended: the one answer that ps, logs, wait, events and errors word. */
#ifndef STK_OUTCOME_H
#define STK_OUTCOME_H

#include "stackctl/status.h"

struct stk_buf;

/* From what was seen of a container. */
struct stk_outcome stk_outcome_of(const struct stk_status *status);
/* From the code of a die event, or of a run that the engine has forgotten since. */
struct stk_outcome stk_outcome_of_code(int exit_code, bool oom);
/* "exited with code 3", "was killed by signal 9 (SIGKILL)", "was killed because it ran out of memory";
 * with the engine's words behind it where it had any. */
void stk_outcome_text(struct stk_buf *out, const struct stk_outcome *outcome);
/* "exited with code 137", which scripts match, and what is known beyond: " (out of memory)",
 * " (killed by signal 9, SIGKILL)". */
void stk_outcome_note(struct stk_buf *out, const struct stk_outcome *outcome);

#endif
