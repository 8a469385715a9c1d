/* image.c — asks for what an image is. */
#include "stackctl/docker/image.h"

#include "engine.h"
#include "resolve.h"
#include "text.h"

enum step { BEGIN, ASKED };
static const char *const steps[] = { "BEGIN", "ASKED" };

struct image {
    struct stk_task task;
    struct stk_image_req *req;
};

static struct stk_strs read_list(struct stk_arena *arena, const json_t *list)
{
    size_t n = stk_json_n(list), kept = 0;
    const char **v = stk_arena_array(arena, n + 1, sizeof(*v));
    for (size_t i = 0; i < n; i++) {
        const char *text = json_string_value(stk_json_at(list, i));
        if (text)
            v[kept++] = stk_arena_strdup(arena, text);
    }
    return (struct stk_strs){ .set = true, .n = kept, .v = v };
}

static void read_image(struct stk_image_req *req, const json_t *look)
{
    const char *os = stk_json_text(look, "Os"), *machine = stk_json_text(look, "Architecture");
    const char *variant = stk_json_text(look, "Variant");
    const char *tagged = stk_json_text(stk_json_get(look, "Metadata"), "LastTagTime");
    struct stk_arena *arena = req->arena = stk_arena_new();
    req->id = stk_arena_strdup(arena, stk_json_text(look, "Id"));
    req->platform =
        stk_arena_printf(arena, "%s/%s%s%s", os ? os : "unknown", machine ? machine : "unknown",
                         variant ? "/" : "", variant ? variant : "");
    req->last_tagged = stk_parse_rfc3339_ms(tagged) ? stk_arena_strdup(arena, tagged) : NULL;
    req->tags = read_list(arena, stk_json_get(look, "RepoTags"));
    req->digests = read_list(arena, stk_json_get(look, "RepoDigests"));
    req->size = stk_json_int(look, "Size");
    req->created_ms = stk_parse_rfc3339_ms(stk_json_text(look, "Created"));
}

static void next(struct stk_task *task)
{
    struct stk_image_req *req = ((struct image *)task)->req;
    if (task->call.op.err.code) {
        stk_task_fail(task);
        return;
    }
    read_image(req, task->call.json);
    stk_task_end(task, NULL);
}

void stk_docker_image(struct stk_docker *docker, struct stk_image_req *req)
{
    struct image *image =
        stk_task_new(docker, sizeof(*image), &req->op, req->name, steps, next, NULL);
    image->req = req;
    req->arena = NULL;
    stk_look(&image->task, ASKED, STK_IMAGE, req->name);
}

void stk_image_clear(struct stk_image_req *req)
{
    stk_arena_free(req->arena);
    stk_error_clear(&req->op.err);
    req->arena = NULL;
}
