/* build.c — `build`: the images of services that say how they are made. */
#include <stdlib.h>
#include <string.h>

#include "bake.h"
#include "command.h"
#include "push.h"
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
    { "provenance", 0, OPT_STRING, AT(build_provenance), "WHAT",
      "Add how it was built: true, false, mode=max; needs docker buildx" },
    { "sbom", 0, OPT_STRING, AT(sbom), "WHAT",
      "Add what is in it: true, false, generator=IMAGE; needs docker buildx" },
    { "push", 0, OPT_FLAG, AT(build_push), NULL, "Push what was built, as 'stackctl push' does" },
    { "check", 0, OPT_FLAG, AT(build_check), NULL,
      "Only look the Dockerfiles over; needs docker buildx" },
    { "print", 0, OPT_FLAG, AT(build_print), NULL,
      "Only print what is to be built, as a file for docker buildx bake" },
    { "with-dependencies", 0, OPT_FLAG, AT(with_deps), NULL,
      "What the named services depend on, too" },
    { "quiet", 'q', OPT_FLAG, AT(quiet_build), NULL, "Builds speak only when they fail" },
    { "compress", 0, OPT_FLAG, AT(accepted), NULL, NULL },
    { "force-rm", 0, OPT_FLAG, AT(accepted), NULL, NULL },
    { "parallel", 0, OPT_FLAG, AT(accepted), NULL, NULL },
    { "no-rm", 0, OPT_FLAG, AT(accepted), NULL, NULL },
    { 0 },
};

static int run(struct cli *cli)
{
    struct stk_build_opts build = { .no_cache = cli->o.no_cache,
                                    .pull = cli->o.pull_base,
                                    .args = cli->o.build_args,
                                    .builder = cli->o.builder,
                                    .ssh = cli->o.ssh,
                                    .provenance = cli->o.build_provenance,
                                    .sbom = cli->o.sbom,
                                    .check = cli->o.build_check,
                                    .push = cli->o.build_push };
    struct stk_reconcile_req req = {
        .goal = { .kind = STK_GOAL_BUILD, .services = cli->args, .no_deps = !cli->o.with_deps },
        .build_opts = &build,
    };
    if (cli->o.memory && (!stk_parse_bytes(cli->o.memory, &build.memory) || build.memory < 0))
        return stk_usage_error(cli, "invalid value '%s' for --memory", cli->o.memory);
    if (cli->o.build_push && (cli->o.offline || cli->o.build_check))
        return stk_usage_error(cli, "--push and %s cannot be combined",
                               cli->o.offline ? "--offline" : "--check");
    int rc = stk_check_services(cli, NULL, &cli->args);
    if (!rc && cli->o.build_print)
        return bake_print(cli, &build);
    rc = rc ? rc : stk_drive(cli, &req);
    if (rc == 0 && req.plan && req.plan->n == 0)
        stk_warn("nothing to build: no service that was asked for says how");
    stk_reconcile_clear(&req);
    return rc || !cli->o.build_push || cli->o.dry_run ? rc : push_built(cli);
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
