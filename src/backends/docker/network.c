/* network.c — brings up a network: finds or makes it, and never takes one that is somebody
 * else's. */
#include <string.h>

#include "create.h"
#include "engine.h"
#include "labels.h"
#include "network.h"
#include "put.h"
#include "text.h"

enum step { BEGIN, LOOK, CREATE, TWINS, UNDO };
static const char *const steps[] = { "BEGIN", "LOOK", "CREATE", "TWINS", "UNDO" };

enum { CREATE_MS = 75000, TRIES = 3 };

static const struct stk_src nowhere;

struct network {
    struct stk_task task;
    struct stk_start_req *req;
    char *id; /* of the one just made */
    unsigned tries;
};

static void clear(struct stk_task *task)
{
    stk_charp(&((struct network *)task)->id);
}

static void look(struct network *network)
{
    STK_CLEANUP(stk_charp) char *name = stk_url_escape(network->req->unit->name);
    network->task.call.needs = "Id";
    stk_task_go(&network->task, LOOK, "GET", NULL, "/networks/%s", name);
}

static json_t *pools_of(const struct stk_ipam *ipam)
{
    json_t *pools = json_array();
    for (size_t i = 0; i < ipam->n_pools; i++) {
        json_t *pool = json_object();
        stk_put_str(pool, "Subnet", ipam->pools[i].subnet);
        stk_put_str(pool, "IPRange", ipam->pools[i].ip_range);
        stk_put_str(pool, "Gateway", ipam->pools[i].gateway);
        stk_put_map(pool, "AuxiliaryAddresses", &ipam->pools[i].aux_addresses);
        json_array_append_new(pools, pool);
    }
    return pools;
}

static json_t *ipam_of(const struct stk_ipam *ipam)
{
    json_t *ret = json_object();
    stk_put_str(ret, "Driver", ipam->driver);
    stk_put_some(ret, "Config", pools_of(ipam));
    stk_put_map(ret, "Options", &ipam->options);
    return ret;
}

json_t *stk_network_body(const struct stk_unit *unit, const char *tool, unsigned api_minor)
{
    const struct stk_network *n = unit->network;
    json_t *body = json_pack("{s:s, s:b, s:s, s:o, s:o}", "Name", unit->name, "CheckDuplicate", 1,
                             "Driver", n->driver ? n->driver : "bridge", "Options",
                             stk_map_of(&n->driver_opts), "Labels", stk_labels(unit, tool));
    stk_put_some(body, "IPAM", ipam_of(&n->ipam));
    stk_put_bool(body, "Internal", n->internal);
    stk_put_bool(body, "Attachable", n->attachable);
    stk_put_bool(body, "EnableIPv6", n->enable_ipv6);
    if (api_minor >= STK_API_ENABLE_IPV4)
        stk_put_bool(body, "EnableIPv4", n->enable_ipv4);
    return body;
}

/* Without IPv4 it would be another network, so an engine that always gives one is told apart. */
static bool too_old(struct network *network)
{
    const struct stk_unit *unit = network->req->unit;
    struct stk_opt ipv4 = unit->network->enable_ipv4;
    struct stk_error err = { 0 };
    unsigned minor = network->task.docker->api_minor;
    if (!minor || minor >= STK_API_ENABLE_IPV4 || !ipv4.set || ipv4.v)
        return false;
    stk_fail(&err, STK_EENGINE, unit->src,
             "enable_ipv4: false needs an engine that speaks API version 1.%d or later, this one "
             "speaks 1.%u",
             STK_API_ENABLE_IPV4, minor);
    stk_task_end(&network->task, &err);
    return true;
}

static void create(struct network *network)
{
    struct stk_docker *docker = network->task.docker;
    if (too_old(network))
        return;
    json_t *body = stk_network_body(network->req->unit, docker->tool, docker->api_minor);
    network->task.call.wait_ms = CREATE_MS;
    network->task.call.needs = "Id";
    stk_task_go(&network->task, CREATE, "POST", body, "/networks/create");
}

