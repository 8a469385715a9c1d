/* inspect.c — the present status: of one unit in all detail, or of a whole project in at most
 * four lists asked for at once. */
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "engine.h"
#include "labels.h"
#include "pull.h"
#include "resolve.h"
#include "seen.h"
#include "text.h"
#include "words.h"

#define LIST_MAX (64 * STK_MIB)

static const struct stk_src nowhere;

/* ---- one unit ---- */

enum one_step { ONE_BEGIN, ONE_FIND, ONE_LOOK };
static const char *const one_steps[] = { "BEGIN", "FIND", "LOOK" };

struct one {
    struct stk_task task;
    struct stk_inspect_req *req;
};

static void one_end(struct one *one, const json_t *found)
{
    struct stk_seeing seeing = { 0 };
    stk_see_one(&seeing, *one->req->ref, found);
    one->req->seen = stk_seen_finish(&seeing);
    stk_task_end(&one->task, NULL);
}

static void one_next(struct stk_task *task)
{
    struct one *one = (struct one *)task;
    const struct stk_ref *ref = one->req->ref;
    const struct stk_call *call = &task->call;
    if (call->op.err.code == STK_EABSENT) {
        one_end(one, NULL);
        return;
    }
    if (call->op.err.code) {
        stk_task_fail_in(task, "looking for %s", ref->name);
        return;
    }
    if (task->step != ONE_FIND || ref->kind == STK_VOLUME) {
        one_end(one, task->step == ONE_FIND ? stk_found(ref->kind, call->json) : call->json);
        return;
    }
    STK_CLEANUP(stk_charp) char *id = stk_found_id(ref->kind, call->json);
    if (id)
        stk_look(task, ONE_LOOK, ref->kind, id);
    else
        one_end(one, NULL);
}

static void inspect_one(struct stk_docker *docker, struct stk_inspect_req *req)
{
    const struct stk_ref *ref = req->ref;
    struct one *one =
        stk_task_new(docker, sizeof(*one), &req->op, ref->name, one_steps, one_next, NULL);
    one->req = req;
    if (stk_ref_id(ref))
        stk_look(&one->task, ONE_LOOK, ref->kind, stk_ref_id(ref));
    else
        stk_find(&one->task, ONE_FIND, ref);
}

/* ---- everything of a project ---- */

enum list { CONTAINERS, NETWORKS, VOLUMES, IMAGES, LISTS };

struct all {
    struct stk_op *owner;
    struct stk_inspect_req *req;
    struct stk_docker *docker;
    struct stk_call calls[LISTS];
    struct stk_call paths;
    size_t pending;
    struct stk_error err; /* of the first list that failed */
    struct stk_comparison compare;
    bool comparing;
};

static bool in_strs(const struct stk_strs *list, const char *s)
{
    for (size_t i = 0; s && i < list->n; i++)
        if (stk_streq(list->v[i], s))
            return true;
    return false;
}

/* Lists that had to be asked for without a filter hold everybody's networks and volumes. */
static bool wanted(const struct stk_inspect_req *req, const json_t *unit)
{
    const char *project = stk_json_text(stk_json_get(unit, "Labels"), STK_LABEL_PROJECT);
    if (req->what & STK_SEE_OTHERS)
        return true;
    if (project && (!req->project || stk_streq(project, req->project)))
        return true;
    return in_strs(&req->externals, stk_json_text(unit, "Name"));
}

static void see_lists(struct all *all, struct stk_seeing *seeing)
{
    const struct stk_inspect_req *req = all->req;
    const json_t *containers = all->calls[CONTAINERS].json, *networks = all->calls[NETWORKS].json;
    const json_t *volumes = stk_json_get(all->calls[VOLUMES].json, "Volumes");
    for (size_t i = 0; i < stk_json_n(containers); i++)
        stk_see_listed(seeing, stk_json_at(containers, i));
    for (size_t i = 0; i < stk_json_n(networks); i++)
        if (wanted(req, stk_json_at(networks, i)))
            stk_see_network(seeing, stk_json_at(networks, i));
    for (size_t i = 0; i < stk_json_n(volumes); i++)
        if (wanted(req, stk_json_at(volumes, i)))
            stk_see_volume(seeing, stk_json_at(volumes, i));
    for (size_t i = 0; (req->what & STK_SEE_IMAGES) && i < req->images.n; i++) {
        const json_t *image = stk_image_find(all->calls[IMAGES].json, req->images.v[i]);
        stk_image_remember(all->docker, req->images.v[i], image);
        stk_see_image(seeing, req->images.v[i], image);
    }
}

static void all_end(struct all *all)
{
    struct stk_op *owner = all->owner;
    struct stk_error err = { 0 };
    if (all->err.code)
        stk_error_move(&err, &all->err);
    for (size_t i = 0; i < LISTS; i++)
        stk_call_clear(&all->calls[i]);
    stk_call_clear(&all->paths);
    free(all);
    owner->carrier = NULL;
    stk_op_end(owner, &err);
}

static void all_compared(struct stk_comparison *compare)
{
    struct all *all = compare->data;
    if (compare->err.code) {
        stk_error_move(&all->err, &compare->err);
        stk_seen_free(TAKE(all->req->seen));
    }
    all_end(all);
}

