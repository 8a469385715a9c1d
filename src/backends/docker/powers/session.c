/* session.c — exec and attach with both ways open. The stream's frames are frames.c, its connection the
 * tunnel of http/; whose terminal is at this end is left to others. */
#include "stackctl/docker/session.h"

#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "frames.h"
#include "put.h"
#include "text.h"
#include "tunnel.h"

enum step { BEGIN, MAKE, LOOK, TALK, START, ASK, REST, WAIT };
static const char *const steps[] = {
    "BEGIN", "MAKE", "LOOK", "TALK", "START", "ASK", "REST", "WAIT"
};

/* The stream may end a moment before the engine has noted the exit code. A process with a terminal may
 * also have been left by the detach keys: then none comes. */
enum { REST_MS = 20, MOST_RESTS = 100, MOST_RESTS_TTY = 10 };

/* From which API 1.x on a process's terminal has its size from the start. */
enum { API_CONSOLE_SIZE = 42 };

static const struct stk_src nowhere;

struct session {
    struct stk_task task;
    struct stk_session *req;
    struct stk_tunnel tunnel;
    struct stk_frames frames;
    struct stk_call wait;   /* attach: for its end, from before it is started */
    struct stk_call resize; /* one at a time; the newest size that came meanwhile waits */
    char *exec;             /* id */
    unsigned rests, rows, columns;
    bool asked_wait, waited, resize_again, bad;
};

static struct session *of(struct stk_session *req)
{
    return req->op.carrier;
}

static void clear(struct stk_task *task)
{
    struct session *s = (struct session *)task;
    stk_call_abandon(&s->resize);
    stk_call_clear(&s->resize);
    stk_call_abandon(&s->wait);
    stk_call_clear(&s->wait);
    stk_frames_clear(&s->frames);
    free(s->exec);
}

/* ---- the conversation ---- */

static void on_frame(struct stk_frames *frames, bool is_stderr, const char *bytes, size_t size)
{
    struct session *s = frames->data;
    s->req->output(s->req, is_stderr, bytes, size);
}

static void on_bytes(struct stk_tunnel *tunnel, const char *bytes, size_t size)
{
    struct session *s = tunnel->data;
    if (s->req->tty) {
        s->req->output(s->req, false, bytes, size);
    } else if (!stk_frames_feed(&s->frames, bytes, size)) {
        s->bad = true;
        stk_op_cancel(&s->task.call.op);
    }
}

static void on_drained(struct stk_tunnel *tunnel)
{
    struct session *s = tunnel->data;
    if (s->req->drained)
        s->req->drained(s->req);
}

static void begun(struct session *s)
{
    if (!s->req->input)
        stk_tunnel_end_input(&s->tunnel);
    bool at_start = s->exec && s->task.docker->api_minor >= API_CONSOLE_SIZE;
    if (s->req->tty && s->req->rows && !at_start)
        stk_session_resize(s->req, s->req->rows, s->req->columns);
    if (s->req->begun)
        s->req->begun(s->req);
}

static void send_wait(struct session *s);

static void on_opened(struct stk_tunnel *tunnel)
{
    struct session *s = tunnel->data;
    if (s->exec)
        begun(s);
    else
        send_wait(s);
}

static void talk(struct session *s, json_t *body, const char *path)
{
    stk_frames_init(&s->frames);
    s->frames.frame = on_frame;
    s->frames.data = s;
    s->tunnel = (struct stk_tunnel){
        .opened = on_opened, .came = on_bytes, .drained = on_drained, .data = s
    };
    s->task.call.tunnel = &s->tunnel;
    stk_task_go(&s->task, TALK, "POST", body, "%s", path);
}

bool stk_session_write(struct stk_session *session, const char *bytes, size_t size)
{
    return of(session) && stk_tunnel_write(&of(session)->tunnel, bytes, size);
}

void stk_session_end_input(struct stk_session *session)
{
    if (of(session))
        stk_tunnel_end_input(&of(session)->tunnel);
}

void stk_session_hold(struct stk_session *session, bool held)
{
    if (of(session) && of(session)->task.step == TALK)
        stk_tunnel_hold(&of(session)->tunnel, held);
}

