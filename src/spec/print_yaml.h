/* print_yaml.h — a JSON value as YAML that reads back as the same value. */
#ifndef STK_SPEC_PRINT_YAML_H
#define STK_SPEC_PRINT_YAML_H

#include <jansson.h>

/* malloc'd; keys sorted. */
char *yaml_print(json_t *root);

#endif
