/* exec.c — exec: runs a command in a running container. Works from labels alone. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "pick.h"
#include "talk.h"
#include "terminal.h"
#include "given_env.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "detach", 'd', OPT_FLAG, AT(detach), NULL, "Start the command and return" },
    { "env", 'e', OPT_LIST, AT(env), "NAME[=VALUE]",
      "Set a variable, or pass ours on; may be repeated" },
    { "index", 0, OPT_COUNT, AT(index), "N", "In the N-th container of the service" },
    { "no-tty", 'T', OPT_FLAG, AT(no_tty), NULL, "No terminal, even from a terminal" },
    { "no-TTY", 0, OPT_FLAG, AT(no_tty), NULL, NULL },
    { "tty", 't', OPT_FLAG, AT(tty), NULL, "A terminal, even without one here" },
    { "interactive", 'i', OPT_NO_FLAG, AT(no_stdin), NULL,
      "Pass standard input on (default; =false does not)" },
    { "privileged", 0, OPT_FLAG, AT(privileged), NULL, "With all the rights of the host's root" },
    { "user", 'u', OPT_STRING, AT(user), "USER", "As that user, or USER:GROUP" },
    { "workdir", 'w', OPT_STRING, AT(workdir), "DIR", "In that folder of the container" },
    { 0 },
};

static int talk(struct cli *cli, const struct stk_process *process, const char *id)
{
    bool ours = stk_terminal_is_ours(STDIN_FILENO) && isatty(STDOUT_FILENO);
    bool tty = !cli->o.no_tty && (cli->o.tty || ours);
    struct talk talk = {
        .session = { .container = id,
                     .process = process,
                     .tty = tty && !process->detach,
                     .input = !cli->o.no_stdin && stk_terminal_may_read(STDIN_FILENO) },
        .raw = tty && ours && !cli->o.no_stdin,
    };
    return stk_talk(cli, &talk);
}

static int run(struct cli *cli)
{
    const struct options *o = &cli->o;
    if (cli->args.n < 2)
        return stk_usage_error(cli, "'exec' takes a service and a command");
    struct stk_process process = {
        .command = { .set = true, .n = cli->args.n - 1, .v = cli->args.v + 1 },
        .environment = stk_given_env(cli->arena, &o->env),
        .user = o->user,
        .workdir = o->workdir,
        .privileged = o->privileged,
        .detach = o->detach,
    };
    struct stk_seen *seen = NULL;
    const struct stk_status *container;
    int rc =
        pick_one(cli, cli->args.v[0], PICK_RUNNING | PICK_AWAKE | PICK_ONE_OFFS, &seen, &container);
    if (rc)
        return rc;
    rc = talk(cli, &process, container->ref.id);
    stk_seen_free(seen);
    return rc;
}

const struct command stk_cmd_exec = {
    .name = "exec",
    .args = "SERVICE COMMAND [ARG...]",
    .help = "Run a command in a running container",
    .more =
        "With a terminal at both ends the command gets one, too. Its exit code is the status.\n\n"
        "Examples:\n"
        "  stackctl exec db psql -U app          a session in the database\n"
        "  stackctl exec db pg_dump app > dump   no -T needed: the output is a file\n"
        "  stackctl exec -T db psql < dump       likewise for the input\n",
    .needs = NEEDS_PROJECT | NEEDS_ENGINE | NEEDS_DOCKER,
    .words = WORDS_COMMAND,
    .max_args = -1,
    .options = options,
    .run = run,
};
