/* drift.c — the table of the fields that are compared, and how. What an engine would make of the file
 * is drift_fill.c; fields that need more than a look are drift_read.c and drift_networks.c. */
#include "drift.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "engine.h"
#include "network.h"
#include "text.h"

enum kind {
    TEXT,     /* absent is "" */
    NUMBER,   /* absent is 0 */
    LIMIT,    /* likewise; what is below 0 is no limit either */
    BYTES,    /* likewise, shown with a unit */
    NANOS,    /* likewise: billionths, shown as units */
    DURATION, /* likewise: nanoseconds */
    FLAG,     /* absent is false */
    LIST,     /* in order; absent is empty */
    SET,      /* in any order */
    CAPS,     /* a set of capabilities, in any spelling */
    MAP,      /* told key by key */
};

static const struct row {
    const char *key, *path; /* in the file; in a single inspect */
    enum kind kind;
    bool droppable;        /* an engine without support for it makes the container without it */
    bool passing;          /* see struct stk_change */
    const char *otherwise; /* TEXT: what absent means */
    stk_drift_read *read;  /* instead of path */
} rows[] = {
    { "name", .kind = TEXT, .read = stk_drift_name, .passing = true },
    { "state", .kind = TEXT, .read = stk_drift_state, .passing = true },
    { "image", .kind = TEXT, .read = stk_drift_image },
    { "image id", .kind = TEXT, .read = stk_drift_image_id, .passing = true },
    { "command", "Config.Cmd", LIST },
    { "entrypoint", "Config.Entrypoint", LIST },
    { "environment", .kind = MAP, .read = stk_drift_environment },
    { "user", "Config.User", TEXT },
    { "working_dir", .kind = TEXT, .read = stk_drift_working_dir },
    { "hostname", "Config.Hostname", TEXT },
    { "domainname", "Config.Domainname", TEXT },
    { "stop_signal", "Config.StopSignal", TEXT, .otherwise = "SIGTERM" },
    { "stop_grace_period", "Config.StopTimeout", NUMBER, .otherwise = "10" },
    { "tty", "Config.Tty", FLAG },
    { "stdin_open", "Config.OpenStdin", FLAG },
    { "healthcheck.test", "Config.Healthcheck.Test", LIST },
    { "healthcheck.interval", "Config.Healthcheck.Interval", DURATION },
    { "healthcheck.timeout", "Config.Healthcheck.Timeout", DURATION },
    { "healthcheck.retries", "Config.Healthcheck.Retries", NUMBER },
    { "healthcheck.start_period", "Config.Healthcheck.StartPeriod", DURATION },
    { "healthcheck.start_interval", "Config.Healthcheck.StartInterval", DURATION },
    { "labels", .kind = MAP, .read = stk_drift_labels },
    { "expose", .kind = MAP, .read = stk_drift_expose },
    { "ports", .kind = MAP, .read = stk_drift_ports },
    { "volumes", .kind = MAP, .read = stk_drift_volumes },
    { "volumes.mode", .kind = MAP, .read = stk_drift_mount_modes },
    { "volumes.options", .kind = MAP, .read = stk_drift_mount_options },
    { "volumes_from", "HostConfig.VolumesFrom", SET },
    { "tmpfs", "HostConfig.Tmpfs", MAP },
    { "networks", .kind = MAP, .read = stk_drift_networks },
    { "network_mode", "HostConfig.NetworkMode", TEXT, .otherwise = "default" },
    { "restart", .kind = TEXT, .read = stk_drift_restart },
    { "mem_limit", "HostConfig.Memory", BYTES },
    { "mem_reservation", "HostConfig.MemoryReservation", BYTES },
    { "memswap_limit", "HostConfig.MemorySwap", BYTES, .droppable = true },
    { "mem_swappiness", "HostConfig.MemorySwappiness", LIMIT, .droppable = true },
    { "oom_kill_disable", "HostConfig.OomKillDisable", FLAG, .droppable = true },
    { "oom_score_adj", "HostConfig.OomScoreAdj", NUMBER },
    { "shm_size", "HostConfig.ShmSize", BYTES },
    { "cpus", "HostConfig.NanoCpus", NANOS },
    { "cpu_count", "HostConfig.CpuCount", NUMBER, .droppable = true },
    { "cpu_percent", "HostConfig.CpuPercent", NUMBER, .droppable = true },
    { "cpu_shares", "HostConfig.CpuShares", NUMBER },
    { "cpu_period", "HostConfig.CpuPeriod", NUMBER },
    { "cpu_quota", "HostConfig.CpuQuota", NUMBER },
    { "cpu_rt_period", "HostConfig.CpuRealtimePeriod", NUMBER, .droppable = true },
    { "cpu_rt_runtime", "HostConfig.CpuRealtimeRuntime", NUMBER, .droppable = true },
    { "cpuset", "HostConfig.CpusetCpus", TEXT },
    { "pids_limit", "HostConfig.PidsLimit", LIMIT },
    { "blkio_config.weight", "HostConfig.BlkioWeight", NUMBER, .droppable = true },
    { "blkio_config.weight_device", "HostConfig.BlkioWeightDevice", SET, .droppable = true },
    { "blkio_config.device_read_bps", "HostConfig.BlkioDeviceReadBps", SET, .droppable = true },
    { "blkio_config.device_read_iops", "HostConfig.BlkioDeviceReadIOps", SET, .droppable = true },
    { "blkio_config.device_write_bps", "HostConfig.BlkioDeviceWriteBps", SET, .droppable = true },
    { "blkio_config.device_write_iops", "HostConfig.BlkioDeviceWriteIOps", SET, .droppable = true },
    { "devices", .kind = MAP, .read = stk_drift_devices },
    { "device_cgroup_rules", "HostConfig.DeviceCgroupRules", LIST },
    { "gpus", "HostConfig.DeviceRequests", SET },
    { "ulimits", .kind = MAP, .read = stk_drift_ulimits },
    { "cap_add", "HostConfig.CapAdd", CAPS },
    { "cap_drop", "HostConfig.CapDrop", CAPS },
    { "privileged", "HostConfig.Privileged", FLAG },
    { "read_only", "HostConfig.ReadonlyRootfs", FLAG },
    { "init", "HostConfig.Init", FLAG },
    { "security_opt", .kind = MAP, .read = stk_drift_security },
    { "cgroup", "HostConfig.CgroupnsMode", TEXT },
    { "cgroup_parent", "HostConfig.CgroupParent", TEXT },
    { "ipc", "HostConfig.IpcMode", TEXT },
    { "pid", "HostConfig.PidMode", TEXT },
    { "uts", "HostConfig.UTSMode", TEXT },
    { "userns_mode", "HostConfig.UsernsMode", TEXT },
    { "runtime", "HostConfig.Runtime", TEXT },
    { "isolation", "HostConfig.Isolation", TEXT, .otherwise = "default" },
    { "dns", "HostConfig.Dns", LIST },
    { "dns_search", "HostConfig.DnsSearch", LIST },
    { "dns_opt", "HostConfig.DnsOptions", LIST },
    { "extra_hosts", "HostConfig.ExtraHosts", SET },
    { "group_add", "HostConfig.GroupAdd", SET },
    { "sysctls", "HostConfig.Sysctls", MAP },
    { "storage_opt", "HostConfig.StorageOpt", MAP },
    { "annotations", "HostConfig.Annotations", MAP },
    { "logging.driver", "HostConfig.LogConfig.Type", TEXT },
    { "logging.options", "HostConfig.LogConfig.Config", MAP },
};

