/* preflight.c — names, host ports and subnets that somebody else has. Whether a process of the machine
 * holds a port is reconcile/precheck.c's to find out. */
#include "preflight.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "text.h"

static bool makes(const struct stk_action *action, enum stk_kind kind)
{
    bool verb = action->verb == STK_CREATE || action->verb == STK_RECREATE;
    return verb && action->unit && action->ref.kind == kind;
}

/* It publishes ports then. */
static bool runs(const struct stk_action *action)
{
    bool starts = action->verb == STK_START && action->unit && action->ref.kind == STK_SERVICE;
    return !action->create_only && (starts || makes(action, STK_SERVICE));
}

bool stk_preflight_needed(const struct stk_plan *plan)
{
    for (size_t i = 0; i < plan->n; i++)
        if (runs(&plan->v[i]) || makes(&plan->v[i], STK_SERVICE) || makes(&plan->v[i], STK_NETWORK))
            return true;
    return false;
}

/* The plan itself takes it away, or puts another in its place. */
static bool goes(const struct stk_plan *plan, const struct stk_status *status)
{
    for (size_t i = 0; i < plan->n; i++) {
        const struct stk_action *action = &plan->v[i];
        bool away = action->verb == STK_REMOVE || action->verb == STK_RECREATE ||
                    action->verb == STK_STOP || action->verb == STK_START;
        if (away && action->seen && stk_streq(action->seen->ref.id, status->ref.id))
            return true;
    }
    return false;
}

static char *owner(const struct stk_status *status)
{
    return status->project ? stk_printf("project '%s'", status->project)
                           : stk_strdup("not part of any project");
}

/* ---- names ---- */

/* One of the same service is not in the way: it is found by its name when its labels say so. */
static bool is_own(const struct stk_plan *plan, const struct stk_action *action,
                   const struct stk_status *status)
{
    return stk_streq(status->project, plan->project) &&
           stk_streq(status->ref.name, action->ref.name);
}

/* Every engine asks that of all of a name; Docker Compose, whose files are to load, of a part. */
static int check_spelling(const struct stk_action *action, struct stk_error *reterr)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    const char *name = action->unit->name;
    if (name[0] && name[1] && !strchr("_.-", name[0]) && !name[strspn(name, letters)])
        return 0;
    return stk_fail(reterr, STK_ECONFIG, action->unit->src,
                    "service '%s': '%s' is no name for a container: it takes two or more letters, "
                    "digits, '_', '.' or '-', beginning with a letter or digit",
                    action->ref.name, name);
}

static int check_name(const struct stk_plan *plan, const struct stk_action *action,
                      const struct stk_status *status, struct stk_error *reterr)
{
    if (status->ref.kind != STK_SERVICE || !stk_streq(status->name, action->unit->name) ||
        is_own(plan, action, status) || goes(plan, status))
        return 0;
    STK_CLEANUP(stk_charp)
    char *who = stk_streq(status->project, plan->project)
                    ? stk_printf("service '%s' of this project", status->ref.name)
                    : owner(status);
    return stk_fail(reterr, STK_ECONFLICT, action->unit->src,
                    "service '%s': the name '%s' is taken by container %.12s (%s)",
                    action->ref.name, action->unit->name, status->ref.id, who);
}

/* ---- ports ---- */

static bool is_any(const char *ip)
{
    return !ip || !*ip || stk_streq(ip, "0.0.0.0") || stk_streq(ip, "::");
}

static bool is_v6(const char *ip)
{
    return ip && strchr(ip, ':');
}

static bool overlaps(const struct stk_port *port, unsigned number, const struct stk_published *held)
{
    if (held->published != number || !stk_streq(held->protocol, port->protocol))
        return false;
    if (!port->host_ip || !*port->host_ip) /* both families */
        return true;
    if (is_v6(port->host_ip) != is_v6(held->host_ip))
        return false;
    return is_any(port->host_ip) || is_any(held->host_ip) ||
           stk_streq(port->host_ip, held->host_ip);
}

/* The one host port it names; of a range an engine takes one that is free. */
static unsigned fixed_port(const struct stk_port *port)
{
    int64_t n;
    return port->published && stk_parse_int(port->published, &n) && n > 0 && n < 65536 ? (unsigned)n
                                                                                       : 0;
}

static const struct stk_status *holder(const struct stk_preflight_port *at,
                                       const struct stk_seen *all)
{
    for (size_t i = 0; i < all->n; i++)
        for (size_t k = 0; k < all->v[i].n_ports; k++)
            if (all->v[i].ref.kind == STK_SERVICE &&
                overlaps(at->port, at->number, &all->v[i].ports[k]))
                return &all->v[i];
    return NULL;
}

