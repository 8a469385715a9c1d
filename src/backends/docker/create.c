/* create.c — what a container is made from, in the engine's terms. Mounts are mounts.c, labels
 * labels.c, networks create_network.c, limits create_resources.c, what it takes from other
 * containers shares.c. */
#include "create.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "credentials.h"
#include "labels.h"
#include "put.h"
#include "shares.h"
#include "text.h"

/* A variable without a value is sent by its bare name: the engine then drops the image's. */
static void set_environment(json_t *config, const struct stk_service *service)
{
    const struct stk_kvs *env = &service->environment;
    json_t *list = json_array();
    bool own = false;
    for (size_t i = 0; i < env->n; i++) {
        STK_CLEANUP(stk_charp)
        char *text = env->v[i].value ? stk_printf("%s=%s", env->v[i].key, env->v[i].value)
                                     : stk_strdup(env->v[i].key);
        json_array_append_new(list, json_string(text));
        own |= stk_streq(env->v[i].key, "DOCKER_CONFIG");
    }
    if (service->use_api_socket.v && !own)
        json_array_append_new(list, json_string("DOCKER_CONFIG=" STK_CREDENTIALS_DIR));
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
    stk_put_list(health, "Test", &check->test);
    stk_put_int(health, "Interval", check->interval);
    stk_put_int(health, "Timeout", check->timeout);
    stk_put_int(health, "Retries", check->retries);
    stk_put_int(health, "StartPeriod", check->start_period);
    if (api_minor >= STK_API_START_INTERVAL)
        stk_put_int(health, "StartInterval", check->start_interval);
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
    stk_put_str(labels, STK_LABEL_IMAGE, create->image_id);
    stk_put_str(labels, STK_LABEL_REPLACE, create->replaces);
    return labels;
}

static json_t *config_of(const struct stk_create *create)
{
    const struct stk_service *service = create->unit->service;
    json_t *config = json_object();
    stk_put_str(config, "Hostname", service->hostname);
    stk_put_str(config, "Domainname", service->domainname);
    stk_put_str(config, "User", service->user);
    stk_put_str(config, "WorkingDir", service->working_dir);
    stk_put_str(config, "Image", service->image);
    stk_put_str(config, "StopSignal", service->stop_signal);
    stk_put_bool(config, "Tty", service->tty);
    stk_put_bool(config, "OpenStdin", service->stdin_open);
    if (service->oneoff) /* its input ends with ours */
        stk_put_bool(config, "StdinOnce", service->stdin_open);
    stk_put_list(config, "Cmd", &service->command);
    stk_put_list(config, "Entrypoint", &service->entrypoint);
    set_environment(config, service);
    set_healthcheck(config, &service->healthcheck, create->api_minor);
    set_stop_timeout(config, service->stop_grace_period);
    json_object_set_new(config, "Labels", labels_of(create));
    return config;
}

/* The words of deploy.restart_policy are others. */
static const char *restart_word(const char *word)
{
    return stk_streq(word, "none") ? "no" : stk_streq(word, "any") ? "always" : word;
}

static void put_restart(json_t *host, const char *name, int64_t retries)
{
    json_object_set_new(host, "RestartPolicy",
                        json_pack("{s:s, s:I}", "Name", restart_word(name), "MaximumRetryCount",
                                  (json_int_t)retries));
}

static void set_restart(json_t *host, const struct stk_service *service)
{
    const struct stk_restart_policy *policy = &service->deploy.restart_policy;
    const char *restart = service->restart;
    if (policy->set) {
        put_restart(host, policy->condition ? policy->condition : "",
                    policy->max_attempts.set ? policy->max_attempts.v : 0);
    } else if (restart) {
        size_t n = strcspn(restart, ":");
        STK_CLEANUP(stk_charp) char *name = stk_strndup(restart, n);
        put_restart(host, name, restart[n] ? atoi(restart + n + 1) : 0);
    }
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
    stk_put_some(host, "ExtraHosts", list);
}

static void set_logging(json_t *host, const struct stk_logging *logging)
{
    if (!logging->set)
        return;
    json_t *log = json_object();
    stk_put_str(log, "Type", logging->driver ? logging->driver : "");
    json_object_set_new(log, "Config", stk_map_of(&logging->options));
    json_object_set_new(host, "LogConfig", log);
}

static json_t *host_of(const struct stk_create *create)
{
    const struct stk_service *service = create->unit->service;
    json_t *host = json_object();
    set_restart(host, service);
    stk_put_list(host, "CapAdd", &service->cap_add);
    stk_put_list(host, "CapDrop", &service->cap_drop);
    stk_put_list(host, "Dns", &service->dns);
    stk_put_list(host, "DnsSearch", &service->dns_search);
    stk_put_list(host, "DnsOptions", &service->dns_opt);
    stk_put_list(host, "GroupAdd", &service->group_add);
    stk_put_bool(host, "Privileged", service->privileged);
    stk_put_bool(host, "ReadonlyRootfs", service->read_only);
    stk_put_bool(host, "Init", service->init);
    if (service->oneoff && service->oneoff_remove)
        json_object_set_new(host, "AutoRemove", json_true());
    stk_put_str(host, "Isolation", service->isolation);
    stk_put_str(host, "Runtime", service->runtime);
    stk_put_map(host, "Sysctls", &service->sysctls);
    stk_put_map(host, "StorageOpt", &service->storage_opt);
    if (create->api_minor >= STK_API_ANNOTATIONS)
        stk_put_map(host, "Annotations", &service->annotations);
    set_extra_hosts(host, &service->extra_hosts);
    set_logging(host, &service->logging);
    stk_create_security(host, create->unit);
    stk_create_resources(host, service);
    stk_shares_put(host, create->unit, create->parents);
    stk_create_mounts(host, create);
    return host;
}

json_t *stk_create_body(const struct stk_create *create)
{
    json_t *body = config_of(create), *host = host_of(create);
    set_ports(body, host, create->unit->service);
    stk_create_networking(body, host, create);
    json_object_set_new(body, "HostConfig", host);
    return body;
}