static void absent(struct network *network)
{
    struct stk_error err = { 0 };
    const struct stk_unit *unit = network->req->unit;
    if (!unit->network->external) {
        create(network);
        return;
    }
    stk_fail(&err, STK_EFAIL, nowhere, "network '%s' declared as external, but could not be found",
             unit->name);
    stk_task_end(&network->task, &err);
}

static void present(struct network *network)
{
    const struct stk_unit *unit = network->req->unit;
    const json_t *found = network->task.call.json;
    const char *owner = stk_json_text(stk_json_get(found, "Labels"), STK_LABEL_PROJECT);
    struct stk_error err = { 0 };
    if (!stk_streq(stk_json_str(found, "Name"), unit->name)) /* matched as the start of an ID */
        absent(network);
    else if (unit->network->external || stk_streq(owner, unit->spec->project))
        stk_task_end(&network->task, NULL);
    else {
        stk_fail(&err, STK_ECONFLICT, nowhere,
                 "the name '%s' is taken by a network %s%s%s: remove it, or declare it as external",
                 unit->name, owner ? "of project '" : "that is not part of any project",
                 owner ? owner : "", owner ? "'" : "");
        stk_task_end(&network->task, &err);
    }
}

/* The engine checks for a network of that name before it makes one, not while: two at once can both
 * succeed. The older one stays, so that both sides decide alike. */
static bool have_older_twin(const struct network *network)
{
    const json_t *list = network->task.call.json, *mine = NULL;
    for (size_t i = 0; i < stk_json_n(list); i++)
        if (stk_streq(stk_json_str(stk_json_at(list, i), "Id"), network->id))
            mine = stk_json_at(list, i);
    const char *created = stk_json_text(mine, "Created");
    for (size_t i = 0; created && i < stk_json_n(list); i++) {
        const json_t *other = stk_json_at(list, i);
        const char *theirs = stk_json_text(other, "Created"), *id = stk_json_text(other, "Id");
        bool same_name = stk_streq(stk_json_str(other, "Name"), network->req->unit->name);
        if (other == mine || !same_name || !theirs || !id)
            continue;
        int order = strcmp(theirs, created);
        if (order < 0 || (order == 0 && strcmp(id, network->id) < 0))
            return true;
    }
    return false;
}

static void created(struct network *network)
{
    const char *id = stk_json_text(network->task.call.json, "Id");
    STK_CLEANUP(stk_charp)
    char *filter = stk_url_filters(json_pack("{s:[s]}", "name", network->req->unit->name));
    network->req->changed = true;
    network->id = stk_strdup(id);
    stk_task_go(&network->task, TWINS, "GET", NULL, "/networks?filters=%s", filter);
}

static void next(struct stk_task *task)
{
    struct network *network = (struct network *)task;
    const struct stk_error *err = &task->call.op.err;
    switch ((enum step)task->step) {
    case BEGIN:
    case LOOK:
        if (err->code == STK_EABSENT)
            absent(network);
        else if (err->code)
            stk_task_fail(task);
        else
            present(network);
        return;
    case CREATE:
        if (err->code == STK_ECONFLICT && ++network->tries < TRIES)
            look(network); /* somebody was quicker */
        else if (err->code)
            stk_task_fail(task);
        else
            created(network);
        return;
    case TWINS:
        if (err->code || !have_older_twin(network))
            stk_task_end(task, NULL);
        else
            stk_task_go(task, UNDO, "DELETE", NULL, "/networks/%s", network->id);
        return;
    case UNDO:
        stk_task_end(task, NULL);
        return;
    }
}

void stk_network_start(struct stk_docker *docker, struct stk_start_req *req)
{
    struct network *network =
        stk_task_new(docker, sizeof(*network), &req->op, req->unit->name, steps, next, clear);
    network->req = req;
    req->changed = false;
    req->since[0] = '\0';
    bool unsure = !docker->api_minor && req->unit->network->enable_ipv4.set;
    if (req->unit->network->external || unsure)
        look(network);
    else
        create(network); /* a refusal tells that it is there */
}