static int check_port(const struct stk_plan *plan, const struct stk_preflight_port *at,
                      const struct stk_status *held, struct stk_error *reterr)
{
    const struct stk_action *action = at->action;
    bool itself = action->seen && stk_streq(action->seen->ref.id, held->ref.id);
    if (itself || is_own(plan, action, held) || goes(plan, held))
        return 0;
    STK_CLEANUP(stk_charp) char *who = owner(held);
    return stk_fail(reterr, STK_ECONFLICT, at->port->src,
                    "service '%s': starting container '%s': port %u is held by container '%s' (%s)",
                    action->ref.name, action->unit->name, at->number, held->name, who);
}

/* Each: a fixed host port of an instance that the plan starts, with who has it published. */
static int each_port(const struct stk_plan *plan, const struct stk_seen *all,
                     int (*free_one)(const struct stk_preflight_port *, struct stk_error *),
                     struct stk_error *reterr)
{
    for (size_t i = 0; i < plan->n; i++) {
        const struct stk_action *action = &plan->v[i];
        const struct stk_service *service = runs(action) ? action->unit->service : NULL;
        bool published = service && !stk_streq(service->network_mode, "host");
        for (size_t k = 0; published && k < service->n_ports; k++) {
            struct stk_preflight_port at = { action, &service->ports[k],
                                             fixed_port(&service->ports[k]) };
            const struct stk_status *held = at.number ? holder(&at, all) : NULL;
            int code = 0;
            if (held && !free_one)
                code = check_port(plan, &at, held, reterr);
            if (!held && at.number && free_one)
                code = free_one(&at, reterr);
            if (code)
                return code;
        }
    }
    return 0;
}

int stk_preflight_ports(const struct stk_plan *plan, const struct stk_seen *all,
                        int (*each)(const struct stk_preflight_port *port,
                                    struct stk_error *reterr),
                        struct stk_error *reterr)
{
    return each_port(plan, all, each, reterr);
}

/* ---- subnets ---- */

struct subnet {
    int family;
    unsigned char bytes[16];
    unsigned bits;
};

static bool parse_subnet(const char *text, struct subnet *ret)
{
    STK_CLEANUP(stk_charp) char *address = stk_strndup(text, strcspn(text, "/"));
    const char *slash = strchr(text, '/');
    int64_t bits;
    *ret = (struct subnet){ .family = strchr(text, ':') ? AF_INET6 : AF_INET };
    if (!slash || !stk_parse_int(slash + 1, &bits) || bits < 0 ||
        bits > (ret->family == AF_INET ? 32 : 128))
        return false;
    ret->bits = (unsigned)bits;
    return inet_pton(ret->family, address, ret->bytes) == 1;
}

static bool subnets_overlap(const char *a, const char *b)
{
    struct subnet x, y;
    if (!parse_subnet(a, &x) || !parse_subnet(b, &y) || x.family != y.family)
        return false;
    unsigned bits = x.bits < y.bits ? x.bits : y.bits;
    if (memcmp(x.bytes, y.bytes, bits / 8) != 0)
        return false;
    unsigned rest = bits % 8, mask = rest ? 0xffu << (8 - rest) & 0xff : 0;
    return !rest || (x.bytes[bits / 8] & mask) == (y.bytes[bits / 8] & mask);
}

static bool is_bridge(const struct stk_network *network)
{
    return !network->driver || !*network->driver || stk_streq(network->driver, "bridge");
}

static int check_subnet(const struct stk_plan *plan, const struct stk_action *action,
                        const struct stk_status *status, struct stk_error *reterr)
{
    const struct stk_network *network = action->unit->network;
    if (status->ref.kind != STK_NETWORK || !is_bridge(network) || goes(plan, status) ||
        stk_streq(status->name, action->unit->name))
        return 0;
    for (size_t i = 0; i < network->ipam.n_pools; i++)
        for (size_t k = 0; k < status->subnets.n; k++) {
            const char *mine = network->ipam.pools[i].subnet, *theirs = status->subnets.v[k];
            if (!mine || !subnets_overlap(mine, theirs))
                continue;
            STK_CLEANUP(stk_charp) char *who = owner(status);
            return stk_fail(reterr, STK_ECONFLICT, action->unit->src,
                            "network '%s': the subnet %s overlaps %s of network '%s' (%s)",
                            action->ref.name, mine, theirs, status->name, who);
        }
    return 0;
}

int stk_preflight(const struct stk_plan *plan, const struct stk_seen *all, struct stk_error *reterr)
{
    for (size_t i = 0; i < plan->n; i++) {
        const struct stk_action *action = &plan->v[i];
        int code = makes(action, STK_SERVICE) ? check_spelling(action, reterr) : 0;
        if (code)
            return code;
        for (size_t k = 0; k < all->n; k++) {
            if (makes(action, STK_SERVICE))
                code = check_name(plan, action, &all->v[k], reterr);
            else if (makes(action, STK_NETWORK) && !action->unit->network->external)
                code = check_subnet(plan, action, &all->v[k], reterr);
            if (code)
                return code;
        }
    }
    return each_port(plan, all, NULL, reterr);
}
