/* cmd_down.c — down: containers and networks of the project gone, and what else is asked for. */
#include <stdlib.h>
#include <string.h>

#include "command.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "volumes", 'v', OPT_FLAG, AT(volumes), NULL,
      "Remove the file's named volumes and anonymous ones, too" },
    { "remove-orphans", 0, OPT_FLAG, AT(remove_orphans), NULL,
      "Remove containers of services the file does not have" },
    { "rmi", 0, OPT_STRING, AT(rmi), "WHICH",
      "Remove images, too: local (those without a name of their own) or all", "local|all" },
    { "timeout", 't', OPT_SECONDS, AT(timeout), "SECONDS",
      "How long a container may take to stop" },
    { 0 },
};

static int run(struct cli *cli)
{
    const char *rmi = cli->o.rmi;
    int rc = stk_check_existing(cli);
    if (rc)
        return rc;
    struct stk_reconcile_req req = {
        .goal = { .kind = STK_GOAL_DOWN,
                  .services = cli->args,
                  .volumes = cli->o.volumes,
                  .remove_orphans = cli->o.remove_orphans,
                  .rmi = !rmi                      ? STK_RMI_NONE
                         : strcmp(rmi, "all") == 0 ? STK_RMI_ALL
                                                   : STK_RMI_LOCAL },
        .grace = cli->o.timeout,
    };
    rc = stk_drive(cli, &req);
    if (rc == 0 && req.plan->n == 0 && !req.plan_only)
        stk_warn("nothing to remove: project '%s' has nothing on the engine", cli->project);
    stk_reconcile_clear(&req);
    return rc;
}

const struct command stk_cmd_down = {
    .name = "down",
    .args = "[SERVICE...]",
    .help = "Stop and remove containers and networks",
    .needs = NEEDS_PROJECT | NEEDS_ENGINE,
    .max_args = -1,
    .options = options,
    .run = run,
};