struct drift {
    struct stk_arena *arena;
    struct stk_change *v;
    size_t n, cap;
};

static json_t *unconst(const json_t *json)
{
    return (json_t *)(uintptr_t)json;
}

/* "HostConfig.LogConfig.Type" */
static const json_t *at_path(const json_t *json, const char *path)
{
    STK_CLEANUP(stk_charp) char *copy = stk_strdup(path);
    char *rest;
    for (char *name = strtok_r(copy, ".", &rest); name; name = strtok_r(NULL, ".", &rest))
        json = stk_json_get(json, name);
    return json;
}

/* ---- values that can be compared ---- */

static char *compact(const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
    if (!text)
        stk_out_of_memory();
    return text;
}

static bool says_nothing(const json_t *value)
{
    return !value || json_is_null(value) || (json_is_string(value) && !*json_string_value(value)) ||
           (json_is_integer(value) && !json_integer_value(value)) ||
           (json_is_array(value) && !json_array_size(value)) ||
           (json_is_object(value) && !json_object_size(value));
}

/* An engine tells every member of an object, those that were not given too. */
static json_t *pruned(const json_t *value)
{
    json_t *ret, *member;
    const char *key;
    if (!json_is_object(value))
        return json_incref(unconst(value));
    ret = json_object();
    json_object_foreach(unconst(value), key, member)
    {
        if (!says_nothing(member))
            json_object_set(ret, key, member);
    }
    return ret;
}

