/* cmd_up.c — up: makes the engine match the file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aftermath.h"
#include "arena.h"
#include "attach.h"
#include "command.h"
#include "fallen.h"
#include "goal.h"
#include "locked.h"
#include "timings.h"
#include "watch_run.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "detach", 'd', OPT_FLAG, AT(detach), NULL, "Return when everything is started" },
    { "wait", 0, OPT_FLAG, AT(wait), NULL, "Return when everything is ready; implies -d" },
    { "wait-timeout", 0, OPT_SECONDS, AT(wait_timeout), "SECONDS",
      "How long --wait waits at most" },
    { "pull", 0, OPT_STRING, AT(pull), "POLICY", "always, missing or never, whatever the file says",
      STK_PULL_CHOICES },
    { "locked", 0, OPT_FLAG, AT(locked), NULL,
      "Only with the digests that 'stackctl lock' wrote down" },
    { "build", 0, OPT_FLAG, AT(build), NULL, "Build images first, even if they are there" },
    { "no-build", 0, OPT_FLAG, AT(no_build), NULL, "Build nothing" },
    { "quiet-build", 0, OPT_FLAG, AT(quiet_build), NULL, "Builds speak only when they fail" },
    { "quiet-pull", 0, OPT_FLAG, AT(quiet_pull), NULL, "No progress of pulls" },
    { "force-recreate", 0, OPT_FLAG, AT(force_recreate), NULL,
      "Replace containers even if nothing changed" },
    { "no-recreate", 0, OPT_FLAG, AT(no_recreate), NULL, "Leave existing containers as they are" },
    { "always-recreate-deps", 0, OPT_FLAG, AT(always_recreate_deps), NULL,
      "Replace what the named services need, too" },
    { "renew-anon-volumes", 'V', OPT_FLAG, AT(renew_volumes), NULL,
      "Replaced containers get fresh anonymous volumes" },
    { "no-deps", 0, OPT_FLAG, AT(no_deps), NULL, "Only the named services, not what they need" },
    { "no-start", 0, OPT_FLAG, AT(no_start), NULL, "Create, but do not start" },
    { "remove-orphans", 0, OPT_FLAG, AT(remove_orphans), NULL,
      "Remove containers of services the file does not have" },
    { "scale", 0, OPT_LIST, AT(scale), "SERVICE=N", "How many instances; may be repeated" },
    { "timeout", 't', OPT_SECONDS, AT(timeout), "SECONDS",
      "How long a container may take to stop" },
    { "attach", 0, OPT_LIST, AT(attach), "SERVICE", "Show the logs of these services only" },
    { "no-attach", 0, OPT_LIST, AT(no_attach), "SERVICE",
      "Do not show the logs of these services" },
    { "attach-dependencies", 0, OPT_FLAG, AT(attach_dependencies), NULL,
      "Show the logs of what the named services need, too" },
    { "abort-on-container-exit", 0, OPT_FLAG, AT(abort_on_exit), NULL,
      "Stop everything when one container exits" },
    { "abort-on-container-failure", 0, OPT_FLAG, AT(abort_on_failure), NULL,
      "Stop everything when one container fails" },
    { "exit-code-from", 0, OPT_STRING, AT(exit_code_from), "SERVICE",
      "Exit as that service does; implies --abort-on-container-exit" },
    { "no-color", 0, OPT_FLAG, AT(no_color), NULL, "No colours" },
    { "no-log-prefix", 0, OPT_FLAG, AT(no_log_prefix), NULL,
      "Log lines without their service's name" },
    { "timestamps", 0, OPT_FLAG, AT(timestamps), NULL, "Log lines with their time" },
    { "on-failure", 0, OPT_STRING, AT(on_failure), "WHAT",
      "When something fails: keep what was done (the default), stop what was started, or rollback "
      "to what "
      "was there before; rollback waits until everything is ready",
      STK_ON_FAILURE_CHOICES },
    { "rollback", 0, OPT_FLAG, AT(roll_back), NULL,
      "Only take back what a failed update has set aside" },
    { "no-accelerated-checks", 0, OPT_FLAG, AT(no_probe), NULL,
      "Leave health checks to the engine's own schedule" },
    { "watch", 'w', OPT_FLAG, AT(watch), NULL,
      "Act upon what changes in the files, as 'stackctl watch' does" },
    { "explain", 0, OPT_FLAG, AT(explain), NULL,
      "With --watch: say of every event what is done, or why nothing is" },
    { "timings", 0, OPT_FLAG, AT(timings), NULL,
      "Tell where the time went, and the critical path" },
    { "trace", 0, OPT_STRING, AT(trace), "FILE", "Write the timings as a trace that Chrome shows" },
    { "yes", 'y', OPT_FLAG, AT(yes), NULL, NULL },
    { "menu", 0, OPT_FLAG, AT(accepted), NULL, NULL }, /* there is none to be switched off */
    { 0 },
};

