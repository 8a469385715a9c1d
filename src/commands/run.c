/* run.c — run: one more container of a service, for one command. What it needs comes up as with up; then
 * it is listened to, started, and taken away again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "arena.h"
#include "goal.h"
#include "loop.h"
#include "run_overlay.h"
#include "talk.h"
#include "terminal.h"
#include "text.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "rm", 0, OPT_FLAG, AT(remove), NULL, "Remove the container when it has ended" },
    { "detach", 'd', OPT_FLAG, AT(detach), NULL, "Start it, print its ID and return" },
    { "env", 'e', OPT_LIST, AT(env), "NAME[=VALUE]",
      "Set a variable, or pass ours on; may be repeated" },
    { "env-from-file", 0, OPT_LIST, AT(env_from_files), "FILE",
      "Set the variables of an env file; -e counts more; may be repeated" },
    { "volume", 'v', OPT_LIST, AT(mount), "VOLUME", "Mount one more volume; may be repeated" },
    { "publish", 'p', OPT_LIST, AT(publish), "PORT", "Publish a port; may be repeated" },
    { "service-ports", 'P', OPT_FLAG, AT(service_ports), NULL, "Publish the service's own ports" },
    { "user", 'u', OPT_STRING, AT(user), "USER", "As that user, or USER:GROUP" },
    { "workdir", 'w', OPT_STRING, AT(workdir), "DIR", "In that folder of the container" },
    { "name", 0, OPT_STRING, AT(container_name), "NAME", "Name of the container" },
    { "entrypoint", 0, OPT_STRING, AT(entrypoint), "COMMAND", "Instead of the image's entrypoint" },
    { "label", 'l', OPT_LIST, AT(label), "NAME=VALUE", "Add a label; may be repeated" },
    { "cap-add", 0, OPT_LIST, AT(cap_add), "CAPABILITY", "Add a capability; may be repeated" },
    { "cap-drop", 0, OPT_LIST, AT(cap_drop), "CAPABILITY", "Drop a capability; may be repeated" },
    { "no-deps", 0, OPT_FLAG, AT(no_deps), NULL, "Do not start what the service needs" },
    { "use-aliases", 0, OPT_FLAG, AT(use_aliases), NULL,
      "Others find it by the service's names, too" },
    { "pull", 0, OPT_STRING, AT(pull), "POLICY", "always, missing or never, whatever the file says",
      STK_PULL_CHOICES },
    { "build", 0, OPT_FLAG, AT(build), NULL, "Build the images first, even if they are there" },
    { "quiet-build", 0, OPT_FLAG, AT(quiet_build), NULL, "Builds speak only when they fail" },
    { "quiet", 'q', OPT_FLAG, AT(quiet), NULL, "No progress, only what the command prints" },
    { "quiet-pull", 0, OPT_FLAG, AT(quiet_pull), NULL, "No progress of pulls" },
    { "remove-orphans", 0, OPT_FLAG, AT(remove_orphans), NULL,
      "Remove containers of services the file does not have" },
    { "no-tty", 'T', OPT_FLAG, AT(no_tty), NULL, "No terminal, even from a terminal" },
    { "no-TTY", 0, OPT_FLAG, AT(no_tty), NULL, NULL },
    { "tty", 't', OPT_FLAG, AT(tty), NULL, "A terminal, even without one here" },
    { "interactive", 'i', OPT_NO_FLAG, AT(no_stdin), NULL,
      "Pass standard input on (default; =false does not)" },
    { 0 },
};

struct oneoff {
    struct cli *cli;
    const char *name;
    struct stk_start_req start;
    struct stk_stop_req stop, kill;
    bool started;
};

static bool at_terminal(void)
{
    return stk_terminal_is_ours(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static bool wants_tty(const struct options *o)
{
    return !o->no_tty && (o->tty || at_terminal());
}

static int prepare(struct cli *cli)
{
    if (cli->args.n == 0)
        return stk_usage_error(cli, "'run' takes a service");
    if (cli->o.quiet && !cli->o.progress)
        cli->o.progress = "quiet";
    return run_overlay(cli, wants_tty(&cli->o), &cli->overlay);
}

/* ---- what is made of the service ---- */

