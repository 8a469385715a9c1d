/* goal.c — options and environment into the goal of `up`. */
#include "goal.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "text.h"

static bool is_true(const char *name)
{
    const char *v = getenv(name);
    return v && (strcmp(v, "1") == 0 || strcasecmp(v, "true") == 0);
}

/* --scale SERVICE=N of a service that is not there would otherwise do nothing in silence. */
static int check_scale(struct cli *cli)
{
    for (size_t i = 0; i < cli->o.scale.n; i++) {
        const char *text = cli->o.scale.v[i];
        STK_CLEANUP(stk_charp) char *name = stk_strndup(text, strcspn(text, "="));
        const char *names[] = { name };
        int rc = stk_check_services(cli, NULL, &(struct stk_strs){ .n = 1, .v = names });
        if (rc)
            return rc;
    }
    return 0;
}

int stk_goal_up(struct cli *cli, struct stk_goal *ret)
{
    const struct options *o = &cli->o;
    int rc = check_scale(cli);
    if (rc)
        return rc;
    bool back = stk_streq(o->on_failure, "rollback");
    *ret = (struct stk_goal){
        .on_failure = back                               ? STK_ON_FAILURE_ROLL_BACK
                      : stk_streq(o->on_failure, "stop") ? STK_ON_FAILURE_STOP
                                                         : STK_ON_FAILURE_KEEP,
        .roll_back = o->roll_back,
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
        .wait = o->wait || back, /* what is to be undone has to be judged */
        .build = o->build,
        .no_build = o->no_build,
        .offline = o->offline,
        .pull = o->pull && strcmp(o->pull, "policy") != 0 ? o->pull : NULL,
    };
    return 0;
}
