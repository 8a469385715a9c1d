/* task.c — the frame of every operation that needs several exchanges: one call at a time, a
 * named step, and cancellation. What the steps are is the operation's own file. */
#include <stdio.h>
#include <stdlib.h>

#include "engine.h"
#include "trace.h"

static const struct stk_src nowhere;

static void end_canceled(struct stk_task *task)
{
    struct stk_error err = { 0 };
    stk_fail(&err, STK_ECANCELED, nowhere, "canceled");
    stk_task_end(task, &err);
}

static void go_on(struct stk_task *task)
{
    if (task->canceled)
        end_canceled(task);
    else
        task->next(task);
}

static void on_call(struct stk_op *op)
{
    struct stk_task *task = op->data;
    struct stk_call *call = &task->call;
    call->max = 0; /* what was set for this exchange alone */
    call->wait_ms = call->grace_ms = call->idle_ms = 0;
    call->stream = NULL;
    call->begun = NULL;
    call->tunnel = NULL;
    call->needs = NULL;
    call->list = false;
    free(call->tar);
    call->tar = NULL;
    call->feed = NULL;
    free(call->header);
    call->header = NULL;
    go_on(task);
}

static void on_pause_over(struct stk_timer *timer)
{
    go_on(timer->data);
}

static void on_cancel(struct stk_op *owner)
{
    struct stk_task *task = owner->carrier;
    task->canceled = true;
    if (task->nested)
        stk_op_cancel(task->nested); /* or its done comes in a moment */
    else if (stk_op_pending(&task->call.op))
        stk_op_cancel(&task->call.op);
    else if (!task->call.op.ended) /* else its done comes in a moment */
        stk_timer_start(task->docker->loop, &task->timer, 0);
}

void *stk_task_new(struct stk_docker *docker, size_t size, struct stk_op *owner, const char *name,
                   const char *const *steps, void (*next)(struct stk_task *),
                   void (*clear)(struct stk_task *))
{
    struct stk_task *task = stk_alloc(size);
    *task = (struct stk_task){ .docker = docker,
                               .owner = owner,
                               .steps = steps,
                               .name = stk_strdup(name),
                               .next = next,
                               .clear = clear,
                               .call = { .op = { .done = on_call, .data = task } },
                               .timer = { .fire = on_pause_over, .data = task } };
    task->next_task = docker->tasks;
    if (docker->tasks)
        docker->tasks->prev = task;
    docker->tasks = task;
    stk_op_begin(owner, docker->loop, on_cancel);
    owner->carrier = task;
    return task;
}

void stk_task_step(struct stk_task *task, int step)
{
    stk_trace(STK_TRACE_DOCKER, "%s: %s -> %s", task->name, task->steps[task->step],
              task->steps[step]);
    task->step = step;
}

void stk_task_go(struct stk_task *task, int step, const char *method, json_t *body,
                 const char *path, ...)
{
    stk_task_step(task, step);
    struct stk_call *call = &task->call;
    free(call->path);
    free(call->sent_body);
    json_decref(call->send);
    call->sent_body = NULL;
    call->method = method;
    call->send = body;
    va_list ap;
    va_start(ap, path);
    if (vasprintf(&call->path, path, ap) < 0)
        stk_out_of_memory();
    va_end(ap);
    stk_error_clear(&call->op.err);
    stk_call_send(task->docker, call);
}

void stk_task_pause(struct stk_task *task, int step, unsigned ms)
{
    stk_task_step(task, step);
    stk_timer_start(task->docker->loop, &task->timer, ms);
}

static void on_nested(struct stk_op *op)
{
    struct stk_task *task = op->data;
    task->nested = NULL;
    go_on(task);
}

void stk_task_nest(struct stk_task *task, int step, struct stk_op *op)
{
    stk_task_step(task, step);
    op->done = on_nested;
    op->data = task;
    task->nested = op;
}

void stk_task_end(struct stk_task *task, struct stk_error *err)
{
    struct stk_docker *docker = task->docker;
    struct stk_op *owner = task->owner;
    stk_trace(STK_TRACE_DOCKER, "%s: %s -> %s", task->name, task->steps[task->step],
              err && err->msg ? err->msg : "done");
    if (task->prev)
        task->prev->next_task = task->next_task;
    else
        docker->tasks = task->next_task;
    if (task->next_task)
        task->next_task->prev = task->prev;
    if (task->clear)
        task->clear(task);
    stk_timer_stop(&task->timer);
    stk_call_clear(&task->call);
    free(task->name);
    free(task);
    owner->carrier = NULL;
    stk_op_end(owner, err);
}

void stk_task_fail(struct stk_task *task)
{
    struct stk_error err = { 0 };
    stk_error_move(&err, &task->call.op.err);
    stk_task_end(task, &err);
}

void stk_task_fail_in(struct stk_task *task, const char *fmt, ...)
{
    struct stk_error err = { 0 };
    STK_CLEANUP(stk_charp) char *context = NULL;
    va_list ap;
    va_start(ap, fmt);
    if (vasprintf(&context, fmt, ap) < 0)
        stk_out_of_memory();
    va_end(ap);
    stk_error_move(&err, &task->call.op.err);
    stk_wrap(&err, "%s", context);
    stk_task_end(task, &err);
}
