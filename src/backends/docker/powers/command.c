/* command.c — runs one command in a container and hands on what it prints. When to run what is left to
 * others. */
#include "stackctl/docker/command.h"

#include <stdlib.h>

#include "exec.h"
#include "put.h"

enum step { BEGIN, RUN };
static const char *const steps[] = { "BEGIN", "RUN" };

struct command {
    struct stk_task task;
    struct stk_command_req *req;
    struct stk_exec exec;
    json_t *words, *environment;
};

static void on_said(struct stk_exec *exec, bool is_stderr, const char *bytes, size_t size)
{
    struct command *command = STK_CONTAINER(exec, struct command, exec);
    (void)is_stderr;
    if (command->req->said)
        command->req->said(command->req, bytes, size);
}

static void next(struct stk_task *task)
{
    struct command *command = (struct command *)task;
    struct stk_error err = { 0 };
    command->req->exit_code = command->exec.exit_code;
    stk_error_move(&err, &command->exec.op.err);
    stk_task_end(task, &err);
}

static void clear(struct stk_task *task)
{
    struct command *command = (struct command *)task;
    stk_exec_clear(&command->exec);
    json_decref(command->words);
    json_decref(command->environment);
}

/* A variable without a value has none here either. */
static json_t *environment_of(const struct stk_hook *what)
{
    json_t *list = json_array();
    for (size_t i = 0; i < what->environment.n; i++) {
        const struct stk_kv *kv = &what->environment.v[i];
        if (kv->value)
            json_array_append_new(list, json_sprintf("%s=%s", kv->key, kv->value));
    }
    return list;
}

void stk_docker_command(struct stk_docker *docker, struct stk_command_req *req)
{
    struct command *command =
        stk_task_new(docker, sizeof(*command), &req->op, req->id, steps, next, clear);
    command->req = req;
    command->words = stk_list_of(&req->what->command);
    command->environment = environment_of(req->what);
    command->exec = (struct stk_exec){ .container = req->id,
                                       .command = command->words,
                                       .user = req->what->user,
                                       .working_dir = req->what->working_dir,
                                       .environment = command->environment,
                                       .privileged = req->what->privileged.v != 0,
                                       .said = on_said };
    stk_task_nest(&command->task, RUN, &command->exec.op);
    stk_exec_run(docker, &command->exec);
}
