/* cmd_logs.c — logs: reads the instances' logs side by side and, when following, those of instances that
 * come later. How lines look is log_lines.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "command.h"
#include "interrupt.h"
#include "log_lines.h"
#include "log_time.h"
#include "loop.h"
#include "stackctl/docker/event_stream.h"
#include "text.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "follow", 'f', OPT_FLAG, AT(follow), NULL, "Go on as more is written" },
    { "tail", 'n', OPT_STRING, AT(tail), "N", "The last N lines of each container, or all" },
    { "timestamps", 't', OPT_FLAG, AT(timestamps), NULL, "Show when each line was written" },
    { "since", 0, OPT_STRING, AT(since), "TIME", "From then on: 2026-01-31T12:00:00Z, or 42m ago" },
    { "until", 0, OPT_STRING, AT(until), "TIME", "Up to then" },
    { "index", 0, OPT_COUNT, AT(index), "N", "Only the N-th container of a service" },
    { "no-color", 0, OPT_FLAG, AT(no_color), NULL, "No colours" },
    { "no-log-prefix", 0, OPT_FLAG, AT(no_log_prefix), NULL, "No names before the lines" },
    { "raw", 0, OPT_FLAG, AT(raw), NULL, "Control characters as they are, at a terminal too" },
    { 0 },
};

/* While something is followed, how often it is looked whether instances were added or started, unless the
 * engine tells; the first look is for what happened before it began to. */
enum { LOOK_MS = 1000, HEIR_MS = 100, HEIR_LOOKS = 100 };

struct reader {
    struct logs *logs;
    struct stk_logs_req req;
    struct log_source *source;
    const char *name; /* on the engine */
    char last[64];    /* when the last line that came was written, by the engine's clock */
    char after[64];   /* what is not later was shown already */
    bool reading;
};

struct logs {
    struct cli *cli;
    struct log_printer *printer;
    struct stk_opt tail;
    char *since, *until;
    struct reader **v; /* they are lent to the runtime: they stay where they are */
    size_t n, cap, reading;
    struct stk_inspect_req look;
    struct stk_timer timer;
    struct stk_event_stream_req news; /* of the engine: something may have to be read from now on */
    bool listening, told,
        again; /* told: what happens is told; again: something did during a look */
    struct stk_interrupt interrupt;
    bool looking, ending, over; /* over: nobody left to read, and nobody to come */
    unsigned heir_looks;        /* in a row that found an instance that may start soon */
    int status;
};

static void look_again(struct stk_timer *timer);

static bool follows(const struct logs *logs)
{
    return logs->cli->o.follow && !logs->until;
}

/* The last one that was read may have been replaced: a look tells whether a new one is on its way. */
static void maybe_end(struct logs *logs)
{
    if (logs->reading)
        return;
    if (follows(logs) && !logs->ending && !logs->over) {
        stk_timer_stop(&logs->timer);
        if (!logs->looking)
            look_again(&logs->timer);
        return;
    }
    stk_timer_stop(&logs->timer);
    if (logs->looking)
        stk_op_cancel(&logs->look.op);
    else if (logs->listening)
        stk_op_cancel(&logs->news.op);
    else
        stk_loop_stop(logs->cli->loop);
}

/* An instance that was removed meanwhile has no logs any more: no failure of ours. */
static void read_ended(struct stk_op *op)
{
    struct reader *reader = op->data;
    struct logs *logs = reader->logs;
    reader->reading = false;
    logs->reading--;
    log_source_flush(reader->source);
    if (op->err.code != STK_OK && op->err.code != STK_EABSENT && op->err.code != STK_ECANCELED) {
        stk_wrap(&op->err, "logs of '%s'", reader->name);
        if (strstr(op->err.msg, "driver does not support reading")) {
            stk_warn("%s", op->err.msg); /* that is how the file wants it */
        } else {
            int status = stk_report_error(logs->cli, &op->err);
            logs->status = logs->status ? logs->status : status;
        }
    }
    stk_error_clear(&op->err);
    maybe_end(logs);
}

static void chunk_came(struct stk_logs_req *req, const struct stk_log_chunk *chunk)
{
    struct reader *reader = STK_CONTAINER(req, struct reader, req);
    if (*reader->after && strcmp(chunk->timestamp, reader->after) <= 0)
        return;
    if (*chunk->timestamp)
        snprintf(reader->last, sizeof(reader->last), "%s", chunk->timestamp);
    log_source_chunk(reader->source, chunk);
}

/* since NULL: from the beginning. */
static void begin_reading(struct reader *reader, const char *since, struct stk_opt tail)
{
    struct logs *logs = reader->logs;
    struct stk_ref ref = reader->req.ref;
    reader->req = (struct stk_logs_req){
        .op = { .done = read_ended, .data = reader },
        .ref = ref,
        .follow = logs->cli->o.follow,
        .untimed = !logs->cli->o.follow && !logs->cli->o.timestamps,
        .since = since,
        .until = logs->until,
        .tail = tail,
        .chunk = chunk_came,
    };
    reader->reading = true;
    logs->reading++;
    stk_runtime_logs(logs->cli->rt, &reader->req);
}

