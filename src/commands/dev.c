/* dev.c — dev: from a fresh clone to a stack that is ready, in one command. Each step is that of a command of
 * its own; here is only their order. */
#include <stdio.h>
#include <string.h>

#include "aftermath.h"
#include "arena.h"
#include "doctor.h"
#include "env.h"
#include "goal.h"
#include "table.h"
#include "text.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "build", 0, OPT_FLAG, AT(build), NULL, "Build images first, even if they are there" },
    { "wait-timeout", 0, OPT_SECONDS, AT(wait_timeout), "SECONDS",
      "How long to wait at most until everything is ready" },
    { "remove-orphans", 0, OPT_FLAG, AT(remove_orphans), NULL,
      "Remove containers of services the file does not have" },
    { 0 },
};

/* What it needs once .env is there. */
static const struct command with_file = {
    .name = "dev",
    .args = "",
    .help = "",
    .needs = NEEDS_FILE | NEEDS_TO_RUN,
    .max_args = -1,
};

/* Everything that is wrong, before anything is begun. */
static int examine(struct cli *cli)
{
    struct doctor doctor = { .cli = cli };
    int rc = doctor_examine(&doctor);
    if (!rc) {
        doctor_print(&doctor, true);
        fflush(stdout);
        rc = doctor_status(&doctor);
    }
    doctor_clear(&doctor);
    return rc;
}

static int bring_up(struct cli *cli)
{
    struct stk_reconcile_req req = { 0 };
    cli->o.wait = true;
    int rc = stk_goal_up(cli, &req.goal);
    if (rc)
        return rc;
    req.op.timeout_ms = (unsigned)cli->o.wait_timeout.v;
    rc = stk_drive(cli, &req);
    rc = stk_aftermath(cli, &req, rc);
    stk_reconcile_clear(&req);
    return rc;
}

static int show_addresses(struct cli *cli)
{
    struct stk_seen *seen = NULL;
    struct address *v;
    int rc = stk_cli_look(cli, cli->project, STK_SEE_SERVICES, &seen);
    if (rc)
        return rc;
    size_t n = env_addresses(cli, seen, &v);
    struct table table = { .columns = 3 };
    table_add(&table, "SERVICE");
    table_add(&table, "PORT");
    table_add(&table, "ADDRESS");
    for (size_t i = 0; i < n; i++) {
        table_add(&table, v[i].service);
        table_add(&table, stk_arena_printf(cli->arena, "%u/%s", v[i].target, v[i].protocol));
        table_add(&table, stk_arena_printf(cli->arena, strchr(v[i].host, ':') ? "[%s]:%u" : "%s:%u",
                                           v[i].host, v[i].port));
    }
    if (n) {
        STK_CLEANUP(stk_charp) char *text = table_text(&table);
        fputs(text, stdout);
    }
    table_clear(&table);
    stk_seen_free(seen);
    return 0;
}

static int run(struct cli *cli)
{
    struct stk_strs services = cli->args;
    int rc = env_prepare(cli);
    cli->args = services;
    cli->command = &with_file;
    if (!rc)
        rc = stk_cli_prepare(cli);
    if (!rc)
        rc = stk_check_services(cli, NULL, &cli->args);
    if (!rc)
        rc = examine(cli);
    if (!rc)
        rc = bring_up(cli);
    if (!rc && !cli->o.dry_run)
        rc = show_addresses(cli);
    return rc;
}

const struct command stk_cmd_dev = {
    .name = "dev",
    .args = "[SERVICE...]",
    .help =
        "From a fresh clone to ready: env init, doctor, pull and build, up --wait, the addresses",
    .more = "Run again it does only what is missing. Migrations and seeds are services that others "
            "wait for\n"
            "(depends_on with service_completed_successfully); 'x-stackctl: { once: true }' keeps "
            "one that\n"
            "is done from being run again. On a terminal it asks for values that .env.example "
            "leaves open.\n",
    .max_args = -1,
    .options = options,
    .run = run,
};
