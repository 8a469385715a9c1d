/* drift_read.c — the fields of a single inspect that need more than a look: lists that are maps,
 * maps of lists, things that several members tell together. Each becomes a value that is equal when
 * the settings are. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "drift.h"
#include "engine.h"
#include "text.h"
#include "words.h"

static const json_t *config_of(const json_t *container, const char *key)
{
    return stk_json_get(stk_json_get(container, "Config"), key);
}

static const json_t *host_of(const json_t *container, const char *key)
{
    return stk_json_get(stk_json_get(container, "HostConfig"), key);
}

static json_t *unconst(const json_t *json)
{
    return (json_t *)(uintptr_t)json;
}

/* A list of NAME=VALUE, or already a map. */
json_t *stk_drift_environment(const json_t *container)
{
    const json_t *env = config_of(container, "Env");
    json_t *map = json_object();
    if (json_is_object(env))
        json_object_update(map, unconst(env));
    for (size_t i = 0; i < stk_json_n(env); i++) {
        const char *text = json_string_value(stk_json_at(env, i));
        const char *equals = text ? strchr(text, '=') : NULL;
        STK_CLEANUP(stk_charp) char *name = equals ? stk_strndup(text, strcspn(text, "=")) : NULL;
        if (name)
            json_object_set_new(map, name, json_string(equals + 1));
    }
    return map;
}

/* The file's and the image's; those of the tools are no setting. */
json_t *stk_drift_labels(const json_t *container)
{
    static const char *const tools[] = { "com.docker.compose.", "io.stackctl.",
                                         "desktop.docker.io/" };
    json_t *map = json_object(), *value;
    const char *key;
    json_object_foreach(unconst(config_of(container, "Labels")), key, value)
    {
        bool ours = false;
        for (size_t i = 0; i < STK_LEN(tools); i++)
            ours |= stk_starts(key, tools[i]);
        if (!ours)
            json_object_set(map, key, value);
    }
    return map;
}

