/* view_json.c — every event as one JSON object a line, for programs. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arena.h"
#include "buf.h"
#include "json_text.h"
#include "outcome.h"
#include "outcome_json.h"
#include "text.h"
#include "view.h"

static const char *const phases[STK_PHASE_COUNT] = {
    [STK_PHASE_PULL] = "pull",
    [STK_PHASE_BUILD] = "build",
    [STK_PHASE_CHECK] = "check",
    [STK_PHASE_PUSH] = "push",
    [STK_PHASE_CREATE] = "create",
    [STK_PHASE_START] = "start",
    [STK_PHASE_RECREATE] = "recreate",
    [STK_PHASE_WAIT_HEALTHY] = "wait-healthy",
    [STK_PHASE_WAIT_COMPLETED] = "wait-completed",
    [STK_PHASE_WAIT_READY] = "wait-ready",
    [STK_PHASE_STOP] = "stop",
    [STK_PHASE_RESTART] = "restart",
    [STK_PHASE_KILL] = "kill",
    [STK_PHASE_SIGNAL] = "signal",
    [STK_PHASE_PAUSE] = "pause",
    [STK_PHASE_UNPAUSE] = "unpause",
    [STK_PHASE_REMOVE] = "remove",
    [STK_PHASE_KEEP] = "keep",
    [STK_PHASE_ROLL_BACK] = "roll-back",
};
static const char *const states[] = {
    [STK_EV_BEGIN] = "begin",   [STK_EV_PROGRESS] = "progress", [STK_EV_DONE] = "done",
    [STK_EV_FAILED] = "failed", [STK_EV_SKIPPED] = "skipped",   [STK_EV_WARNING] = "warning",
    [STK_EV_SAID] = "said",     [STK_EV_OUTPUT] = "output",
};

static void set_text(json_t *object, const char *key, const char *s)
{
    if (s)
        json_object_set_new(object, key, stk_json_text_of(s));
}

static json_t *now(void)
{
    int64_t ms = stk_now_ms();
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    char text[64], all[80];
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm));
    snprintf(all, sizeof(all), "%s.%03dZ", text, (int)(ms % 1000));
    return json_string(all);
}

static json_t *progress_json(const struct stk_progress *p)
{
    json_t *object = json_object();
    set_text(object, "item", p->item);
    set_text(object, "phase", p->phase);
    json_object_set_new(object, "current", json_integer(p->current));
    if (p->total)
        json_object_set_new(object, "total", json_integer(p->total));
    return object;
}

static json_t *error_json(const struct stk_event *ev)
{
    const struct stk_code_info *info = stk_code_info(ev->code);
    json_t *object = json_object();
    json_object_set_new(object, "code", json_integer(info->exit_status));
    json_object_set_new(object, "name", json_string(info->name));
    set_text(object, "message", ev->message ? ev->message : info->meaning);
    return object;
}

static json_t *place_json(struct stk_src src)
{
    json_t *object = json_object();
    set_text(object, "file", src.file);
    json_object_set_new(object, "line", json_integer(src.line));
    json_object_set_new(object, "column", json_integer(src.col));
    return object;
}

static json_t *status_json(const struct stk_status *st)
{
    json_t *object = json_object();
    json_object_set_new(object, "state", json_string(stk_state_name(st->state)));
    json_object_set_new(object, "exit_code", json_integer(st->exit_code));
    json_object_set_new(object, "oom", json_boolean(st->oom));
    struct stk_outcome outcome = stk_outcome_of(st);
    if (outcome.end != STK_END_NONE)
        json_object_set_new(object, "ended", outcome_json(&outcome));
    if (st->health != STK_HEALTH_NONE)
        json_object_set_new(object, "health", json_string(stk_health_name(st->health)));
    if (st->probe_command && *st->probe_command) {
        STK_CLEANUP(stk_buf_clearp) struct stk_buf masked;
        stk_buf_init(&masked, STK_MIB);
        stk_mask_secrets(&masked, st->probe_command);
        set_text(object, "probe_command", masked.bytes);
    }
    if (st->probe_output) {
        json_object_set_new(object, "probe_exit", json_integer(st->probe_exit));
        set_text(object, "probe_output", st->probe_output);
    }
    return object;
}

static json_t *lines_json(const char *text)
{
    json_t *list = json_array();
    while (*text) {
        size_t n = strcspn(text, "\n");
        json_array_append_new(list, stk_json_textn(text, n && text[n - 1] == '\r' ? n - 1 : n));
        text += n + (text[n] == '\n');
    }
    return list;
}

static void add_failure(json_t *object, const struct stk_event *ev)
{
    json_object_set_new(object, "error", error_json(ev));
    if (ev->src.file && ev->src.line)
        json_object_set_new(object, "place", place_json(ev->src));
    if (ev->status)
        json_object_set_new(object, "status", status_json(ev->status));
    if (ev->chain)
        json_object_set_new(object, "needed_by", stk_json_textn(ev->chain, strlen(ev->chain)));
    if (ev->log_tail)
        json_object_set_new(object, "log_tail", lines_json(ev->log_tail));
}

static json_t *event_json(const struct view *view, const struct stk_event *ev)
{
    json_t *object = json_object();
    json_object_set_new(object, "ts", now());
    set_text(object, "project", view->project);
    if (ev->name || ev->ref.name) {
        json_object_set_new(object, "kind", json_string(stk_kind_key(ev->ref.kind)));
        if (ev->ref.kind == STK_SERVICE)
            set_text(object, "service", ev->ref.name);
        set_text(object, "name", ev->name ? ev->name : ev->ref.name);
        json_object_set_new(object, "phase", json_string(phases[ev->phase]));
    }
    json_object_set_new(object, "state", json_string(states[ev->type]));
    if (ev->type == STK_EV_DONE || ev->type == STK_EV_FAILED)
        json_object_set_new(object, "elapsed_ms", json_integer(ev->elapsed_ms));
    if (ev->type == STK_EV_BEGIN && ev->grace_ms)
        json_object_set_new(object, "grace_ms", json_integer(ev->grace_ms));
    if (ev->type == STK_EV_PROGRESS && ev->progress)
        json_object_set_new(object, "progress", progress_json(ev->progress));
    if (ev->type == STK_EV_FAILED)
        add_failure(object, ev);
    bool worded = ev->type == STK_EV_SKIPPED || ev->type == STK_EV_WARNING ||
                  ev->type == STK_EV_PROGRESS || ev->type == STK_EV_SAID ||
                  ev->type == STK_EV_OUTPUT;
    if (worded)
        set_text(object, "message", ev->message);
    return object;
}

static void event(struct stk_sink *sink, const struct stk_event *ev)
{
    const struct view *view = view_of(sink);
    STK_CLEANUP(stk_charp) char *line = stk_json_line(event_json(view, ev));
    struct stk_buf out;
    stk_buf_init(&out, 64 * STK_MIB);
    stk_buf_puts(&out, line);
    view_write(view, &out);
    stk_buf_clear(&out);
}

static void free_json(struct view *view)
{
    free(view);
}

struct stk_sink *view_json_new(const struct view *base)
{
    struct view *view = stk_alloc(sizeof(*view));
    *view = *base;
    view->sink.event = event;
    view->free = free_json;
    return &view->sink;
}
