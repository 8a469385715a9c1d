/* put.c — see put.h. */
#include "put.h"

void stk_put_str(json_t *to, const char *key, const char *value)
{
    if (value)
        json_object_set_new(to, key, json_string(value));
}

void stk_put_int(json_t *to, const char *key, struct stk_opt value)
{
    if (value.set)
        json_object_set_new(to, key, json_integer(value.v));
}

void stk_put_bool(json_t *to, const char *key, struct stk_opt value)
{
    if (value.set)
        json_object_set_new(to, key, json_boolean(value.v != 0));
}

json_t *stk_list_of(const struct stk_strs *list)
{
    json_t *ret = json_array();
    for (size_t i = 0; i < list->n; i++)
        json_array_append_new(ret, json_string(list->v[i]));
    return ret;
}

void stk_put_list(json_t *to, const char *key, const struct stk_strs *list)
{
    if (list->set || list->n)
        json_object_set_new(to, key, stk_list_of(list));
}

json_t *stk_map_of(const struct stk_kvs *map)
{
    json_t *ret = json_object();
    for (size_t i = 0; i < map->n; i++)
        json_object_set_new(ret, map->v[i].key,
                            json_string(map->v[i].value ? map->v[i].value : ""));
    return ret;
}

void stk_put_map(json_t *to, const char *key, const struct stk_kvs *map)
{
    if (map->n)
        json_object_set_new(to, key, stk_map_of(map));
}

void stk_put_some(json_t *to, const char *key, json_t *value)
{
    if (json_array_size(value) || json_object_size(value))
        json_object_set_new(to, key, value);
    else
        json_decref(value);
}
