/* precheck.c — see precheck.h. */
#include "precheck.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "arena.h"
#include "given.h"
#include "listener.h"
#include "text.h"

/* An engine makes the folders of a bind that are missing, unless it is told not to. */
static int check_binds(const struct stk_unit *unit, struct stk_error *reterr)
{
    const struct stk_service *service = unit->service;
    for (size_t i = 0; i < service->n_volumes; i++) {
        const struct stk_mount *m = &service->volumes[i];
        bool must_be = m->type == STK_MOUNT_BIND && m->source && m->create_host_path.set &&
                       !m->create_host_path.v;
        struct stat st;
        if (must_be && stat(m->source, &st) != 0 && (errno == ENOENT || errno == ENOTDIR))
            return stk_fail(reterr, STK_ECONFIG, m->src,
                            "service '%s': '%s', which is to be mounted at '%s', is not there "
                            "(create_host_path is false)",
                            service->name, m->source, m->target);
    }
    return 0;
}

int check_files(struct stk_runtime *rt, const struct stk_plan *plan, struct stk_error *reterr)
{
    bool local = stk_runtime_sees_files(rt);
    for (size_t i = 0; i < plan->n; i++) {
        const struct stk_action *action = &plan->v[i];
        bool made = action->verb == STK_CREATE || action->verb == STK_RECREATE;
        if (!made || action->ref.kind != STK_SERVICE)
            continue;
        int code = stk_given_check(action->unit, local, reterr);
        if (!code && local)
            code = check_binds(action->unit, reterr);
        if (code)
            return code;
    }
    return 0;
}

static bool is_made(const struct stk_action *action)
{
    return action->ref.kind == STK_SERVICE && action->unit &&
           (action->verb == STK_CREATE || action->verb == STK_RECREATE);
}

static bool must_be_elsewhere(const struct stk_mount *m)
{
    struct stat st;
    bool never_made = m->create_host_path.set && !m->create_host_path.v;
    return m->type == STK_MOUNT_BIND && m->source && m->source[0] == '/' &&
           (never_made || stat(m->source, &st) == 0);
}

struct stk_strs check_paths_elsewhere(struct stk_runtime *rt, const struct stk_plan *plan)
{
    size_t n = 0, most = 0;
    for (size_t i = 0; i < plan->n; i++)
        most += is_made(&plan->v[i]) ? plan->v[i].unit->service->n_volumes : 0;
    const char **v = stk_arena_array(plan->arena, most + 1, sizeof(*v));
    for (size_t i = 0; i < plan->n && !stk_runtime_sees_files(rt); i++)
        for (size_t k = 0; is_made(&plan->v[i]) && k < plan->v[i].unit->service->n_volumes; k++)
            if (must_be_elsewhere(&plan->v[i].unit->service->volumes[k]))
                v[n++] = plan->v[i].unit->service->volumes[k].source;
    return (struct stk_strs){ .set = n > 0, .n = n, .v = v };
}

int check_missing_elsewhere(struct stk_runtime *rt, const struct stk_plan *plan, const char *path,
                            struct stk_error *reterr)
{
    for (size_t i = 0; i < plan->n; i++)
        for (size_t k = 0; is_made(&plan->v[i]) && k < plan->v[i].unit->service->n_volumes; k++) {
            const struct stk_mount *m = &plan->v[i].unit->service->volumes[k];
            if (must_be_elsewhere(m) && stk_streq(m->source, path))
                return stk_fail(
                    reterr, STK_ECONFIG, m->src,
                    "service '%s': '%s', which is to be mounted at '%s', is not there on "
                    "the machine of the engine (%s)",
                    plan->v[i].ref.name, path, m->target, stk_runtime_address(rt));
        }
    return 0;
}

static int check_listener(const struct stk_preflight_port *at, struct stk_error *reterr)
{
    if (stk_port_is_free(at->port->host_ip, at->number, at->port->protocol))
        return 0;
    STK_CLEANUP(stk_charp) char *who = stk_port_listener(at->number, at->port->protocol);
    return stk_fail(reterr, STK_ECONFLICT, at->port->src,
                    "service '%s': port %u is held by %s of this machine", at->action->ref.name,
                    at->number, who ? who : "a process");
}

int check_conflicts(struct stk_runtime *rt, const struct stk_plan *plan, const struct stk_seen *all,
                    struct stk_error *reterr)
{
    int code = stk_preflight(plan, all, reterr);
    if (!code && stk_runtime_sees_ports(rt))
        code = stk_preflight_ports(plan, all, check_listener, reterr);
    return code;
}