json_t *stk_drift_expose(const json_t *container)
{
    json_t *map = json_object(), *value;
    const char *key;
    json_object_foreach(unconst(config_of(container, "ExposedPorts")), key, value)
    {
        json_object_set_new(map, key, json_string("exposed"));
    }
    return map;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "127.0.0.1:8080", "8080", "" for any port */
static char *binding_text(const json_t *binding)
{
    const char *ip = stk_json_text(binding, "HostIp"), *port = stk_json_text(binding, "HostPort");
    if (!port || stk_streq(port, "0"))
        port = "any";
    return ip ? stk_printf("%s:%s", ip, port) : stk_strdup(port);
}

static json_t *bindings_text(const json_t *list)
{
    size_t n = stk_json_n(list);
    char **texts = stk_alloc((n + 1) * sizeof(*texts));
    for (size_t i = 0; i < n; i++)
        texts[i] = binding_text(stk_json_at(list, i));
    if (n)
        qsort(texts, n, sizeof(*texts), by_text);
    STK_CLEANUP(stk_buf_clearp) struct stk_buf all;
    stk_buf_init(&all, STK_MIB);
    for (size_t i = 0; i < n; i++) {
        stk_buf_printf(&all, "%s%s", i ? ", " : "", texts[i]);
        free(texts[i]);
    }
    free(texts);
    return json_string(all.bytes ? all.bytes : "");
}

json_t *stk_drift_ports(const json_t *container)
{
    json_t *map = json_object(), *value;
    const char *key;
    json_object_foreach(unconst(host_of(container, "PortBindings")), key, value)
    {
        json_object_set_new(map, key, bindings_text(value));
    }
    return map;
}

/* "always", "on-failure:3", "no" */
json_t *stk_drift_restart(const json_t *container)
{
    const json_t *policy = host_of(container, "RestartPolicy");
    const char *name = stk_json_text(policy, "Name");
    int64_t most = stk_json_int(policy, "MaximumRetryCount");
    if (!name || most <= 0)
        return json_string(name ? name : "no");
    STK_CLEANUP(stk_charp) char *text = stk_printf("%s:%lld", name, (long long)most);
    return json_string(text);
}

/* An engine adds label=disable to what is privileged or shares processes. */
json_t *stk_drift_security(const json_t *container)
{
    const json_t *list = host_of(container, "SecurityOpt");
    const json_t *masked = host_of(container, "MaskedPaths");
    json_t *map = json_object();
    for (size_t i = 0; i < stk_json_n(list); i++) {
        const char *text = json_string_value(stk_json_at(list, i));
        size_t n = text ? strcspn(text, "=:") : 0;
        if (!text || strcmp(text + n, "=disable") == 0)
            continue;
        STK_CLEANUP(stk_charp) char *name = stk_strndup(text, n);
        json_object_set_new(map, name, json_string(text[n] ? text + n + 1 : "on"));
    }
    bool privileged = json_is_true(host_of(container, "Privileged"));
    if (json_is_array(masked) && !stk_json_n(masked) && !privileged)
        json_object_set_new(map, "systempaths", json_string("unconfined"));
    return map;
}

json_t *stk_drift_ulimits(const json_t *container)
{
    const json_t *list = host_of(container, "Ulimits");
    json_t *map = json_object();
    for (size_t i = 0; i < stk_json_n(list); i++) {
        const json_t *u = stk_json_at(list, i);
        const char *name = stk_json_text(u, "Name");
        STK_CLEANUP(stk_charp)
        char *text = stk_printf("%lld:%lld", (long long)stk_json_int(u, "Soft"),
                                (long long)stk_json_int(u, "Hard"));
        if (name)
            json_object_set_new(map, name, json_string(text));
    }
    return map;
}

json_t *stk_drift_devices(const json_t *container)
{
    const json_t *list = host_of(container, "Devices");
    json_t *map = json_object();
    for (size_t i = 0; i < stk_json_n(list); i++) {
        const json_t *d = stk_json_at(list, i);
        const char *inside = stk_json_text(d, "PathInContainer");
        const char *host = stk_json_str(d, "PathOnHost"),
                   *may = stk_json_text(d, "CgroupPermissions");
        STK_CLEANUP(stk_charp)
        char *text = stk_printf("%s:%s", host ? host : "", may ? may : "rwm");
        if (inside)
            json_object_set_new(map, inside, json_string(text));
    }
    return map;
}

/* ---- mounts ---- */

static char *without_slash(const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    return stk_strndup(path, n);
}

json_t *stk_drift_working_dir(const json_t *container)
{
    const char *path = json_string_value(config_of(container, "WorkingDir"));
    STK_CLEANUP(stk_charp) char *clean = without_slash(path && *path ? path : "/");
    return json_string(clean);
}

/* "bind /srv, read-only", "volume shop_data", "volume" for one without a name */
static char *mount_text(const json_t *m)
{
    static const char desktop[] = "/host_mnt";
    const char *type = stk_json_text(m, "Type");
    const char *source = stk_json_text(m, stk_streq(type, "volume") ? "Name" : "Source");
    bool plain = !source || stk_streq(type, "tmpfs") || stk_streq(type, "image") ||
                 (stk_streq(type, "volume") && stk_volume_is_anonymous(source));
    if (!plain && stk_starts(source, desktop))
        source += strlen(desktop);
    STK_CLEANUP(stk_charp) char *clean = plain ? NULL : without_slash(source);
    bool read_only = !stk_json_bool(m, "RW") && !stk_streq(type, "image");
    return stk_printf("%s%s%s%s", type ? type : "volume", clean ? " " : "", clean ? clean : "",
                      read_only ? ", read-only" : "");
}

json_t *stk_drift_volumes(const json_t *container)
{
    const json_t *mounts = stk_json_get(container, "Mounts");
    json_t *map = json_object();
    for (size_t i = 0; i < stk_json_n(mounts); i++) {
        const char *target = stk_json_text(stk_json_at(mounts, i), "Destination");
        if (!target)
            continue;
        STK_CLEANUP(stk_charp) char *path = without_slash(target);
        STK_CLEANUP(stk_charp) char *text = mount_text(stk_json_at(mounts, i));
        json_object_set_new(map, path, json_string(text));
    }
    return map;
}

static bool says_nothing(const char *mode)
{
    return !*mode || stk_streq(mode, "rw") || stk_streq(mode, "ro") || stk_streq(mode, "rprivate");
}

/* "source:target:rw,z" → target: "z" */
json_t *stk_drift_mount_modes(const json_t *container)
{
    const json_t *binds = host_of(container, "Binds");
    json_t *map = json_object();
    for (size_t i = 0; i < stk_json_n(binds); i++) {
        const char *text = json_string_value(stk_json_at(binds, i));
        STK_CLEANUP(stk_charp) char *copy = stk_strdup(text ? text : "");
        char *target = strchr(copy, ':'), *mode = target ? strchr(target + 1, ':') : NULL, *rest;
        if (!mode)
            continue;
        *mode = '\0';
        for (char *word = strtok_r(mode + 1, ",", &rest); word; word = strtok_r(NULL, ",", &rest))
            if (!says_nothing(word))
                json_object_set_new(map, target + 1, json_string(word));
    }
    return map;
}

/* Without members that are as if they were not there. */
static json_t *pruned(const json_t *object)
{
    json_t *ret = json_object(), *value;
    const char *key;
    json_object_foreach(unconst(object), key, value)
    {
        bool empty = json_is_null(value) || json_is_false(value) ||
                     (json_is_object(value) && !json_object_size(value)) ||
                     (json_is_integer(value) && !json_integer_value(value)) ||
                     (json_is_string(value) && says_nothing(json_string_value(value)));
        if (!empty && strcmp(key, "CreateMountpoint") != 0)
            json_object_set(ret, key, value);
    }
    return ret;
}

json_t *stk_drift_mount_options(const json_t *container)
{
    static const char *const members[] = { "BindOptions", "VolumeOptions", "TmpfsOptions",
                                           "ImageOptions" };
    const json_t *mounts = host_of(container, "Mounts");
    json_t *map = json_object();
    for (size_t i = 0; i < stk_json_n(mounts); i++) {
        const json_t *m = stk_json_at(mounts, i);
        const char *target = stk_json_text(m, "Target");
        for (size_t k = 0; target && k < STK_LEN(members); k++) {
            STK_CLEANUP(stk_jsonp) json_t *options = pruned(stk_json_get(m, members[k]));
            if (json_object_size(options))
                json_object_set(map, target, options);
        }
    }
    return map;
}

/* ---- who it is ---- */

json_t *stk_drift_image(const json_t *container)
{
    const char *image = json_string_value(config_of(container, "Image"));
    STK_CLEANUP(stk_charp) char *normal = stk_image_normal(image ? image : "");
    return json_string(normal);
}

/* What the reference names by now, as short as people have it. */
json_t *stk_drift_image_id(const json_t *container)
{
    static const char prefix[] = "sha256:";
    const char *id = stk_json_text(container, "Image");
    if (id && stk_starts(id, prefix))
        id += strlen(prefix);
    STK_CLEANUP(stk_charp) char *cut = stk_strndup(id ? id : "", id ? strnlen(id, 12) : 0);
    return json_string(cut);
}

json_t *stk_drift_name(const json_t *container)
{
    const char *name = stk_json_text(container, "Name");
    return json_string(name ? name + (*name == '/') : "");
}

/* What is wanted has no State: it is to run, or to have ended well. */
json_t *stk_drift_state(const json_t *container)
{
    const json_t *state = stk_json_get(container, "State");
    const char *word = state ? stk_json_text(state, "Status") : "running";
    int64_t code = stk_json_int(state, "ExitCode");
    STK_CLEANUP(stk_jsonp) json_t *restart = stk_drift_restart(container);
    const char *policy = json_string_value(restart);
    bool job = !code && (stk_streq(policy, "no") || stk_starts(policy, "on-failure"));
    if (stk_streq(word, "exited") && job)
        word = "running";
    STK_CLEANUP(stk_charp)
    char *text = stk_streq(word, "exited") ? stk_printf("exited (%lld)", (long long)code)
                                           : stk_strdup(word ? word : "unknown");
    return json_string(text);
}
