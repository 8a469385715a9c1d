/* pause.c — pause and unpause: containers held where they are, and let go on. */
#include "control_each.h"

static int run_pause(struct cli *cli)
{
    return control_each(cli, STK_CONTROL_PAUSE, 0);
}

static int run_unpause(struct cli *cli)
{
    return control_each(cli, STK_CONTROL_UNPAUSE, 0);
}

const struct command stk_cmd_pause = {
    .name = "pause",
    .args = "[SERVICE...]",
    .help = "Hold running containers where they are",
    .needs = NEEDS_PROJECT | NEEDS_ENGINE | NEEDS_DOCKER,
    .max_args = -1,
    .run = run_pause,
};
const struct command stk_cmd_unpause = {
    .name = "unpause",
    .args = "[SERVICE...]",
    .help = "Let paused containers go on",
    .needs = NEEDS_PROJECT | NEEDS_ENGINE | NEEDS_DOCKER,
    .max_args = -1,
    .run = run_unpause,
};
