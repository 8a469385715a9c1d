/* json_text.h — outside bytes as JSON strings: what is not UTF-8 becomes U+FFFD instead of a failure. */
#ifndef STK_JSON_TEXT_H
#define STK_JSON_TEXT_H

#include <jansson.h>
#include <stddef.h>

json_t *stk_json_textn(const char *s, size_t size);
json_t *stk_json_text_of(const char *s); /* NULL gives null */
/* One line with its end, malloc'd; takes the reference. */
char *stk_json_line(json_t *value);

#endif
