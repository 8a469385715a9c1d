/* stats.c — stats: what the project's containers use, once or as it changes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "log_out.h"
#include "loop.h"
#include "pick.h"
#include "stackctl/docker/stats.h"
#include "stats_text.h"
#include "text.h"
#include "together.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "all", 'a', OPT_FLAG, AT(all), NULL, "Stopped containers, too" },
    { "no-stream", 0, OPT_FLAG, AT(no_stream), NULL, "Once, instead of again and again" },
    { "no-trunc", 0, OPT_FLAG, AT(no_trunc), NULL, "Full ids" },
    { "format", 0, OPT_STRING, AT(format), "FORMAT", "table or json (an object a line)",
      "table|json" },
    { 0 },
};

enum {
    ROUND_MS = 1000,
    LOOK_MS = 5000, /* who has come since */
};

struct one {
    struct stk_stats_req req;
    struct stats *stats;
    char *id, *name;
    struct stk_sample sample;
    bool came, ended; /* a sample; the stream */
    struct one *next;
};

struct stats {
    struct cli *cli;
    struct together together;
    struct one *first, **last;
    struct log_out out;
    struct stk_timer round, look;
    struct stk_inspect_req inspect;
    bool terminal, over;
    int rc;
};

static void came(struct stk_stats_req *req, const struct stk_sample *sample)
{
    struct one *one = STK_CONTAINER(req, struct one, req);
    one->sample = *sample;
    one->came = true;
}

static bool is_shown(const struct one *one)
{
    return one->came && (!one->ended || one->req.once || one->stats->cli->o.all);
}

static void print(struct stats *stats)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf text;
    stk_buf_init(&text, 16 * STK_MIB);
    const struct options *o = &stats->cli->o;
    struct stats_row *rows = NULL;
    size_t n = 0, cap = 0;
    for (const struct one *one = stats->first; one; one = one->next) {
        if (!is_shown(one))
            continue;
        rows = stk_grow(rows, n, &cap, sizeof(*rows));
        rows[n++] = (struct stats_row){ one->id, one->name, &one->sample };
    }
    if (stats->terminal)
        stk_buf_puts(&text, "\033[H");
    if (stk_streq(o->format, "json"))
        stats_json(&text, rows, n, o->no_trunc);
    else
        stats_table(&text, rows, n, o->no_trunc, stats->terminal);
    if (stats->terminal)
        stk_buf_puts(&text, "\033[J");
    if (text.size)
        log_out_add(&stats->out, stats, &text, true);
    free(rows);
}

static void begin(struct stats *stats, const struct stk_status *status)
{
    struct one *one = stk_alloc(sizeof(*one));
    one->stats = stats;
    one->id = stk_strdup(status->ref.id);
    one->name = stk_strdup(status->name);
    *stats->last = one;
    stats->last = &one->next;
    one->req =
        (struct stk_stats_req){ .id = one->id, .once = stats->cli->o.no_stream, .sample = came };
    together_add(&stats->together, &one->req.op);
    stk_docker_stats(stats->cli->docker, &one->req);
}

static struct one *find(const struct stats *stats, const char *id)
{
    for (struct one *one = stats->first; one; one = one->next)
        if (!one->ended && stk_streq(one->id, id))
            return one;
    return NULL;
}

static bool is_wanted(const struct cli *cli, const struct stk_status *status)
{
    return status->ref.kind == STK_SERVICE && status->ref.id &&
           (cli->o.all || pick_is_up(status)) && stk_is_named(cli, status->ref.name);
}

/* Who has come since. An engine that does not answer now is found out by the streams. */
static void looked(struct stats *stats)
{
    const struct stk_seen *seen = stats->inspect.seen;
    for (size_t i = 0; seen && !stats->over && i < seen->n; i++)
        if (is_wanted(stats->cli, &seen->v[i]) && !find(stats, seen->v[i].ref.id))
            begin(stats, &seen->v[i]);
    stk_seen_free(TAKE(stats->inspect.seen));
    if (!stats->over)
        stk_timer_start(stats->cli->loop, &stats->look, LOOK_MS);
}

