/* drift_fill.c — what an engine makes of a request to create a container: the image's defaults, its
 * own, and what it chooses as it likes, in the shape of a single inspect. How fields are compared is
 * drift.c. */
#include <string.h>

#include "arena.h"
#include "drift.h"
#include "engine.h"
#include "text.h"
#include "words.h"

enum { SHM_SIZE = 64 * 1024 * 1024 };

struct fill {
    const struct stk_drift_in *in;
    json_t *config, *host;                   /* of what is wanted */
    const json_t *their_config, *their_host; /* of what was found */
    const json_t *defaults; /* the image's Config, or what was found when it is gone */
};

static bool is_empty(const json_t *value)
{
    return !value || json_is_null(value) || (json_is_string(value) && !*json_string_value(value)) ||
           (json_is_integer(value) && !json_integer_value(value)) ||
           (json_is_array(value) && !json_array_size(value)) ||
           (json_is_object(value) && !json_object_size(value));
}

static void take(json_t *to, const json_t *from, const char *key)
{
    const json_t *value = stk_json_get(from, key);
    if (value && is_empty(json_object_get(to, key)))
        json_object_set(to, key, (json_t *)(uintptr_t)value);
}

/* ---- the image's defaults ---- */

static void split(json_t *map, const char *text)
{
    const char *equals = strchr(text, '=');
    STK_CLEANUP(stk_charp) char *name = stk_strndup(text, strcspn(text, "="));
    if (equals)
        json_object_set_new(map, name, json_string(equals + 1));
    else
        json_object_del(map, name);
}

static void split_all(json_t *map, const json_t *list)
{
    for (size_t i = 0; i < stk_json_n(list); i++)
        if (json_is_string(stk_json_at(list, i)))
            split(map, json_string_value(stk_json_at(list, i)));
}

/* As a map: the order of a list says nothing. */
static void fill_environment(struct fill *f)
{
    json_t *map = json_object();
    split_all(map, stk_json_get(f->defaults, "Env"));
    split_all(map, json_object_get(f->config, "Env"));
    json_object_set_new(f->config, "Env", map);
}

/* Entries of the image's map that the request does not have. */
static void fill_map(struct fill *f, const char *key)
{
    json_t *map = json_object_get(f->config, key);
    if (!map) {
        map = json_object();
        json_object_set_new(f->config, key, map);
    }
    json_object_update_missing(map, (json_t *)(uintptr_t)stk_json_get(f->defaults, key));
}

/* A command that was given replaces the image's; an entrypoint that was given, its command too. */
static void fill_command(struct fill *f)
{
    const json_t *entrypoint = json_object_get(f->config, "Entrypoint");
    if (is_empty(entrypoint))
        take(f->config, f->defaults, "Cmd");
    if (!entrypoint || json_is_null(entrypoint))
        take(f->config, f->defaults, "Entrypoint");
}

static void fill_health(struct fill *f)
{
    static const char *const members[] = { "Test",        "Interval",      "Timeout",
                                           "StartPeriod", "StartInterval", "Retries" };
    const json_t *theirs = stk_json_get(f->defaults, "Healthcheck");
    json_t *health = json_object_get(f->config, "Healthcheck");
    if (!health) {
        take(f->config, f->defaults, "Healthcheck");
        return;
    }
    for (size_t i = 0; i < STK_LEN(members); i++)
        take(health, theirs, members[i]);
}

static void fill_from_image(struct fill *f)
{
    fill_environment(f);
    fill_map(f, "Labels");
    fill_map(f, "ExposedPorts");
    fill_command(f);
    fill_health(f);
    take(f->config, f->defaults, "User");
    take(f->config, f->defaults, "WorkingDir");
    take(f->config, f->defaults, "StopSignal");
}

/* ---- the engine's own ---- */

static bool is_one_of(const char *s, const char *const *list, size_t n)
{
    for (size_t i = 0; s && i < n; i++)
        if (stk_streq(s, list[i]))
            return true;
    return false;
}

/* Nobody asked for it: any of these is what an engine may have chosen. */
static void choose(struct fill *f, const char *key, const char *const *choices, size_t n)
{
    const char *theirs = stk_json_str(f->their_host, key);
    if (is_empty(json_object_get(f->host, key)) && is_one_of(theirs, choices, n))
        json_object_set_new(f->host, key, json_string(theirs));
}

/* An engine names a container after its ID, or as whatever it shares the network of. */
static void fill_hostname(struct fill *f)
{
    const char *theirs = stk_json_text(f->their_config, "Hostname");
    const char *id = stk_json_str(f->in->found, "Id");
    const char *mode = stk_json_str(f->host, "NetworkMode");
    bool shared = mode && (stk_streq(mode, "host") || stk_starts(mode, "container:"));
    if (shared || (theirs && id && strlen(theirs) == 12 && stk_starts(id, theirs)))
        take(f->config, f->their_config, "Hostname");
    if (shared)
        take(f->config, f->their_config, "Domainname");
}

static void fill_memory(struct fill *f)
{
    int64_t theirs = stk_json_int(f->their_host, "MemorySwap");
    int64_t memory = stk_json_int(f->their_host, "Memory");
    if (!json_object_get(f->host, "ShmSize"))
        json_object_set_new(f->host, "ShmSize", json_integer(SHM_SIZE));
    if (!json_object_get(f->host, "MemorySwap") && (theirs == -1 || theirs == 2 * memory))
        json_object_set_new(f->host, "MemorySwap", json_integer(theirs));
}

