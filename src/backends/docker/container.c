/* container.c — the status of a container, out of a list or out of a single inspect. */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "engine.h"
#include "labels.h"
#include "seen_private.h"
#include "shares.h"
#include "stop.h"
#include "text.h"
#include "words.h"

/* What both shapes tell in the same way. NULL when it does not say which container it is. */
static struct stk_status *begin(struct stk_seeing *seeing, const json_t *container,
                                const char *name, const json_t *labels)
{
    const char *id = stk_json_text(container, "Id");
    if (!id)
        return NULL;
    struct stk_status *st = stk_see(seeing, STK_SERVICE);
    const char *service = stk_json_text(labels, STK_LABEL_SERVICE);
    const char *number = stk_json_text(labels, STK_LABEL_NUMBER);
    if (name && *name == '/')
        name++;
    int64_t index;
    st->ref.id = stk_see_keep(seeing, id);
    st->name = stk_see_keep(seeing, name ? name : id);
    st->ref.name = service ? stk_see_keep(seeing, service) : st->name;
    st->ref.index = number && stk_parse_int(number, &index) && index > 0 && index < 1000000
                        ? (unsigned)index
                        : 0;
    st->oneoff = stk_streq(stk_json_str(labels, STK_LABEL_ONEOFF), "True");
    stk_see_project(seeing, st, labels);
    struct stk_depend *deps;
    stk_depends_parse(seeing->arena, stk_json_str(labels, STK_LABEL_DEPENDS), &deps,
                      &st->n_depends_on);
    st->depends_on = deps;
    return st;
}

/* Names of named volumes, host paths of binds. */
static struct stk_strs mounts_of(struct stk_seeing *seeing, const json_t *mounts)
{
    struct stk_strs list = { .set = true };
    list.v = stk_arena_array(seeing->arena, stk_json_n(mounts) + 1, sizeof(*list.v));
    for (size_t i = 0; i < stk_json_n(mounts); i++) {
        const json_t *m = stk_json_at(mounts, i);
        const char *name = stk_json_text(m, "Name");
        const char *source = name ? name : stk_json_text(m, "Source");
        if (source)
            list.v[list.n++] = stk_see_keep(seeing, source);
    }
    return list;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct stk_strs networks_of(struct stk_seeing *seeing, const json_t *settings)
{
    const json_t *networks = stk_json_get(settings, "Networks");
    struct stk_strs list = { .set = true };
    const char *name;
    json_t *value;
    list.v = stk_arena_array(seeing->arena, json_object_size(networks) + 1, sizeof(*list.v));
    json_object_foreach((json_t *)(uintptr_t)networks, name, value)
    {
        list.v[list.n++] = stk_see_keep(seeing, name);
    }
    qsort(list.v, list.n, sizeof(*list.v), by_text);
    return list;
}

static unsigned port_of(int64_t n)
{
    return n > 0 && n < 65536 ? (unsigned)n : 0;
}

/* Others get it put into an address: what cannot be one is none. */
static const char *host_ip_of(struct stk_seeing *seeing, const json_t *binding, const char *key)
{
    const char *ip = stk_json_str(binding, key);
    return ip && !ip[strspn(ip, "0123456789abcdefABCDEF.:")] ? stk_see_keep(seeing, ip) : NULL;
}

static void listed_ports(struct stk_seeing *seeing, struct stk_status *st, const json_t *ports)
{
    struct stk_published *v = stk_arena_array(seeing->arena, stk_json_n(ports) + 1, sizeof(*v));
    for (size_t i = 0; i < stk_json_n(ports); i++) {
        const json_t *p = stk_json_at(ports, i);
        const char *protocol = stk_json_text(p, "Type");
        v[st->n_ports++] =
            (struct stk_published){ .target = port_of(stk_json_int(p, "PrivatePort")),
                                    .published = port_of(stk_json_int(p, "PublicPort")),
                                    .host_ip = host_ip_of(seeing, p, "IP"),
                                    .protocol = stk_see_keep(seeing, protocol ? protocol : "tcp") };
    }
    st->ports = v;
}

void stk_see_listed(struct stk_seeing *seeing, const json_t *container)
{
    const json_t *names = stk_json_get(container, "Names");
    struct stk_status *st =
        begin(seeing, container, stk_container_name(names), stk_json_get(container, "Labels"));
    if (!st)
        return;
    st->state = stk_state_parse(stk_json_str(container, "State"));
    st->created_ms = stk_json_int(container, "Created") * 1000;
    st->image = stk_see_keep(seeing, stk_json_text(container, "Image"));
    st->image_id = stk_see_keep(seeing, stk_json_text(container, "ImageID"));
    st->command = stk_see_keep(seeing, stk_json_str(container, "Command"));
    st->status_text = stk_see_keep(seeing, stk_json_str(container, "Status"));
    stk_status_text(st->status_text, &st->health, &st->exit_code);
    listed_ports(seeing, st, stk_json_get(container, "Ports"));
    st->mounts = mounts_of(seeing, stk_json_get(container, "Mounts"));
    st->networks = networks_of(seeing, stk_json_get(container, "NetworkSettings"));
}

static void set_health(struct stk_seeing *seeing, struct stk_status *st, const json_t *health)
{
    const json_t *log = stk_json_get(health, "Log");
    st->health = stk_health_parse(stk_json_str(health, "Status"));
    size_t n = stk_json_n(log);
    if (!n)
        return;
    const json_t *last = stk_json_at(log, n - 1);
    st->probe_output = stk_see_keep(seeing, stk_json_str(last, "Output"));
    st->probe_exit = (int)stk_json_int(last, "ExitCode");
}

/* Whether it comes up again when it ends now or, restarting, is about to. The engine decides at
 * the end of a run, so one that reads "exited" stays down. */
static bool restarts_itself(const struct stk_status *st, const json_t *host)
{
    const char *policy = stk_json_str(stk_json_get(host, "RestartPolicy"), "Name");
    if (st->state == STK_RESTARTING)
        return true;
    if (st->state != STK_RUNNING && st->state != STK_PAUSED)
        return false;
    return stk_streq(policy, "always") || stk_streq(policy, "unless-stopped") ||
           stk_streq(policy, "on-failure");
}

static unsigned restarts_most(const json_t *host)
{
    int64_t most = stk_json_int(stk_json_get(host, "RestartPolicy"), "MaximumRetryCount");
    return most > 0 && most < INT32_MAX ? (unsigned)most : 0;
}

static void set_state(struct stk_seeing *seeing, struct stk_status *st, const json_t *state)
{
    st->state = stk_state_parse(stk_json_str(state, "Status"));
    st->exit_code = (int)stk_json_int(state, "ExitCode");
    st->oom = stk_json_bool(state, "OOMKilled");
    st->error = stk_see_keep(seeing, stk_json_text(state, "Error"));
    st->started_ms = stk_parse_rfc3339_ms(stk_json_text(state, "StartedAt"));
    st->finished_ms = stk_parse_rfc3339_ms(stk_json_text(state, "FinishedAt"));
    set_health(seeing, st, stk_json_get(state, "Health"));
}

/* {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}], "81/tcp": null} */
static void detailed_ports(struct stk_seeing *seeing, struct stk_status *st, const json_t *ports)
{
    const char *key;
    json_t *bound;
    size_t most = 1;
    json_object_foreach((json_t *)(uintptr_t)ports, key, bound)
    {
        most += 1 + stk_json_n(bound);
    }
    struct stk_published *v = stk_arena_array(seeing->arena, most, sizeof(*v));
    json_object_foreach((json_t *)(uintptr_t)ports, key, bound)
    {
        const char *slash = strchr(key, '/');
        struct stk_published port = { .target = port_of(atoi(key)),
                                      .protocol = stk_see_keep(seeing, slash ? slash + 1 : "tcp") };
        if (!stk_json_n(bound))
            v[st->n_ports++] = port;
        for (size_t i = 0; i < stk_json_n(bound); i++) {
            const char *number = stk_json_text(stk_json_at(bound, i), "HostPort");
            port.published = number ? port_of(atoi(number)) : 0;
            port.host_ip = host_ip_of(seeing, stk_json_at(bound, i), "HostIp");
            v[st->n_ports++] = port;
        }
    }
    st->ports = v;
}

static const char *command_of(struct stk_seeing *seeing, const json_t *container)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf text;
    const json_t *args = stk_json_get(container, "Args");
    const char *path = stk_json_str(container, "Path");
    stk_buf_init(&text, 64 * STK_KIB);
    stk_buf_puts(&text, path ? path : "");
    for (size_t i = 0; i < stk_json_n(args); i++) {
        const char *arg = json_string_value(stk_json_at(args, i));
        stk_buf_printf(&text, " %s", arg ? arg : "");
    }
    return stk_see_keep(seeing, text.bytes);
}

