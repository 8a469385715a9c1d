/* events.c — events: what happens to the project's containers, as it happens. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "json_text.h"
#include "log_out.h"
#include "log_time.h"
#include "outcome_json.h"
#include "stackctl/docker/event_stream.h"
#include "text.h"
#include "together.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "json", 0, OPT_FLAG, AT(json), NULL, "One JSON object a line" },
    { "since", 0, OPT_STRING, AT(since), "TIME",
      "From then on: 2026-01-31T12:00:00Z, or 42m ago; as far as the engine remembers" },
    { "until", 0, OPT_STRING, AT(until), "TIME", "Up to then; ends there" },
    { 0 },
};

struct events {
    struct cli *cli;
    struct stk_event_stream_req req;
    struct log_out out;
};

/* "2026-01-31 11:57:55.123456", in the time zone of this process, as Docker Compose has it. */
static void add_time(struct stk_buf *out, int64_t ns)
{
    time_t seconds = (time_t)(ns / STK_NS_PER_S);
    struct tm tm;
    char text[64], fraction[32];
    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", localtime_r(&seconds, &tm));
    int n = snprintf(fraction, sizeof(fraction), ".%06d", (int)(ns % STK_NS_PER_S / 1000));
    while (n > 0 && (fraction[n - 1] == '0' || fraction[n - 1] == '.'))
        fraction[--n] = '\0';
    stk_buf_printf(out, "%s%s", text, fraction);
}

/* Labels that look like secrets, and commands with one among their arguments; malloc'd. */
static char *masked(const char *name, const char *text)
{
    struct stk_buf out;
    if (name && stk_looks_secret(name))
        return stk_strdup("***");
    stk_buf_init(&out, 16 * STK_MIB);
    stk_mask_secrets(&out, text);
    return stk_buf_take(&out);
}

static void add_masked(struct stk_buf *out, const char *name, const char *text)
{
    STK_CLEANUP(stk_charp) char *shown = masked(name, text);
    stk_escape_control(out, shown, strlen(shown));
}

static json_t *masked_json(const char *name, const char *text)
{
    STK_CLEANUP(stk_charp) char *shown = masked(name, text);
    return stk_json_text_of(shown);
}

static void add_text(struct stk_buf *out, const struct stk_docker_event *event)
{
    add_time(out, event->time_ns);
    stk_buf_puts(out, " container ");
    add_masked(out, NULL, event->action);
    stk_buf_printf(out, " %s (", event->id);
    for (size_t i = 0; i < event->attributes.n; i++) {
        const struct stk_kv *kv = &event->attributes.v[i];
        stk_buf_puts(out, i ? ", " : "");
        stk_escape_control(out, kv->key, strlen(kv->key));
        stk_buf_putc(out, '=');
        add_masked(out, kv->key, kv->value);
    }
    stk_buf_puts(out, ")\n");
}

/* Docker Compose's keys, and those that --progress json has with the same meaning. */
static json_t *event_json(const struct events *events, const struct stk_docker_event *event)
{
    json_t *object = json_object(), *attributes = json_object();
    for (size_t i = 0; i < event->attributes.n; i++)
        json_object_set_new(attributes, event->attributes.v[i].key,
                            masked_json(event->attributes.v[i].key, event->attributes.v[i].value));
    json_object_set_new(object, "time", time_json(event->time_ns));
    json_object_set_new(object, "type", json_string("container"));
    json_object_set_new(object, "service", stk_json_text_of(event->service));
    json_object_set_new(object, "id", stk_json_text_of(event->id));
    json_object_set_new(object, "action", masked_json(NULL, event->action));
    json_object_set_new(object, "attributes", attributes);
    json_object_set_new(object, "ts", time_json(event->time_ns));
    json_object_set_new(object, "project", stk_json_text_of(events->cli->project));
    json_object_set_new(object, "kind", json_string("service"));
    if (event->name)
        json_object_set_new(object, "name", stk_json_text_of(event->name));
    if (event->died)
        json_object_set_new(object, "ended", outcome_json(&event->outcome));
    return object;
}

static void came(struct stk_event_stream_req *req, const struct stk_docker_event *event)
{
    struct events *events = STK_CONTAINER(req, struct events, req);
    if (event->oneoff || !stk_is_named(events->cli, event->service ? event->service : ""))
        return;
    STK_CLEANUP(stk_buf_clearp) struct stk_buf line;
    stk_buf_init(&line, 16 * STK_MIB);
    if (events->cli->o.json) {
        STK_CLEANUP(stk_charp) char *json = stk_json_line(event_json(events, event));
        stk_buf_puts(&line, json);
    } else {
        add_text(&line, event);
    }
    log_out_add(&events->out, events, &line, true);
}

static void news_came(struct stk_event_stream_req *req, enum stk_stream_news news,
                      const char *message)
{
    (void)req;
    switch (news) {
    case STK_STREAM_BROKE:
        stk_warn("the stream of events broke: %s; trying again", message);
        return;
    case STK_STREAM_GOES_ON:
        stk_warn("the stream of events goes on");
        return;
    case STK_STREAM_GAP:
        stk_warn("the engine has forgotten its last events: some may be missing here");
        return;
    }
}

/* 0 or the exit status. */
static int take_time(struct cli *cli, const char *option, const char **text)
{
    char *time = NULL;
    if (!*text)
        return 0;
    if (!stk_log_time(*text, stk_now_ms(), &time))
        return stk_usage_error(cli,
                               "invalid value '%s' for --%s: expected a time like "
                               "2026-01-31T12:00:00Z, or one like 42m, that long ago",
                               *text, option);
    *text = stk_arena_strdup(cli->arena, time);
    free(time);
    return 0;
}

/* Somebody may wait for what is not there yet, so this is no error. */
static void warn_unknown(struct cli *cli)
{
    for (size_t i = 0; cli->spec && i < cli->args.n; i++)
        if (!strpbrk(cli->args.v[i], "*?[") && !stk_spec_service(cli->spec, cli->args.v[i]))
            stk_warn("the file has no service '%s'", cli->args.v[i]);
}

static int run(struct cli *cli)
{
    struct events events = { .cli = cli };
    struct together together = { .cli = cli };
    int rc = take_time(cli, "since", &cli->o.since);
    rc = rc ? rc : take_time(cli, "until", &cli->o.until);
    if (rc)
        return rc;
    warn_unknown(cli);
    log_out_init(&events.out, cli->loop, STDOUT_FILENO);
    events.req = (struct stk_event_stream_req){
        .project = cli->project,
        .since = cli->o.since,
        .until = cli->o.until,
        .event = came,
        .news = news_came,
    };
    together_add(&together, &events.req.op);
    stk_docker_event_stream(cli->docker, &events.req);
    log_out_watch(&events.out);
    rc = together_run(&together);
    log_out_clear(&events.out);
    if (!rc && events.req.op.err.code)
        rc = stk_report_error(cli, &events.req.op.err);
    stk_error_clear(&events.req.op.err);
    return rc;
}

const struct command stk_cmd_events = {
    .name = "events",
    .args = "[SERVICE...]",
    .help = "Show what happens to the project's containers",
    .more = "Services may be globs. An engine that goes away is waited for.\n\n"
            "Examples:\n"
            "  stackctl events --json                          for a program, a line each\n"
            "  stackctl events --since 10m --until 0s web      the last ten minutes of web\n",
    .needs = NEEDS_PROJECT | NEEDS_ENGINE | NEEDS_DOCKER,
    .max_args = -1,
    .options = options,
    .run = run,
};
