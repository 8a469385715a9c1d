/* put.h — puts values of a spec into the JSON of a request; what is not set is left out. */
#ifndef STK_DOCKER_PUT_H
#define STK_DOCKER_PUT_H

#include <jansson.h>

#include "stackctl/spec.h"

void stk_put_str(json_t *to, const char *key, const char *value);
void stk_put_int(json_t *to, const char *key, struct stk_opt value);
void stk_put_bool(json_t *to, const char *key, struct stk_opt value);
/* An empty list that was written is put, none is not. */
void stk_put_list(json_t *to, const char *key, const struct stk_strs *list);
/* Only when it has any. */
void stk_put_map(json_t *to, const char *key, const struct stk_kvs *map);
/* Steals the array or object; an empty one is not put. */
void stk_put_some(json_t *to, const char *key, json_t *value);

/* New ones, perhaps empty. */
json_t *stk_list_of(const struct stk_strs *list);
json_t *stk_map_of(const struct stk_kvs *map);

#endif