/* "web-1": the project goes without saying. */
static const char *short_name(const struct stk_status *st)
{
    size_t n = st->project ? strlen(st->project) : 0;
    return n && strncmp(st->name, st->project, n) == 0 && st->name[n] == '-' ? st->name + n + 1
                                                                             : st->name;
}

static struct reader *add_reader(struct logs *logs, const struct stk_status *st)
{
    struct stk_arena *arena = logs->cli->arena;
    struct reader *reader = stk_arena_alloc(arena, sizeof(*reader));
    reader->logs = logs;
    reader->name = stk_arena_strdup(arena, st->name);
    reader->req.ref = (struct stk_ref){
        .kind = STK_SERVICE,
        .name = stk_arena_strdup(arena, st->ref.name),
        .index = st->ref.index,
        .id = stk_arena_strdup(arena, st->ref.id),
    };
    reader->source = log_source_new(logs->printer, short_name(st), st->ref.name);
    logs->v = stk_grow(logs->v, logs->n, &logs->cap, sizeof(*logs->v));
    return logs->v[logs->n++] = reader;
}

static bool is_wanted(const struct cli *cli, const struct stk_status *st)
{
    if (st->ref.kind != STK_SERVICE || st->oneoff || stk_status_is_previous(st))
        return false;
    if (cli->o.index.set && (int64_t)st->ref.index != cli->o.index.v)
        return false;
    return stk_is_named(cli, st->ref.name);
}

/* Names first, so that the prefixes have one width from the first line on. */
static void read_all(struct logs *logs, const struct stk_seen *seen)
{
    for (size_t i = 0; i < seen->n; i++)
        if (is_wanted(logs->cli, &seen->v[i]))
            add_reader(logs, &seen->v[i]);
    for (size_t i = 0; i < logs->n; i++)
        begin_reading(logs->v[i], logs->since, logs->tail);
}

static struct reader *find_reader(const struct logs *logs, const struct stk_status *st)
{
    for (size_t i = 0; i < logs->n; i++)
        if (stk_streq(logs->v[i]->req.ref.id, st->ref.id)) /* its name may change: a replacement */
            return logs->v[i];
    return NULL;
}

/* One that is new is read from its beginning; one that ended and runs again, from where it ended. */
static void read_later(struct logs *logs, const struct stk_status *st)
{
    struct reader *reader = find_reader(logs, st);
    if (!is_wanted(logs->cli, st) || st->state != STK_RUNNING || (reader && reader->reading))
        return;
    if (!reader)
        reader = add_reader(logs, st);
    memcpy(reader->after, reader->last, sizeof(reader->after));
    begin_reading(reader, *reader->after ? reader->after : NULL, (struct stk_opt){ 0 });
}

/* One that was made and not started yet: of a replacement under way, or of a start that failed. */
static bool has_heir(const struct logs *logs, const struct stk_seen *seen)
{
    for (size_t i = 0; seen && i < seen->n; i++)
        if (is_wanted(logs->cli, &seen->v[i]) && seen->v[i].state == STK_CREATED)
            return true;
    return false;
}

/* A look that failed is repeated: what is followed tells itself when the engine is gone. */
static void looked(struct stk_op *op)
{
    struct logs *logs = op->data;
    struct stk_seen *seen = op->err.code == STK_OK ? logs->look.seen : NULL;
    bool later = !seen || !logs->told || logs->again;
    logs->looking = false;
    stk_error_clear(&op->err);
    for (size_t i = 0; seen && i < seen->n && !logs->ending; i++)
        read_later(logs, &seen->v[i]);
    bool heir = !logs->reading && has_heir(logs, seen) && ++logs->heir_looks < HEIR_LOOKS;
    stk_seen_free(seen);
    if (logs->reading)
        logs->heir_looks = 0;
    if (logs->ending || (!logs->reading && !heir)) {
        logs->over = true;
        maybe_end(logs);
    } else if (heir || later) {
        stk_timer_start(logs->cli->loop, &logs->timer, logs->again ? 0 : heir ? HEIR_MS : LOOK_MS);
    }
    logs->again = false;
}

static void look_again(struct stk_timer *timer)
{
    struct logs *logs = timer->data;
    logs->look = (struct stk_inspect_req){
        .op = { .done = looked, .data = logs },
        .project = logs->cli->project,
        .what = STK_SEE_SERVICES,
    };
    logs->looking = true;
    stk_runtime_inspect(logs->cli->rt, &logs->look);
}

static void look_soon(struct logs *logs)
{
    logs->again = logs->looking;
    if (!logs->looking && !logs->over && !logs->ending)
        stk_timer_start(logs->cli->loop, &logs->timer, 0);
}

