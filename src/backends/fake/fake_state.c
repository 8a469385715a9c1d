/* fake_state.c — units as JSON: what a script begins with, and what one process leaves to the next. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "text.h"

#include "fake_engine.h"
#include "fake_json.h"

static const char *const kinds[] = { "container", "image", "network", "volume", NULL };
static const char *const states[] = { "absent",   "created", "running", "paused",  "restarting",
                                      "removing", "exited",  "dead",    "present", NULL };
static const char *const healths[] = { "none", "starting", "healthy", "unhealthy", NULL };
static const char *const untils[] = { "started", "healthy", "completed", "ready", "exited", NULL };

#define ROW(s, key, type, member, words)                                                           \
    {                                                                                              \
        key, type, offsetof(struct s, member), words, 0, 0                                         \
    }

/* ---- the lists inside a unit ---- */

static const struct fake_field port_fields[] = {
    ROW(fake_port, "target", FAKE_INT, target, 0),
    ROW(fake_port, "published", FAKE_INT, published, 0),
    ROW(fake_port, "wanted", FAKE_STR, wanted, 0),
    ROW(fake_port, "host_ip", FAKE_STR, host_ip, 0),
    ROW(fake_port, "protocol", FAKE_STR, protocol, 0),
};
static const struct fake_field mount_fields[] = {
    ROW(fake_mount, "volume", FAKE_STR, volume, 0),
    ROW(fake_mount, "target", FAKE_STR, target, 0),
    ROW(fake_mount, "source", FAKE_STR, source, 0),
    ROW(fake_mount, "anonymous", FAKE_BOOL, anonymous, 0),
};
static const struct fake_field depend_fields[] = {
    ROW(stk_depend, "service", FAKE_STR, service, 0),
    ROW(stk_depend, "until", FAKE_WORD, until, untils),
    ROW(stk_depend, "required", FAKE_BOOL, required, 0),
    ROW(stk_depend, "restart", FAKE_BOOL, restart, 0),
};
static const struct fake_field log_fields[] = {
    ROW(fake_log, "at", FAKE_INT, at, 0),
    ROW(fake_log, "text", FAKE_STR, text, 0),
    ROW(fake_log, "stderr", FAKE_BOOL, is_stderr, 0),
};