/* "CAP_NET_ADMIN", "net_admin" → "NET_ADMIN" */
static json_t *capability(const json_t *value)
{
    const char *text = json_string_value(value);
    STK_CLEANUP(stk_charp) char *upper = stk_strdup(text ? text : "");
    for (char *c = upper; *c; c++)
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    return json_string(stk_starts(upper, "CAP_") ? upper + strlen("CAP_") : upper);
}

static int by_compact(const void *a, const void *b)
{
    STK_CLEANUP(stk_charp) char *x = compact(*(json_t *const *)a);
    STK_CLEANUP(stk_charp) char *y = compact(*(json_t *const *)b);
    return strcmp(x, y);
}

static json_t *sorted(const json_t *list, bool capabilities)
{
    size_t n = stk_json_n(list);
    json_t **v = stk_alloc((n + 1) * sizeof(*v)), *ret = json_array();
    for (size_t i = 0; i < n; i++)
        v[i] = capabilities ? capability(stk_json_at(list, i)) : pruned(stk_json_at(list, i));
    if (n)
        qsort(v, n, sizeof(*v), by_compact);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(ret, v[i]);
    free(v);
    return ret;
}

static json_t *number(const struct row *row, const json_t *value)
{
    int64_t n = json_integer_value(value);
    if (row->kind == LIMIT && n < 0)
        n = 0;
    if (!json_is_integer(value) && row->otherwise)
        n = atoi(row->otherwise);
    return json_integer(n);
}

static json_t *text_of(const struct row *row, const json_t *value)
{
    const char *text = json_string_value(value);
    return json_string(text && *text ? text : row->otherwise ? row->otherwise : "");
}

static json_t *value_of(const struct row *row, const json_t *container)
{
    if (row->read)
        return row->read(container);
    const json_t *value = at_path(container, row->path);
    switch (row->kind) {
    case TEXT:
        return text_of(row, value);
    case NUMBER:
    case LIMIT:
    case BYTES:
    case NANOS:
    case DURATION:
        return number(row, value);
    case FLAG:
        return json_boolean(json_is_true(value));
    case LIST:
        return json_is_array(value) ? json_incref(unconst(value)) : json_array();
    case SET:
    case CAPS:
        return sorted(value, row->kind == CAPS);
    case MAP:
        return json_is_object(value) ? json_incref(unconst(value)) : json_object();
    }
    return json_null();
}

/* ---- telling ---- */

static char *bytes_text(int64_t n)
{
    static const struct {
        int64_t size;
        const char *unit;
    } units[] = { { 1 << 30, "g" }, { 1 << 20, "m" }, { 1 << 10, "k" } };
    for (size_t i = 0; i < STK_LEN(units); i++)
        if (n && n % units[i].size == 0)
            return stk_printf("%lld%s", (long long)(n / units[i].size), units[i].unit);
    return stk_printf("%lld", (long long)n);
}

