/* pull.c — `pull`: the images of services, each once, several at a time. */
#include <string.h>

#include "command.h"

#define AT(member) offsetof(struct options, member)
static const struct option_row options[] = {
    { "policy", 0, OPT_STRING, AT(policy), "POLICY", "always or missing, whatever the file says",
      "always|missing" },
    { "include-deps", 0, OPT_FLAG, AT(include_deps), NULL,
      "What the named services depend on, too" },
    { "ignore-buildable", 0, OPT_FLAG, AT(ignore_buildable), NULL, "Not what can be built" },
    { "ignore-pull-failures", 0, OPT_FLAG, AT(ignore_failures), NULL,
      "Pull what can be pulled; the rest is a warning" },
    { "quiet", 'q', OPT_FLAG, AT(quiet_pull), NULL, "No progress" },
    { "no-parallel", 0, OPT_FLAG, AT(accepted), NULL, NULL },
    { "parallel", 0, OPT_FLAG, AT(accepted), NULL, NULL },
    { 0 },
};

static int run(struct cli *cli)
{
    const struct options *o = &cli->o;
    struct stk_reconcile_req req = {
        .goal = { .kind = STK_GOAL_PULL,
                  .services = cli->args,
                  .no_deps = !o->include_deps,
                  .pull = o->policy,
                  .skip_buildable = o->ignore_buildable,
                  .ignore_failures = o->ignore_failures,
                  .offline = o->offline },
    };
    int rc = stk_check_services(cli, NULL, &cli->args);
    if (!rc)
        rc = stk_drive(cli, &req);
    stk_reconcile_clear(&req);
    return rc;
}

const struct command stk_cmd_pull = {
    .name = "pull",
    .args = "[SERVICE...]",
    .help = "Pull images",
    .needs = NEEDS_FILE | NEEDS_TO_RUN | NEEDS_ENGINE,
    .max_args = -1,
    .options = options,
    .run = run,
};
