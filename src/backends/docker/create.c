/* create.c — what a container is made from, in the engine's terms. Mounts are mounts.c, labels
 * labels.c. */
#include "create.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "labels.h"
#include "text.h"

static void set_str(json_t *to, const char *key, const char *value)
{
    if (value)
        json_object_set_new(to, key, json_string(value));
}

static void set_int(json_t *to, const char *key, struct stk_opt value)
{
    if (value.set)
        json_object_set_new(to, key, json_integer(value.v));
}

static void set_bool(json_t *to, const char *key, struct stk_opt value)
{
    if (value.set)
        json_object_set_new(to, key, json_boolean(value.v != 0));
}

static json_t *list_of(const struct stk_strs *list)
{
    json_t *ret = json_array();
    for (size_t i = 0; i < list->n; i++)
        json_array_append_new(ret, json_string(list->v[i]));
    return ret;
}

static void set_list(json_t *to, const char *key, const struct stk_strs *list)
{
    if (list->set || list->n)
        json_object_set_new(to, key, list_of(list));
}

static json_t *map_of(const struct stk_kvs *map)
{
    json_t *ret = json_object();
    for (size_t i = 0; i < map->n; i++)
        json_object_set_new(ret, map->v[i].key,
                            json_string(map->v[i].value ? map->v[i].value : ""));
    return ret;
}

/* A variable without a value is sent by its bare name: the engine then drops the image's. */
static void set_environment(json_t *config, const struct stk_kvs *env)
{
    json_t *list = json_array();
    for (size_t i = 0; i < env->n; i++) {
        STK_CLEANUP(stk_charp)
        char *text = env->v[i].value ? stk_printf("%s=%s", env->v[i].key, env->v[i].value)
                                     : stk_strdup(env->v[i].key);
        json_array_append_new(list, json_string(text));
    }
    json_object_set_new(config, "Env", list);
}

/* "80", "80/udp", "8000-8010/tcp" */
static void expose(json_t *ports, const char *text)
{
    char *end;
    unsigned long first = strtoul(text, &end, 10), last = first;
    if (*end == '-')
        last = strtoul(end + 1, &end, 10);
    const char *protocol = *end == '/' ? end + 1 : "tcp";
    for (unsigned long port = first; port && port <= last && port <= 65535; port++) {
        STK_CLEANUP(stk_charp) char *key = stk_printf("%lu/%s", port, protocol);
        json_object_set_new(ports, key, json_object());
    }
}

static void set_ports(json_t *config, json_t *host, const struct stk_service *service)
{
    json_t *exposed = json_object(), *bindings = json_object();
    for (size_t i = 0; i < service->expose.n; i++)
        expose(exposed, service->expose.v[i]);
    for (size_t i = 0; i < service->n_ports; i++) {
        const struct stk_port *port = &service->ports[i];
        STK_CLEANUP(stk_charp)
        char *key = stk_printf("%u/%s", port->target, port->protocol ? port->protocol : "tcp");
        json_object_set_new(exposed, key, json_object());
        json_t *list = json_object_get(bindings, key);
        if (!list) {
            list = json_array();
            json_object_set_new(bindings, key, list);
        }
        json_array_append_new(list,
                              json_pack("{s:s, s:s}", "HostIp", port->host_ip ? port->host_ip : "",
                                        "HostPort", port->published ? port->published : ""));
    }
    json_object_set_new(config, "ExposedPorts", exposed);
    json_object_set_new(host, "PortBindings", bindings);
}

static void set_healthcheck(json_t *config, const struct stk_healthcheck *check, unsigned api_minor)
{
    if (!check->set)
        return;
    json_t *health = json_object();
    json_object_set_new(config, "Healthcheck", health);
    if (check->disable) {
        json_object_set_new(health, "Test", json_pack("[s]", "NONE"));
        return;
    }
    set_list(health, "Test", &check->test);
    set_int(health, "Interval", check->interval);
    set_int(health, "Timeout", check->timeout);
    set_int(health, "Retries", check->retries);
    set_int(health, "StartPeriod", check->start_period);
    if (api_minor >= 44)
        set_int(health, "StartInterval", check->start_interval);
}

/* In seconds, rounded up, so that a grace of half a second is not none. */
static void set_stop_timeout(json_t *config, struct stk_opt grace)
{
    if (grace.set)
        json_object_set_new(config, "StopTimeout",
                            json_integer((grace.v + STK_NS_PER_S - 1) / STK_NS_PER_S));
}

static json_t *labels_of(const struct stk_create *create)
{
    json_t *labels = stk_labels(create->unit, create->tool);
    set_str(labels, STK_LABEL_IMAGE, create->image_id);
    set_str(labels, STK_LABEL_REPLACE, create->replaces);
    return labels;
}

static json_t *config_of(const struct stk_create *create)
{
    const struct stk_service *service = create->unit->service;
    json_t *config = json_object();
    set_str(config, "Hostname", service->hostname);
    set_str(config, "User", service->user);
    set_str(config, "WorkingDir", service->working_dir);
    set_str(config, "Image", service->image);
    set_str(config, "StopSignal", service->stop_signal);
    set_bool(config, "Tty", service->tty);
    set_bool(config, "OpenStdin", service->stdin_open);
    set_list(config, "Cmd", &service->command);
    set_list(config, "Entrypoint", &service->entrypoint);
    set_environment(config, &service->environment);
    set_healthcheck(config, &service->healthcheck, create->api_minor);
    set_stop_timeout(config, service->stop_grace_period);
    json_object_set_new(config, "Labels", labels_of(create));
    return config;
}