/* ["CMD", word...] or ["CMD-SHELL", line] */
static const char *check_of(struct stk_seeing *seeing, const json_t *config)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf text;
    const json_t *test = stk_json_get(stk_json_get(config, "Healthcheck"), "Test");
    stk_buf_init(&text, 64 * STK_KIB);
    for (size_t i = 1; i < stk_json_n(test); i++) {
        const char *word = json_string_value(stk_json_at(test, i));
        stk_buf_printf(&text, "%s%s", i > 1 ? " " : "", word ? word : "");
    }
    return stk_see_keep(seeing, text.bytes);
}

static unsigned grace_of(const json_t *config)
{
    const json_t *own = stk_json_get(config, "StopTimeout");
    json_int_t seconds = json_is_integer(own) ? json_integer_value(own) : STK_DOCKER_GRACE_S;
    return seconds > 0 && seconds < INT32_MAX / 1000 ? (unsigned)seconds * 1000 : 0;
}

void stk_see_detailed(struct stk_seeing *seeing, const json_t *container)
{
    const json_t *config = stk_json_get(container, "Config");
    const json_t *host = stk_json_get(container, "HostConfig");
    const json_t *settings = stk_json_get(container, "NetworkSettings");
    struct stk_status *st =
        begin(seeing, container, stk_json_str(container, "Name"), stk_json_get(config, "Labels"));
    if (!st)
        return;
    set_state(seeing, st, stk_json_get(container, "State"));
    st->restarts = (unsigned)stk_json_int(container, "RestartCount");
    st->restarts_itself = restarts_itself(st, host);
    st->restarts_most = restarts_most(host);
    st->grace_ms = grace_of(config);
    st->created_ms = stk_parse_rfc3339_ms(stk_json_text(container, "Created"));
    st->image = stk_see_keep(seeing, stk_json_text(config, "Image"));
    st->image_id = stk_see_keep(seeing, stk_json_text(container, "Image"));
    st->command = command_of(seeing, container);
    st->probe_command = check_of(seeing, config);
    detailed_ports(seeing, st, stk_json_get(settings, "Ports"));
    st->mounts = mounts_of(seeing, stk_json_get(container, "Mounts"));
    st->networks = networks_of(seeing, settings);
}
