/* fake_script.c — reads the script of fake.h: every key is a row. Carrying it out is left to others. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "text.h"

#include "fake_engine.h"
#include "fake_json.h"

static const char *const healths[] = { "none", "starting", "healthy", "unhealthy", NULL };

/* Elements of a list, each read by rows. */
#define READ_ARRAY(r, value, where, v, n, fields)                                                  \
    read_array(r, value, where, (void **)&(v), &(n), sizeof(*(v)), fields, STK_LEN(fields))

static int read_array(struct fake_reader *r, json_t *value, const char *where, void **ret_v,
                      size_t *ret_n, size_t size, const struct fake_field *fields, size_t n_fields)
{
    if (fake_want_array(r, value, where) < 0)
        return -STK_EUSAGE;
    size_t n = json_array_size(value);
    char *v = stk_arena_array(r->arena, n, size);
    for (size_t i = 0; i < n; i++) {
        STK_CLEANUP(stk_charp) char *place = stk_printf("%s[%zu]", where, i);
        int rc = fake_read(r, json_array_get(value, i), fields, n_fields, v + i * size, place);
        if (rc < 0)
            return rc;
    }
    *ret_v = v;
    *ret_n = n;
    return 0;
}

/* ---- services ---- */

static const struct fake_field step_fields[] = {
    { "ms", FAKE_INT, offsetof(struct fake_step, ms), 0, 0, 0 },
    { "is", FAKE_WORD, offsetof(struct fake_step, is), healths, 0, 0 },
};
static const struct fake_field line_fields[] = {
    { "ms", FAKE_INT, offsetof(struct fake_line, ms), 0, 0, 0 },
    { "text", FAKE_STR, offsetof(struct fake_line, text), 0, 0, 0 },
    { "stderr", FAKE_BOOL, offsetof(struct fake_line, is_stderr), 0, 0, 0 },
};

static int read_health(struct fake_reader *r, json_t *value, void *object, const char *where)
{
    struct fake_behaviour *b = object;
    return READ_ARRAY(r, value, where, b->health, b->n_health, step_fields);
}

static int read_logs(struct fake_reader *r, json_t *value, void *object, const char *where)
{
    struct fake_behaviour *b = object;
    return READ_ARRAY(r, value, where, b->logs, b->n_logs, line_fields);
}

static int read_exit(struct fake_reader *r, json_t *value, void *object, const char *where)
{
    struct fake_behaviour *b = object;
    if (!json_is_integer(value))
        return fake_bad(r, where, "must be a whole number");
    b->exits = true;
    b->exit_ms = json_integer_value(value);
    return 0;
}

static int read_ready(struct fake_reader *r, json_t *value, void *object, const char *where)
{
    struct fake_behaviour *b = object;
    if (!json_is_integer(value))
        return fake_bad(r, where, "must be a whole number");
    b->gets_ready = true;
    b->ready_ms = json_integer_value(value);
    return 0;
}

static int read_code(struct fake_reader *r, json_t *value, unsigned *ret, const char *where)
{
    const char *names[STK_CODE_COUNT], *word = json_string_value(value);
    for (unsigned i = 0; i < STK_CODE_COUNT; i++) {
        names[i] = stk_code_info(i)->name;
        if (i != STK_OK && stk_streq(names[i], word)) {
            *ret = i;
            return 0;
        }
    }
    const char *near = word ? stk_nearest(word, names, STK_CODE_COUNT) : NULL;
    if (near)
        return fake_bad(r, where, "unknown code '%s', did you mean '%s'?", word, near);
    return fake_bad(r, where, "unknown code '%s'", word ? word : "");
}

static int read_start_code(struct fake_reader *r, json_t *value, void *object, const char *where)
{
    return read_code(r, value, &((struct fake_behaviour *)object)->start_code, where);
}

#define B(key, type, member)                                                                       \
    {                                                                                              \
        key, type, offsetof(struct fake_behaviour, member), 0, 0, 0                                \
    }
static const struct fake_field behaviour_fields[] = {
    B("start_ms", FAKE_INT, start_ms),
    B("start_error", FAKE_STR, start_error),
    { "start_code", FAKE_OTHER, 0, 0, read_start_code, 0 },
    { "exit_ms", FAKE_OTHER, 0, 0, read_exit, 0 },
    B("exit_code", FAKE_INT, exit_code),
    B("signal", FAKE_INT, signal),
    B("oom", FAKE_BOOL, oom),
    B("runs", FAKE_INT, runs),
    { "health", FAKE_OTHER, 0, 0, read_health, 0 },
    { "ready_ms", FAKE_OTHER, 0, 0, read_ready, 0 },
    B("probe_output", FAKE_STR, probe_output),
    B("hook_code", FAKE_INT, hook_code),
    B("hook_output", FAKE_STR, hook_output),
    B("probe_exit", FAKE_INT, probe_exit),
    B("stop_ms", FAKE_INT, stop_ms),
    B("stop_code", FAKE_INT, stop_code),
    B("ignores_stop", FAKE_BOOL, ignores_stop),
    { "logs", FAKE_OTHER, 0, 0, read_logs, 0 },
};
#undef B

