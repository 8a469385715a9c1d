/* attach.c — attach: our standard input and output as those of a container's own process. Works from
 * labels alone. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "pick.h"
#include "relay.h"
#include "talk.h"
#include "terminal.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "detach-keys", 0, OPT_STRING, AT(detach_keys), "KEYS",
      "What leaves it running, with a terminal (default ctrl-p,ctrl-q)" },
    { "index", 0, OPT_COUNT, AT(index), "N", "The N-th container of the service" },
    { "no-stdin", 0, OPT_FLAG, AT(no_stdin), NULL, "Only show its output" },
    { "sig-proxy", 0, OPT_NO_FLAG, AT(no_sig_proxy), NULL,
      "Pass signals on to it (default; =false leaves it)" },
    { 0 },
};

/* "ctrl-p,ctrl-q", "a": as the engine reads them. */
static bool are_keys(const char *text)
{
    static const char ctrl[] = "ctrl-";
    for (bool more = true; more; text++) {
        bool held = strncmp(text, ctrl, strlen(ctrl)) == 0;
        text += held ? strlen(ctrl) : 0;
        if (!*text || (held && !strchr("abcdefghijklmnopqrstuvwxyz@[\\]^_", *text)))
            return false;
        text++;
        more = *text == ',';
        if (*text && !more)
            return false;
    }
    return true;
}

static int run(struct cli *cli)
{
    if (cli->args.n != 1)
        return stk_usage_error(cli, "'attach' takes one service");
    if (cli->o.detach_keys && *cli->o.detach_keys && !are_keys(cli->o.detach_keys))
        return stk_usage_error(cli,
                               "invalid value '%s' for --detach-keys: expected keys such as "
                               "ctrl-p,ctrl-q or a, with commas between",
                               cli->o.detach_keys);
    struct stk_seen *seen = NULL;
    const struct stk_status *container;
    int rc =
        pick_one(cli, cli->args.v[0], PICK_RUNNING | PICK_AWAKE | PICK_ONE_OFFS, &seen, &container);
    if (rc)
        return rc;
    struct relay relay = { .cli = cli, .container = container->ref.id };
    struct talk talk = {
        .session = { .container = container->ref.id,
                     .input = !cli->o.no_stdin && stk_terminal_may_read(STDIN_FILENO),
                     .detach_keys = cli->o.detach_keys },
        .raw = stk_terminal_is_ours(STDIN_FILENO) && isatty(STDOUT_FILENO) && !cli->o.no_stdin,
        .interrupted = cli->o.no_sig_proxy ? NULL : relay_signal,
        .data = &relay,
    };
    rc = stk_talk(cli, &talk);
    relay_end(&relay);
    stk_seen_free(seen);
    return rc;
}

const struct command stk_cmd_attach = {
    .name = "attach",
    .args = "SERVICE",
    .help = "Be the terminal of a running container",
    .needs = NEEDS_PROJECT | NEEDS_ENGINE | NEEDS_DOCKER,
    .max_args = 1,
    .options = options,
    .run = run,
};
