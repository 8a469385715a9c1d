/* build.c — `build`: the images of services that say how they are made. */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "text.h"

#define AT(member) offsetof(struct options, member)
static const struct option_row options[] = {
    { "no-cache", 0, OPT_FLAG, AT(no_cache), NULL, "Build everything anew" },
    { "pull", 0, OPT_FLAG, AT(pull_base), NULL, "Pull the base images, even if they are there" },
    { "build-arg", 0, OPT_LIST, AT(build_args), "NAME=VALUE",
      "Set a build argument; without a value it is taken from the environment" },
    { "memory", 'm', OPT_STRING, AT(memory), "SIZE", "Memory that a step may use" },
    { "builder", 0, OPT_STRING, AT(builder), "NAME", "Build by that builder of docker buildx" },
    { "ssh", 0, OPT_LIST, AT(ssh), "AGENT",
      "An SSH agent that steps may use: default, or ID=SOCKET; needs docker buildx" },
    { "with-dependencies", 0, OPT_FLAG, AT(with_deps), NULL,
      "What the named services depend on, too" },
    { "quiet", 'q', OPT_FLAG, AT(quiet_build), NULL, "Builds speak only when they fail" },
    { "compress", 0, OPT_FLAG, AT(accepted), NULL, NULL },
    { "force-rm", 0, OPT_FLAG, AT(accepted), NULL, NULL },
    { "parallel", 0, OPT_FLAG, AT(accepted), NULL, NULL },
    { 0 },
};

static int run(struct cli *cli)
{
    struct stk_build_opts build = { .no_cache = cli->o.no_cache,
                                    .pull = cli->o.pull_base,
                                    .args = cli->o.build_args,
                                    .builder = cli->o.builder,
                                    .ssh = cli->o.ssh };
    struct stk_reconcile_req req = {
        .goal = { .kind = STK_GOAL_BUILD, .services = cli->args, .no_deps = !cli->o.with_deps },
        .build_opts = &build,
    };
    if (cli->o.memory && (!stk_parse_bytes(cli->o.memory, &build.memory) || build.memory < 0))
        return stk_usage_error(cli, "invalid value '%s' for --memory", cli->o.memory);
    int rc = stk_check_services(cli, NULL, &cli->args);
    if (rc)
        return rc;
    rc = stk_drive(cli, &req);
    if (rc == 0 && req.plan && req.plan->n == 0)
        stk_warn("nothing to build: no service that was asked for says how");
    stk_reconcile_clear(&req);
    return rc;
}

const struct command stk_cmd_build = {
    .name = "build",
    .args = "[SERVICE...]",
    .help = "Build images",
    .needs = NEEDS_FILE | NEEDS_TO_RUN | NEEDS_ENGINE,
    .max_args = -1,
    .options = options,
    .run = run,
};