/* ---- objects whose keys are patterns or names ---- */

static int read_services(struct fake_reader *r, json_t *value, void *object, const char *where)
{
    struct fake_script *script = object;
    if (fake_want_object(r, value, where) < 0)
        return -STK_EUSAGE;
    script->services =
        stk_arena_array(r->arena, json_object_size(value), sizeof(*script->services));
    const char *key;
    json_t *member;
    json_object_foreach(value, key, member)
    {
        struct fake_behaviour *b = &script->services[script->n_services++];
        b->pattern = stk_arena_strdup(r->arena, key);
        b->probe_exit = 1;
        STK_CLEANUP(stk_charp) char *place = stk_printf("%s.%s", where, key);
        if (fake_read(r, member, behaviour_fields, STK_LEN(behaviour_fields), b, place) < 0)
            return -STK_EUSAGE;
    }
    return 0;
}

static const struct fake_field image_fields[] = {
    { "present", FAKE_BOOL, offsetof(struct fake_image, present), 0, 0, 0 },
    { "pull_ms", FAKE_INT, offsetof(struct fake_image, pull_ms), 0, 0, 0 },
    { "error", FAKE_STR, offsetof(struct fake_image, error), 0, 0, 0 },
    { "volumes", FAKE_LIST, offsetof(struct fake_image, volumes), 0, 0, 0 },
};

static int read_images(struct fake_reader *r, json_t *value, void *object, const char *where)
{
    struct fake_script *script = object;
    if (fake_want_object(r, value, where) < 0)
        return -STK_EUSAGE;
    script->images = stk_arena_array(r->arena, json_object_size(value), sizeof(*script->images));
    const char *key;
    json_t *member;
    json_object_foreach(value, key, member)
    {
        struct fake_image *image = &script->images[script->n_images++];
        image->pattern = stk_arena_strdup(r->arena, key);
        STK_CLEANUP(stk_charp) char *place = stk_printf("%s.%s", where, key);
        if (fake_read(r, member, image_fields, STK_LEN(image_fields), image, place) < 0)
            return -STK_EUSAGE;
    }
    return 0;
}

/* The names of requests, as fake.h lists them. */
static const char *const requests[] = { "list", "inspect", "pull",   "build",  "create", "start",
                                        "stop", "kill",    "rename", "remove", "wait",   "logs" };

static int check_request(struct fake_reader *r, const char *name, const char *where)
{
    for (size_t i = 0; i < STK_LEN(requests); i++)
        if (strcmp(requests[i], name) == 0)
            return 0;
    const char *near = stk_nearest(name, requests, STK_LEN(requests));
    if (near)
        return fake_bad(r, where, "unknown request '%s', did you mean '%s'?", name, near);
    return fake_bad(r, where, "unknown request '%s'", name);
}

static int read_delays(struct fake_reader *r, json_t *value, void *object, const char *where)
{
    struct fake_script *script = object;
    if (fake_want_object(r, value, where) < 0)
        return -STK_EUSAGE;
    script->delays = stk_arena_array(r->arena, json_object_size(value), sizeof(*script->delays));
    const char *key;
    json_t *member;
    json_object_foreach(value, key, member)
    {
        if (check_request(r, key, where) < 0)
            return -STK_EUSAGE;
        if (!json_is_integer(member))
            return fake_bad(r, where, "'%s' must be a whole number", key);
        script->delays[script->n_delays++] =
            (struct fake_delay){ stk_arena_strdup(r->arena, key), json_integer_value(member) };
    }
    return 0;
}

/* ---- lists ---- */

static int read_fault_code(struct fake_reader *r, json_t *value, void *object, const char *where)
{
    return read_code(r, value, &((struct fake_fault *)object)->code, where);
}

static const struct fake_field fault_fields[] = {
    { "request", FAKE_STR, offsetof(struct fake_fault, request), 0, 0, 0 },
    { "unit", FAKE_STR, offsetof(struct fake_fault, unit), 0, 0, 0 },
    { "nth", FAKE_INT, offsetof(struct fake_fault, nth), 0, 0, 0 },
    { "times", FAKE_INT, offsetof(struct fake_fault, times), 0, 0, 0 },
    { "code", FAKE_OTHER, 0, 0, read_fault_code, 0 },
    { "message", FAKE_STR, offsetof(struct fake_fault, message), 0, 0, 0 },
};

