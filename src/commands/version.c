/* cmd_version.c — version: what this program is, without asking any engine. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "text.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "short", 0, OPT_FLAG, AT(short_version), NULL, "Only the number" },
    { "format", 'f', OPT_STRING, AT(format), "FORMAT", "pretty or json", "pretty|json" },
    { 0 },
};

static int run(struct cli *cli)
{
    if (cli->o.short_version)
        puts(STK_VERSION);
    else if (stk_streq(cli->o.format, "json"))
        puts("{\"version\":\"" STK_VERSION "\"}");
    else
        puts("stackctl version " STK_VERSION);
    return 0;
}

const struct command stk_cmd_version = {
    .name = "version",
    .args = "",
    .help = "Show the version of stackctl",
    .max_args = 0,
    .options = options,
    .run = run,
};
