/* print_yaml.h — a JSON value as YAML that reads back as the same value. */
#ifndef STK_SPEC_PRINT_YAML_H
#define STK_SPEC_PRINT_YAML_H

#include <jansson.h>

struct stk_buf;

/* malloc'd; keys sorted. */
char *yaml_print(json_t *root);

/* The same with a comment after each value that has none below it. leaves is in the shape of root with an
 * object for each of those, of which words makes the comment. */
typedef void comment_fn(const json_t *leaf, struct stk_buf *out);
char *yaml_print_with_comments(json_t *root, const json_t *leaves, comment_fn *words);

#endif