static int read_rows(struct fake_reader *r, json_t *value, const char *where, char *v, size_t size,
                     const struct fake_field *fields, size_t n_fields)
{
    for (size_t i = 0; i < json_array_size(value); i++) {
        STK_CLEANUP(stk_charp) char *place = stk_printf("%s[%zu]", where, i);
        int rc = fake_read(r, json_array_get(value, i), fields, n_fields, v + i * size, place);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static json_t *write_rows(const char *v, size_t n, size_t size, const struct fake_field *fields,
                          size_t n_fields)
{
    if (!n)
        return NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, fake_write(fields, n_fields, v + i * size));
    return list;
}

/* A reader and a writer for each list of a unit; logs grow, so theirs are not the arena's. */
#define LIST(name, fields, alloc)                                                                  \
    static int read_##name(struct fake_reader *r, json_t *value, void *object, const char *where)  \
    {                                                                                              \
        struct fake_unit *u = object;                                                              \
        if (fake_want_array(r, value, where) < 0)                                                  \
            return -STK_EUSAGE;                                                                    \
        u->n_##name = json_array_size(value);                                                      \
        u->name = alloc;                                                                           \
        return read_rows(r, value, where, (char *)u->name, sizeof(*u->name), fields,               \
                         STK_LEN(fields));                                                         \
    }                                                                                              \
    static json_t *write_##name(const void *object)                                                \
    {                                                                                              \
        const struct fake_unit *u = object;                                                        \
        return write_rows((const char *)u->name, u->n_##name, sizeof(*u->name), fields,            \
                          STK_LEN(fields));                                                        \
    }
LIST(ports, port_fields, stk_arena_array(r->arena, u->n_ports, sizeof(*u->ports)))
LIST(mounts, mount_fields, stk_arena_array(r->arena, u->n_mounts, sizeof(*u->mounts)))
LIST(depends_on, depend_fields, stk_arena_array(r->arena, u->n_depends_on, sizeof(*u->depends_on)))
LIST(logs, log_fields, stk_alloc((u->cap_logs = u->n_logs) * sizeof(*u->logs)))

static int read_labels(struct fake_reader *r, json_t *value, void *object, const char *where)
{
    struct fake_unit *u = object;
    if (fake_want_object(r, value, where) < 0)
        return -STK_EUSAGE;
    u->labels.v = stk_arena_array(r->arena, json_object_size(value), sizeof(*u->labels.v));
    const char *key;
    json_t *member;
    json_object_foreach(value, key, member)
    {
        if (!json_is_string(member))
            return fake_bad(r, where, "must be an object of strings");
        u->labels.v[u->labels.n++] =
            (struct stk_kv){ .key = stk_arena_strdup(r->arena, key),
                             .value = stk_arena_strdup(r->arena, json_string_value(member)) };
    }
    return 0;
}

static json_t *write_labels(const void *object)
{
    const struct fake_unit *u = object;
    json_t *labels = u->labels.n ? json_object() : NULL;
    for (size_t i = 0; i < u->labels.n; i++)
        json_object_set_new(labels, u->labels.v[i].key,
                            json_string(u->labels.v[i].value ? u->labels.v[i].value : ""));
    return labels;
}

/* ---- a unit ---- */

#define U(key, type, member) ROW(fake_unit, key, type, member, 0)
#define OTHER(name)                                                                                \
    {                                                                                              \
#name, FAKE_OTHER, 0, 0, read_##name, write_##name                                         \
    }
static const struct fake_field unit_fields[] = {
    ROW(fake_unit, "kind", FAKE_WORD, kind, kinds),
    U("id", FAKE_STR, id),
    U("name", FAKE_STR, name),
    U("project", FAKE_STR, project),
    U("service", FAKE_STR, key),
    U("key", FAKE_STR, key),
    U("index", FAKE_INT, index),
    U("oneoff", FAKE_BOOL, oneoff),
    U("hash", FAKE_STR, hash),
    U("config", FAKE_STR, config),
    U("own_config", FAKE_STR, own_config),
    OTHER(labels),
    U("image", FAKE_STR, image),
    U("image_id", FAKE_STR, image_id),
    U("command", FAKE_STR, command),
    U("check", FAKE_STR, check),
    U("restart", FAKE_STR, restart),
    U("error", FAKE_STR, error),
    ROW(fake_unit, "state", FAKE_WORD, state, states),
    ROW(fake_unit, "health", FAKE_WORD, health, healths),
    U("exit_code", FAKE_INT, exit_code),
    U("restarts", FAKE_INT, restarts),
    U("runs", FAKE_INT, runs),
    U("grace_ms", FAKE_INT, grace_ms),
    U("has_grace", FAKE_BOOL, has_grace),
    U("oom", FAKE_BOOL, oom),
    U("has_check", FAKE_BOOL, has_check),
    U("by_hand", FAKE_BOOL, by_hand),
    U("created", FAKE_INT, created),
    U("started", FAKE_INT, started),
    U("finished", FAKE_INT, finished),
    U("restart_at", FAKE_INT, restart_at),
    U("stop_at", FAKE_INT, stop_at),
    U("stop_code", FAKE_INT, stop_code),
    U("next_step", FAKE_INT, next_step),
    U("next_line", FAKE_INT, next_line),
    OTHER(ports),
    OTHER(mounts),
    U("networks", FAKE_LIST, networks),
    OTHER(depends_on),
    OTHER(logs),
};

static int read_unit(struct fake_engine *e, json_t *value, const char *where,
                     struct stk_error *reterr)
{
    struct fake_unit *u = fake_unit_new(STK_SERVICE, NULL);
    struct fake_reader r = { .arena = u->arena, .err = reterr };
    u->state = STK_RUNNING;
    int rc = fake_read(&r, value, unit_fields, STK_LEN(unit_fields), u, where);
    if (rc < 0) {
        free(u->logs);
        stk_arena_free(u->arena);
        return rc;
    }
    fake_unit_add(e, u);
    return 0;
}

int fake_units_read(struct fake_engine *e, json_t *units, struct stk_error *reterr)
{
    for (size_t i = 0; i < json_array_size(units); i++) {
        STK_CLEANUP(stk_charp) char *where = stk_printf("units[%zu]", i);
        int rc = read_unit(e, json_array_get(units, i), where, reterr);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* ---- the state of an engine ---- */

struct state {
    int64_t clock, wall_ms, last_stamp, serial;
    struct fake_engine *engine;
    struct stk_error *err;
};

static int read_state_units(struct fake_reader *r, json_t *value, void *object, const char *where)
{
    struct state *state = object;
    if (fake_want_array(r, value, where) < 0)
        return -STK_EUSAGE;
    return fake_units_read(state->engine, value, r->err);
}

static json_t *write_state_units(const void *object)
{
    const struct state *state = object;
    json_t *list = json_array();
    for (const struct fake_unit *u = state->engine->units; u; u = u->next)
        json_array_append_new(list, fake_write(unit_fields, STK_LEN(unit_fields), u));
    return list;
}

static const struct fake_field state_fields[] = {
    ROW(state, "clock", FAKE_INT, clock, 0),
    ROW(state, "wall_ms", FAKE_INT, wall_ms, 0),
    ROW(state, "last_stamp", FAKE_INT, last_stamp, 0),
    ROW(state, "serial", FAKE_INT, serial, 0),
    { "units", FAKE_OTHER, 0, 0, read_state_units, write_state_units },
};

/* The engine went on while no process looked: its clock is moved by the time that passed. */
static int read_state(struct fake_engine *e, json_t *json, struct stk_error *reterr)
{
    struct state state = { .engine = e };
    struct fake_reader r = { .arena = e->arena, .err = reterr };
    while (e->units)
        fake_unit_drop(e, e->units);
    int rc = fake_read(&r, json, state_fields, STK_LEN(state_fields), &state, "");
    if (rc < 0)
        return rc;
    int64_t away_ms = stk_now_ms() - state.wall_ms;
    e->clock = state.clock;
    e->began = state.clock +
               (int64_t)((double)(away_ms > 0 ? away_ms : 0) * e->script.speed) * STK_NS_PER_MS;
    e->last_stamp = state.last_stamp;
    e->serial = (size_t)state.serial;
    e->changed = false;
    return 0;
}

int fake_state_load(struct fake_engine *e, struct stk_error *reterr)
{
    STK_CLEANUP(fake_decref) json_t *json = NULL;
    if (access(e->script.state, F_OK) < 0)
        return 0; /* the first process makes it */
    int rc = fake_load(e->script.state, &json, reterr);
    if (rc < 0)
        return rc;
    rc = read_state(e, json, reterr);
    return rc < 0 ? stk_wrap(reterr, "reading '%s'", e->script.state) : 0;
}

int fake_state_save(struct fake_engine *e, struct stk_error *reterr)
{
    struct state state = { .clock = e->clock,
                           .wall_ms = stk_now_ms(),
                           .last_stamp = e->last_stamp,
                           .serial = (int64_t)e->serial,
                           .engine = e };
    STK_CLEANUP(fake_decref) json_t *json = fake_write(state_fields, STK_LEN(state_fields), &state);
    STK_CLEANUP(stk_charp) char *fresh = stk_printf("%s.%d", e->script.state, (int)getpid());
    if (json_dump_file(json, fresh, JSON_INDENT(1)) == 0 && rename(fresh, e->script.state) == 0) {
        e->changed = false;
        return 0;
    }
    (void)unlink(fresh); /* best effort: what was there before still stands */
    return stk_fail(reterr, STK_EFAIL, (struct stk_src){ 0 }, "writing '%s': %m", e->script.state);
}
