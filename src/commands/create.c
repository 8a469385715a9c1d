/* create.c — create and scale: what `up` does, without the starting, or with other numbers. */
#include "command.h"
#include "goal.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row create_options[] = {
    { "pull", 0, OPT_STRING, AT(pull), "POLICY", "always, missing or never, whatever the file says",
      STK_PULL_CHOICES },
    { "quiet-pull", 0, OPT_FLAG, AT(quiet_pull), NULL, "No progress of pulls" },
    { "force-recreate", 0, OPT_FLAG, AT(force_recreate), NULL,
      "Replace containers even if nothing changed" },
    { "no-recreate", 0, OPT_FLAG, AT(no_recreate), NULL, "Leave existing containers as they are" },
    { "remove-orphans", 0, OPT_FLAG, AT(remove_orphans), NULL,
      "Remove containers of services the file does not have" },
    { "scale", 0, OPT_LIST, AT(scale), "SERVICE=N", "How many instances; may be repeated" },
    { "build", 0, OPT_FLAG, AT(build), NULL, "Build images first, even if they are there" },
    { "no-build", 0, OPT_FLAG, AT(no_build), NULL, "Build nothing" },
    { "yes", 'y', OPT_FLAG, AT(yes), NULL, NULL },
    { 0 },
};
static const struct option_row scale_options[] = {
    { "no-deps", 0, OPT_FLAG, AT(no_deps), NULL, "Only the named services, not what they need" },
    { "timeout", 't', OPT_SECONDS, AT(timeout), "SECONDS",
      "How long a container may take to stop" },
    { 0 },
};

static int drive(struct cli *cli)
{
    struct stk_reconcile_req req = { .grace = cli->o.timeout };
    int rc = stk_check_services(cli, NULL, &cli->args);
    if (!rc)
        rc = stk_goal_up(cli, &req.goal);
    if (rc)
        return rc;
    rc = stk_drive(cli, &req);
    stk_reconcile_clear(&req);
    return rc;
}

static int run_create(struct cli *cli)
{
    if (cli->o.force_recreate && cli->o.no_recreate)
        return stk_usage_error(cli, "--force-recreate and --no-recreate cannot be combined");
    if (cli->o.build && cli->o.no_build)
        return stk_usage_error(cli, "--build and --no-build cannot be combined");
    cli->o.no_start = true;
    return drive(cli);
}

const struct command stk_cmd_create = {
    .name = "create",
    .args = "[SERVICE...]",
    .help = "Create containers, without starting them",
    .needs = NEEDS_FILE | NEEDS_TO_RUN | NEEDS_ENGINE,
    .max_args = -1,
    .options = create_options,
    .run = run_create,
};
const struct command stk_cmd_scale = {
    .name = "scale",
    .args = "SERVICE=N...",
    .help = "Start or remove instances until there are N",
    .more = "The file is not changed: the next up goes by what it says.\n",
    .needs = NEEDS_FILE | NEEDS_TO_RUN | NEEDS_ENGINE | TAKES_SCALES,
    .max_args = -1,
    .options = scale_options,
    .run = drive,
};
