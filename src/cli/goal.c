/* goal.c — options and environment into the goal of `up`. */
#include "goal.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

static bool is_true(const char *name)
{
    const char *v = getenv(name);
    return v && (strcmp(v, "1") == 0 || strcasecmp(v, "true") == 0);
}

static bool known_policy(const char *pull)
{
    static const char *const policies[] = { "always", "missing", "never", "policy", "build" };
    for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++)
        if (strcmp(pull, policies[i]) == 0)
            return true;
    return false;
}

int stk_goal_up(struct cli *cli, struct stk_goal *ret)
{
    const struct options *o = &cli->o;
    if (o->pull && !known_policy(o->pull))
        return stk_usage_error(
            cli, "invalid value '%s' for --pull: expected always, missing or never", o->pull);
    *ret = (struct stk_goal){
        .kind = STK_GOAL_UP,
        .services = cli->args,
        .force_recreate = o->force_recreate,
        .no_recreate = o->no_recreate,
        .no_deps = o->no_deps,
        .no_start = o->no_start,
        .always_recreate_deps = o->always_recreate_deps,
        .renew_volumes = o->renew_volumes,
        .remove_orphans = o->remove_orphans || is_true("COMPOSE_REMOVE_ORPHANS"),
        .ignore_orphans = is_true("COMPOSE_IGNORE_ORPHANS"),
        .wait = o->wait,
        .pull = o->pull && strcmp(o->pull, "policy") != 0 ? o->pull : NULL,
    };
    return 0;
}
