/* outcome_json.h — how a container ended, as every command tells it to programs. */
#ifndef STK_OUTCOME_JSON_H
#define STK_OUTCOME_JSON_H

#include <jansson.h>

#include "stackctl/status.h"

/* {"how":"killed","exit_code":137,"signal":9,"signal_name":"SIGKILL","finished_at":"…"} */
json_t *outcome_json(const struct stk_outcome *outcome);
/* Whether there is anything to tell: it has ended, or was restarted. */
bool outcome_tells(const struct stk_outcome *outcome);

/* "2026-01-31T11:57:55.123456789Z" */
json_t *time_json(int64_t ns);

#endif
