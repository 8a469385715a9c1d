/* outside_log.c — follows what a run of a container prints until a line matches. Lines longer than their
 * maximum are looked at in parts. */
#include <string.h>

#include "outside.h"
#include "text.h"

#define LINE_MAX_ (64 * STK_KIB)

static void look_at_line(struct stk_outside *outside, struct stk_buf *line)
{
    while (line->size && strchr("\r\n", line->bytes[line->size - 1]))
        line->bytes[--line->size] = '\0';
    bool text = !line->size || !memchr(line->bytes, '\0', line->size);
    if (text && regexec(&outside->regex, line->size ? line->bytes : "", 0, NULL, 0) == 0)
        outside->matched = true;
    stk_buf_reset(line);
}

static void add(struct stk_outside *outside, bool is_stderr, const char *bytes, size_t size)
{
    struct stk_buf *line = &outside->lines[is_stderr];
    while (size && !outside->matched) {
        size_t room = LINE_MAX_ - line->size, n = size < room ? size : room;
        const char *end = memchr(bytes, '\n', n);
        if (end)
            n = (size_t)(end - bytes) + 1;
        stk_buf_add(line, bytes, n);
        if (end || line->size >= LINE_MAX_)
            look_at_line(outside, line);
        bytes += n;
        size -= n;
    }
}

static void on_frame(struct stk_frames *frames, bool is_stderr, const char *bytes, size_t size)
{
    add(frames->data, is_stderr, bytes, size);
}

static bool on_stream(struct stk_call *call, const char *bytes, size_t size)
{
    struct stk_outside *outside = call->data;
    bool tty = stk_json_bool(stk_json_get(outside->look, "Config"), "Tty");
    bool fine = true;
    if (tty)
        add(outside, false, bytes, size);
    else
        fine = stk_frames_feed(&outside->frames, bytes, size);
    return fine && !outside->matched;
}

/* What an earlier run printed came before it ended. Empty: there was none. */
static char *since(const json_t *look)
{
    const char *ended = stk_json_text(stk_json_get(look, "State"), "FinishedAt");
    int64_t ms = stk_parse_rfc3339_ms(ended);
    const char *dot = ms ? strchr(ended, '.') : NULL;
    int digits = dot ? (int)strspn(dot + 1, "0123456789") : 1;
    return ms ? stk_printf("&since=%lld.%.*s", (long long)(ms / 1000), digits, dot ? dot + 1 : "0")
              : stk_strdup("");
}

void stk_outside_read_log(struct stk_outside *outside)
{
    struct stk_call *call = &outside->call;
    STK_CLEANUP(stk_charp) char *from = since(outside->look);
    stk_outside_leave_log(outside);
    stk_frames_init(&outside->frames);
    outside->frames.frame = on_frame;
    outside->frames.data = outside;
    stk_buf_init(&outside->lines[0], LINE_MAX_);
    stk_buf_init(&outside->lines[1], LINE_MAX_);
    stk_call_clear(call);
    call->method = "GET";
    call->path =
        stk_printf("/containers/%s/logs?follow=1&stdout=1&stderr=1%s", outside->container, from);
    call->wait_ms = STK_FOREVER;
    call->stream = on_stream;
    call->data = outside;
    stk_call_send(outside->docker, call);
}

void stk_outside_end_log(struct stk_outside *outside)
{
    for (int i = 0; i < 2; i++)
        if (outside->lines[i].size)
            look_at_line(outside, &outside->lines[i]);
    stk_outside_leave_log(outside);
}

void stk_outside_leave_log(struct stk_outside *outside)
{
    stk_frames_clear(&outside->frames);
    stk_buf_clear(&outside->lines[0]);
    stk_buf_clear(&outside->lines[1]);
}
