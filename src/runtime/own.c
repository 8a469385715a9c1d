/* own.c — see own.h. The keys are those of spec/keys_own.c. */
#include "own.h"

#include <jansson.h>

#include "arena.h"
#include "text.h"

static const char *string(struct stk_arena *arena, const json_t *object, const char *key)
{
    return stk_arena_strdup(arena, json_string_value(json_object_get(object, key)));
}

static struct stk_opt number(const json_t *object, const char *key, int64_t least, int64_t most)
{
    const json_t *value = json_object_get(object, key);
    json_int_t v = json_integer_value(value);
    return (struct stk_opt){ json_is_integer(value) && v >= least && v <= most, v };
}

static struct stk_opt boolean(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return (struct stk_opt){ json_is_boolean(value), json_is_true(value) };
}

static struct stk_opt duration(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    struct stk_opt ret = { 0 };
    ret.set = text && stk_parse_duration(text, &ret.v) && ret.v >= 0;
    return ret;
}

static struct stk_ready_http http_of(struct stk_arena *arena, const json_t *http)
{
    return (struct stk_ready_http){ .set = json_is_object(http) &&
                                           json_is_string(json_object_get(http, "path")) &&
                                           json_object_get(http, "port"),
                                    .path = string(arena, http, "path"),
                                    .port = number(http, "port", 1, 65535),
                                    .status = number(http, "status", 100, 599) };
}

static struct stk_ready ready_of(struct stk_arena *arena, const json_t *ready)
{
    return (struct stk_ready){ .set = json_is_object(ready),
                               .tcp = string(arena, ready, "tcp"),
                               .http = http_of(arena, json_object_get(ready, "http")),
                               .log = string(arena, ready, "log"),
                               .file = string(arena, ready, "file"),
                               .timeout = duration(ready, "timeout") };
}

const struct stk_own *stk_own_parse(struct stk_arena *arena, const char *text)
{
    json_t *json = text ? json_loads(text, 0, NULL) : NULL;
    struct stk_own *own = NULL;
    if (json_is_object(json)) {
        own = stk_arena_alloc(arena, sizeof(*own));
        *own = (struct stk_own){ .set = true,
                                 .kind = string(arena, json, "kind"),
                                 .once = boolean(json, "once"),
                                 .settle = duration(json, "settle"),
                                 .accelerated = boolean(json, "accelerated"),
                                 .ready = ready_of(arena, json_object_get(json, "ready")) };
    }
    json_decref(json);
    return own;
}
