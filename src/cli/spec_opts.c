/* spec_opts.c — the command line as what loading the files is to do. Loading them is left to who wants it. */
#include "command.h"

/* `config -q` says whether `up` would take the file. */
static bool only_checks(const struct cli *cli)
{
    return cli->command->needs & NEEDS_FILE && cli->o.quiet;
}

struct stk_spec_opts stk_cli_spec_opts(const struct cli *cli)
{
    return (struct stk_spec_opts){
        .no_interpolate = cli->o.no_interpolate || cli->o.variables,
        .no_normalize = cli->o.no_normalize,
        .no_path_resolution = cli->o.no_path_resolution,
        .no_consistency = cli->o.no_consistency,
        .no_env_resolution = cli->o.no_env_resolution,
        .all_resources = cli->o.all_resources,
        .provenance = cli->o.provenance,
        .files = cli->o.files,
        .project = cli->o.project,
        .project_directory = cli->o.project_directory,
        .env_files = cli->o.env_files,
        .profiles = cli->o.profiles,
        .services = cli->args,
        .no_deps = cli->o.no_deps,
        .no_run = !(cli->command->needs & NEEDS_TO_RUN) && !only_checks(cli),
    };
}
