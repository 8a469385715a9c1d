/* event_stream.c — reads the engine's events of one project, and opens the stream again when it breaks.
 * Which events are worth showing, and how, is others' business. */
#include "stackctl/docker/event_stream.h"

#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "outcome.h"
#include "position.h"
#include "text.h"

enum step { BEGIN, STREAM, REST };
static const char *const steps[] = { "BEGIN", "STREAM", "REST" };

enum { FIRST_REST_MS = 100, LONGEST_REST_MS = 5000, BEGIN_MS = 30000, CLOSE_MS = 1000 };
#define LINE_MAX (1 * STK_MIB)

struct event_stream {
    struct stk_task task;
    struct stk_event_stream_req *req;
    struct stk_buf line;
    struct stk_position position; /* what was told up to now */
    json_t *oom;                  /* ids of those that ran out of memory in their present run */
    unsigned rest_ms;
    bool begun; /* the engine has answered once */
    bool broke; /* and then gone away; its owner knows */
    bool bad;   /* an event longer than LINE_MAX */
};

static void clear(struct stk_task *task)
{
    struct event_stream *stream = (struct event_stream *)task;
    stk_buf_clear(&stream->line);
    stk_position_clear(&stream->position);
    json_decref(stream->oom);
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct stk_kv *)a)->key, ((const struct stk_kv *)b)->key);
}

static struct stk_kvs attributes_of(struct stk_arena *arena, const json_t *attributes)
{
    struct stk_kvs kvs = { 0 };
    const char *key;
    json_t *value;
    kvs.v = stk_arena_array(arena, json_object_size(attributes) + 1, sizeof(*kvs.v));
    json_object_foreach((json_t *)(uintptr_t)attributes, key, value)
    {
        bool ours = stk_starts(key, "com.docker.compose.") || stk_starts(key, "io.stackctl.");
        if (!ours && json_is_string(value))
            kvs.v[kvs.n++] = (struct stk_kv){ .key = key, .value = json_string_value(value) };
    }
    if (kvs.n)
        qsort(kvs.v, kvs.n, sizeof(*kvs.v), by_key);
    return kvs;
}

static struct stk_docker_event read_event(struct stk_arena *arena, const json_t *json)
{
    const json_t *actor = stk_json_get(json, "Actor");
    const json_t *attributes = stk_json_get(actor, "Attributes");
    const char *code = stk_json_text(attributes, "exitCode");
    int64_t exit_code = 0, ns = stk_json_int(json, "timeNano");
    struct stk_docker_event event = {
        .time_ns = ns ? ns : stk_json_int(json, "time") * STK_NS_PER_S,
        .action = stk_json_text(json, "Action"),
        .id = stk_json_text(actor, "ID"),
        .name = stk_json_text(attributes, "name"),
        .service = stk_json_text(attributes, "com.docker.compose.service"),
        .attributes = attributes_of(arena, attributes),
        .oneoff = stk_streq(stk_json_text(attributes, "com.docker.compose.oneoff"), "True"),
    };
    if (stk_streq(event.action, "die") && code && stk_parse_int(code, &exit_code)) {
        event.died = true;
        event.outcome.exit_code = (int)exit_code;
    }
    return event;
}

/* A die event has the code only; that memory ran out was told before it. */
static void complete(struct event_stream *stream, struct stk_docker_event *event)
{
    if (stk_streq(event->action, "oom"))
        json_object_set_new(stream->oom, event->id, json_true());
    if (!event->died)
        return;
    bool oom = json_object_get(stream->oom, event->id) != NULL;
    json_object_del(stream->oom, event->id);
    event->outcome = stk_outcome_of_code(event->outcome.exit_code, oom);
    event->outcome.finished_ms = event->time_ns / STK_NS_PER_MS;
}

static void tell(struct event_stream *stream, struct stk_docker_event *event)
{
    complete(stream, event);
    stream->req->event(stream->req, event);
}

static void tell_news(struct event_stream *stream, enum stk_stream_news news, const char *message)
{
    if (stream->req->news)
        stream->req->news(stream->req, news, message);
}

static void take_line(struct event_stream *stream)
{
    const char *bytes = stream->line.bytes ? stream->line.bytes : "";
    json_t *json = json_loadb(bytes, stream->line.size, JSON_ALLOW_NUL, NULL);
    struct stk_arena *arena = stk_arena_new();
    struct stk_docker_event event = read_event(arena, json);
    if (event.id && event.action) {
        switch (stk_position_take(&stream->position, event.time_ns, bytes, stream->line.size)) {
        case STK_POSITION_SEEN:
            break;
        case STK_POSITION_GAP:
            tell_news(stream, STK_STREAM_GAP, NULL);
            tell(stream, &event);
            break;
        case STK_POSITION_NEW:
            tell(stream, &event);
            break;
        }
    }
    stk_arena_free(arena);
    json_decref(json);
    stk_buf_reset(&stream->line);
}

