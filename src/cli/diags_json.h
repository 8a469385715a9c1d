/* diags_json.h — diagnostics for machines: plain JSON, and SARIF 2.1.0 for what shows findings in editors
 * and reviews. */
#ifndef STK_DIAGS_JSON_H
#define STK_DIAGS_JSON_H

#include <jansson.h>

#include "stackctl/error.h"

/* {"errors", "warnings", "dropped", "diagnostics": [...]}; the caller's. */
json_t *stk_diags_json(const struct stk_diags *diags);
/* A SARIF log of one run by the tool of that version; the caller's. */
json_t *stk_diags_sarif(const struct stk_diags *diags, const char *version);

#endif
