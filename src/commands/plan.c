/* cmd_plan.c — plan: what `up` with the same options would do, and why. Only reads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "goal.h"

#define AT(member) offsetof(struct options, member)

enum { CHANGES_PENDING = 10 };

static const struct option_row options[] = {
    { "format", 0, OPT_STRING, AT(format), "FORMAT", "text or json", "text|json" },
    { "json", 0, OPT_FLAG, AT(json), NULL, "The same as --format json" },
    { "exit-code", 0, OPT_FLAG, AT(exit_code), NULL, "Exit 10 when something would change" },
    { "force-recreate", 0, OPT_FLAG, AT(force_recreate), NULL, "As with up" },
    { "no-recreate", 0, OPT_FLAG, AT(no_recreate), NULL, "As with up" },
    { "always-recreate-deps", 0, OPT_FLAG, AT(always_recreate_deps), NULL, "As with up" },
    { "no-deps", 0, OPT_FLAG, AT(no_deps), NULL, "As with up" },
    { "no-start", 0, OPT_FLAG, AT(no_start), NULL, "As with up" },
    { "on-failure", 0, OPT_STRING, AT(on_failure), "WHAT", "As with up", STK_ON_FAILURE_CHOICES },
    { "rollback", 0, OPT_FLAG, AT(roll_back), NULL, "As with up" },
    { "pull", 0, OPT_STRING, AT(pull), "POLICY", "As with up", STK_PULL_CHOICES },
    { "remove-orphans", 0, OPT_FLAG, AT(remove_orphans), NULL, "As with up" },
    { "scale", 0, OPT_LIST, AT(scale), "SERVICE=N", "As with up" },
    { "no-color", 0, OPT_FLAG, AT(no_color), NULL, "No colours" },
    { 0 },
};

static int run(struct cli *cli)
{
    struct stk_reconcile_req req = { .plan_only = true };
    const char *format = cli->o.json ? "json" : cli->o.format;
    int rc = stk_check_services(cli, NULL, &cli->args);
    if (!rc)
        rc = stk_goal_up(cli, &req.goal);
    if (rc)
        return rc;
    cli->o.dry_run = false; /* what it prints is decided here */
    rc = stk_drive(cli, &req);
    if (rc == 0) {
        bool json = format && strcmp(format, "json") == 0;
        char *text = json ? stk_plan_json(req.plan) : stk_plan_text(req.plan, stk_colours(cli, 1));
        printf("%s%s", text, json ? "\n" : "");
        free(text);
        if (cli->o.exit_code && stk_plan_changes(req.plan))
            rc = CHANGES_PENDING;
    }
    stk_reconcile_clear(&req);
    return rc;
}

const struct command stk_cmd_plan = {
    .name = "plan",
    .args = "[SERVICE...]",
    .help = "Show what up would do, and why",
    .needs = NEEDS_FILE | NEEDS_TO_RUN | NEEDS_ENGINE,
    .max_args = -1,
    .options = options,
    .run = run,
};
