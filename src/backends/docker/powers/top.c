/* top.c — asks for the processes of one container and copies what is told. */
#include "stackctl/docker/top.h"

#include "engine.h"

enum step { BEGIN, ASKED };
static const char *const steps[] = { "BEGIN", "ASKED" };

struct top {
    struct stk_task task;
    struct stk_top_req *req;
};

static struct stk_top_row read_row(struct stk_arena *arena, const json_t *list)
{
    struct stk_top_row row = { .n = stk_json_n(list) };
    row.v = stk_arena_array(arena, row.n + 1, sizeof(*row.v));
    for (size_t i = 0; i < row.n; i++) {
        const char *cell = json_string_value(stk_json_at(list, i));
        row.v[i] = stk_arena_strdup(arena, cell ? cell : "");
    }
    return row;
}

static void next(struct stk_task *task)
{
    struct stk_top_req *req = ((struct top *)task)->req;
    const json_t *processes = stk_json_get(task->call.json, "Processes");
    if (task->call.op.err.code) {
        stk_task_fail(task);
        return;
    }
    req->arena = stk_arena_new();
    req->titles = read_row(req->arena, stk_json_get(task->call.json, "Titles"));
    req->n_rows = stk_json_n(processes);
    req->rows = stk_arena_array(req->arena, req->n_rows + 1, sizeof(*req->rows));
    for (size_t i = 0; i < req->n_rows; i++)
        req->rows[i] = read_row(req->arena, stk_json_at(processes, i));
    stk_task_end(task, NULL);
}

void stk_docker_top(struct stk_docker *docker, struct stk_top_req *req)
{
    struct top *top = stk_task_new(docker, sizeof(*top), &req->op, req->id, steps, next, NULL);
    top->req = req;
    req->arena = NULL;
    req->n_rows = 0;
    stk_task_go(&top->task, ASKED, "GET", NULL, "/containers/%s/top", req->id);
}

void stk_top_clear(struct stk_top_req *req)
{
    stk_arena_free(req->arena);
    stk_error_clear(&req->op.err);
    req->arena = NULL;
}