static int incompatible(const struct cli *cli)
{
    const struct options *o = &cli->o;
    const struct {
        bool both;
        const char *a, *b;
    } rows[] = {
        { o->build && o->no_build, "build", "no-build" },
        { o->force_recreate && o->no_recreate, "force-recreate", "no-recreate" },
        { o->always_recreate_deps && o->no_recreate, "always-recreate-deps", "no-recreate" },
        { o->renew_volumes && o->no_recreate, "renew-anon-volumes", "no-recreate" },
        { o->detach && o->abort_on_exit, "detach", "abort-on-container-exit" },
        { o->detach && o->abort_on_failure, "detach", "abort-on-container-failure" },
        { o->detach && o->exit_code_from, "detach", "exit-code-from" },
        { o->wait && o->abort_on_exit, "wait", "abort-on-container-exit" },
        { o->wait && o->abort_on_failure, "wait", "abort-on-container-failure" },
        { o->wait && o->exit_code_from, "wait", "exit-code-from" },
        { o->on_failure && o->no_start, "on-failure", "no-start" },
        { o->roll_back && o->no_start, "rollback", "no-start" },
        { o->roll_back && o->on_failure, "rollback", "on-failure" },
        { o->roll_back && o->force_recreate, "rollback", "force-recreate" },
        { o->wait && o->no_start, "wait", "no-start" },
        { o->watch && o->detach, "watch", "detach" },
        { o->watch && o->wait, "watch", "wait" },
        { o->watch && o->no_start, "watch", "no-start" },
        { o->watch && o->abort_on_exit, "watch", "abort-on-container-exit" },
        { o->watch && o->abort_on_failure, "watch", "abort-on-container-failure" },
        { o->watch && o->exit_code_from, "watch", "exit-code-from" },
        { o->attach.n && o->attach_dependencies, "attach", "attach-dependencies" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].both)
            return stk_usage_error(cli, "--%s and --%s cannot be combined", rows[i].a, rows[i].b);
    return 0;
}

static int check_services(struct cli *cli)
{
    const struct stk_strs *lists[] = { &cli->args, &cli->o.attach, &cli->o.no_attach };
    int rc = 0;
    for (size_t i = 0; !rc && i < sizeof(lists) / sizeof(lists[0]); i++)
        rc = stk_check_services(cli, NULL, lists[i]);
    if (!rc && cli->o.exit_code_from)
        rc = stk_check_services(cli, NULL,
                                &(struct stk_strs){ .n = 1, .v = &cli->o.exit_code_from });
    return rc;
}

/* What a detached `up` says last, so that silence is not the only sign that all is well. */
static void say_when_nothing_changed(const struct cli *cli, const struct stk_reconcile_req *req)
{
    static const char *const silent[] = { "json", "quiet", "none" };
    for (size_t i = 0; cli->o.progress && i < STK_LEN(silent); i++)
        if (strcmp(cli->o.progress, silent[i]) == 0)
            return;
    if (req->plan_only || !req->plan || stk_plan_changes(req->plan) || cli->o.roll_back)
        return;
    if (cli->o.no_recreate)
        fputs("nothing was changed\n", stderr);
    else
        fprintf(stderr, "nothing to change: %s is as the file says\n", cli->project);
}

/* --watch: files are watched beside the logs. */
struct watching {
    struct stk_companion companion;
    struct watch_run *run;
};

static void watch_ended(void *data)
{
    struct watching *watching = data;
    watching->companion.ended(&watching->companion);
}

static int begin_watch(struct stk_companion *companion, struct cli *cli, struct stk_sink *sink)
{
    struct watching *watching = STK_CONTAINER(companion, struct watching, companion);
    struct watch_run_opts opts = { .sink = sink, .ended = watch_ended, .data = watching };
    return watch_run_begin(cli, &opts, &watching->run);
}

static void stop_watch(struct stk_companion *companion)
{
    watch_run_stop(STK_CONTAINER(companion, struct watching, companion)->run);
}

static int attach(struct cli *cli, struct stk_reconcile_req *req)
{
    struct watching watching = { .companion = { .begin = begin_watch, .stop = stop_watch } };
    if (!cli->o.watch)
        return stk_attach(cli, req, NULL);
    int rc = stk_cli_prepare_docker(cli);
    if (rc)
        return rc;
    rc = stk_attach(cli, req, &watching.companion);
    watch_run_free(watching.run);
    return rc;
}

static int hold_to_lock(struct cli *cli)
{
    int rc = stk_cli_prepare_docker(cli);
    return rc ? rc : locked_hold(cli);
}

static int run(struct cli *cli)
{
    static char words[] =
        "nothing to take back: no update has set an instance aside; an update that "
        "went well is taken back by going back to the file it came from";
    static const struct stk_error nothing_aside = { .code = STK_EABSENT, .msg = words };
    struct options *o = &cli->o;
    struct stk_reconcile_req req = { .grace = o->timeout };
    int rc = incompatible(cli);
    if (!rc)
        rc = check_services(cli);
    if (!rc)
        rc = stk_goal_up(cli, &req.goal);
    if (!rc && o->locked)
        rc = hold_to_lock(cli);
    if (rc)
        return rc;
    if (cli->spec->n_services == 0) {
        stk_warn("no service is selected: the file has none, or their profiles are not active");
        return 0;
    }
    if (o->detach || o->wait || o->no_start || o->dry_run || o->roll_back) {
        req.op.timeout_ms = o->wait ? (unsigned)o->wait_timeout.v : 0;
        rc = stk_drive(cli, &req);
        if (rc == 0)
            say_when_nothing_changed(cli, &req);
        if (rc == 0 && !o->wait && !o->no_start && !o->roll_back)
            stk_fallen_tell(cli, &req);
    } else {
        rc = attach(cli, &req);
    }
    if (o->roll_back && rc == 0 && req.plan->n == 0)
        rc = stk_report_error(cli, &nothing_aside);
    rc = stk_aftermath(cli, &req, rc);
    int told = stk_timings_tell(cli, &req);
    stk_reconcile_clear(&req);
    return rc ? rc : told;
}

const struct command stk_cmd_up = {
    .name = "up",
    .args = "[SERVICE...]",
    .help = "Create and start containers",
    .more = "Examples:\n"
            "  stackctl up -d --wait       start everything, return when it is ready\n"
            "  stackctl up --scale web=3   three instances of web, attached\n",
    .needs = NEEDS_FILE | NEEDS_TO_RUN | NEEDS_ENGINE,
    .max_args = -1,
    .options = options,
    .run = run,
};
