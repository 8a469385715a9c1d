/* volumes.c — asks for the volumes that bear a project's label. */
#include "stackctl/docker/volumes.h"

#include <stdlib.h>
#include <string.h>

#include "engine.h"

enum step { BEGIN, ASKED };
static const char *const steps[] = { "BEGIN", "ASKED" };

struct volumes {
    struct stk_task task;
    struct stk_volumes_req *req;
};

static const char *keep(struct stk_arena *arena, const json_t *object, const char *key)
{
    const char *text = stk_json_str(object, key);
    return stk_arena_strdup(arena, text ? text : "");
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct stk_kv *)a)->key, ((const struct stk_kv *)b)->key);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct stk_volume_info *)a)->name,
                  ((const struct stk_volume_info *)b)->name);
}

static struct stk_kvs read_labels(struct stk_arena *arena, const json_t *labels)
{
    struct stk_kvs kvs = { 0 };
    const char *key;
    json_t *value;
    kvs.v = stk_arena_array(arena, json_object_size(labels) + 1, sizeof(*kvs.v));
    json_object_foreach((json_t *)(uintptr_t)labels, key, value)
    {
        const char *text = json_string_value(value);
        kvs.v[kvs.n++] = (struct stk_kv){ .key = stk_arena_strdup(arena, key),
                                          .value = stk_arena_strdup(arena, text ? text : "") };
    }
    if (kvs.n)
        qsort(kvs.v, kvs.n, sizeof(*kvs.v), by_key);
    return kvs;
}

static void next(struct stk_task *task)
{
    struct stk_volumes_req *req = ((struct volumes *)task)->req;
    const json_t *list = stk_json_get(task->call.json, "Volumes");
    if (task->call.op.err.code) {
        stk_task_fail(task);
        return;
    }
    req->arena = stk_arena_new();
    req->n = stk_json_n(list);
    req->v = stk_arena_array(req->arena, req->n + 1, sizeof(*req->v));
    for (size_t i = 0; i < req->n; i++) {
        const json_t *volume = stk_json_at(list, i);
        req->v[i] = (struct stk_volume_info){
            .name = keep(req->arena, volume, "Name"),
            .driver = keep(req->arena, volume, "Driver"),
            .mountpoint = keep(req->arena, volume, "Mountpoint"),
            .scope = keep(req->arena, volume, "Scope"),
            .labels = read_labels(req->arena, stk_json_get(volume, "Labels")),
        };
    }
    if (req->n)
        qsort(req->v, req->n, sizeof(*req->v), by_name);
    stk_task_end(task, NULL);
}

void stk_docker_volumes(struct stk_docker *docker, struct stk_volumes_req *req)
{
    struct volumes *volumes =
        stk_task_new(docker, sizeof(*volumes), &req->op, "volumes", steps, next, NULL);
    STK_CLEANUP(stk_charp) char *label = stk_printf("com.docker.compose.project=%s", req->project);
    STK_CLEANUP(stk_charp) char *filters = stk_url_filters(json_pack("{s:[s]}", "label", label));
    volumes->req = req;
    req->arena = NULL;
    req->n = 0;
    stk_task_go(&volumes->task, ASKED, "GET", NULL, "/volumes?filters=%s", filters);
}

void stk_volumes_clear(struct stk_volumes_req *req)
{
    stk_arena_free(req->arena);
    stk_error_clear(&req->op.err);
    req->arena = NULL;
}
