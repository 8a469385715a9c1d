/* cmd_wait.c — wait: until services are ready, healthy, or have exited. Works from labels alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "command.h"
#include "interrupt.h"
#include "json_text.h"
#include "loop.h"
#include "outcome.h"
#include "outcome_json.h"
#include "text.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "for", 0, OPT_STRING, AT(wait_for), "WHAT",
      "ready, healthy, exited or exited:CODE (default exited)" },
    { "no-accelerated-checks", 0, OPT_FLAG, AT(no_probe), NULL,
      "Leave health checks to the engine's own schedule" },
    { "down-project", 0, OPT_FLAG, AT(down_project), NULL,
      "When the first has exited, take the whole project down" },
    { "format", 0, OPT_STRING, AT(format), "FORMAT",
      "table (exit codes only) or json: an object for each container, with how it ended",
      "table|json" },
    { "timeout", 0, OPT_SECONDS, AT(timeout), "SECONDS", "How long to wait at most" },
    { 0 },
};

struct waiter {
    struct waiting *all;
    char *name;
    struct stk_wait_req req;
};

struct waiting {
    struct cli *cli;
    enum stk_until until;
    int64_t code; /* exited:CODE; -1: any */
    struct waiter *v;
    size_t n, left;
    struct stk_interrupt interrupt;
    int status;
    bool first_came; /* with --down-project: the others are not waited for */
};

static int parse_what(struct waiting *w)
{
    static const struct {
        const char *word;
        enum stk_until until;
    } words[] = { { "ready", STK_UNTIL_READY },
                  { "healthy", STK_UNTIL_HEALTHY },
                  { "exited", STK_UNTIL_EXITED } };
    const char *what = w->cli->o.wait_for ? w->cli->o.wait_for : "exited";
    w->code = -1;
    for (size_t i = 0; i < STK_LEN(words); i++)
        if (strcmp(what, words[i].word) == 0) {
            w->until = words[i].until;
            return 0;
        }
    w->until = STK_UNTIL_EXITED;
    if (stk_starts(what, "exited:") && stk_parse_int(what + 7, &w->code) && w->code >= 0)
        return 0;
    return stk_usage_error(
        w->cli, "invalid value '%s' for --for: expected ready, healthy, exited or exited:CODE",
        what);
}

static void fail(struct waiting *w, const struct waiter *waiter, struct stk_error *err)
{
    stk_wrap(err, "'%s'", waiter->name);
    int status = stk_report_error(w->cli, err);
    w->status = w->status ? w->status : status;
}

/* As Docker Compose's wait: the exit code on standard output, and that of the last as the result. */
static void tell_exit(struct waiting *w, const struct waiter *waiter,
                      const struct stk_status *status)
{
    struct stk_error err = { 0 };
    if (!stk_streq(w->cli->o.format, "json"))
        printf("%d\n", status->exit_code);
    if (w->code < 0)
        w->status = status->exit_code;
    else if (status->exit_code != w->code) {
        stk_fail(&err, STK_ENOTREADY, (struct stk_src){ 0 }, "exited with code %d, not %d",
                 status->exit_code, (int)w->code);
        fail(w, waiter, &err);
        stk_error_clear(&err);
    }
}

static void print_json(const struct stk_status *status)
{
    struct stk_outcome outcome = stk_outcome_of(status);
    json_t *object = json_object();
    json_object_set_new(object, "name", stk_json_text_of(status->name));
    json_object_set_new(object, "service", stk_json_text_of(status->ref.name));
    json_object_set_new(object, "state", json_string(stk_state_name(status->state)));
    if (status->health != STK_HEALTH_NONE)
        json_object_set_new(object, "health", json_string(stk_health_name(status->health)));
    if (outcome_tells(&outcome))
        json_object_set_new(object, "ended", outcome_json(&outcome));
    STK_CLEANUP(stk_charp) char *line = stk_json_line(object);
    fputs(line, stdout);
    fflush(stdout);
}

static void let_go(struct waiting *w)
{
    for (size_t i = 0; i < w->n; i++)
        stk_op_cancel(&w->v[i].req.op);
}

