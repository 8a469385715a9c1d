/* status_text.h — how a stack is: each instance with whether it is ready, since when, and what went wrong
 * last. Pure. */
#ifndef STK_STATUS_TEXT_H
#define STK_STATUS_TEXT_H

#include <jansson.h>

#include "stackctl/spec.h"
#include "stackctl/status.h"

/* What asking an instance itself came to, for those whose engine does not know yet. */
enum status_asked { STATUS_NOT_ASKED, STATUS_IS_READY, STATUS_IS_NOT };

/* Whether the engine's word does not say if it is ready: its check has not run yet, or it is to be asked from
 * outside. */
bool status_is_open(const struct stk_status *st);

struct stack_status {
    const char *project;
    const struct stk_spec *spec;       /* NULL: no file; what containers' labels tell then */
    const struct stk_status *const *v; /* instances, in all detail, by name and number */
    const enum status_asked *asked;    /* likewise; NULL: nobody asked */
    size_t n;
    int64_t now_ms;
};

/* The tree, a service below who needs it; malloc'd. */
char *status_text(const struct stack_status *status);
json_t *status_json(const struct stack_status *status);
/* Whether all that the file asks for is ready, or done. */
bool status_is_ready(const struct stack_status *status);

#endif