static void send_resize(struct session *s)
{
    const char *what = s->exec ? "exec" : "containers";
    const char *id = s->exec ? s->exec : s->req->container;
    stk_call_clear(&s->resize);
    s->resize.method = "POST";
    s->resize.path = stk_printf("/%s/%s/resize?h=%u&w=%u", what, id, s->rows, s->columns);
    s->resize_again = false;
    stk_call_send(s->task.docker, &s->resize);
}

/* One that is refused has no terminal any more, or not yet: no harm. */
static void on_resized(struct stk_op *op)
{
    struct session *s = op->data;
    if (s->resize_again)
        send_resize(s);
}

void stk_session_resize(struct stk_session *session, unsigned rows, unsigned columns)
{
    struct session *s = of(session);
    if (!s || s->task.step != TALK || !session->tty)
        return;
    s->rows = rows;
    s->columns = columns;
    if (s->resize.op.pending || s->resize.op.ended)
        s->resize_again = true;
    else
        send_resize(s);
}

/* ---- exec ---- */

static json_t *process_body(const struct session *s)
{
    const struct stk_session *req = s->req;
    const struct stk_process *process = req->process;
    bool listen = !process->detach;
    json_t *body = json_pack("{s:b, s:b, s:b, s:b, s:o}", "AttachStdin", listen && req->input,
                             "AttachStdout", listen, "AttachStderr", listen, "Tty", req->tty, "Cmd",
                             stk_list_of(&process->command));
    stk_put_list(body, "Env", &process->environment);
    stk_put_str(body, "User", process->user);
    stk_put_str(body, "WorkingDir", process->workdir);
    stk_put_str(body, "DetachKeys", req->detach_keys);
    json_object_set_new(body, "Privileged", json_boolean(process->privileged));
    return body;
}

static void make(struct session *s)
{
    s->task.call.needs = "Id";
    stk_task_go(&s->task, MAKE, "POST", process_body(s), "/containers/%s/exec", s->req->container);
}

static void start_process(struct session *s)
{
    const struct stk_session *req = s->req;
    bool detach = req->process->detach;
    s->exec = stk_strdup(stk_json_text(s->task.call.json, "Id"));
    STK_CLEANUP(stk_charp) char *path = stk_printf("/exec/%s/start", s->exec);
    json_t *body = json_pack("{s:b, s:b}", "Detach", detach, "Tty", req->tty);
    if (req->tty && req->rows && s->task.docker->api_minor >= API_CONSOLE_SIZE)
        json_object_set_new(body, "ConsoleSize", json_pack("[ii]", req->rows, req->columns));
    if (detach)
        stk_task_go(&s->task, START, "POST", body, "%s", path);
    else
        talk(s, body, path);
}

static void ask(struct session *s)
{
    stk_task_go(&s->task, ASK, "GET", NULL, "/exec/%s/json", s->exec);
}

static void read_end(struct session *s)
{
    const json_t *code = stk_json_get(s->task.call.json, "ExitCode");
    struct stk_error err = { 0 };
    if (!stk_json_bool(s->task.call.json, "Running") && json_is_integer(code)) {
        s->req->exit_code = (int)json_integer_value(code);
        stk_task_end(&s->task, NULL);
    } else if (s->rests++ < (s->req->tty ? MOST_RESTS_TTY : MOST_RESTS)) {
        stk_task_pause(&s->task, REST, REST_MS);
    } else if (s->req->tty) {
        s->req->detached = true;
        stk_task_end(&s->task, NULL);
    } else {
        stk_fail(&err, STK_EENGINE, nowhere, "the engine does not tell how the command ended");
        stk_task_end(&s->task, &err);
    }
}

/* ---- attach ---- */

static void look(struct session *s)
{
    stk_task_go(&s->task, LOOK, "GET", NULL, "/containers/%s/json", s->req->container);
}

static void attach(struct session *s)
{
    const struct stk_session *req = s->req;
    s->req->tty = stk_json_bool(stk_json_get(s->task.call.json, "Config"), "Tty");
    STK_CLEANUP(stk_charp) char *keys = req->detach_keys ? stk_url_escape(req->detach_keys) : NULL;
    STK_CLEANUP(stk_charp)
    char *path =
        stk_printf("/containers/%s/attach?stream=1&stdout=1&stderr=1%s%s%s", req->container,
                   req->input ? "&stdin=1" : "", keys ? "&detachKeys=" : "", keys ? keys : "");
    talk(s, NULL, path);
}

