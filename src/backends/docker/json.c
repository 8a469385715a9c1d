/* json.c — looks into an engine's answers without trusting them, and encodes what goes into a
 * URL. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "engine.h"

const json_t *stk_json_get(const json_t *object, const char *key)
{
    return json_object_get(object, key); /* NULL for what is no object */
}

const char *stk_json_str(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

const char *stk_json_text(const json_t *object, const char *key)
{
    const char *s = stk_json_str(object, key);
    return s && *s ? s : NULL;
}

int64_t stk_json_int(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

bool stk_json_bool(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

size_t stk_json_n(const json_t *array)
{
    return json_array_size(array);
}

const json_t *stk_json_at(const json_t *array, size_t i)
{
    return json_array_get(array, i);
}

char *stk_url_escape(const char *s)
{
    char *ret = stk_alloc(3 * strlen(s) + 1), *out = ret;
    for (; *s; s++) {
        bool plain = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
                     (*s >= '0' && *s <= '9') || strchr("-_.~/:@", *s);
        if (plain)
            *out++ = *s;
        else
            out += sprintf(out, "%%%02X", (unsigned char)*s);
    }
    return ret;
}

char *stk_url_filters(json_t *filters)
{
    char *text = json_dumps(filters, JSON_COMPACT | JSON_SORT_KEYS);
    if (!text)
        stk_out_of_memory();
    char *ret = stk_url_escape(text);
    free(text);
    json_decref(filters);
    return ret;
}

void stk_jsonp(json_t **json)
{
    json_decref(*json);
}
