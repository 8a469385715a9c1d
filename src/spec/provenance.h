/* provenance.h — where each value that `config` prints came from. */
#ifndef STK_SPEC_PROVENANCE_H
#define STK_SPEC_PROVENANCE_H

#include "types.h"

struct stk_buf;

/* In the shape of what is printed: where a value has none below it, an object that says where it is from.
 * The spec must have been loaded with provenance. */
json_t *provenance(const struct stk_spec *spec, const json_t *printed, enum printing how);

/* One such object as "compose.yaml:4 (TAG from .env:1)". */
void provenance_words(const json_t *leaf, struct stk_buf *out);

#endif
