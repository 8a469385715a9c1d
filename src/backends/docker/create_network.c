/* create_network.c — the networks of a container in the engine's terms: its attachments, its MAC
 * address, and the mode when it is on no network of its own. Whose network a mode names is
 * shares.c. */
#include <string.h>

#include "arena.h"
#include "create.h"
#include "engine.h"
#include "put.h"
#include "shares.h"
#include "text.h"

#define IFNAME_OPTION "com.docker.network.endpoint.ifname"

const char *stk_create_network(const struct stk_unit *unit, const struct stk_attachment *at)
{
    for (size_t i = 0; i < unit->spec->n_networks; i++)
        if (stk_streq(unit->spec->networks[i].key, at->network))
            return unit->spec->networks[i].name;
    return at->network;
}

size_t stk_create_networks_at_once(const struct stk_unit *unit, unsigned api_minor)
{
    size_t n = unit->service->n_networks;
    return api_minor >= STK_API_ENDPOINTS || n < 2 ? n : 1;
}

/* The engine has names of containers only on networks that somebody made. */
static bool has_names(const char *network)
{
    return !stk_streq(network, "bridge") && !stk_streq(network, "host") &&
           !stk_streq(network, "none");
}

static json_t *aliases_of(const struct stk_unit *unit, const struct stk_attachment *at)
{
    json_t *aliases = json_pack("[s, s]", unit->name, unit->service->name);
    if (unit->service->oneoff && !unit->service->oneoff_aliases) {
        json_array_remove(aliases, 1);
        return aliases;
    }
    for (size_t i = 0; i < at->aliases.n; i++)
        json_array_append_new(aliases, json_string(at->aliases.v[i]));
    return aliases;
}

static void put_addresses(json_t *endpoint, const struct stk_attachment *at)
{
    json_t *ipam = json_object();
    stk_put_str(ipam, "IPv4Address", at->ipv4_address);
    stk_put_str(ipam, "IPv6Address", at->ipv6_address);
    stk_put_list(ipam, "LinkLocalIPs", &at->link_local_ips);
    stk_put_some(endpoint, "IPAMConfig", ipam);
}

/* From API 1.44 on an endpoint has an address of its own; the service's is that of the first. */
static const char *mac_of(const struct stk_create *create, const struct stk_attachment *at)
{
    const struct stk_service *service = create->unit->service;
    if (create->api_minor < STK_API_ENDPOINTS)
        return NULL;
    return at->mac_address               ? at->mac_address
           : at == &service->networks[0] ? service->mac_address
                                         : NULL;
}

json_t *stk_create_endpoint(const struct stk_create *create, const struct stk_attachment *at)
{
    const struct stk_unit *unit = create->unit;
    json_t *endpoint = json_object(), *options = stk_map_of(&at->driver_opts);
    if (has_names(stk_create_network(unit, at)))
        json_object_set_new(endpoint, "Aliases", aliases_of(unit, at));
    put_addresses(endpoint, at);
    stk_put_some(endpoint, "Links", stk_shares_links(unit, create->parents));
    stk_put_str(endpoint, "MacAddress", mac_of(create, at));
    stk_put_str(options, IFNAME_OPTION, at->interface_name);
    stk_put_some(endpoint, "DriverOpts", options);
    if (create->api_minor >= STK_API_GW_PRIORITY)
        stk_put_int(endpoint, "GwPriority", at->gw_priority);
    return endpoint;
}

/* Before API 1.44 a container has one address, that of its first network. */
static const char *container_mac(const struct stk_create *create)
{
    const struct stk_service *service = create->unit->service;
    if (create->api_minor >= STK_API_ENDPOINTS)
        return NULL;
    const char *first = service->n_networks ? service->networks[0].mac_address : NULL;
    return first ? first : service->mac_address;
}

static void put_mode(json_t *body, json_t *host, const struct stk_create *create)
{
    const struct stk_service *service = create->unit->service;
    const char *mode = service->network_mode;
    STK_CLEANUP(stk_charp) char *shared = stk_shares_mode(mode, create->parents);
    stk_put_str(host, "NetworkMode", shared ? shared : mode);
    if (stk_streq(mode, "disabled"))
        json_object_set_new(body, "NetworkDisabled", json_true());
    if (service->mac_address && create->api_minor >= STK_API_ENDPOINTS)
        json_object_set_new(body, "NetworkingConfig",
                            json_pack("{s:{s:{s:s}}}", "EndpointsConfig", mode, "MacAddress",
                                      service->mac_address));
}

void stk_create_networking(json_t *body, json_t *host, const struct stk_create *create)
{
    const struct stk_service *service = create->unit->service;
    stk_put_str(body, "MacAddress", container_mac(create));
    if (service->network_mode) {
        put_mode(body, host, create);
        return;
    }
    if (service->n_networks)
        stk_put_str(host, "NetworkMode", stk_create_network(create->unit, &service->networks[0]));
    json_t *endpoints = json_object();
    size_t n = stk_create_networks_at_once(create->unit, create->api_minor);
    for (size_t i = 0; i < n; i++)
        json_object_set_new(endpoints, stk_create_network(create->unit, &service->networks[i]),
                            stk_create_endpoint(create, &service->networks[i]));
    json_object_set_new(body, "NetworkingConfig", json_pack("{s:o}", "EndpointsConfig", endpoints));
}