static void ended(struct together *together, struct stk_op *op)
{
    struct stats *stats = together->data;
    enum stk_code code = op->err.code;
    if (op == &stats->inspect.op) {
        looked(stats);
    } else {
        struct one *one = STK_CONTAINER(op, struct one, req.op);
        one->ended = true;
        bool gone = code == STK_EABSENT || code == STK_ECONFLICT;
        if (code && code != STK_ECANCELED && !gone && !stats->rc) {
            stk_wrap(&op->err, "reading what '%s' uses", one->name);
            stats->rc = stk_report_error(stats->cli, &op->err);
        }
    }
    if (code == STK_EENGINE || code == STK_ECANCELED)
        stats->over = true;
    if (stats->over)
        together_cancel(together);
    stk_error_clear(&op->err);
}

static void look(struct stk_timer *timer)
{
    struct stats *stats = timer->data;
    stats->inspect =
        (struct stk_inspect_req){ .project = stats->cli->project, .what = STK_SEE_SERVICES };
    together_add(&stats->together, &stats->inspect.op);
    stk_runtime_inspect(stats->cli->rt, &stats->inspect);
}

static void turn(struct stk_timer *timer)
{
    struct stats *stats = timer->data;
    print(stats);
    log_out_check(&stats->out);
    stk_timer_start(stats->cli->loop, timer, ROUND_MS);
}

static int stream(struct stats *stats)
{
    struct cli *cli = stats->cli;
    bool again = !cli->o.no_stream;
    stats->terminal = again && isatty(STDOUT_FILENO) && !stk_streq(cli->o.format, "json");
    stats->round = (struct stk_timer){ .fire = turn, .data = stats };
    stats->look = (struct stk_timer){ .fire = look, .data = stats };
    log_out_init(&stats->out, cli->loop, STDOUT_FILENO);
    if (stats->terminal)
        fputs("\033[2J", stdout);
    fflush(stdout);
    if (again) {
        stk_timer_start(cli->loop, &stats->round, ROUND_MS);
        stk_timer_start(cli->loop, &stats->look, LOOK_MS);
    }
    int signalled = together_run(&stats->together);
    stk_timer_stop(&stats->round);
    stk_timer_stop(&stats->look);
    if (!again && !stats->rc && !signalled)
        print(stats);
    log_out_clear(&stats->out);
    return signalled ? signalled : stats->rc;
}

static void clear(struct stats *stats)
{
    while (stats->first) {
        struct one *one = stats->first;
        stats->first = one->next;
        free(one->id);
        free(one->name);
        free(one);
    }
}

static int run(struct cli *cli)
{
    struct stats stats = { .cli = cli, .together = { .cli = cli, .ended = ended } };
    struct stk_seen *seen = NULL;
    const struct stk_status *const *v = NULL;
    size_t n = 0;
    unsigned how = PICK_ONE_OFFS | (cli->o.all ? 0 : PICK_RUNNING);
    int rc = pick_named(cli, how, &seen, &v, &n);
    stats.together.data = &stats;
    stats.last = &stats.first;
    for (size_t i = 0; !rc && i < n; i++)
        begin(&stats, v[i]);
    stk_seen_free(seen);
    if (!rc && n == 0 && !cli->o.no_stream)
        stk_say(stderr, "no container%s%s runs", cli->args.n ? " of " : "",
                cli->args.n ? cli->args.v[0] : "");
    else if (!rc)
        rc = stream(&stats);
    clear(&stats);
    return rc;
}

const struct command stk_cmd_stats = {
    .name = "stats",
    .args = "[SERVICE...]",
    .help = "Show what running containers use",
    .needs = NEEDS_PROJECT | NEEDS_ENGINE | NEEDS_DOCKER,
    .max_args = -1,
    .options = options,
    .run = run,
};
