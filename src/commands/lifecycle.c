/* cmd_lifecycle.c — start, stop, restart, kill and rm: one goal each, over what exists. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "control_each.h"
#include "signals.h"

#define AT(member) offsetof(struct options, member)

#define TIMEOUT_ROW                                                                                \
    {                                                                                              \
        "timeout", 't', OPT_SECONDS, AT(timeout), "SECONDS",                                       \
            "How long a container may take to stop"                                                \
    }

static const struct option_row stop_options[] = { TIMEOUT_ROW, { 0 } };
static const struct option_row restart_options[] = {
    TIMEOUT_ROW,
    { "no-deps", 0, OPT_FLAG, AT(no_deps), NULL, "Do not restart what depends on them" },
    { 0 },
};
static const struct option_row rm_options[] = {
    { "force", 'f', OPT_FLAG, AT(force), NULL, "Do not ask" },
    { "stop", 's', OPT_FLAG, AT(stop), NULL, "Stop them first" },
    { "volumes", 'v', OPT_FLAG, AT(volumes), NULL, "Remove their anonymous volumes, too" },
    { "all", 'a', OPT_FLAG, AT(all), NULL, NULL },
    { 0 },
};

static const struct option_row kill_options[] = {
    { "signal", 's', OPT_STRING, AT(signal), "SIGNAL", "Instead of SIGKILL: a name or a number" },
    { "remove-orphans", 0, OPT_FLAG, AT(remove_orphans), NULL,
      "Remove containers of services the file does not have" },
    { 0 },
};

static bool has_containers(const struct cli *cli, const struct stk_seen *seen)
{
    for (size_t i = 0; i < seen->n; i++) {
        const struct stk_status *status = &seen->v[i];
        if (status->ref.kind == STK_SERVICE && !status->oneoff &&
            stk_is_named(cli, status->ref.name))
            return true;
    }
    return false;
}

static int nothing_to_start(const struct cli *cli)
{
    struct stk_error err = { 0 };
    stk_fail(&err, STK_EABSENT, (struct stk_src){ 0 },
             "there is no container to start; 'stackctl up' makes them");
    int rc = stk_report_error(cli, &err);
    stk_error_clear(&err);
    return rc;
}

static int go(struct cli *cli, enum stk_goal_kind kind)
{
    int rc = stk_check_existing(cli);
    if (rc)
        return rc;
    struct stk_reconcile_req req = {
        .goal = { .kind = kind,
                  .services = cli->args,
                  .no_deps = cli->o.no_deps,
                  .volumes = cli->o.volumes,
                  .remove_orphans = cli->o.remove_orphans,
                  .stop = cli->o.stop },
        .grace = cli->o.timeout,
    };
    rc = stk_drive(cli, &req);
    bool idle = rc == 0 && !cli->o.dry_run && req.changed == 0;
    if (idle && kind == STK_GOAL_KILL)
        fputs("no container to kill\n", stderr);
    if (idle && kind == STK_GOAL_RM)
        fputs("No stopped containers\n", stderr);
    if (rc == 0 && kind == STK_GOAL_START && !has_containers(cli, req.seen))
        rc = nothing_to_start(cli);
    stk_reconcile_clear(&req);
    return rc;
}

static int run_start(struct cli *cli)
{
    return go(cli, STK_GOAL_START);
}

static int run_stop(struct cli *cli)
{
    return go(cli, STK_GOAL_STOP);
}

static int run_restart(struct cli *cli)
{
    return go(cli, STK_GOAL_RESTART);
}

static int unknown_signal(const struct cli *cli)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf all;
    stk_buf_init(&all, STK_KIB);
    stk_signal_add_all(&all);
    return stk_usage_error(cli, "unknown signal '%s': expected a number or one of %s",
                           cli->o.signal, all.bytes);
}

static int signal_each(struct cli *cli, int signal)
{
    int rc = stk_cli_prepare_docker(cli);
    return rc ? rc : control_each(cli, STK_CONTROL_SIGNAL, signal);
}

static int run_kill(struct cli *cli)
{
    int signal = SIGKILL;
    if (cli->o.signal && !stk_signal_parse(cli->o.signal, &signal))
        return unknown_signal(cli);
    return signal == SIGKILL ? go(cli, STK_GOAL_KILL) : signal_each(cli, signal);
}

static int no_terminal(const struct cli *cli)
{
    return stk_usage_error(cli, "rm asks before it removes, and there is no terminal: use --force");
}

/* Names what would go and asks; true when it may. */
static int confirm(struct cli *cli, bool *ret)
{
    struct stk_reconcile_req req = {
        .goal = { .kind = STK_GOAL_RM, .services = cli->args, .stop = cli->o.stop },
        .plan_only = true,
    };
    int rc = stk_drive(cli, &req);
    size_t n = 0;
    bool asks = isatty(STDIN_FILENO);
    STK_CLEANUP(stk_buf_clearp) struct stk_buf names;
    stk_buf_init(&names, STK_MIB);
    for (size_t i = 0; !rc && i < req.plan->n; i++)
        if (req.plan->v[i].verb == STK_REMOVE)
            stk_buf_printf(&names, "%s%s", n++ ? ", " : "Going to remove ", req.plan->v[i].name);
    stk_reconcile_clear(&req);
    if (rc || (n && !asks))
        return rc ? rc : no_terminal(cli);
    if (n == 0) {
        fputs("No stopped containers\n", stderr);
        *ret = false;
        return 0;
    }
    stk_say(stderr, "%s", names.bytes);
    fputs("Are you sure? [yN] ", stderr);
    char answer[16] = "";
    *ret = fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y');
    return 0;
}

static int run_rm(struct cli *cli)
{
    bool sure = cli->o.force || cli->o.dry_run;
    int rc = sure ? 0 : stk_check_existing(cli);
    if (!rc && !sure)
        rc = confirm(cli, &sure);
    return rc || !sure ? rc : go(cli, STK_GOAL_RM);
}

const struct command stk_cmd_start = {
    "start", "[SERVICE...]", "Start existing containers", NULL, NEEDS_PROJECT | NEEDS_ENGINE, -1,
    NULL,    run_start,
};
const struct command stk_cmd_stop = {
    "stop",
    "[SERVICE...]",
    "Stop containers, without removing them",
    NULL,
    NEEDS_PROJECT | NEEDS_ENGINE,
    -1,
    stop_options,
    run_stop,
};
const struct command stk_cmd_restart = {
    "restart",
    "[SERVICE...]",
    "Stop and start containers",
    NULL,
    NEEDS_PROJECT | NEEDS_ENGINE,
    -1,
    restart_options,
    run_restart,
};
const struct command stk_cmd_kill = {
    "kill",
    "[SERVICE...]",
    "Kill containers, or send them a signal",
    NULL,
    NEEDS_PROJECT | NEEDS_ENGINE,
    -1,
    kill_options,
    run_kill,
};
const struct command stk_cmd_rm = {
    "rm",       "[SERVICE...]", "Remove stopped containers", NULL, NEEDS_PROJECT | NEEDS_ENGINE, -1,
    rm_options, run_rm,
};
