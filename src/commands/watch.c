/* watch.c — `watch`: brings the stack up, then acts upon what changes, until it is interrupted. */
#include <stdlib.h>

#include "goal.h"
#include "interrupt.h"
#include "loop.h"
#include "watch_run.h"

#define AT(member) offsetof(struct options, member)
static const struct option_row options[] = {
    { "no-up", 0, OPT_FLAG, AT(no_up), NULL, "Do not bring the stack up first" },
    { "quiet", 0, OPT_FLAG, AT(quiet_build), NULL, "Builds speak only when they fail" },
    { "explain", 0, OPT_FLAG, AT(explain), NULL,
      "Say of every event what is done, or why nothing is" },
    { "quiet-time", 0, OPT_COUNT, AT(quiet_time), "MS",
      "Act when nothing has changed for that long (default 50), 500 ms late at most" },
    { "prune", 0, OPT_NO_FLAG, AT(no_prune), NULL,
      "Remove the images that a rebuild leaves without a name (the default; --prune=false keeps "
      "them)" },
    { 0 },
};

struct watching {
    struct cli *cli;
    struct watch_run *run;
    struct stk_interrupt interrupt;
};

static void ended(void *data)
{
    stk_loop_stop(((struct watching *)data)->cli->loop);
}

static void interrupted(struct stk_interrupt *interrupt, unsigned count)
{
    struct watching *watching = interrupt->data;
    if (count == 1)
        watch_run_stop(watching->run);
    else
        stk_loop_stop(watching->cli->loop);
}

static int up(struct cli *cli)
{
    struct stk_reconcile_req req = { 0 };
    int rc = stk_goal_up(cli, &req.goal);
    req.goal.build =
        true; /* as Docker Compose does: an image that lags behind its files is no start */
    if (!rc)
        rc = stk_drive(cli, &req);
    stk_reconcile_clear(&req);
    return rc;
}

static int watch(struct cli *cli)
{
    struct watching watching = { .cli = cli };
    int rc = watch_run_begin(cli, &(struct watch_run_opts){ .ended = ended, .data = &watching },
                             &watching.run);
    if (rc)
        return rc;
    watching.interrupt = (struct stk_interrupt){ .came = interrupted, .data = &watching };
    stk_interrupt_begin(cli->loop, &watching.interrupt);
    stk_loop_run(cli->loop);
    stk_interrupt_end(&watching.interrupt);
    if (watching.interrupt.count > 1) { /* what is under way is left as it is */
        stk_interrupt_reraise();
        _Exit(130);
    }
    watch_run_free(watching.run);
    return stk_interrupt_status(&watching.interrupt);
}

static int run(struct cli *cli)
{
    int rc = stk_check_services(cli, NULL, &cli->args);
    if (!rc && !cli->o.no_up)
        rc = up(cli);
    return rc || cli->o.dry_run ? rc : watch(cli);
}

const struct command stk_cmd_watch = {
    .name = "watch",
    .args = "[SERVICE...]",
    .help = "Bring changed files into containers, restart or rebuild, as the file says",
    .more = "Acts upon develop.watch and x-stackctl.watch of the services, and upon changes of the "
            "stack's\n"
            "own files: where they load, they are applied; where not, what runs is left alone.\n",
    .needs = NEEDS_FILE | NEEDS_TO_RUN | NEEDS_ENGINE | NEEDS_DOCKER,
    .max_args = -1,
    .options = options,
    .run = run,
};