static const char *name_of(const struct cli *cli, const char *service)
{
    unsigned char r[6] = { 0 };
    if (cli->o.container_name)
        return cli->o.container_name;
    if (getrandom(r, sizeof(r), 0) < 0)
        memcpy(r, &(pid_t){ getpid() }, sizeof(pid_t)); /* a name that is taken the engine tells */
    return stk_arena_printf(cli->arena, "%s-%s-run-%02x%02x%02x%02x%02x%02x", cli->project, service,
                            r[0], r[1], r[2], r[3], r[4], r[5]);
}

/* Its own ports belong to its instances: only those of the command line, unless asked for. */
static void choose_ports(const struct cli *cli, struct stk_service *service)
{
    size_t n = 0;
    for (size_t i = 0; i < service->n_ports; i++)
        if (cli->o.service_ports || stk_streq(service->ports[i].src.file, RUN_OVERLAY_NAME))
            service->ports[n++] = service->ports[i];
    service->n_ports = n;
}

/* The spec is the command's own, so the service becomes what is run. */
static void make_oneoff(struct cli *cli, struct stk_service *service, const char *name)
{
    service->oneoff = name;
    service->oneoff_remove = cli->o.remove;
    service->oneoff_aliases = cli->o.use_aliases;
    service->replicas = 1;
    service->restart = NULL;
    service->deploy.restart_policy.set = false;
    choose_ports(cli, service);
    stk_graph_free(cli->graph);
    cli->graph = stk_graph_build(cli->spec);
}

static int bring_up(struct cli *cli)
{
    struct stk_reconcile_req req = { 0 };
    cli->args.n = 1;
    int rc = stk_goal_up(cli, &req.goal);
    if (!rc)
        rc = stk_drive(cli, &req);
    stk_reconcile_clear(&req);
    return rc;
}

/* ---- single requests ---- */

static void stop_loop(struct stk_op *op)
{
    stk_loop_stop(op->data);
}

static struct stk_ref ref_of(const struct oneoff *one)
{
    return (struct stk_ref){
        .kind = STK_SERVICE, .name = one->cli->args.v[0], .index = 1, .id = one->name
    };
}

/* One that never ran, or that shall not stay. It may have gone by itself. */
static void take_away(struct oneoff *one)
{
    struct stk_remove_req req = { .op = { .done = stop_loop, .data = one->cli->loop },
                                  .ref = ref_of(one),
                                  .volumes = true };
    stk_runtime_remove(one->cli->rt, &req);
    stk_loop_run(one->cli->loop);
    if (req.op.err.code && req.op.err.code != STK_ECONFLICT && req.op.err.code != STK_EABSENT)
        stk_warn("cannot remove container '%s': %s", one->name, req.op.err.msg);
    stk_error_clear(&req.op.err);
}

static int tell(const struct cli *cli, struct stk_error *err)
{
    int rc = stk_talk_refusal(cli, err);
    stk_error_clear(err);
    return rc;
}

static int print_id(const struct oneoff *one)
{
    struct stk_seen *seen = NULL;
    int rc = stk_cli_look(one->cli, one->cli->project, STK_SEE_SERVICES, &seen);
    for (size_t i = 0; !rc && i < seen->n; i++)
        if (stk_streq(seen->v[i].name, one->name))
            stk_say(stdout, "%s", seen->v[i].ref.id);
    stk_seen_free(seen);
    return rc;
}

static int start_detached(struct oneoff *one)
{
    struct cli *cli = one->cli;
    one->start = (struct stk_start_req){ .op = { .done = stop_loop, .data = cli->loop },
                                         .ref = ref_of(one) };
    stk_runtime_start(cli->rt, &one->start);
    stk_loop_run(cli->loop);
    if (one->start.op.err.code) {
        int rc = tell(cli, &one->start.op.err);
        take_away(one);
        return rc;
    }
    return print_id(one);
}

