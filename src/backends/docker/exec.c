/* exec.c — one command run in a container: made, started and read to its end, then asked how it
 * ended. When to run what is left to others. */
#include "exec.h"

#include <stdlib.h>

#include "put.h"
#include "trace.h"

enum step { MAKE, RUN, ASK, REST };
static const char *const steps[] = { "MAKE", "RUN", "ASK", "REST" };

/* The stream may end a moment before the engine has noted the exit code. */
enum { REST_MS = 20, MOST_RESTS = 100 };

static const struct stk_src nowhere;

static void go(struct stk_exec *exec, int step, const char *method, json_t *body, char *path)
{
    struct stk_call *call = &exec->call;
    stk_trace(STK_TRACE_DOCKER, "exec in %.12s: %s", exec->container, steps[step]);
    stk_call_clear(call);
    exec->step = step;
    call->method = method;
    call->send = body;
    call->path = path;
}

static void end(struct stk_exec *exec, struct stk_error *err)
{
    stk_timer_stop(&exec->timer);
    stk_call_clear(&exec->call);
    stk_op_end(&exec->op, err);
}

static void end_with_call(struct stk_exec *exec)
{
    struct stk_error err = { 0 };
    stk_error_move(&err, &exec->call.op.err);
    end(exec, &err);
}

static void on_frame(struct stk_frames *frames, bool is_stderr, const char *bytes, size_t size)
{
    struct stk_exec *exec = frames->data;
    size_t room = exec->output.max - exec->output.size;
    if (exec->said)
        exec->said(exec, is_stderr, bytes, size);
    stk_buf_add(&exec->output, bytes, size < room ? size : room);
}

static bool on_stream(struct stk_call *call, const char *bytes, size_t size)
{
    struct stk_exec *exec = call->data;
    exec->bad = !stk_frames_feed(&exec->frames, bytes, size);
    return !exec->bad;
}

static void start(struct stk_exec *exec)
{
    exec->id = stk_strdup(stk_json_text(exec->call.json, "Id"));
    go(exec, RUN, "POST", json_pack("{s:b, s:b}", "Detach", 0, "Tty", 0),
       stk_printf("/exec/%s/start", exec->id));
    exec->call.wait_ms = STK_FOREVER;
    exec->call.stream = on_stream;
    exec->call.data = exec;
    stk_call_send(exec->docker, &exec->call);
}

static void ask(struct stk_exec *exec)
{
    go(exec, ASK, "GET", NULL, stk_printf("/exec/%s/json", exec->id));
    stk_call_send(exec->docker, &exec->call);
}

static void rest(struct stk_timer *timer)
{
    ask(timer->data);
}

static void read_end(struct stk_exec *exec)
{
    const json_t *code = stk_json_get(exec->call.json, "ExitCode");
    bool ended = !stk_json_bool(exec->call.json, "Running") && json_is_integer(code);
    if (ended) {
        exec->exit_code = (int)json_integer_value(code);
        end(exec, NULL);
        return;
    }
    if (exec->asked++ < MOST_RESTS) {
        exec->step = REST;
        stk_timer_start(exec->docker->loop, &exec->timer, REST_MS);
        return;
    }
    struct stk_error err = { 0 };
    stk_fail(&err, STK_EENGINE, nowhere, "the engine does not tell how the command ended");
    end(exec, &err);
}

static void end_canceled(struct stk_exec *exec)
{
    struct stk_error err = { 0 };
    stk_fail(&err, STK_ECANCELED, nowhere, "canceled");
    end(exec, &err);
}

static void end_bad(struct stk_exec *exec)
{
    struct stk_error err = { 0 };
    stk_fail(
        &err, STK_EENGINE, nowhere,
        "reading what the command prints: the engine's stream has a frame header that is none");
    end(exec, &err);
}

static void on_call(struct stk_op *op)
{
    struct stk_exec *exec = op->data;
    if (exec->bad) {
        end_bad(exec);
        return;
    }
    if (op->err.code) {
        end_with_call(exec);
        return;
    }
    if (exec->canceled) {
        end_canceled(exec);
        return;
    }
    switch ((enum step)exec->step) {
    case MAKE:
        start(exec);
        return;
    case RUN:
        ask(exec);
        return;
    case ASK:
    case REST:
        read_end(exec);
        return;
    }
}

static void on_cancel(struct stk_op *op)
{
    struct stk_exec *exec = STK_CONTAINER(op, struct stk_exec, op);
    exec->canceled = true;
    if (exec->step == REST)
        end_canceled(exec);
    else
        stk_op_cancel(&exec->call.op); /* or it has ended, and its done comes in a moment */
}

static json_t *description(const struct stk_exec *exec)
{
    json_t *body =
        json_pack("{s:b, s:b, s:O}", "AttachStdout", 1, "AttachStderr", 1, "Cmd", exec->command);
    stk_put_str(body, "User", exec->user);
    stk_put_str(body, "WorkingDir", exec->working_dir);
    if (exec->environment)
        json_object_set(body, "Env", (json_t *)(uintptr_t)exec->environment);
    if (exec->privileged)
        json_object_set_new(body, "Privileged", json_true());
    return body;
}

void stk_exec_run(struct stk_docker *docker, struct stk_exec *exec)
{
    stk_op_begin(&exec->op, docker->loop, on_cancel);
    exec->docker = docker;
    exec->call.op = (struct stk_op){ .done = on_call, .data = exec };
    exec->timer = (struct stk_timer){ .fire = rest, .data = exec };
    exec->asked = 0;
    exec->canceled = exec->bad = false;
    stk_buf_init(&exec->output, STK_EXEC_OUTPUT);
    stk_frames_init(&exec->frames);
    exec->frames.frame = on_frame;
    exec->frames.data = exec;
    go(exec, MAKE, "POST", description(exec), stk_printf("/containers/%s/exec", exec->container));
    exec->call.needs = "Id";
    stk_call_send(docker, &exec->call);
}

void stk_exec_abandon(struct stk_exec *exec)
{
    if (!exec->op.loop)
        return;
    if (exec->call.op.loop)
        stk_call_abandon(&exec->call);
    stk_timer_stop(&exec->timer);
    stk_call_clear(&exec->call);
    stk_op_abandon(&exec->op);
}

void stk_exec_clear(struct stk_exec *exec)
{
    stk_buf_clear(&exec->output);
    stk_frames_clear(&exec->frames);
    stk_error_clear(&exec->op.err);
    free(TAKE(exec->id));
}
