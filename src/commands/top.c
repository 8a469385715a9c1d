/* top.c — top: the processes in the project's containers, in one table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "pick.h"
#include "stackctl/docker/top.h"
#include "table.h"
#include "text.h"
#include "together.h"

static int column_of(const struct stk_top_row *titles, const char *title)
{
    for (size_t i = 0; i < titles->n; i++)
        if (strcmp(titles->v[i], title) == 0)
            return (int)i;
    return -1;
}

/* A machine's ps need not be another's: a title that the first did not have is a column more. */
static struct stk_top_row all_titles(struct cli *cli, const struct stk_top_req *reqs, size_t n)
{
    size_t most = 0;
    for (size_t i = 0; i < n; i++)
        most += reqs[i].titles.n;
    struct stk_top_row all = { .v = stk_arena_array(cli->arena, most + 1, sizeof(*all.v)) };
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < reqs[i].titles.n; k++)
            if (column_of(&all, reqs[i].titles.v[k]) < 0)
                all.v[all.n++] = reqs[i].titles.v[k];
    return all;
}

static void add_rows(struct table *table, const struct stk_top_row *all,
                     const struct stk_status *status, const struct stk_top_req *req)
{
    char number[32];
    snprintf(number, sizeof(number), "%u", status->ref.index);
    for (size_t i = 0; i < req->n_rows; i++) {
        const struct stk_top_row *row = &req->rows[i];
        table_add(table, status->ref.name);
        table_add(table, number);
        for (size_t k = 0; k < all->n; k++) {
            int at = column_of(&req->titles, all->v[k]);
            table_add(table, at >= 0 && (size_t)at < row->n ? row->v[at] : "-");
        }
    }
}

static void print(struct cli *cli, const struct stk_status *const *v,
                  const struct stk_top_req *reqs, size_t n)
{
    struct stk_top_row all = all_titles(cli, reqs, n);
    struct table table = { .columns = 2 + all.n, .gap = 2 };
    table_add(&table, "SERVICE");
    table_add(&table, "#");
    for (size_t i = 0; i < all.n; i++)
        table_add(&table, all.v[i]);
    for (size_t i = 0; i < n; i++)
        add_rows(&table, &all, v[i], &reqs[i]);
    STK_CLEANUP(stk_charp) char *text = table_text(&table);
    fputs(text, stdout);
    table_clear(&table);
}

/* What ended or paused meanwhile is left out; anything else is an error. */
static int check(struct cli *cli, const struct stk_status *const *v, struct stk_top_req *reqs,
                 size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct stk_error *err = &reqs[i].op.err;
        if (err->code == STK_OK || err->code == STK_ECONFLICT || err->code == STK_EABSENT)
            continue;
        stk_wrap(err, "asking for the processes of '%s'", v[i]->name);
        return stk_report_error(cli, err);
    }
    return 0;
}

static int ask(struct cli *cli, const struct stk_status *const *v, size_t n)
{
    struct together together = { .cli = cli };
    struct stk_top_req *reqs = stk_arena_array(cli->arena, n + 1, sizeof(*reqs));
    for (size_t i = 0; i < n; i++) {
        reqs[i].id = v[i]->ref.id;
        together_add(&together, &reqs[i].op);
        stk_docker_top(cli->docker, &reqs[i]);
    }
    int rc = together_run(&together);
    rc = rc ? rc : check(cli, v, reqs, n);
    if (!rc)
        print(cli, v, reqs, n);
    for (size_t i = 0; i < n; i++)
        stk_top_clear(&reqs[i]);
    return rc;
}

static int run(struct cli *cli)
{
    struct stk_seen *seen = NULL;
    const struct stk_status *const *v = NULL;
    size_t n = 0;
    int rc = pick_named(cli, PICK_RUNNING | PICK_ONE_OFFS, &seen, &v, &n);
    if (!rc && n)
        rc = ask(cli, v, n);
    stk_seen_free(seen);
    return rc;
}

const struct command stk_cmd_top = {
    .name = "top",
    .args = "[SERVICE...]",
    .help = "Show the processes in running containers",
    .needs = NEEDS_PROJECT | NEEDS_ENGINE | NEEDS_DOCKER,
    .max_args = -1,
    .run = run,
};