static bool on_stream(struct stk_call *call, const char *bytes, size_t size)
{
    struct event_stream *stream = call->data;
    while (size) {
        const char *end = memchr(bytes, '\n', size);
        size_t n = end ? (size_t)(end - bytes) : size;
        stream->bad = !stk_buf_add(&stream->line, bytes, n);
        if (stream->bad || !end)
            return !stream->bad;
        take_line(stream);
        bytes += n + 1;
        size -= n + 1;
    }
    return true;
}

static void on_begin(struct stk_call *call)
{
    struct event_stream *stream = call->data;
    stream->begun = true;
    stream->rest_ms = FIRST_REST_MS;
    if (stream->broke)
        tell_news(stream, STK_STREAM_GOES_ON, NULL);
    stream->broke = false;
}

static json_t *action_list(const struct stk_strs *actions)
{
    json_t *list = json_array();
    for (size_t i = 0; i < actions->n; i++)
        json_array_append_new(list, json_string(actions->v[i]));
    return list;
}

static void open_stream(struct event_stream *stream)
{
    const struct stk_event_stream_req *req = stream->req;
    json_t *filters = json_object();
    STK_CLEANUP(stk_charp) char *label = stk_printf("com.docker.compose.project=%s", req->project);
    json_object_set_new(filters, "type", json_pack("[s]", "container"));
    json_object_set_new(filters, "label", json_pack("[s]", label));
    if (req->actions.n)
        json_object_set_new(filters, "event", action_list(&req->actions));
    STK_CLEANUP(stk_charp) char *filter = stk_url_filters(filters);
    STK_CLEANUP(stk_charp) char *from = stk_position_since(&stream->position, req->since);
    STK_CLEANUP(stk_charp) char *since = from ? stk_url_escape(from) : NULL;
    STK_CLEANUP(stk_charp) char *until = req->until ? stk_url_escape(req->until) : NULL;
    stk_buf_reset(&stream->line);
    struct stk_call *call = &stream->task.call;
    call->wait_ms = BEGIN_MS;
    call->begun = on_begin;
    call->stream = on_stream;
    call->data = stream;
    stk_task_go(&stream->task, STREAM, "GET", NULL, "/events?filters=%s%s%s%s%s", filter,
                since ? "&since=" : "", since ? since : "", until ? "&until=" : "",
                until ? until : "");
}

static bool has_come(const char *time, int64_t now_ms)
{
    int64_t ms = stk_parse_rfc3339_ms(time);
    return now_ms >= (ms ? ms : (int64_t)(strtod(time, NULL) * 1000));
}

/* An engine that shuts down ends the stream as it does at the given time; only the clock tells. */
static bool is_over(const struct event_stream *stream)
{
    const struct stk_event_stream_req *req = stream->req;
    return req->until && !stream->task.call.op.err.code &&
           has_come(req->until, stk_now_ms() + CLOSE_MS);
}

static void reopen(struct event_stream *stream)
{
    const char *why = stream->task.call.op.err.msg;
    if (!stream->broke)
        tell_news(stream, STK_STREAM_BROKE, why ? why : "the engine closed the stream");
    stream->broke = true;
    stk_position_resume(&stream->position);
    unsigned ms = stream->rest_ms;
    stream->rest_ms = ms * 2 < LONGEST_REST_MS ? ms * 2 : LONGEST_REST_MS;
    stk_task_pause(&stream->task, REST, ms);
}

static void end_bad(struct event_stream *stream)
{
    struct stk_error err = { 0 };
    stk_fail(&err, STK_EENGINE, (struct stk_src){ 0 },
             "reading the engine's events: one is longer than %zu bytes", LINE_MAX);
    stk_task_end(&stream->task, &err);
}

static void next(struct stk_task *task)
{
    struct event_stream *stream = (struct event_stream *)task;
    enum stk_code code = task->call.op.err.code;
    switch ((enum step)task->step) {
    case BEGIN:
    case REST:
        open_stream(stream);
        return;
    case STREAM:
        if (stream->bad)
            end_bad(stream);
        else if (is_over(stream))
            stk_task_end(task, NULL);
        else if (code && (code != STK_EENGINE || !stream->begun))
            stk_task_fail(task);
        else
            reopen(stream);
        return;
    }
}

void stk_docker_event_stream(struct stk_docker *docker, struct stk_event_stream_req *req)
{
    struct event_stream *stream =
        stk_task_new(docker, sizeof(*stream), &req->op, "events", steps, next, clear);
    stream->req = req;
    stream->rest_ms = FIRST_REST_MS;
    stream->oom = json_object();
    stk_buf_init(&stream->line, LINE_MAX);
    int64_t now_ms = stk_now_ms();
    bool from_now = !req->since && !(req->until && has_come(req->until, now_ms));
    if (from_now && docker->same_machine)
        stk_position_begin(&stream->position, now_ms * STK_NS_PER_MS);
    open_stream(stream);
}
