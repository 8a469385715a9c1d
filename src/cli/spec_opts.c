/* spec_opts.c — the command line as what loading the files is to do. Loading them is left to who wants it. */
#include <stdint.h>

#include "command.h"
#include "instance_ports.h"

/* `config -q` says whether `up` would take the file. */
static bool only_checks(const struct cli *cli)
{
    return cli->command->needs & NEEDS_FILE && cli->o.quiet;
}

static struct stk_strs services_of(const struct cli *cli)
{
    static const size_t most[] = {
        [WORDS_SERVICES] = SIZE_MAX, [WORDS_COMMAND] = 1, [WORDS_OTHER] = 0
    };
    struct stk_strs ret = cli->args;
    if (ret.n > most[cli->command->words])
        ret.n = most[cli->command->words];
    return ret;
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
        .instance = cli->o.instance,
        .instance_port = instance_port,
        .env_files = cli->o.env_files,
        .profiles = cli->o.profiles,
        .services = services_of(cli),
        .overlay = cli->overlay,
        .no_deps = cli->o.no_deps,
        .no_run = !(cli->command->needs & NEEDS_TO_RUN) && !only_checks(cli),
    };
}
