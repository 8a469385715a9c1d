/* volumes.c — volumes: those of the project, or those that services use. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "json_text.h"
#include "pick.h"
#include "stackctl/docker/volumes.h"
#include "table.h"
#include "text.h"
#include "together.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "quiet", 'q', OPT_FLAG, AT(quiet), NULL, "Only the names" },
    { "format", 0, OPT_STRING, AT(format), "FORMAT", "table or json (an object a line)",
      "table|json" },
    { 0 },
};

static void set(json_t *object, const char *key, const char *text)
{
    json_object_set_new(object, key, stk_json_text_of(text));
}

static void print_json(const struct stk_volume_info *volume)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf labels;
    json_t *object = json_object();
    stk_buf_init(&labels, 16 * STK_MIB);
    for (size_t i = 0; i < volume->labels.n; i++)
        stk_buf_printf(&labels, "%s%s=%s", i ? "," : "", volume->labels.v[i].key,
                       volume->labels.v[i].value);
    set(object, "Availability", "N/A");
    set(object, "Driver", volume->driver);
    set(object, "Group", "N/A");
    set(object, "Labels", labels.bytes ? labels.bytes : "");
    set(object, "Links", "N/A");
    set(object, "Mountpoint", volume->mountpoint);
    set(object, "Name", volume->name);
    set(object, "Scope", volume->scope);
    set(object, "Size", "N/A");
    set(object, "Status", "N/A");
    STK_CLEANUP(stk_charp) char *line = stk_json_line(object);
    fputs(line, stdout);
}

static bool is_used(const char *volume, const struct stk_status *const *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < v[i]->mounts.n; k++)
            if (strcmp(v[i]->mounts.v[k], volume) == 0)
                return true;
    return false;
}

static void print(const struct cli *cli, const struct stk_volumes_req *req,
                  const struct stk_status *const *users, size_t n_users)
{
    struct table table = { .columns = 2 };
    bool json = stk_streq(cli->o.format, "json");
    table_add(&table, "DRIVER");
    table_add(&table, "VOLUME NAME");
    for (size_t i = 0; i < req->n; i++) {
        const struct stk_volume_info *volume = &req->v[i];
        if (cli->args.n && !is_used(volume->name, users, n_users))
            continue;
        table_add(&table, volume->driver);
        table_add(&table, volume->name);
        if (cli->o.quiet)
            stk_say(stdout, "%s", volume->name);
        else if (json)
            print_json(volume);
    }
    STK_CLEANUP(stk_charp) char *text = table_text(&table);
    if (!cli->o.quiet && !json)
        fputs(text, stdout);
    table_clear(&table);
}

static int run(struct cli *cli)
{
    struct stk_seen *seen = NULL;
    const struct stk_status *const *users = NULL;
    size_t n_users = 0;
    struct together together = { .cli = cli };
    struct stk_volumes_req req = { .project = cli->project };
    int rc = cli->args.n ? pick_named(cli, 0, &seen, &users, &n_users) : 0;
    if (rc)
        return rc;
    together_add(&together, &req.op);
    stk_docker_volumes(cli->docker, &req);
    rc = together_run(&together);
    if (!rc && req.op.err.code)
        rc = stk_report_error(cli, &req.op.err);
    else if (!rc)
        print(cli, &req, users, n_users);
    stk_volumes_clear(&req);
    stk_seen_free(seen);
    return rc;
}

const struct command stk_cmd_volumes = {
    .name = "volumes",
    .args = "[SERVICE...]",
    .help = "List the project's volumes",
    .needs = NEEDS_PROJECT | NEEDS_ENGINE | NEEDS_DOCKER,
    .max_args = -1,
    .options = options,
    .run = run,
};
