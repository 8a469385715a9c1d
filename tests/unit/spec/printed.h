/* printed.h — one value of what `config --format json` prints, as compact JSON. */
#ifndef STK_TEST_PRINTED_H
#define STK_TEST_PRINTED_H

#include <jansson.h>

#include "given.h"

/* The value at a path such as "services.a.ports"; "(none)" when it is not there. Valid until the next. */
static inline const char *printed(const struct stk_spec *spec, const char *path)
{
    static char *text;
    char *json = NULL, key[200];
    free(text);
    stk_spec_print(spec, STK_FORMAT_JSON, &json);
    json_t *root = json_loads(json, 0, NULL), *at = root;
    ck_assert_ptr_nonnull(root);
    for (const char *p = path; at && *p; p += strcspn(p, "."), p += *p == '.') {
        snprintf(key, sizeof(key), "%.*s", (int)strcspn(p, "."), p);
        at = json_object_get(at, key);
    }
    text =
        at ? json_dumps(at, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY) : stk_strdup("(none)");
    json_decref(root);
    free(json);
    return text;
}

#endif
