/* drift_networks.c — the attachments of a container, as values that are equal when the settings are. */
#include <string.h>

#include "arena.h"
#include "drift.h"
#include "engine.h"
#include "text.h"

static json_t *unconst(const json_t *json)
{
    return (json_t *)(uintptr_t)json;
}

static const json_t *networks_of(const json_t *container)
{
    return stk_json_get(stk_json_get(container, "NetworkSettings"), "Networks");
}

/* The modes that are no attachment of ours: none, host, another's, the engine's own bridge. */
static bool is_attached(const json_t *container)
{
    const char *mode = stk_json_text(stk_json_get(container, "HostConfig"), "NetworkMode");
    return mode && !stk_streq(mode, "none") && !stk_streq(mode, "host") &&
           !stk_streq(mode, "bridge") && !stk_streq(mode, "default") &&
           !stk_starts(mode, "container:");
}

json_t *stk_drift_networks(const json_t *container)
{
    json_t *map = json_object(), *value;
    const char *name;
    if (!is_attached(container))
        return map;
    json_object_foreach(unconst(networks_of(container)), name, value)
    {
        json_object_set_new(map, name, json_string("connected"));
    }
    return map;
}

/* What an engine lets a container be found by anyway, listed or not. */
struct implied {
    const char *name, *hostname;
};

static struct implied implied_by(const json_t *wanted)
{
    const char *name = stk_json_text(wanted, "Name");
    return (struct implied){ name ? name + 1 : NULL,
                             stk_json_text(stk_json_get(wanted, "Config"), "Hostname") };
}

static json_t *names_of(const json_t *container, const json_t *endpoint, struct implied by)
{
    const json_t *list = stk_json_get(endpoint, "Aliases");
    const char *id = stk_json_str(container, "Id");
    json_t *set = json_object();
    for (size_t i = 0; i < stk_json_n(list); i++) {
        const char *alias = json_string_value(stk_json_at(list, i));
        bool implied = alias && ((id && strlen(alias) == 12 && stk_starts(id, alias)) ||
                                 stk_streq(by.name, alias) || stk_streq(by.hostname, alias));
        if (alias && !implied)
            json_object_set_new(set, alias, json_true());
    }
    return set;
}

static void put(json_t *map, const char *network, const char *key, const json_t *value)
{
    bool empty = !value || json_is_null(value) ||
                 (json_is_string(value) && !*json_string_value(value)) ||
                 (json_is_integer(value) && !json_integer_value(value)) ||
                 (json_is_array(value) && !json_array_size(value)) ||
                 (json_is_object(value) && !json_object_size(value));
    STK_CLEANUP(stk_charp) char *path = stk_printf("%s.%s", network, key);
    if (!empty)
        json_object_set(map, path, unconst(value));
}

/* Keys of a set, sorted, as a list. */
static json_t *list_of(json_t *set)
{
    STK_CLEANUP(stk_charp) char *text = json_dumps(set, JSON_SORT_KEYS);
    json_t *sorted = json_loads(text, 0, NULL), *list = json_array(), *value;
    const char *key;
    json_object_foreach(sorted, key, value)
    {
        json_array_append_new(list, json_string(key));
    }
    json_decref(sorted);
    json_decref(set);
    return list;
}

static void put_endpoint(json_t *map, const json_t *container, const char *network,
                         const json_t *endpoint, const json_t *other)
{
    bool inspected = stk_json_get(container, "State") != NULL;
    struct implied by = implied_by(inspected ? other : container);
    const json_t *theirs = stk_json_get(networks_of(other), network);
    const json_t *ipam = stk_json_get(endpoint, "IPAMConfig");
    STK_CLEANUP(stk_jsonp) json_t *names = list_of(names_of(container, endpoint, by));
    put(map, network, "aliases", names);
    put(map, network, "ipv4_address", stk_json_get(ipam, "IPv4Address"));
    put(map, network, "ipv6_address", stk_json_get(ipam, "IPv6Address"));
    put(map, network, "link_local_ips", stk_json_get(ipam, "LinkLocalIPs"));
    put(map, network, "driver_opts", stk_json_get(endpoint, "DriverOpts"));
    put(map, network, "links", stk_json_get(endpoint, "Links"));
    put(map, network, "gw_priority", stk_json_get(endpoint, "GwPriority"));
    /* An engine gives an address to whoever asks for none. */
    bool asked = stk_json_text(theirs, "MacAddress") != NULL;
    if (!inspected || asked)
        put(map, network, "mac_address", stk_json_get(endpoint, "MacAddress"));
}

json_t *stk_drift_attachments(const json_t *container, const json_t *other)
{
    json_t *map = json_object(), *value;
    const char *name;
    json_object_foreach(unconst(networks_of(container)), name, value)
    {
        if (stk_json_get(networks_of(other), name) && is_attached(container))
            put_endpoint(map, container, name, value, other);
    }
    return map;
}