/* The engine's own driver comes with the engine's own options. */
static void fill_logging(struct fill *f)
{
    const char *driver = stk_json_text(f->in->info, "LoggingDriver");
    json_t *log = json_object_get(f->host, "LogConfig");
    const json_t *theirs = stk_json_get(f->their_host, "LogConfig");
    if (!log) {
        log = json_object();
        json_object_set_new(f->host, "LogConfig", log);
    }
    if (!stk_json_text(log, "Type"))
        json_object_set_new(log, "Type", json_string(driver ? driver : "json-file"));
    bool same = stk_streq(stk_json_str(log, "Type"), driver ? driver : "json-file") &&
                stk_streq(stk_json_str(log, "Type"), stk_json_str(theirs, "Type"));
    json_t *options = json_object_get(log, "Config");
    if (same && is_empty(options))
        take(log, theirs, "Config");
}

static void fill_from_engine(struct fill *f)
{
    static const char *const ipc[] = { "private", "shareable" };
    static const char *const cgroup[] = { "private", "host" };
    const char *runtime = stk_json_text(f->in->info, "DefaultRuntime");
    const char *const runtimes[] = { runtime ? runtime : "runc" };
    choose(f, "IpcMode", ipc, STK_LEN(ipc));
    choose(f, "CgroupnsMode", cgroup, STK_LEN(cgroup));
    choose(f, "Runtime", runtimes, 1);
    fill_hostname(f);
    fill_memory(f);
    fill_logging(f);
}

/* ---- mounts, as a single inspect lists them ---- */

static void add_mount(json_t *mounts, const char *type, const char *source, const char *target,
                      bool writable)
{
    bool volume = stk_streq(type, "volume");
    json_array_append_new(mounts, json_pack("{s:s, s:s, s:s, s:b}", "Type", type,
                                            volume ? "Name" : "Source", source ? source : "",
                                            "Destination", target, "RW", writable));
}

/* "source:target:mode,mode" */
static void add_bind(json_t *mounts, const char *text)
{
    STK_CLEANUP(stk_charp) char *copy = stk_strdup(text);
    char *target = strchr(copy, ':');
    if (!target)
        return;
    *target++ = '\0';
    char *mode = strchr(target, ':');
    if (mode)
        *mode++ = '\0';
    bool read_only = mode && strncmp(mode, "ro", 2) == 0 && (!mode[2] || mode[2] == ',');
    add_mount(mounts, *copy == '/' ? "bind" : "volume", copy, target, !read_only);
}

static bool is_in(const json_t *mounts, const char *target)
{
    for (size_t i = 0; i < stk_json_n(mounts); i++)
        if (stk_streq(stk_json_str(stk_json_at(mounts, i), "Destination"), target))
            return true;
    return false;
}

/* What comes from other containers is not asked for by name. */
static void take_theirs(json_t *mounts, const json_t *theirs)
{
    for (size_t i = 0; i < stk_json_n(theirs); i++) {
        const json_t *m = stk_json_at(theirs, i);
        const char *target = stk_json_text(m, "Destination");
        if (target && !is_in(mounts, target))
            json_array_append(mounts, (json_t *)(uintptr_t)m);
    }
}

static json_t *mounts_of(const struct fill *f)
{
    json_t *mounts = json_array();
    const json_t *binds = stk_json_get(f->host, "Binds"), *more = stk_json_get(f->host, "Mounts");
    for (size_t i = 0; i < stk_json_n(binds); i++)
        add_bind(mounts, json_string_value(stk_json_at(binds, i)));
    for (size_t i = 0; i < stk_json_n(more); i++) {
        const json_t *m = stk_json_at(more, i);
        add_mount(mounts, stk_json_str(m, "Type"), stk_json_str(m, "Source"),
                  stk_json_str(m, "Target"), !stk_json_bool(m, "ReadOnly"));
    }
    if (!is_empty(stk_json_get(f->host, "VolumesFrom")))
        take_theirs(mounts, stk_json_get(f->in->found, "Mounts"));
    return mounts;
}

/* ---- the whole ---- */

/* All attachments: an engine of before API 1.44 gets the first at creation and the rest after. */
static json_t *networks_of(const struct stk_create *create)
{
    json_t *networks = json_object();
    for (size_t i = 0; i < create->unit->service->n_networks; i++) {
        const struct stk_attachment *at = &create->unit->service->networks[i];
        json_object_set_new(networks, stk_create_network(create->unit, at),
                            stk_create_endpoint(create, at));
    }
    return networks;
}

static void put_identity(json_t *wanted, const struct stk_create *create)
{
    STK_CLEANUP(stk_charp) char *name = stk_printf("/%s", create->unit->name);
    json_object_set_new(wanted, "Name", json_string(name));
    if (create->image_id)
        json_object_set_new(wanted, "Image", json_string(create->image_id));
}

json_t *stk_drift_wanted(const struct stk_drift_in *in)
{
    json_t *config = stk_create_body(in->create), *host = json_object_get(config, "HostConfig");
    json_t *wanted = json_pack("{s:o, s:O}", "Config", config, "HostConfig", host);
    json_object_del(config, "HostConfig");
    struct fill f = { .in = in,
                      .config = config,
                      .host = host,
                      .their_config = stk_json_get(in->found, "Config"),
                      .their_host = stk_json_get(in->found, "HostConfig") };
    f.defaults = in->image ? stk_json_get(in->image, "Config") : f.their_config;
    fill_from_image(&f);
    fill_from_engine(&f);
    json_object_set_new(wanted, "Mounts", mounts_of(&f));
    json_object_set_new(wanted, "NetworkSettings",
                        json_pack("{s:o}", "Networks", networks_of(in->create)));
    put_identity(wanted, in->create);
    return wanted;
}