static void all_listed(struct all *all)
{
    struct stk_seeing seeing = { 0 };
    if (all->err.code) {
        all_end(all);
        return;
    }
    see_lists(all, &seeing);
    all->req->seen = stk_seen_finish(&seeing);
    all->compare =
        (struct stk_comparison){ .docker = all->docker,
                                 .req = all->req,
                                 .seen = all->req->seen,
                                 .containers = all->calls[CONTAINERS].json,
                                 .networks = all->calls[NETWORKS].json,
                                 .volumes = stk_json_get(all->calls[VOLUMES].json, "Volumes"),
                                 .ended = all_compared,
                                 .data = all };
    all->comparing = true;
    stk_compare_begin(&all->compare);
}

static void all_cancel(struct stk_op *owner)
{
    struct all *all = owner->carrier;
    if (all->comparing) {
        stk_compare_cancel(&all->compare);
        return;
    }
    for (size_t i = 0; i < LISTS; i++)
        stk_op_cancel(&all->calls[i].op);
    stk_op_cancel(&all->paths.op);
}

static const struct {
    const char *name;
    json_type type;
} lists[LISTS] = { [CONTAINERS] = { "containers", JSON_ARRAY },
                   [NETWORKS] = { "networks", JSON_ARRAY },
                   [VOLUMES] = { "volumes", JSON_OBJECT },
                   [IMAGES] = { "images", JSON_ARRAY } };

static void on_list(struct stk_op *op)
{
    struct all *all = op->data;
    struct stk_call *call = STK_CONTAINER(op, struct stk_call, op);
    size_t i = (size_t)(call - all->calls);
    bool shaped = call->json && json_typeof(call->json) == lists[i].type;
    if (!op->err.code && !shaped)
        stk_fail(&op->err, STK_EENGINE, nowhere, "the engine's list of %s is not one",
                 lists[i].name);
    if (op->err.code && !all->err.code) {
        stk_error_move(&all->err, &op->err);
        if (all->err.code != STK_ECANCELED && all->err.code != STK_EENGINE)
            stk_wrap(&all->err, "listing %s", lists[i].name);
    }
    if (--all->pending == 0)
        all_listed(all);
}

static void ask(struct all *all, enum list list, char *path)
{
    all->calls[list] = (struct stk_call){
        .op = { .done = on_list, .data = all }, .method = "GET", .path = path, .max = LIST_MAX
    };
    all->pending++;
    stk_call_send(all->docker, &all->calls[list]);
}

/* No request looks at a path. But an engine checks what a container is to be made with before it looks for the
 * image, and says which path is missing; of this image there is none, so nothing is ever made. */
static const char nobodys_image[] =
    "sha256:0000000000000000000000000000000000000000000000000000000000000000";

static void on_paths(struct stk_op *op)
{
    struct all *all = op->data;
    static const char says[] = "bind source path does not exist: ";
    const char *found = op->err.msg ? strstr(op->err.msg, says) : NULL;
    const char *path = found ? found + strlen(says) : NULL;
    for (size_t i = 0; path && i < all->req->paths.n; i++)
        if (stk_streq(all->req->paths.v[i], path))
            all->req->missing = all->req->paths.v[i];
    stk_error_clear(&op->err); /* any other refusal tells nothing of the paths */
    if (--all->pending == 0)
        all_listed(all);
}

static void ask_paths(struct all *all)
{
    json_t *mounts = json_array();
    for (size_t i = 0; i < all->req->paths.n; i++)
        json_array_append_new(mounts,
                              json_pack("{s:s, s:s, s:o}", "Type", "bind", "Source",
                                        all->req->paths.v[i], "Target", json_sprintf("/%zu", i)));
    all->paths = (struct stk_call){
        .op = { .done = on_paths, .data = all },
        .method = "POST",
        .path = stk_strdup("/containers/create"),
        .send = json_pack("{s:s, s:{s:o}}", "Image", nobodys_image, "HostConfig", "Mounts", mounts),
    };
    all->pending++;
    stk_call_send(all->docker, &all->paths);
}

static char *project_filter(const char *project)
{
    STK_CLEANUP(stk_charp)
    char *label =
        project ? stk_printf(STK_LABEL_PROJECT "=%s", project) : stk_strdup(STK_LABEL_PROJECT);
    return stk_url_filters(json_pack("{s:[s]}", "label", label));
}

static void inspect_all(struct stk_docker *docker, struct stk_inspect_req *req)
{
    struct all *all = stk_alloc(sizeof(*all));
    STK_CLEANUP(stk_charp) char *filter = project_filter(req->project);
    bool others = req->what & STK_SEE_OTHERS;
    req->missing = NULL;
    bool any = req->externals.n || others;
    const char *mine = any ? "" : filter, *query = any ? "" : "?filters=";
    *all = (struct all){ .owner = &req->op, .req = req, .docker = docker };
    stk_op_begin(&req->op, docker->loop, all_cancel);
    req->op.carrier = all;
    all->pending = 1; /* ours, until all have been asked for */
    if (req->what & STK_SEE_SERVICES)
        ask(all, CONTAINERS,
            stk_printf("/containers/json?all=1%s%s",
                       others ? "" : "&filters=", others ? "" : filter));
    if (req->what & STK_SEE_NETWORKS)
        ask(all, NETWORKS, stk_printf("/networks%s%s", query, mine));
    if (req->what & STK_SEE_VOLUMES)
        ask(all, VOLUMES, stk_printf("/volumes%s%s", query, mine));
    if ((req->what & STK_SEE_IMAGES) && req->images.n)
        ask(all, IMAGES, stk_strdup("/images/json"));
    if (req->paths.n)
        ask_paths(all);
    if (--all->pending == 0)
        all_listed(all);
}

void stk_docker_inspect(void *self, struct stk_inspect_req *req)
{
    if (req->ref)
        inspect_one(self, req);
    else
        inspect_all(self, req);
}
