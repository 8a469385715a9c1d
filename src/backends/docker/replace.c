/* replace.c — puts a new container in the place of the old one: stop, remove or set aside, rename.
 * The new one is made first and the old one's name given last, so that a failure before leaves the old
 * one as it was. Taking one that was set aside back is restore.c. */
#include <stdlib.h>

#include "labels.h"
#include "resolve.h"
#include "service.h"
#include "stop.h"
#include "text.h"
#include "words.h"

void stk_replace_begin(struct service *s, json_t *found)
{
    json_decref(s->old);
    s->old = json_incref(found);
    free(s->old_id);
    s->old_id = stk_strdup(stk_json_text(found, "Id"));
}

static void set_aside(struct service *s)
{
    stk_task_go(&s->task, SET_ASIDE, "POST", NULL, "/containers/%s/rename?name=%.12s_previous_%s",
                s->old_id, s->old_id, s->unit->name);
}

void stk_replace_old(struct service *s)
{
    if (s->req->start_first)
        set_aside(s);
    else
        stk_replace_stop_old(s);
}

static void stop_old(struct service *s)
{
    stk_stop_send(&s->task, STOP_OLD, s->old_id, s->req->grace, s->old);
}

/* What it was made with tells its hooks; another tool's container has those of the file. */
void stk_replace_stop_old(struct service *s)
{
    const json_t *labels = stk_json_get(stk_json_get(s->old, "Config"), "Labels");
    const char *config = stk_json_str(labels, STK_LABEL_CONFIG);
    const char *state = stk_json_str(stk_json_get(s->old, "State"), "Status");
    bool runs = stk_state_parse(state) == STK_RUNNING;
    if (!runs || !stk_service_hook(s, PRE_STOP, s->old_id, config ? config : s->unit->config))
        stop_old(s);
}

void stk_replace_hooked(struct service *s)
{
    if (!s->hooked.op.err.code || stk_hooked_too_late(&s->hooked)) {
        stop_old(s);
        return;
    }
    stk_error_move(&s->refusal, &s->hooked.op.err);
    stk_task_go(&s->task, DROP_NEW, "DELETE", NULL, "/containers/%s?force=1&v=1", s->id);
}

/* The old one stays as it was. */
void stk_replace_dropped(struct service *s)
{
    struct stk_error err = { 0 };
    stk_error_move(&err, &s->refusal);
    stk_task_end(&s->task, &err);
}

void stk_replace_remove_old(struct service *s)
{
    s->task.call.wait_ms = WORK_MS;
    stk_task_go(&s->task, REMOVE_OLD, "DELETE", NULL, "/containers/%s?force=1", s->old_id);
}

void stk_replace_rename(struct service *s)
{
    s->renaming = true;
    stk_task_go(&s->task, RENAME, "POST", NULL, "/containers/%s/rename?name=%s", s->id,
                s->unit->name);
}

void stk_replace_stopped(struct service *s)
{
    if (stk_service_failed(s) && stk_service_failed(s) != STK_EABSENT)
        stk_service_fail_in(s, "stopping the old container");
    else if (s->req->keep_old)
        set_aside(s);
    else
        stk_replace_remove_old(s);
}

/* 404: somebody removed it meanwhile. */
void stk_replace_set_aside(struct service *s)
{
    if (stk_service_failed(s) && stk_service_failed(s) != STK_EABSENT)
        stk_service_fail_in(s, "renaming the old container");
    else
        stk_replace_rename(s);
}

void stk_replace_removed(struct service *s)
{
    if (stk_service_failed(s) == STK_ECONFLICT && s->tries++ < TRIES)
        stk_task_pause(&s->task, REMOVE_AGAIN, RETRY_MS); /* being removed: until it is gone */
    else if (stk_service_failed(s) && stk_service_failed(s) != STK_EABSENT)
        stk_service_fail_in(s, "removing the old container");
    else
        stk_replace_rename(s);
}

void stk_replace_renamed(struct service *s)
{
    if (stk_service_failed(s) == STK_ECONFLICT && s->tries++ < TRIES) {
        stk_look(&s->task, HOLDER, STK_SERVICE, s->unit->name);
    } else if (stk_service_failed(s)) {
        stk_service_fail_in(s, "renaming the new container");
    } else {
        s->req->changed = true;
        stk_service_run(s);
    }
}

/* Whoever keeps the new container from its name is the one it replaces, or one that an attempt
 * that was killed was to replace: it goes the same way. */
void stk_replace_name_holder(struct service *s, json_t *found, const char *id)
{
    if (stk_streq(id, s->id)) {
        stk_service_run(s); /* it has its name: an answer got lost */
    } else if (stk_streq(id, s->old_id)) {
        stk_task_pause(&s->task, REMOVE_AGAIN, RETRY_MS);
    } else {
        stk_replace_begin(s, found);
        stk_replace_old(s);
    }
}