static void happened(struct stk_event_stream_req *req, const struct stk_docker_event *event)
{
    (void)event;
    look_soon(STK_CONTAINER(req, struct logs, news));
}

/* While the engine does not tell, it is looked now and then. */
static void stream_changed(struct stk_event_stream_req *req, enum stk_stream_news news,
                           const char *message)
{
    (void)message;
    struct logs *logs = STK_CONTAINER(req, struct logs, news);
    logs->told = news != STK_STREAM_BROKE;
    look_soon(logs);
}

static void listened(struct stk_op *op)
{
    struct logs *logs = op->data;
    bool canceled = op->err.code == STK_ECANCELED;
    logs->listening = logs->told = false;
    stk_error_clear(&op->err);
    if (canceled)
        maybe_end(logs);
    else
        look_soon(logs);
}

static void listen(struct logs *logs)
{
    static const char *actions[] = { "create", "start", "rename" };
    struct stk_docker *docker = stk_docker_of(logs->cli->rt);
    stk_timer_start(logs->cli->loop, &logs->timer, LOOK_MS);
    if (!docker)
        return;
    logs->news = (struct stk_event_stream_req){
        .op = { .done = listened, .data = logs },
        .project = logs->cli->project,
        .actions = { .v = actions, .n = STK_LEN(actions) },
        .event = happened,
        .news = stream_changed,
    };
    logs->listening = logs->told = true;
    stk_docker_event_stream(docker, &logs->news);
}

static void interrupted(struct stk_interrupt *interrupt, unsigned count)
{
    struct logs *logs = interrupt->data;
    logs->ending = true;
    if (count > 1) {
        stk_loop_stop(logs->cli->loop);
        return;
    }
    for (size_t i = 0; i < logs->n; i++)
        if (logs->v[i]->reading)
            stk_op_cancel(&logs->v[i]->req.op);
}

static int parse_time(struct cli *cli, const char *option, const char *text, char **ret)
{
    if (!text || stk_log_time(text, stk_now_ms(), ret))
        return 0;
    return stk_usage_error(cli, "invalid value '%s' for --%s: expected a date or 42m", text,
                           option);
}

static int parse_options(struct logs *logs)
{
    struct cli *cli = logs->cli;
    const char *tail = cli->o.tail;
    logs->tail.set = tail && strcmp(tail, "all") != 0;
    if (logs->tail.set && (!stk_parse_int(tail, &logs->tail.v) || logs->tail.v < -1))
        return stk_usage_error(cli, "invalid value '%s' for --tail: expected a number or all",
                               tail);
    logs->tail.set = logs->tail.set && logs->tail.v >= 0; /* -1 is Docker's all */
    int rc = parse_time(cli, "since", cli->o.since, &logs->since);
    return rc ? rc : parse_time(cli, "until", cli->o.until, &logs->until);
}

static void read_to_the_end(struct logs *logs)
{
    struct stk_loop *loop = logs->cli->loop;
    logs->timer = (struct stk_timer){ .fire = look_again, .data = logs };
    if (follows(logs)) {
        listen(logs);
        log_printer_watch(logs->printer);
    }
    logs->interrupt = (struct stk_interrupt){ .came = interrupted, .data = logs };
    stk_interrupt_begin(loop, &logs->interrupt);
    stk_loop_run(loop);
    stk_interrupt_end(&logs->interrupt);
    stk_timer_stop(&logs->timer);
    if (!logs->reading && !logs->looking && !logs->listening)
        return;
    stk_interrupt_reraise(); /* asked twice: leave without tidying */
    _Exit(stk_interrupt_status(&logs->interrupt));
}

static int show(struct logs *logs)
{
    struct cli *cli = logs->cli;
    struct stk_seen *seen = NULL;
    int rc = stk_cli_look(cli, cli->project, STK_SEE_SERVICES, &seen);
    if (rc)
        return rc;
    rc = stk_check_services(cli, seen, &cli->args);
    if (rc == 0) {
        logs->printer = log_printer_new(cli);
        read_all(logs, seen);
        if (logs->n)
            read_to_the_end(logs);
        log_printer_free(logs->printer);
    }
    stk_seen_free(seen);
    int signalled = stk_interrupt_status(&logs->interrupt);
    return rc ? rc : signalled ? signalled : logs->status;
}

static int run(struct cli *cli)
{
    struct logs logs = { .cli = cli };
    int rc = parse_options(&logs);
    if (rc == 0)
        rc = show(&logs);
    free(logs.since);
    free(logs.until);
    free(logs.v);
    return rc;
}

const struct command stk_cmd_logs = {
    .name = "logs",
    .args = "[SERVICE...]",
    .help = "Show what the containers wrote",
    .more = "What containers write to their stderr goes to standard error.\n",
    .needs = NEEDS_PROJECT | NEEDS_ENGINE,
    .max_args = -1,
    .options = options,
    .run = run,
};