static int read_faults(struct fake_reader *r, json_t *value, void *object, const char *where)
{
    struct fake_script *script = object;
    if (READ_ARRAY(r, value, where, script->faults, script->n_faults, fault_fields) < 0)
        return -STK_EUSAGE;
    for (size_t i = 0; i < script->n_faults; i++) {
        struct fake_fault *f = &script->faults[i];
        if (f->request && check_request(r, f->request, where) < 0)
            return -STK_EUSAGE;
        f->nth = f->nth ? f->nth : 1;
        f->times = f->times ? f->times : 1;
        f->code = f->code ? f->code : STK_EFAIL;
    }
    return 0;
}

static int read_busy_ports(struct fake_reader *r, json_t *value, void *object, const char *where)
{
    struct fake_script *script = object;
    if (fake_want_array(r, value, where) < 0)
        return -STK_EUSAGE;
    script->busy_ports =
        stk_arena_array(r->arena, json_array_size(value), sizeof(*script->busy_ports));
    for (size_t i = 0; i < json_array_size(value); i++) {
        json_t *port = json_array_get(value, i);
        if (!json_is_integer(port))
            return fake_bad(r, where, "must be a list of port numbers");
        script->busy_ports[script->n_busy_ports++] = json_integer_value(port);
    }
    return 0;
}

static int read_speed(struct fake_reader *r, json_t *value, void *object, const char *where)
{
    struct fake_script *script = object;
    script->speed = json_number_value(value);
    return script->speed >= 0 && json_is_number(value)
               ? 0
               : fake_bad(r, where, "must be a number, not below 0");
}

/* units are read when the rest is known. */
static int read_nothing(struct fake_reader *r, json_t *value, void *object, const char *where)
{
    (void)object;
    return fake_want_array(r, value, where);
}

static const struct fake_field script_fields[] = {
    { "speed", FAKE_OTHER, 0, 0, read_speed, 0 },
    { "state", FAKE_STR, offsetof(struct fake_script, state), 0, 0, 0 },
    { "delays", FAKE_OTHER, 0, 0, read_delays, 0 },
    { "busy_ports", FAKE_OTHER, 0, 0, read_busy_ports, 0 },
    { "images", FAKE_OTHER, 0, 0, read_images, 0 },
    { "services", FAKE_OTHER, 0, 0, read_services, 0 },
    { "units", FAKE_OTHER, 0, 0, read_nothing, 0 },
    { "fail", FAKE_OTHER, 0, 0, read_faults, 0 },
};

static const char *beside(struct stk_arena *arena, const char *script, const char *path)
{
    const char *slash = strrchr(script, '/');
    if (!path || *path == '/' || !slash)
        return path;
    return stk_arena_printf(arena, "%.*s/%s", (int)(slash - script), script, path);
}

static int read_script(const char *path, json_t *json, struct fake_engine *e,
                       struct stk_error *reterr)
{
    struct fake_script *script = &e->script;
    struct fake_reader r = { .arena = e->arena, .err = reterr };
    int rc = fake_read(&r, json, script_fields, STK_LEN(script_fields), script, "");
    if (rc < 0)
        return rc;
    script->state = beside(e->arena, path, script->state);
    json_t *units = json_object_get(json, "units");
    return units ? fake_units_read(e, units, reterr) : 0;
}

int fake_script_load(struct fake_engine *e, const char *path, struct stk_error *reterr)
{
    STK_CLEANUP(fake_decref) json_t *json = NULL;
    int rc = fake_load(path, &json, reterr);
    if (rc < 0)
        return rc;
    rc = read_script(path, json, e, reterr);
    return rc < 0 ? stk_wrap(reterr, "reading '%s'", path) : 0;
}

const struct fake_behaviour *fake_behaviour(const struct fake_engine *e, const struct fake_unit *u)
{
    if (u->kind != STK_SERVICE)
        return NULL;
    char name[300];
    const char *service = u->key ? u->key : u->name;
    snprintf(name, sizeof(name), "%s-%lld", service, (long long)u->index);
    for (size_t i = 0; i < e->script.n_services; i++) {
        const struct fake_behaviour *b = &e->script.services[i];
        if (stk_glob(b->pattern, service) || stk_glob(b->pattern, name))
            return b;
    }
    return NULL;
}

const struct fake_image *fake_image(const struct fake_engine *e, const char *reference)
{
    for (size_t i = 0; reference && i < e->script.n_images; i++)
        if (stk_glob(e->script.images[i].pattern, reference))
            return &e->script.images[i];
    return NULL;
}
