/* events.c — keeps the one subscription open while somebody listens, and opens it again when it
 * breaks. What an event means is found out by looking, by those who listen. */
#include "events.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "trace.h"

enum { FIRST_WAIT_MS = 100, LONGEST_WAIT_MS = 5000, BEGIN_MS = 15000 };
#define LINE_MAX (1 * STK_MIB)

struct stk_events {
    struct stk_docker *docker;
    struct stk_call call;
    struct stk_listener *first;
    struct stk_listener *cursor; /* the next to be told; who leaves meanwhile moves it on */
    struct stk_timer timer;
    struct stk_buf line;
    unsigned wait_ms;
    bool open, live;
};

static const char *const actions[] = { "create",  "start",  "die",     "kill",
                                       "stop",    "oom",    "restart", "pause",
                                       "unpause", "rename", "destroy", "health_status" };

static const struct stk_news anything;

static void tell(struct stk_events *events, const struct stk_news *news)
{
    for (struct stk_listener *l = events->first; l; l = events->cursor) {
        events->cursor = l->next;
        l->news(l, news);
    }
    events->cursor = NULL;
}

static struct stk_news read_event(const json_t *event)
{
    const json_t *actor = stk_json_get(event, "Actor");
    const char *id = stk_json_text(actor, "ID"), *action = stk_json_text(event, "Action");
    const char *code = stk_json_text(stk_json_get(actor, "Attributes"), "exitCode");
    int64_t exit_code = 0;
    bool known = stk_streq(action, "die") && code && stk_parse_int(code, &exit_code);
    return (struct stk_news){ .id = id ? id : stk_json_text(event, "id"),
                              .died = known && exit_code >= 0 && exit_code <= UINT8_MAX,
                              .exit_code = (int)exit_code };
}

static void take_line(struct stk_events *events)
{
    json_t *event =
        json_loadb(events->line.bytes ? events->line.bytes : "", events->line.size, 0, NULL);
    struct stk_news news = read_event(event);
    const char *action = stk_json_text(event, "Action");
    stk_trace(STK_TRACE_DOCKER, "event: %.12s %s", news.id ? news.id : "?", action ? action : "?");
    if (news.id)
        tell(events, &news);
    json_decref(event);
    stk_buf_reset(&events->line);
}

static bool on_stream(struct stk_call *call, const char *bytes, size_t size)
{
    struct stk_events *events = call->data;
    while (size) {
        const char *end = memchr(bytes, '\n', size);
        size_t n = end ? (size_t)(end - bytes) : size;
        if (!stk_buf_add(&events->line, bytes, n))
            return false;
        if (!end)
            return true;
        take_line(events);
        bytes += n + 1;
        size -= n + 1;
    }
    return true;
}

static void on_begin(struct stk_call *call)
{
    struct stk_events *events = call->data;
    events->live = true;
    events->wait_ms = FIRST_WAIT_MS;
    tell(events, &anything);
}

static json_t *filters(void)
{
    json_t *list = json_array();
    for (size_t i = 0; i < STK_LEN(actions); i++)
        json_array_append_new(list, json_string(actions[i]));
    return json_pack("{s:[s], s:o}", "type", "container", "event", list);
}

static void subscribe(struct stk_events *events)
{
    STK_CLEANUP(stk_charp) char *filter = stk_url_filters(filters());
    struct stk_call *call = &events->call;
    stk_call_clear(call);
    stk_buf_reset(&events->line);
    call->method = "GET";
    call->path = stk_printf("/events?filters=%s", filter);
    call->wait_ms = BEGIN_MS;
    call->begun = on_begin;
    call->stream = on_stream;
    call->data = events;
    events->open = true;
    stk_call_send(events->docker, call);
}

/* The stream has ended: because nobody listens any more, or because it broke. */
static void on_end(struct stk_op *op)
{
    struct stk_events *events = op->data;
    bool was_live = events->live;
    events->open = events->live = false;
    if (!events->first)
        return;
    stk_trace(STK_TRACE_DOCKER, "events: the stream ended (%s), again in %u ms",
              op->err.msg ? op->err.msg : "closed", events->wait_ms);
    stk_timer_start(events->docker->loop, &events->timer,
                    op->err.code == STK_ECANCELED ? 0 : events->wait_ms);
    events->wait_ms = events->wait_ms * 2 < LONGEST_WAIT_MS ? events->wait_ms * 2 : LONGEST_WAIT_MS;
    if (!was_live) /* without events there is still looking */
        tell(events, &anything);
}

static void on_timer(struct stk_timer *timer)
{
    struct stk_events *events = timer->data;
    if (events->first && !events->open)
        subscribe(events);
}

static struct stk_events *events_new(struct stk_docker *docker)
{
    struct stk_events *events = stk_alloc(sizeof(*events));
    events->docker = docker;
    events->call.op = (struct stk_op){ .done = on_end, .data = events };
    events->timer = (struct stk_timer){ .fire = on_timer, .data = events };
    events->wait_ms = FIRST_WAIT_MS;
    stk_buf_init(&events->line, LINE_MAX);
    return events;
}

void stk_events_listen(struct stk_docker *docker, struct stk_listener *listener)
{
    if (!docker->events)
        docker->events = events_new(docker);
    struct stk_events *events = docker->events;
    listener->prev = NULL;
    listener->next = events->first;
    if (events->first)
        events->first->prev = listener;
    events->first = listener;
    if (!events->open)
        stk_timer_start(docker->loop, &events->timer, 0);
}

void stk_events_leave(struct stk_docker *docker, struct stk_listener *listener)
{
    struct stk_events *events = docker->events;
    if (events->cursor == listener)
        events->cursor = listener->next;
    if (listener->prev)
        listener->prev->next = listener->next;
    else
        events->first = listener->next;
    if (listener->next)
        listener->next->prev = listener->prev;
    listener->prev = listener->next = NULL;
    if (events->first)
        return;
    stk_timer_stop(&events->timer);
    events->live = false;
    if (events->open)
        stk_op_cancel(&events->call.op);
}

bool stk_events_live(const struct stk_docker *docker)
{
    return docker->events && docker->events->live;
}

void stk_events_close(struct stk_docker *docker)
{
    struct stk_events *events = docker->events;
    if (!events)
        return;
    stk_timer_stop(&events->timer);
    stk_call_abandon(&events->call);
    stk_call_clear(&events->call);
    stk_buf_clear(&events->line);
    free(events);
    docker->events = NULL;
}