static char *number_text(enum kind kind, int64_t n)
{
    struct stk_buf out;
    if (kind == BYTES)
        return bytes_text(n);
    if (kind == NANOS)
        return stk_printf("%g", (double)n / 1e9);
    if (kind != DURATION)
        return stk_printf("%lld", (long long)n);
    stk_buf_init(&out, STK_KIB);
    stk_format_duration(&out, n);
    return stk_buf_take(&out);
}

static const char *masked(struct drift *d, const char *text)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf out;
    stk_buf_init(&out, SIZE_MAX / 2);
    stk_mask_secrets(&out, text);
    return stk_arena_strdup(d->arena, out.bytes ? out.bytes : "");
}

/* NULL: there is none. */
static const char *shown(struct drift *d, enum kind kind, const char *key, const json_t *value)
{
    if (says_nothing(value) && !json_is_false(value))
        return NULL;
    if (stk_looks_secret(key))
        return "***";
    if (json_is_string(value))
        return masked(d, json_string_value(value));
    STK_CLEANUP(stk_charp)
    char *text =
        json_is_integer(value) ? number_text(kind, json_integer_value(value)) : compact(value);
    return masked(d, text);
}

static void add(struct drift *d, const struct row *row, const char *key, const json_t *found,
                const json_t *wanted)
{
    d->v = stk_grow(d->v, d->n, &d->cap, sizeof(*d->v));
    d->v[d->n++] = (struct stk_change){ .key = stk_arena_strdup(d->arena, key),
                                        .before = shown(d, row->kind, key, found),
                                        .after = shown(d, row->kind, key, wanted),
                                        .passing = row->passing };
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of both, sorted: what is told must not depend on a hash table. */
static void compare_maps(struct drift *d, const struct row *row, const json_t *found,
                         const json_t *wanted)
{
    size_t n = 0;
    const char **names =
        stk_alloc((json_object_size(found) + json_object_size(wanted) + 1) * sizeof(*names));
    const char *name;
    json_t *value;
    json_object_foreach(unconst(found), name, value) names[n++] = name;
    json_object_foreach(unconst(wanted), name, value) if (!json_object_get(found, name))
        names[n++] = name;
    qsort(names, n, sizeof(*names), by_name);
    for (size_t i = 0; i < n; i++) {
        const json_t *a = json_object_get(found, names[i]), *b = json_object_get(wanted, names[i]);
        STK_CLEANUP(stk_charp) char *key = stk_printf("%s.%s", row->key, names[i]);
        if (!a || !b || !json_equal(a, b))
            add(d, row, key, a, b);
    }
    free(names);
}

static void compare(struct drift *d, const struct row *row, json_t *found, json_t *wanted)
{
    bool dropped = row->droppable && (says_nothing(found) || json_is_false(found));
    if (row->kind == MAP)
        compare_maps(d, row, found, wanted);
    else if (!dropped && !json_equal(found, wanted))
        add(d, row, row->key, found, wanted);
    json_decref(found);
    json_decref(wanted);
}

static size_t finish(struct drift *d, const struct stk_change **ret)
{
    struct stk_change *kept = stk_arena_array(d->arena, d->n + 1, sizeof(*kept));
    if (d->n)
        memcpy(kept, d->v, d->n * sizeof(*kept));
    free(d->v);
    *ret = kept;
    return d->n;
}

size_t stk_drift_container(const struct stk_drift_in *in, const struct stk_change **ret)
{
    static const struct row attachments = { "networks", .kind = MAP };
    struct drift d = { .arena = in->arena };
    STK_CLEANUP(stk_jsonp) json_t *wanted = stk_drift_wanted(in);
    for (size_t i = 0; i < STK_LEN(rows); i++) {
        bool known = rows[i].read != stk_drift_image_id || stk_json_text(wanted, "Image");
        if (known)
            compare(&d, &rows[i], value_of(&rows[i], in->found), value_of(&rows[i], wanted));
    }
    compare(&d, &attachments, stk_drift_attachments(in->found, wanted),
            stk_drift_attachments(wanted, in->found));
    return finish(&d, ret);
}

/* ---- networks and volumes: what the file says nothing about is the driver's ---- */

static const struct row network_rows[] = {
    { "driver", "Driver", TEXT },
    { "internal", "Internal", FLAG },
    { "attachable", "Attachable", FLAG },
    { "enable_ipv6", "EnableIPv6", FLAG },
    { "driver_opts", "Options", MAP },
    { "labels", .kind = MAP, .read = stk_drift_labels },
    { "ipam.driver", "IPAM.Driver", TEXT, .otherwise = "default" },
    { "ipam.config", "IPAM.Config", SET },
    { "ipam.options", "IPAM.Options", MAP },
};
static const struct row volume_rows[] = {
    { "driver", "Driver", TEXT },
    { "driver_opts", "Options", MAP },
    { "labels", .kind = MAP, .read = stk_drift_labels },
};

/* Only the keys of wanted. */
static json_t *narrowed(json_t *found, const json_t *wanted)
{
    json_t *ret = json_object(), *value;
    const char *key;
    json_object_foreach(found, key, value)
    {
        if (json_object_get(wanted, key))
            json_object_set(ret, key, value);
    }
    json_decref(found);
    return ret;
}

/* A pool that the file gives in part is completed by the engine. */
static json_t *narrowed_pools(json_t *found, const json_t *wanted)
{
    if (!json_array_size(wanted) || json_array_size(wanted) != json_array_size(found)) {
        if (json_array_size(wanted))
            return found;
        json_decref(found);
        return json_array();
    }
    json_t *ret = json_array();
    for (size_t i = 0; i < json_array_size(wanted); i++)
        json_array_append_new(
            ret, narrowed(json_incref(json_array_get(found, i)), json_array_get(wanted, i)));
    json_decref(found);
    return ret;
}

static size_t compare_resource(const struct row *table, size_t n_rows, const json_t *found,
                               json_t *wanted, struct stk_arena *arena,
                               const struct stk_change **ret)
{
    struct drift d = { .arena = arena };
    for (size_t i = 0; i < n_rows; i++) {
        json_t *a = value_of(&table[i], found), *b = value_of(&table[i], wanted);
        if (table[i].kind == MAP && !table[i].read)
            a = narrowed(a, b);
        if (table[i].kind == SET)
            a = narrowed_pools(a, b);
        compare(&d, &table[i], a, b);
    }
    return finish(&d, ret);
}

/* Labels where those of a container are, so that they are read in one way. */
static json_t *shaped(const json_t *resource)
{
    json_t *copy = json_copy(unconst(resource));
    json_t *labels = json_object_get(copy, "Labels");
    json_object_set_new(copy, "Config", json_pack("{s:O?}", "Labels", labels));
    return copy;
}

size_t stk_drift_network(const struct stk_unit *unit, const json_t *found, struct stk_arena *arena,
                         const struct stk_change **ret)
{
    STK_CLEANUP(stk_jsonp) json_t *body = stk_network_body(unit, NULL, STK_API_NEWEST);
    STK_CLEANUP(stk_jsonp) json_t *a = shaped(found);
    STK_CLEANUP(stk_jsonp) json_t *b = shaped(body);
    return compare_resource(network_rows, STK_LEN(network_rows), a, b, arena, ret);
}

size_t stk_drift_volume(const struct stk_unit *unit, const json_t *found, struct stk_arena *arena,
                        const struct stk_change **ret)
{
    STK_CLEANUP(stk_jsonp) json_t *body = stk_volume_body(unit, NULL);
    json_object_set(body, "Options", json_object_get(body, "DriverOpts"));
    STK_CLEANUP(stk_jsonp) json_t *a = shaped(found);
    STK_CLEANUP(stk_jsonp) json_t *b = shaped(body);
    return compare_resource(volume_rows, STK_LEN(volume_rows), a, b, arena, ret);
}
