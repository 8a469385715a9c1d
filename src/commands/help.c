/* cmd_help.c — help: all commands, or one. The words are help.c. */
#include "command.h"

static int run(struct cli *cli)
{
    if (cli->args.n == 0) {
        stk_help_all();
        return 0;
    }
    const struct command *command = stk_command_find(cli->args.v[0]);
    if (!command)
        return stk_usage_error(cli, "unknown command '%s'", cli->args.v[0]);
    stk_help_command(command);
    return 0;
}

const struct command stk_cmd_help = {
    .name = "help",
    .args = "[COMMAND]",
    .help = "Show help about a command",
    .max_args = 1,
    .run = run,
};