/* ---- listened to ---- */

/* A container that does not run yet has no terminal to give a size to. */
static void give_size(struct talk *talk)
{
    unsigned rows, columns;
    if (talk->raw && stk_terminal_size(STDOUT_FILENO, &rows, &columns))
        stk_session_resize(&talk->session, rows, columns);
}

static void on_started(struct stk_op *op)
{
    struct talk *talk = op->data;
    struct oneoff *one = talk->data;
    one->started = op->err.code == STK_OK;
    if (op->err.code) {
        stk_error_move(&talk->failure, &op->err);
        stk_op_cancel(&talk->session.op);
        return;
    }
    give_size(talk);
}

static void on_begun(struct talk *talk)
{
    struct oneoff *one = talk->data;
    one->start =
        (struct stk_start_req){ .op = { .done = on_started, .data = talk }, .ref = ref_of(one) };
    stk_runtime_start(one->cli->rt, &one->start);
}

static void on_stopped(struct stk_op *op)
{
    stk_error_clear(&op->err); /* the session tells how it ended */
}

/* The first asks it to end, the second makes it; then we listen until it has. */
static bool on_interrupt(struct talk *talk, int signo, unsigned count)
{
    struct oneoff *one = talk->data;
    struct stk_stop_req *req = count == 1 ? &one->stop : &one->kill;
    (void)signo;
    if (!one->started || count > 2)
        return false;
    *req = (struct stk_stop_req){ .op = { .done = on_stopped },
                                  .ref = ref_of(one),
                                  .kill = count == 2 };
    stk_runtime_stop(one->cli->rt, req);
    return true;
}

/* A container that cannot be started is gone before the engine tells why. */
static void let_finish(struct talk *talk)
{
    const struct oneoff *one = talk->data;
    while (one->start.op.pending || one->start.op.ended || one->stop.op.pending ||
           one->stop.op.ended || one->kill.op.pending || one->kill.op.ended)
        stk_loop_turn(one->cli->loop);
}

static int listen_to(struct oneoff *one)
{
    struct cli *cli = one->cli;
    struct talk talk = {
        .session = { .container = one->name,
                     .input = !cli->o.no_stdin && stk_terminal_may_read(STDIN_FILENO),
                     .wait_for = cli->o.remove ? "removed" : "next-exit" },
        .begun = on_begun,
        .interrupted = on_interrupt,
        .over = let_finish,
        .data = one,
        .raw = at_terminal() && !cli->o.no_stdin,
    };
    int rc = stk_talk(cli, &talk);
    if (!one->started)
        take_away(one);
    return rc;
}

static int run(struct cli *cli)
{
    const char *name = cli->args.v[0];
    struct stk_service *service =
        (struct stk_service *)(uintptr_t)stk_spec_service(cli->spec, name);
    if (!service)
        return stk_check_services(cli, NULL, &(struct stk_strs){ .n = 1, .v = &name });
    struct oneoff one = { .cli = cli, .name = name_of(cli, name) };
    make_oneoff(cli, service, one.name);
    int rc = bring_up(cli);
    if (rc || cli->o.dry_run) {
        if (rc && !cli->o.container_name) /* one of that name may be another's */
            take_away(&one);
        return rc;
    }
    return cli->o.detach ? start_detached(&one) : listen_to(&one);
}

const struct command stk_cmd_run = {
    .name = "run",
    .args = "SERVICE [COMMAND [ARG...]]",
    .help = "Run a command in a container of its own",
    .more =
        "What the service needs is started and waited for first. Its exit code is the status.\n\n"
        "Examples:\n"
        "  stackctl run --rm web sh           a shell in a fresh container of web\n"
        "  stackctl run --rm -T db pg_dump    for scripts; a pipe needs no -T\n",
    .needs = NEEDS_FILE | NEEDS_TO_RUN | NEEDS_ENGINE | NEEDS_DOCKER,
    .words = WORDS_COMMAND,
    .prepare = prepare,
    .max_args = -1,
    .options = options,
    .run = run,
};
