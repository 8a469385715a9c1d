/* logs.c — reads a container's log: what is there, or on and on across breaks and restarts until
 * it has ended for good. Frames are frames.c, lines and repeats lines.c. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "frames.h"
#include "lines.h"
#include "resolve.h"
#include "text.h"
#include "words.h"

enum step { BEGIN, FIND, LOOK, STREAM, AGAIN };
static const char *const steps[] = { "BEGIN", "FIND", "LOOK", "STREAM", "AGAIN" };

enum { BEGIN_MS = 60000, FIRST_PAUSE_MS = 100, LONGEST_PAUSE_MS = 1600, BREAKS = 6 };
#define RAW_MAX (2 * STK_LINE_PART)

static const struct stk_src nowhere;

struct logs {
    struct stk_task task;
    struct stk_logs_req *req;
    struct stk_frames frames;
    struct stk_lines lines;
    struct stk_buf raw; /* of a terminal: a line without its end yet */
    char *id;
    bool tty, streamed, bad, got;
    bool draining; /* it has ended: once more, for what the followed stream left out */
    unsigned breaks, pause_ms;
};

static void clear(struct stk_task *task)
{
    struct logs *logs = (struct logs *)task;
    stk_frames_clear(&logs->frames);
    stk_lines_clear(&logs->lines);
    stk_buf_clear(&logs->raw);
    free(logs->id);
}

static void on_line(void *data, bool is_stderr, const char *timestamp, const char *bytes,
                    size_t size)
{
    struct logs *logs = data;
    struct stk_log_chunk chunk = {
        .is_stderr = is_stderr, .timestamp = timestamp, .bytes = bytes, .size = size
    };
    if (!logs->task.canceled)
        logs->req->chunk(logs->req, &chunk);
}

static void on_frame(struct stk_frames *frames, bool is_stderr, const char *bytes, size_t size)
{
    struct logs *logs = frames->data;
    stk_lines_add(&logs->lines, is_stderr, bytes, size);
}

/* A terminal's output has no frames: messages end where lines do. */
static void feed_raw(struct logs *logs, const char *bytes, size_t size)
{
    while (size) {
        size_t room = STK_LINE_PART - logs->raw.size, n = size < room ? size : room;
        const char *end = memchr(bytes, '\n', n);
        if (end)
            n = (size_t)(end - bytes) + 1;
        stk_buf_add(&logs->raw, bytes, n);
        if (end || logs->raw.size >= STK_LINE_PART) {
            stk_lines_add(&logs->lines, false, logs->raw.bytes, logs->raw.size);
            stk_buf_reset(&logs->raw);
        }
        bytes += n;
        size -= n;
    }
}

static bool on_stream(struct stk_call *call, const char *bytes, size_t size)
{
    struct logs *logs = call->data;
    logs->got = true;
    if (logs->tty)
        feed_raw(logs, bytes, size);
    else
        logs->bad = !stk_frames_feed(&logs->frames, bytes, size);
    return !logs->bad;
}

/* The engine reads "seconds.nanoseconds" only; a date keeps all its digits. */
static void engine_time(const char *text, char *ret, size_t size)
{
    int64_t ms = strchr(text, 'T') ? stk_parse_rfc3339_ms(text) : 0;
    const char *dot = strchr(text, '.');
    if (ms)
        snprintf(ret, size, "%" PRId64 ".%.*s", ms / 1000,
                 dot ? (int)strspn(dot + 1, "0123456789") : 1, dot ? dot + 1 : "0");
    else
        snprintf(ret, size, "%s", text);
}

static void add_time(struct stk_buf *query, const char *key, const char *text)
{
    char time[64];
    if (!text || !*text)
        return;
    engine_time(text, time, sizeof(time));
    STK_CLEANUP(stk_charp) char *escaped = stk_url_escape(time);
    stk_buf_printf(query, "&%s=%s", key, escaped);
}

/* Times are a third of what the engine sends. They are needed to go on after a break, and to tell a line's pieces
 * from lines where it is not known how long pieces are. */
static bool needs_times(const struct logs *logs)
{
    bool docker = stk_starts(logs->task.docker->greeting.server, "Docker/");
    return !logs->req->untimed || logs->req->follow || !docker;
}

static void stream(struct logs *logs)
{
    const struct stk_logs_req *req = logs->req;
    const char *resume = logs->lines.last;
    STK_CLEANUP(stk_buf_clearp) struct stk_buf query;
    stk_buf_init(&query, STK_KIB);
    stk_buf_printf(&query, "follow=%d", req->follow && !logs->draining);
    add_time(&query, "since", *resume ? resume : req->since);
    add_time(&query, "until", req->until);
    if (req->tail.set && !*resume)
        stk_buf_printf(&query, "&tail=%" PRId64, req->tail.v);
    stk_lines_resume(&logs->lines);
    logs->lines.untimed = !needs_times(logs);
    stk_frames_clear(&logs->frames);
    stk_buf_reset(&logs->raw);
    logs->got = false;
    logs->streamed = true;
    logs->task.call.stream = on_stream;
    logs->task.call.data = logs;
    bool endless = req->follow && !logs->draining;
    logs->task.call.wait_ms = endless ? STK_FOREVER : BEGIN_MS;
    logs->task.call.idle_ms = endless ? 0 : BEGIN_MS;
    stk_task_go(&logs->task, STREAM, "GET", NULL,
                "/containers/%s/logs?stdout=1&stderr=1%s&%s", logs->id,
                logs->lines.untimed ? "" : "&timestamps=1", query.bytes);
}

