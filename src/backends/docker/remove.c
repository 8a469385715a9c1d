/* remove.c — removes a container, image, network or volume, and waits for an engine that lets go of
 * things a moment late. */
#include <string.h>

#include "engine.h"
#include "resolve.h"
#include "text.h"
#include "words.h"

enum step { BEGIN, FIND, LOOK, DELETE, WAIT, GONE, USERS, VOLUMES };
static const char *const steps[] = {
    "BEGIN", "FIND", "LOOK", "DELETE", "WAIT", "GONE", "USERS", "VOLUMES",
};

enum { RETRY_MS = 100, ENDPOINTS_MS = 3000, REMOVAL_MS = 60000, DELETE_MS = 60000 };

static const struct stk_src nowhere;

struct removal {
    struct stk_task task;
    struct stk_remove_req *req;
    char *id;
    json_t *volumes; /* names of its anonymous volumes, still to be removed */
    int64_t began_ms;
};

static void clear(struct stk_task *task)
{
    struct removal *removal = (struct removal *)task;
    stk_charp(&removal->id);
    json_decref(removal->volumes);
}

static void remove_it(struct removal *removal)
{
    STK_CLEANUP(stk_charp) char *id = stk_url_escape(removal->id);
    struct stk_task *task = &removal->task;
    task->call.wait_ms = DELETE_MS;
    switch (removal->req->ref.kind) {
    case STK_SERVICE:
        stk_task_go(task, DELETE, "DELETE", NULL, "/containers/%s?force=1&v=%d", id,
                    removal->req->volumes);
        return;
    case STK_IMAGE:
        stk_task_go(task, DELETE, "DELETE", NULL, "/images/%s", id);
        return;
    case STK_NETWORK:
        stk_task_go(task, DELETE, "DELETE", NULL, "/networks/%s", id);
        return;
    case STK_VOLUME:
        stk_task_go(task, DELETE, "DELETE", NULL, "/volumes/%s", id);
        return;
    }
}

static bool waited_for(const struct removal *removal, int64_t ms)
{
    return stk_monotonic_ms() - removal->began_ms >= ms;
}

/* The engine's answer was no: because of something that passes, or for good. */
static void refused(struct removal *removal)
{
    struct stk_task *task = &removal->task;
    const char *why = task->call.op.err.msg ? task->call.op.err.msg : "";
    bool removing = strstr(why, "already in progress") != NULL;
    bool used = strstr(why, "has active endpoints") != NULL;
    bool twice = strstr(why, "unrecognized image ID") != NULL; /* its other name is going, too */
    if (removing && !waited_for(removal, REMOVAL_MS))
        stk_task_pause(task, GONE, RETRY_MS);
    else if ((used || twice) && !waited_for(removal, ENDPOINTS_MS))
        stk_task_pause(task, WAIT, RETRY_MS);
    else if (used)
        stk_look(task, USERS, STK_NETWORK, removal->id);
    else
        stk_task_fail(task);
}

/* Says which containers hold on to a network. */
static void blame(struct removal *removal)
{
    struct stk_task *task = &removal->task;
    const json_t *users = stk_json_get(task->call.json, "Containers");
    const char *name = stk_json_text(task->call.json, "Name"), *id;
    struct stk_error err = { 0 };
    json_t *user;
    STK_CLEANUP(stk_buf_clearp) struct stk_buf names;
    stk_buf_init(&names, 4 * STK_KIB);
    json_object_foreach((json_t *)(uintptr_t)users, id, user)
    {
        const char *who = stk_json_text(user, "Name");
        stk_buf_printf(&names, "%s'%s'", names.size ? ", " : "", who ? who : id);
    }
    if (names.size)
        stk_fail(&err, STK_ECONFLICT, nowhere, "network '%s' is still in use by %s",
                 name ? name : removal->id, names.bytes);
    else /* engines lose track of endpoints now and then, until they are restarted */
        stk_fail(&err, STK_ECONFLICT, nowhere,
                 "network '%s' is in use, says the engine, though no container is on it",
                 name ? name : removal->id);
    stk_task_end(task, &err);
}

/* The engine itself removes only those that this very container made: one that a replacement
 * took over from the container before it has a source, which is how the engine tells named
 * volumes. */
static void note_volumes(struct removal *removal)
{
    const json_t *mounts = stk_json_get(removal->task.call.json, "Mounts");
    removal->volumes = json_array();
    for (size_t i = 0; i < stk_json_n(mounts); i++) {
        const char *name = stk_json_text(stk_json_at(mounts, i), "Name");
        if (name && stk_volume_is_anonymous(name))
            json_array_append_new(removal->volumes, json_string(name));
    }
    remove_it(removal);
}

/* Best effort: one that another container uses as well stays. */
static void remove_volumes(struct removal *removal)
{
    size_t n = stk_json_n(removal->volumes);
    if (!n) {
        stk_task_end(&removal->task, NULL);
        return;
    }
    STK_CLEANUP(stk_charp)
    char *name = stk_strdup(json_string_value(stk_json_at(removal->volumes, n - 1)));
    json_array_remove(removal->volumes, n - 1);
    stk_task_go(&removal->task, VOLUMES, "DELETE", NULL, "/volumes/%s", name);
}

static void look_or_remove(struct removal *removal)
{
    if (removal->req->ref.kind == STK_SERVICE && removal->req->volumes)
        stk_look(&removal->task, LOOK, STK_SERVICE, removal->id);
    else
        remove_it(removal);
}

static void found(struct removal *removal)
{
    removal->id = stk_found_id(removal->req->ref.kind, removal->task.call.json);
    if (removal->id)
        look_or_remove(removal);
    else
        stk_task_end(&removal->task, NULL);
}

static void next(struct stk_task *task)
{
    struct removal *removal = (struct removal *)task;
    const struct stk_error *err = &task->call.op.err;
    bool asked =
        task->step == FIND || task->step == LOOK || task->step == DELETE || task->step == USERS;
    if (asked && err->code == STK_EABSENT) {
        remove_volumes(removal);
        return;
    }
    if (asked && err->code) {
        if (task->step == DELETE)
            refused(removal);
        else
            stk_task_fail(task);
        return;
    }
    switch ((enum step)task->step) {
    case FIND:
        found(removal);
        return;
    case LOOK:
        note_volumes(removal);
        return;
    case BEGIN:
    case WAIT:
    case GONE:
        remove_it(removal);
        return;
    case DELETE:
        removal->req->changed = true;
        remove_volumes(removal);
        return;
    case VOLUMES:
        remove_volumes(removal);
        return;
    case USERS:
        blame(removal);
        return;
    }
}

void stk_docker_remove(void *self, struct stk_remove_req *req)
{
    struct removal *removal =
        stk_task_new(self, sizeof(*removal), &req->op, req->ref.name, steps, next, clear);
    removal->req = req;
    removal->began_ms = stk_monotonic_ms();
    req->changed = false;
    if (!stk_ref_id(&req->ref)) {
        stk_find(&removal->task, FIND, &req->ref);
        return;
    }
    removal->id = stk_strdup(stk_ref_id(&req->ref));
    look_or_remove(removal);
}
