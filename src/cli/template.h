/* template.h — the small part of Go's templates that --format is used with: {{.Field}}, {{json .}} and
 * {{json .Field}}, with text, \t and \n between. */
#ifndef STK_TEMPLATE_H
#define STK_TEMPLATE_H

#include <jansson.h>
#include <stdbool.h>

struct stk_buf;

/* Is it a template that this understands, of fields that example has? Else *ret_wrong is the place that
 * is not. "table " may stand in front. */
bool template_check(const char *text, const json_t *example, const char **ret_wrong);
/* All objects of the array, a line each; with "table " in front, as a table with headers. */
void template_print(struct stk_buf *out, const char *text, const json_t *objects);

#endif
