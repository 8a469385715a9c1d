/* hooked.c — see hooked.h. One command is exec.c; which commands there are is runtime/hooks.c. */
#include "hooked.h"

#include <string.h>

#include "hooks.h"
#include "text.h"

enum { LINE_MOST = 8 * 1024 };

static void run(struct stk_hooked *hooked);

static void end(struct stk_hooked *hooked, struct stk_error *err)
{
    stk_exec_clear(&hooked->exec);
    stk_op_end(&hooked->op, err);
}

static void tell_line(struct stk_hooked *hooked)
{
    struct stk_buf *line = &hooked->line;
    while (line->size && strchr("\r\n", line->bytes[line->size - 1]))
        line->bytes[--line->size] = '\0';
    if (line->size)
        hooked->said(hooked, line->bytes);
    stk_buf_reset(line);
}

static void on_said(struct stk_exec *exec, bool is_stderr, const char *bytes, size_t size)
{
    struct stk_hooked *hooked = STK_CONTAINER(exec, struct stk_hooked, exec);
    (void)is_stderr;
    while (size) {
        const char *eol = memchr(bytes, '\n', size);
        size_t n = eol ? (size_t)(eol - bytes) + 1 : size;
        size_t room = LINE_MOST - hooked->line.size;
        stk_buf_add(&hooked->line, bytes, n < room ? n : room);
        if (eol)
            tell_line(hooked);
        bytes += n;
        size -= n;
    }
}

static void on_ended(struct stk_op *op)
{
    struct stk_hooked *hooked = op->data;
    struct stk_exec *exec = &hooked->exec;
    struct stk_error err = { 0 };
    tell_line(hooked);
    if (op->err.code) {
        stk_error_move(&err, &op->err);
        stk_wrap(&err, "%s hook (%s)", hooked->service, hooked->moment);
        end(hooked, &err);
        return;
    }
    if (exec->exit_code) {
        const char *said = exec->output.size ? exec->output.bytes : NULL;
        stk_hook_failed(&err, hooked->service, hooked->moment, exec->exit_code, said);
        end(hooked, &err);
        return;
    }
    hooked->at++;
    run(hooked);
}

/* A variable without a value has none here either. */
static json_t *environment_of(const json_t *hook)
{
    json_t *list = json_array(), *value;
    const char *name;
    json_object_foreach(json_object_get(hook, "environment"), name, value)
    {
        if (json_is_string(value))
            json_array_append_new(list, json_sprintf("%s=%s", name, json_string_value(value)));
    }
    return list;
}

static void run(struct stk_hooked *hooked)
{
    const json_t *hook = stk_json_at(hooked->list, hooked->at);
    if (!hook) {
        end(hooked, NULL);
        return;
    }
    stk_exec_clear(&hooked->exec);
    json_decref(hooked->environment);
    hooked->environment = environment_of(hook);
    hooked->exec = (struct stk_exec){ .op = { .done = on_ended, .data = hooked },
                                      .container = hooked->container,
                                      .command = stk_json_get(hook, "command"),
                                      .user = stk_json_text(hook, "user"),
                                      .working_dir = stk_json_text(hook, "working_dir"),
                                      .environment = hooked->environment,
                                      .privileged = stk_json_bool(hook, "privileged"),
                                      .said = on_said };
    stk_exec_run(hooked->docker, &hooked->exec);
}

static void on_cancel(struct stk_op *op)
{
    stk_op_cancel(&STK_CONTAINER(op, struct stk_hooked, op)->exec.op);
}

void stk_hooked_go(struct stk_task *task, int step, struct stk_hooked *hooked)
{
    hooked->docker = task->docker;
    hooked->at = 0;
    stk_buf_init(&hooked->line, LINE_MOST);
    stk_task_nest(task, step, &hooked->op);
    stk_op_begin(&hooked->op, task->docker->loop, on_cancel);
    run(hooked);
}

bool stk_hooked_too_late(const struct stk_hooked *hooked)
{
    return hooked->op.err.code == STK_EABSENT || hooked->op.err.code == STK_ECONFLICT;
}

void stk_hooked_clear(struct stk_hooked *hooked)
{
    stk_exec_clear(&hooked->exec);
    stk_buf_clear(&hooked->line);
    stk_error_clear(&hooked->op.err);
    json_decref(TAKE(hooked->list));
    json_decref(TAKE(hooked->environment));
}
