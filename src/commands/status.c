/* status.c — status: how the stack is, as a tree, once or at every change. What is shown is status_text.c's, when it is
 * shown again status_follow.c's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "command.h"
#include "json_text.h"
#include "status.h"
#include "status_text.h"
#include "text.h"
#include "together.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "watch", 'w', OPT_FLAG, AT(follow), NULL, "Show it again at every change; ends by Ctrl-C" },
    { "json", 0, OPT_FLAG, AT(json), NULL, "One JSON object a line" },
    { "exit-code", 0, OPT_FLAG, AT(exit_code), NULL, "Exit with 5 unless all is ready" },
    { 0 },
};

enum { ASK_MS = 2000 }; /* for an instance that is asked itself */

struct details { /* of each instance, asked for by its own inspect */
    struct stk_inspect_req *v;
    size_t n;
};

static void clear(struct details *details)
{
    for (size_t i = 0; i < details->n; i++) {
        stk_seen_free(details->v[i].seen);
        stk_error_clear(&details->v[i].op.err);
    }
    free(details->v);
    *details = (struct details){ 0 };
}

/* A list does not tell restarts and probes, so each is looked at by itself, all at a time. */
static int look(struct cli *cli, struct stk_seen **ret_seen, struct details *details)
{
    struct together together = { .cli = cli };
    int rc = stk_cli_look(cli, cli->project, STK_SEE_SERVICES, ret_seen);
    if (rc)
        return rc;
    const struct stk_seen *seen = *ret_seen;
    details->v = stk_alloc((seen->n + 1) * sizeof(*details->v));
    for (size_t i = 0; i < seen->n; i++) {
        const struct stk_status *st = &seen->v[i];
        if (st->ref.kind != STK_SERVICE || st->oneoff || !stk_is_named(cli, st->ref.name))
            continue;
        struct stk_inspect_req *req = &details->v[details->n++];
        *req = (struct stk_inspect_req){ .ref = &st->ref };
        together_add(&together, &req->op);
        stk_runtime_inspect(cli->rt, req);
    }
    return together_run(&together);
}

/* The engine looks on its own schedule, so its word may be half a minute old: those it does not know of yet
 * are asked as `wait` does. */
static int ask(struct cli *cli, const struct stk_status *const *v, size_t n,
               enum status_asked *asked)
{
    struct together together = { .cli = cli };
    struct stk_wait_req *reqs = stk_alloc((n + 1) * sizeof(*reqs));
    for (size_t i = 0; i < n; i++) {
        reqs[i] = (struct stk_wait_req){ .op = { .timeout_ms = ASK_MS },
                                         .ref = v[i]->ref,
                                         .until = STK_UNTIL_READY };
        if (!status_is_open(v[i]))
            continue;
        asked[i] = STATUS_IS_NOT;
        together_add(&together, &reqs[i].op);
        stk_runtime_wait_healthy(cli->rt, &reqs[i]);
    }
    int rc = together_run(&together);
    for (size_t i = 0; i < n; i++) {
        if (asked[i] == STATUS_IS_NOT && !reqs[i].op.err.code)
            asked[i] = STATUS_IS_READY;
        stk_seen_free(reqs[i].seen);
        stk_error_clear(&reqs[i].op.err);
    }
    free(reqs);
    return rc;
}

/* Those that are there still. */
static struct stack_status gather(struct cli *cli, const struct details *details,
                                  const struct stk_status **v)
{
    size_t n = 0;
    for (size_t i = 0; i < details->n; i++) {
        const struct stk_seen *seen = details->v[i].seen;
        if (seen && seen->n && seen->v[0].state != STK_ABSENT)
            v[n++] = &seen->v[0];
    }
    return (struct stack_status){
        .project = cli->project,
        .spec = cli->args.n ? NULL : cli->spec,
        .v = v,
        .n = n,
        .now_ms = stk_now_ms(),
    };
}

static void print(const struct cli *cli, const struct stack_status *status)
{
    if (cli->o.json) {
        STK_CLEANUP(stk_charp) char *line = stk_json_line(status_json(status));
        fputs(line, stdout);
    } else {
        STK_CLEANUP(stk_charp) char *text = status_text(status);
        bool screen = cli->o.follow && isatty(STDOUT_FILENO);
        fputs(screen ? "\033[H\033[J" : "", stdout);
        fputs(text, stdout);
        if (cli->o.follow && !screen)
            putchar('\n');
    }
    fflush(stdout);
}

static void keep_open(struct status_open *open, const struct stk_status *const *v, size_t n,
                      const enum status_asked *asked)
{
    open->v = stk_alloc((n + 1) * sizeof(*open->v));
    for (size_t i = 0; i < n; i++)
        if (asked[i] == STATUS_IS_NOT && v[i]->ref.id)
            open->v[open->n++] = (struct stk_ref){ .kind = STK_SERVICE,
                                                   .name = stk_strdup(v[i]->ref.name),
                                                   .index = v[i]->ref.index,
                                                   .id = stk_strdup(v[i]->ref.id) };
}

static void free_ref(struct stk_ref *ref)
{
    free((char *)(uintptr_t)ref->name);
    free((char *)(uintptr_t)ref->id);
}

void status_open_clear(struct status_open *open)
{
    for (size_t i = 0; i < open->n; i++)
        free_ref(&open->v[i]);
    free(open->v);
    *open = (struct status_open){ 0 };
}

int status_show(struct cli *cli, bool *ret_ready, struct status_open *open)
{
    struct stk_seen *seen = NULL;
    struct details details = { 0 };
    int rc = look(cli, &seen, &details);
    if (!rc) {
        const struct stk_status **v = stk_alloc((details.n + 1) * sizeof(struct stk_status *));
        struct stack_status status = gather(cli, &details, v);
        enum status_asked *asked = stk_alloc((status.n + 1) * sizeof(*asked));
        rc = ask(cli, v, status.n, asked);
        status.asked = asked;
        *ret_ready = status_is_ready(&status);
        if (!rc)
            print(cli, &status);
        if (!rc && open)
            keep_open(open, v, status.n, asked);
        free(asked);
        free(v);
    }
    clear(&details);
    stk_seen_free(seen);
    return rc;
}

static int run(struct cli *cli)
{
    bool ready = false;
    int rc = stk_check_existing(cli);
    if (rc)
        return rc;
    if (cli->o.follow) {
        rc = stk_cli_prepare_docker(cli);
        return rc ? rc : status_follow(cli);
    }
    rc = status_show(cli, &ready, NULL);
    return rc || ready || !cli->o.exit_code ? rc : stk_code_info(STK_ENOTREADY)->exit_status;
}

const struct command stk_cmd_status = {
    .name = "status",
    .args = "[SERVICE...]",
    .help = "Show how the stack is, as a tree: what is ready, since when, and what went wrong",
    .needs = NEEDS_PROJECT | NEEDS_ENGINE,
    .max_args = -1,
    .options = options,
    .run = run,
};