static void ended(struct stk_op *op)
{
    struct waiter *waiter = op->data;
    struct waiting *w = waiter->all;
    const struct stk_seen *seen = waiter->req.seen;
    bool let_be = w->interrupt.count || w->first_came;
    if (stk_streq(w->cli->o.format, "json") && seen && seen->n && !let_be)
        print_json(&seen->v[0]);
    if (op->err.code != STK_OK && !let_be)
        fail(w, waiter, &op->err);
    else if (op->err.code == STK_OK && w->until == STK_UNTIL_EXITED && seen && seen->n)
        tell_exit(w, waiter, &seen->v[0]);
    if (op->err.code == STK_OK && w->cli->o.down_project && !w->first_came) {
        w->first_came = true;
        let_go(w);
    }
    stk_error_clear(&op->err);
    stk_seen_free(TAKE(waiter->req.seen));
    if (--w->left == 0)
        stk_loop_stop(w->cli->loop);
}

static void interrupted(struct stk_interrupt *interrupt, unsigned count)
{
    struct waiting *w = interrupt->data;
    (void)count;
    let_go(w);
}

static bool is_wanted(const struct cli *cli, const struct stk_status *status)
{
    return status->ref.kind == STK_SERVICE && !status->oneoff && !stk_status_is_previous(status) &&
           stk_is_named(cli, status->ref.name);
}

/* Somebody's label says that it waits for it to complete: ready is done, then. */
static bool is_job(const struct stk_seen *seen, const char *service)
{
    for (size_t i = 0; i < seen->n; i++)
        for (size_t k = 0; k < seen->v[i].n_depends_on; k++)
            if (seen->v[i].depends_on[k].until == STK_UNTIL_COMPLETED &&
                strcmp(seen->v[i].depends_on[k].service, service) == 0)
                return true;
    return false;
}

static void begin(struct waiting *w, const struct stk_seen *seen)
{
    w->v = stk_arena_array(w->cli->arena, seen->n + 1, sizeof(*w->v));
    for (size_t i = 0; i < seen->n; i++) {
        if (!is_wanted(w->cli, &seen->v[i]))
            continue;
        struct waiter *waiter = &w->v[w->n++];
        waiter->all = w;
        waiter->name = stk_arena_strdup(w->cli->arena, seen->v[i].name);
        waiter->req = (struct stk_wait_req){
            .op = { .done = ended, .data = waiter, .timeout_ms = (unsigned)w->cli->o.timeout.v },
            .ref = seen->v[i].ref,
            .until = w->until == STK_UNTIL_READY && is_job(seen, seen->v[i].ref.name)
                         ? STK_UNTIL_COMPLETED
                         : w->until,
            .no_probe = w->cli->o.no_probe,
        };
        w->left++;
        stk_runtime_wait_healthy(w->cli->rt, &waiter->req);
    }
}

static int wait_for(struct waiting *w, const struct stk_seen *seen)
{
    begin(w, seen);
    if (w->n == 0) {
        struct stk_error err = { 0 };
        stk_fail(&err, STK_EABSENT, (struct stk_src){ 0 },
                 "project '%s' has no container to wait for", w->cli->project);
        int rc = stk_report_error(w->cli, &err);
        stk_error_clear(&err);
        return rc;
    }
    w->interrupt = (struct stk_interrupt){ .came = interrupted, .data = w };
    stk_interrupt_begin(w->cli->loop, &w->interrupt);
    stk_loop_run(w->cli->loop);
    stk_interrupt_end(&w->interrupt);
    int signalled = stk_interrupt_status(&w->interrupt);
    return signalled ? signalled : w->status;
}

/* The status stays the container's, unless taking down fails. */
static int take_down(struct cli *cli, int status)
{
    struct stk_reconcile_req req = { .goal = { .kind = STK_GOAL_DOWN } };
    int rc = stk_drive(cli, &req);
    stk_reconcile_clear(&req);
    return rc ? rc : status;
}

static int run(struct cli *cli)
{
    struct waiting w = { .cli = cli };
    struct stk_seen *seen = NULL;
    int rc = parse_what(&w);
    if (!rc)
        rc = stk_cli_look(cli, cli->project, STK_SEE_SERVICES, &seen);
    if (!rc)
        rc = stk_check_services(cli, seen, &cli->args);
    if (!rc)
        rc = wait_for(&w, seen);
    stk_seen_free(seen);
    return w.first_came ? take_down(cli, rc) : rc;
}

const struct command stk_cmd_wait = {
    .name = "wait",
    .args = "[SERVICE...]",
    .help = "Wait until services are ready, or have exited",
    .more =
        "With --for exited (the default) each exit code is printed, and the last is the status.\n\n"
        "Examples:\n"
        "  stackctl wait --for ready --timeout 60     everything is ready within a minute\n"
        "  stackctl wait --for exited:0 migrate       the job ended well\n",
    .needs = NEEDS_PROJECT | NEEDS_ENGINE,
    .max_args = -1,
    .options = options,
    .run = run,
};