/* Before whoever listens starts it, so that its end cannot be missed. */
static void on_wait_begun(struct stk_call *call)
{
    begun(call->data);
}

static void send_wait(struct session *s)
{
    const char *what = s->req->wait_for ? s->req->wait_for : "not-running";
    s->asked_wait = true;
    s->wait.method = "POST";
    s->wait.path = stk_printf("/containers/%s/wait?condition=%s", s->req->container, what);
    s->wait.wait_ms = STK_FOREVER;
    s->wait.begun = on_wait_begun;
    s->wait.data = s;
    stk_call_send(s->task.docker, &s->wait);
}

static void end_waited(struct session *s)
{
    struct stk_error err = { 0 };
    stk_error_move(&err, &s->wait.op.err);
    s->req->exit_code = (int)stk_json_int(s->wait.json, "StatusCode");
    stk_task_end(&s->task, &err);
}

static void on_waited(struct stk_op *op)
{
    struct session *s = op->data;
    s->waited = true;
    if (s->task.step == TALK && op->err.code)
        stk_op_cancel(&s->task.call.op);
    else if (s->task.step == WAIT)
        end_waited(s);
}

/* The stream is over. With a terminal it may have been left: then its container goes on. */
static void await_end(struct session *s)
{
    if (s->waited)
        end_waited(s);
    else if (s->req->tty)
        stk_task_pause(&s->task, REST, REST_MS * MOST_RESTS_TTY);
    else
        stk_task_step(&s->task, WAIT);
}

static void read_state(struct session *s)
{
    if (s->waited) {
        end_waited(s);
    } else if (stk_json_bool(stk_json_get(s->task.call.json, "State"), "Running")) {
        s->req->detached = true;
        stk_task_end(&s->task, NULL);
    } else {
        stk_task_step(&s->task, WAIT);
    }
}

/* It has ended and is gone already, as was asked for: the answer of how it ended is on its way. */
static void await_removed(struct session *s)
{
    if (s->waited)
        end_waited(s);
    else
        stk_task_step(&s->task, WAIT);
}

/* ---- the steps ---- */

static void end_bad(struct session *s)
{
    struct stk_error err = { 0 };
    stk_fail(
        &err, STK_EENGINE, nowhere,
        "reading what the command prints: the engine's stream has a frame header that is none");
    stk_task_end(&s->task, &err);
}

static void next(struct stk_task *task)
{
    struct session *s = (struct session *)task;
    if (s->bad) {
        end_bad(s);
        return;
    }
    if (s->waited && s->wait.op.err.code) {
        end_waited(s);
        return;
    }
    if (task->step == ASK && !s->exec && task->call.op.err.code == STK_EABSENT) {
        await_removed(s);
        return;
    }
    if (task->call.op.err.code && task->step != REST) {
        stk_task_fail(task);
        return;
    }
    switch ((enum step)task->step) {
    case BEGIN:
    case WAIT:
        return;
    case MAKE:
        start_process(s);
        return;
    case LOOK:
        attach(s);
        return;
    case START:
        stk_task_end(task, NULL);
        return;
    case TALK:
        if (s->exec)
            ask(s);
        else
            await_end(s);
        return;
    case REST:
        if (s->exec)
            ask(s);
        else
            stk_task_go(task, ASK, "GET", NULL, "/containers/%s/json", s->req->container);
        return;
    case ASK:
        if (s->exec)
            read_end(s);
        else
            read_state(s);
        return;
    }
}

void stk_session_open(struct stk_docker *docker, struct stk_session *session)
{
    struct session *s = stk_task_new(docker, sizeof(*s), &session->op,
                                     session->process ? "exec" : "attach", steps, next, clear);
    s->req = session;
    s->resize.op = (struct stk_op){ .done = on_resized, .data = s };
    s->wait.op = (struct stk_op){ .done = on_waited, .data = s };
    session->exit_code = 0;
    session->detached = false;
    if (session->process)
        make(s);
    else
        look(s);
}