static void set_restart(json_t *host, const char *restart)
{
    if (!restart)
        return;
    size_t n = strcspn(restart, ":");
    STK_CLEANUP(stk_charp) char *name = stk_strndup(restart, n);
    int retries = restart[n] ? atoi(restart + n + 1) : 0;
    json_object_set_new(host, "RestartPolicy",
                        json_pack("{s:s, s:i}", "Name", name, "MaximumRetryCount", retries));
}

/* "host=address" → "host:address" */
static void set_extra_hosts(json_t *host, const struct stk_strs *extra)
{
    json_t *list = json_array();
    for (size_t i = 0; i < extra->n; i++) {
        STK_CLEANUP(stk_charp) char *line = stk_strdup(extra->v[i]);
        char *equals = strchr(line, '=');
        if (equals)
            *equals = ':';
        json_array_append_new(list, json_string(line));
    }
    if (extra->n)
        json_object_set_new(host, "ExtraHosts", list);
    else
        json_decref(list);
}

static void set_ulimits(json_t *host, const struct stk_service *service)
{
    json_t *list = json_array();
    for (size_t i = 0; i < service->n_ulimits; i++) {
        const struct stk_ulimit *u = &service->ulimits[i];
        json_array_append_new(list, json_pack("{s:s, s:I, s:I}", "Name", u->name, "Soft",
                                              (json_int_t)u->soft, "Hard", (json_int_t)u->hard));
    }
    if (service->n_ulimits)
        json_object_set_new(host, "Ulimits", list);
    else
        json_decref(list);
}

/* Limits under deploy win over the older keys beside it. */
static void set_resources(json_t *host, const struct stk_service *service)
{
    const struct stk_deploy *deploy = &service->deploy;
    struct stk_optf cpus = deploy->limit_cpus.set ? deploy->limit_cpus : service->cpus;
    if (cpus.set)
        json_object_set_new(host, "NanoCpus", json_integer((json_int_t)llround(cpus.v * 1e9)));
    set_int(host, "Memory", deploy->limit_memory.set ? deploy->limit_memory : service->mem_limit);
    set_int(host, "MemoryReservation", deploy->reserve_memory);
    set_int(host, "PidsLimit", deploy->limit_pids);
    set_int(host, "ShmSize", service->shm_size);
    set_ulimits(host, service);
}

static void set_logging(json_t *host, const struct stk_logging *logging)
{
    if (!logging->set)
        return;
    json_t *log = json_object();
    set_str(log, "Type", logging->driver ? logging->driver : "");
    json_object_set_new(log, "Config", map_of(&logging->options));
    json_object_set_new(host, "LogConfig", log);
}

static json_t *host_of(const struct stk_create *create)
{
    const struct stk_service *service = create->unit->service;
    json_t *host = json_object();
    set_restart(host, service->restart);
    set_list(host, "CapAdd", &service->cap_add);
    set_list(host, "CapDrop", &service->cap_drop);
    set_list(host, "Dns", &service->dns);
    set_list(host, "DnsSearch", &service->dns_search);
    set_list(host, "DnsOptions", &service->dns_opt);
    stk_create_security(host, create->unit);
    set_bool(host, "Privileged", service->privileged);
    set_bool(host, "ReadonlyRootfs", service->read_only);
    set_bool(host, "Init", service->init);
    set_extra_hosts(host, &service->extra_hosts);
    set_resources(host, service);
    set_logging(host, &service->logging);
    if (service->sysctls.n)
        json_object_set_new(host, "Sysctls", map_of(&service->sysctls));
    if (service->n_networks)
        set_str(host, "NetworkMode", stk_create_network(create->unit, &service->networks[0]));
    stk_create_mounts(host, create);
    return host;
}

const char *stk_create_network(const struct stk_unit *unit, const struct stk_attachment *at)
{
    for (size_t i = 0; i < unit->spec->n_networks; i++)
        if (stk_streq(unit->spec->networks[i].key, at->network))
            return unit->spec->networks[i].name;
    return at->network;
}

json_t *stk_create_endpoint(const struct stk_unit *unit, const struct stk_attachment *at)
{
    json_t *aliases = json_pack("[s, s]", unit->name, unit->service->name);
    for (size_t i = 0; i < at->aliases.n; i++)
        json_array_append_new(aliases, json_string(at->aliases.v[i]));
    json_t *endpoint = json_pack("{s:o}", "Aliases", aliases);
    if (!at->ipv4_address && !at->ipv6_address)
        return endpoint;
    json_t *ipam = json_object();
    set_str(ipam, "IPv4Address", at->ipv4_address);
    set_str(ipam, "IPv6Address", at->ipv6_address);
    json_object_set_new(endpoint, "IPAMConfig", ipam);
    return endpoint;
}

size_t stk_create_networks_at_once(const struct stk_unit *unit, unsigned api_minor)
{
    size_t n = unit->service->n_networks;
    return api_minor >= 44 || n < 2 ? n : 1;
}

json_t *stk_create_body(const struct stk_create *create)
{
    const struct stk_service *service = create->unit->service;
    json_t *body = config_of(create), *host = host_of(create), *endpoints = json_object();
    set_ports(body, host, service);
    size_t n = stk_create_networks_at_once(create->unit, create->api_minor);
    for (size_t i = 0; i < n; i++)
        json_object_set_new(endpoints, stk_create_network(create->unit, &service->networks[i]),
                            stk_create_endpoint(create->unit, &service->networks[i]));
    json_object_set_new(body, "HostConfig", host);
    json_object_set_new(body, "NetworkingConfig", json_pack("{s:o}", "EndpointsConfig", endpoints));
    return body;
}