static void look(struct logs *logs)
{
    stk_look(&logs->task, LOOK, STK_SERVICE, logs->id);
}

static void finish(struct logs *logs)
{
    if (logs->raw.size)
        stk_lines_add(&logs->lines, false, logs->raw.bytes, logs->raw.size);
    stk_lines_flush(&logs->lines);
    stk_task_end(&logs->task, NULL);
}

/* For good: what came before the break is handed over first. */
static void give_up(struct logs *logs)
{
    stk_lines_flush(&logs->lines);
    stk_task_fail_in(&logs->task, "reading the log");
}

static void pause_then_look(struct logs *logs)
{
    unsigned ms = logs->pause_ms ? logs->pause_ms : FIRST_PAUSE_MS;
    logs->pause_ms = ms * 2 < LONGEST_PAUSE_MS ? ms * 2 : LONGEST_PAUSE_MS;
    stk_task_pause(&logs->task, AGAIN, ms);
}

/* A followed stream may end before its last line, when that has no line end (moby 43860). */
static void drain(struct logs *logs)
{
    logs->draining = true;
    stream(logs);
}

static void on_look(struct logs *logs)
{
    const json_t *look = logs->task.call.json;
    const char *word = stk_json_str(stk_json_get(look, "State"), "Status");
    enum stk_state state = stk_state_parse(word);
    bool goes_on = state == STK_RUNNING || state == STK_PAUSED || state == STK_RESTARTING;
    logs->tty = stk_json_bool(stk_json_get(look, "Config"), "Tty");
    if (!logs->streamed || logs->draining || (goes_on && state != STK_RESTARTING))
        stream(logs);
    else if (goes_on)
        pause_then_look(logs);
    else
        drain(logs);
}

/* A stream that was followed ends with a run of the container, or it broke; only a look tells. */
static void on_end(struct logs *logs)
{
    const struct stk_error *err = &logs->task.call.op.err;
    bool cut = !logs->tty && !stk_frames_whole(&logs->frames);
    if (logs->got)
        logs->breaks = logs->pause_ms = 0;
    bool last = !logs->req->follow || logs->draining;
    bool removed = err->code == STK_EABSENT || err->code == STK_ECONFLICT; /* 409: being removed */
    if (logs->draining && removed)
        finish(logs);
    else if (!err->code && !cut && last)
        finish(logs);
    else if (!err->code && !cut)
        look(logs);
    else if (err->code && err->code != STK_EENGINE)
        give_up(logs);
    else if (++logs->breaks < BREAKS && (logs->req->follow || !logs->got))
        pause_then_look(logs);
    else if (err->code)
        give_up(logs);
    else {
        struct stk_error broken = { 0 };
        stk_fail(&broken, STK_EENGINE, nowhere,
                 "reading the log: the engine's stream ended in the middle of a frame");
        stk_lines_flush(&logs->lines);
        stk_task_end(&logs->task, &broken);
    }
}

static void on_bad(struct logs *logs)
{
    struct stk_error err = { 0 };
    stk_lines_flush(&logs->lines);
    stk_fail(&err, STK_EENGINE, nowhere,
             "reading the log: the engine's stream has a frame header that is none");
    stk_task_end(&logs->task, &err);
}

static void next(struct stk_task *task)
{
    struct logs *logs = (struct logs *)task;
    const struct stk_error *err = &task->call.op.err;
    switch ((enum step)task->step) {
    case BEGIN:
    case FIND:
        logs->id = err->code ? NULL : stk_found_id(STK_SERVICE, task->call.json);
        if (logs->id) {
            look(logs);
        } else if (err->code) {
            stk_task_fail(task);
        } else {
            struct stk_error absent = { 0 };
            stk_fail(&absent, STK_EABSENT, nowhere, "there is no container of service '%s'",
                     task->name);
            stk_task_end(task, &absent);
        }
        return;
    case LOOK:
        if (err->code == STK_EABSENT && logs->streamed)
            finish(logs);
        else if (err->code == STK_EENGINE && logs->streamed && ++logs->breaks < BREAKS)
            pause_then_look(logs);
        else if (err->code)
            stk_task_fail(task);
        else
            on_look(logs);
        return;
    case STREAM:
        if (logs->bad)
            on_bad(logs);
        else
            on_end(logs);
        return;
    case AGAIN:
        look(logs);
        return;
    }
}

void stk_docker_logs(void *self, struct stk_logs_req *req)
{
    struct logs *logs =
        stk_task_new(self, sizeof(*logs), &req->op, req->ref.name, steps, next, clear);
    logs->req = req;
    stk_frames_init(&logs->frames);
    logs->frames.frame = on_frame;
    logs->frames.data = logs;
    logs->lines.line = on_line;
    logs->lines.data = logs;
    stk_lines_init(&logs->lines);
    stk_buf_init(&logs->raw, RAW_MAX);
    if (!req->ref.id) {
        stk_find(&logs->task, FIND, &req->ref);
        return;
    }
    logs->id = stk_strdup(req->ref.id);
    look(logs);
}
