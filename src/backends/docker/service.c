/* service.c — brings up one instance of a service: image, container, networks, start. Every step
 * can be the one at which an earlier attempt was killed, so what is found half done is finished.
 * What a container is made from is create.c; putting it in the place of an old one is replace.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conflict.h"
#include "create.h"
#include "hooks.h"
#include "place.h"
#include "resolve.h"
#include "service.h"
#include "shares.h"
#include "text.h"
#include "words.h"

static const struct stk_src nowhere;

static const char *const steps[] = {
    [BEGIN] = "BEGIN",
    [PARENTS] = "PARENTS",
    [LOOK] = "LOOK",
    [IMAGE] = "IMAGE",
    [LOGIN] = "LOGIN",
    [PULL] = "PULL",
    [CREATE] = "CREATE",
    [HOLDER] = "HOLDER",
    [CLEAR] = "CLEAR",
    [AGAIN] = "AGAIN",
    [TAIL] = "TAIL",
    [DELIVER] = "DELIVER",
    [CONNECT] = "CONNECT",
    [STOP_OLD] = "STOP_OLD",
    [SET_ASIDE] = "SET_ASIDE",
    [REMOVE_OLD] = "REMOVE_OLD",
    [RENAME] = "RENAME",
    [REMOVE_AGAIN] = "REMOVE_AGAIN",
    [RENAME_AGAIN] = "RENAME_AGAIN",
    [START] = "START",
    [PORT] = "PORT",
    [POST_START] = "POST_START",
    [PRE_STOP] = "PRE_STOP",
    [DROP_NEW] = "DROP_NEW",
};

static void clear(struct stk_task *task)
{
    struct service *s = (struct service *)task;
    stk_pull_clear(&s->pull);
    stk_error_clear(&s->login.op.err);
    json_decref(s->old);
    json_decref(s->wanted);
    json_decref(s->parents);
    json_decref(s->attached);
    free(s->id);
    free(s->old_id);
    free(s->name);
    free(s->finished);
    stk_hooked_clear(&s->hooked);
    stk_error_clear(&s->refusal);
}

static void finish(struct service *s)
{
    if (s->req->create_only && s->id)
        snprintf(s->req->made_id, sizeof(s->req->made_id), "%s", s->id);
    stk_task_end(&s->task, NULL);
}

__attribute__((format(printf, 3, 4))) static void fail(struct service *s, enum stk_code code,
                                                       const char *fmt, ...)
{
    struct stk_error err = { 0 };
    STK_CLEANUP(stk_charp) char *text = NULL;
    va_list ap;
    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        stk_out_of_memory();
    va_end(ap);
    stk_fail(&err, code, nowhere, "%s", text);
    stk_task_end(&s->task, &err);
}

enum stk_code stk_service_failed(const struct service *s)
{
    return s->task.call.op.err.code;
}

void stk_service_fail_in(struct service *s, const char *doing)
{
    struct stk_error *err = &s->task.call.op.err;
    if (err->code == STK_EABSENT)
        err->code = STK_EFAIL;
    stk_task_fail_in(&s->task, "%s '%s'", doing, s->unit->name);
}

static const char *image_of(const struct service *s)
{
    return s->unit->service->image;
}

/* ---- sending ---- */

static void look(struct service *s, const char *id)
{
    s->by_name = stk_streq(id, s->unit->name);
    stk_look(&s->task, LOOK, STK_SERVICE, id);
}

static struct stk_create wanted(const struct service *s)
{
    const struct stk_docker *docker = s->task.docker;
    return (struct stk_create){
        .unit = s->unit,
        .tool = docker->tool,
        .image_id = stk_json_text(docker->image_ids, image_of(s)),
        .replaces = s->old ? s->unit->name : NULL,
        .inherit = s->req->renew_volumes ? NULL : stk_json_get(s->old, "Mounts"),
        .parents = s->parents,
        .socket = stk_docker_socket(docker),
        .api_minor = docker->api_minor,
    };
}

static void warn(void *data, const char *text)
{
    struct service *s = data;
    if (s->req->warn)
        s->req->warn(s->req, text);
}

static void create(struct service *s)
{
    struct stk_create create = wanted(s);
    struct stk_error err = { 0 };
    if (stk_create_check(&create, &err) || stk_shares_check(s->unit, s->parents, &err)) {
        stk_task_end(&s->task, &err);
        return;
    }
    if (!s->warned)
        stk_create_unheeded(&create, warn, s);
    s->warned = true;
    const char *platform = s->unit->service->platform;
    STK_CLEANUP(stk_charp) char *escaped = stk_url_escape(platform ? platform : "");
    free(s->name);
    s->name = s->old ? stk_printf("%.12s_%s", s->old_id, s->unit->name) : stk_strdup(s->unit->name);
    STK_CLEANUP(stk_charp) char *name = stk_url_escape(s->name);
    s->task.call.wait_ms = WORK_MS;
    s->task.call.needs = "Id";
    stk_task_go(&s->task, CREATE, "POST", stk_create_body(&create),
                "/containers/create?name=%s%s%s", name, platform ? "&platform=" : "", escaped);
}

static void want_image(struct service *s)
{
    if (stk_json_text(s->task.docker->image_ids, image_of(s)))
        create(s);
    else
        stk_look(&s->task, IMAGE, STK_IMAGE, image_of(s));
}

/* Its image was there a moment ago: the image's own unit has seen to it. */
static void pull(struct service *s)
{
    const char *policy = s->unit->service->pull_policy;
    if (stk_streq(policy, "never") || stk_streq(policy, "build")) {
        fail(s, STK_EIMAGE, "image '%s' is not there, and its pull_policy is '%s'", image_of(s),
             policy);
        return;
    }
    if (s->req->offline) {
        fail(s, STK_EIMAGE, "image '%s' is not there, and --offline was given", image_of(s));
        return;
    }
    s->pulled = true;
    s->login = (struct stk_login_req){ .image = image_of(s) };
    stk_task_nest(&s->task, LOGIN, &s->login.op);
    stk_login_ask(s->task.docker, &s->login);
}

void stk_service_run(struct service *s)
{
    if (s->req->create_only) {
        finish(s);
        return;
    }
    s->task.call.wait_ms = WORK_MS;
    stk_task_go(&s->task, START, "POST", NULL, "/containers/%s/start", s->id);
}

/* The next network it is not on yet; when there is none left, what comes after. */
static void connect_next(struct service *s)
{
    const struct stk_service *service = s->unit->service;
    for (; s->next_network < service->n_networks; s->next_network++) {
        const struct stk_attachment *at = &service->networks[s->next_network];
        const char *network = stk_create_network(s->unit, at);
        if (json_object_get(s->attached, network))
            continue;
        STK_CLEANUP(stk_charp) char *escaped = stk_url_escape(network);
        struct stk_create create = wanted(s);
        json_t *body = json_pack("{s:s, s:o}", "Container", s->id, "EndpointConfig",
                                 stk_create_endpoint(&create, at));
        s->next_network++;
        stk_task_go(&s->task, CONNECT, "POST", body, "/networks/%s/connect", escaped);
        return;
    }
    if (s->old)
        stk_replace_old(s);
    else if (s->misnamed)
        stk_replace_rename(s);
    else
        stk_service_run(s);
}

/* Every container gets its copies before it starts, one that ran before too: they may be others. */
void stk_service_deliver(struct service *s)
{
    struct stk_error err = { 0 };
    switch (stk_deliver_send(s, &err)) {
    case STK_DELIVERY_NONE:
        connect_next(s);
        return;
    case STK_DELIVERY_SENT:
        return;
    case STK_DELIVERY_FAILED:
        stk_task_end(&s->task, &err);
        return;
    }
}

/* ---- a container that is there already ---- */

static bool is_misnamed(const json_t *found)
{
    const char *name = stk_json_str(found, "Name");
    return name && stk_replaced_name(name + (*name == '/'));
}

/* Down, or left by an attempt that was killed: it gets its networks and its name, and is
 * started. */
static void revive(struct service *s, const json_t *found)
{
    const json_t *networks = stk_json_get(stk_json_get(found, "NetworkSettings"), "Networks");
    const char *ended = stk_json_text(stk_json_get(found, "State"), "FinishedAt");
    bool ran = stk_parse_rfc3339_ms(ended) != 0;
    s->attached = json_incref((json_t *)(uintptr_t)networks);
    s->next_network = 0;
    s->misnamed = is_misnamed(found);
    if (ran && !s->req->create_only) {
        free(s->finished);
        s->finished = stk_strdup(ended);
        stk_since_send(&s->task, TAIL, &s->since, s->id);
    } else {
        stk_service_deliver(s);
    }
}

/* It would look for a container that was replaced since, so it is replaced too. */
static void outdated(struct service *s, json_t *found)
{
    stk_replace_begin(s, found);
    want_image(s);
}

static void existing(struct service *s, json_t *found)
{
    const char *id = stk_json_text(found, "Id");
    struct stk_error err = { 0 };
    if (stk_conflict_foreign(s->unit, found, &err)) {
        stk_task_end(&s->task, &err);
        return;
    }
    if (s->req->replace && !s->old) {
        stk_replace_begin(s, found);
        want_image(s);
        return;
    }
    free(s->id);
    s->id = stk_strdup(id);
    const char *word = stk_json_text(stk_json_get(found, "State"), "Status");
    enum stk_state state = stk_state_parse(word);
    bool up = state == STK_RUNNING || state == STK_PAUSED || state == STK_RESTARTING;
    if (state == STK_REMOVING && s->tries++ < TRIES)
        stk_task_pause(&s->task, AGAIN, RETRY_MS);
    else if (!word)
        fail(s, STK_EENGINE, "the engine's answer about container '%s' has no State",
             s->unit->name);
    else if (stk_streq(word, "dead"))
        stk_task_go(&s->task, CLEAR, "DELETE", NULL, "/containers/%s?force=1", s->id);
    else if (up && !is_misnamed(found))
        finish(s);
    else if (!up && !s->old && stk_shares_outdated(s->unit->service, s->parents, found))
        outdated(s, found);
    else
        revive(s, found);
}

/* ---- answers ---- */

static void on_look(struct service *s)
{
    s->looked = true;
    if (stk_service_failed(s) == STK_EABSENT && !s->by_name) {
        look(s, s->unit->name);
    } else if (stk_service_failed(s) == STK_EABSENT) {
        want_image(s);
    } else if (stk_service_failed(s)) {
        stk_task_fail(&s->task);
    } else {
        STK_CLEANUP(stk_jsonp) json_t *found = json_incref(s->task.call.json);
        existing(s, found);
    }
}

static void on_image(struct service *s)
{
    if (stk_service_failed(s) == STK_EABSENT && s->pulled) {
        fail(s, STK_EIMAGE, "pulling '%s': the engine's answer ended early, connection closed",
             image_of(s));
    } else if (stk_service_failed(s) == STK_EABSENT && !s->looked) {
        look(s, s->unit->name); /* it may run all the same */
    } else if (stk_service_failed(s) == STK_EABSENT) {
        pull(s);
    } else if (stk_service_failed(s)) {
        stk_task_fail_in(&s->task, "looking for image '%s'", image_of(s));
    } else {
        stk_image_remember(s->task.docker, image_of(s), s->task.call.json);
        create(s);
    }
}

static void on_login(struct service *s)
{
    struct stk_error err = { 0 };
    if (s->login.op.err.code) {
        stk_error_move(&err, &s->login.op.err);
        stk_wrap(&err, "pulling '%s'", image_of(s));
        stk_task_end(&s->task, &err);
        return;
    }
    s->pull.req = s->req;
    stk_pull_send(&s->task, PULL, &s->pull, image_of(s), s->unit->service->platform,
                  s->login.login);
}

static void on_pull(struct service *s)
{
    struct stk_error err = { 0 };
    if (stk_pull_result(&s->pull, &s->task, &err)) {
        stk_wrap(&err, "pulling '%s'", image_of(s));
        stk_task_end(&s->task, &err);
        return;
    }

    stk_look(&s->task, IMAGE, STK_IMAGE, image_of(s));
}

/* What the engine thinks of it, without the space it ends in. */
static void tell_warnings(struct service *s, const json_t *warnings)
{
    for (size_t i = 0; i < stk_json_n(warnings); i++) {
        const char *text = json_string_value(stk_json_at(warnings, i));
        size_t n = text ? strlen(text) : 0;
        while (n && strchr(" .\n", text[n - 1]))
            n--;
        STK_CLEANUP(stk_charp) char *trimmed = stk_strndup(text ? text : "", n);
        if (n)
            warn(s, trimmed);
    }
}

static void on_create(struct service *s)
{
    const char *why = s->task.call.op.err.msg;
    if (stk_service_failed(s) == STK_ECONFLICT && s->tries++ < TRIES) {
        STK_CLEANUP(stk_charp) char *name = stk_strdup(s->name);
        stk_look(&s->task, HOLDER, STK_SERVICE, name);
        return;
    }
    bool other = why && (strstr(why, "No such image") || strstr(why, "the specified platform"));
    if (stk_service_failed(s) == STK_EABSENT && other && !s->pulled) {
        s->looked = true;
        pull(s);
        return;
    }
    if (stk_service_failed(s)) {
        stk_service_fail_in(s, "creating container");
        return;
    }
    const char *id = stk_json_text(s->task.call.json, "Id");
    free(s->id);
    s->id = stk_strdup(id);
    s->req->changed = true;
    tell_warnings(s, stk_json_get(s->task.call.json, "Warnings"));
    s->next_network = stk_create_networks_at_once(s->unit, s->task.docker->api_minor);
    stk_service_deliver(s);
}

static void on_delivered(struct service *s)
{
    if (stk_made_is_gone(s))
        stk_made_begin(s);
    else if (stk_service_failed(s))
        stk_service_fail_in(s, "copying the secrets and configs into container");
    else
        connect_next(s);
}

/* The name is taken: by a container of ours, by a leftover, or by a stranger. */
static void on_holder(struct service *s)
{
    struct stk_error err = { 0 };
    if (stk_service_failed(s) == STK_EABSENT) {
        stk_task_pause(&s->task, s->renaming ? RENAME_AGAIN : AGAIN, RETRY_MS);
        return;
    }
    if (stk_service_failed(s)) {
        stk_task_fail(&s->task);
        return;
    }
    STK_CLEANUP(stk_jsonp) json_t *found = json_incref(s->task.call.json);
    const char *id = stk_json_text(found, "Id");
    if (stk_conflict_foreign(s->unit, found, &err)) {
        stk_task_end(&s->task, &err);
    } else if (s->renaming) {
        stk_replace_name_holder(s, found, id);
    } else if (s->old) { /* a replacement that an earlier attempt left behind */
        stk_task_go(&s->task, CLEAR, "DELETE", NULL, "/containers/%s?force=1", id);
    } else {
        existing(s, found);
    }
}

/* A log that cannot be read is no reason not to start. */
static void on_tail(struct service *s)
{
    stk_since_read(&s->since, s->finished, s->req->since, sizeof(s->req->since));
    stk_service_deliver(s);
}

static void on_clear(struct service *s)
{
    if (stk_service_failed(s) && stk_service_failed(s) != STK_EABSENT &&
        stk_service_failed(s) != STK_ECONFLICT)
        stk_service_fail_in(s, "removing a leftover of container");
    else
        create(s);
}

static void on_connect(struct service *s)
{
    const char *why = s->task.call.op.err.msg;
    bool there = why && strstr(why, "already exists in network");
    if (stk_service_failed(s) && !there)
        stk_service_fail_in(s, "connecting container");
    else
        connect_next(s);
}

static void on_started(struct service *s)
{
    struct stk_error *err = &s->task.call.op.err;
    unsigned port = err->code == STK_ECONFLICT && err->msg ? stk_conflict_port(err->msg) : 0;
    if (stk_made_is_gone(s)) {
        stk_made_begin(s);
    } else if (port) {
        stk_error_move(&s->refusal, err);
        stk_task_go(&s->task, PORT, "GET", NULL,
                    "/containers/json?filters=%%7B%%22publish%%22%%3A%%5B%%22%u%%22%%5D%%7D", port);
    } else if (err->code) {
        stk_service_fail_in(s, "starting container");
    } else {
        bool started = s->task.call.status != 304; /* 304: it was started already */
        s->req->changed |= started;
        if (!started || !stk_service_hook(s, POST_START, s->id, s->unit->config))
            finish(s);
    }
}

static void on_said(struct stk_hooked *hooked, const char *line)
{
    struct service *s = STK_CONTAINER(hooked, struct service, hooked);
    if (s->req->said)
        s->req->said(s->req, line);
}

bool stk_service_hook(struct service *s, int step, const char *container, const char *config)
{
    const char *moment = step == POST_START ? STK_POST_START : STK_PRE_STOP;
    json_t *list = stk_hooks_of(config, moment);
    if (!list)
        return false;
    stk_hooked_clear(&s->hooked);
    s->hooked = (struct stk_hooked){ .service = s->unit->ref.name,
                                     .moment = moment,
                                     .container = container,
                                     .list = list,
                                     .said = on_said };
    stk_hooked_go(&s->task, step, &s->hooked);
    return true;
}

static void on_post_start(struct service *s)
{
    struct stk_error err = { 0 };
    stk_error_move(&err, &s->hooked.op.err);
    stk_task_end(&s->task, &err);
}

static void on_port_holder(struct service *s)
{
    struct stk_error err = { 0 };
    unsigned port = stk_conflict_port(s->refusal.msg);
    bool known =
        !stk_service_failed(s) && stk_conflict_holder(s->task.call.json, port, s->unit->name, &err);
    if (!known)
        stk_error_move(&err, &s->refusal);
    stk_wrap(&err, "starting container '%s'", s->unit->name);
    err.src = stk_place_of_port(s->unit, port);
    stk_task_end(&s->task, &err);
}

void stk_service_begin(struct service *s)
{
    if (s->req->id || s->req->replace)
        look(s, s->req->id ? s->req->id : s->unit->name);
    else
        want_image(s); /* creating tells whether it is there */
}

static void (*const answers[])(struct service *) = {
    [BEGIN] = finish,
    [PARENTS] = stk_parents_found,
    [LOOK] = on_look,
    [IMAGE] = on_image,
    [LOGIN] = on_login,
    [PULL] = on_pull,
    [CREATE] = on_create,
    [HOLDER] = on_holder,
    [CLEAR] = on_clear,
    [AGAIN] = want_image,
    [TAIL] = on_tail,
    [DELIVER] = on_delivered,
    [CONNECT] = on_connect,
    [STOP_OLD] = stk_replace_stopped,
    [SET_ASIDE] = stk_replace_set_aside,
    [REMOVE_OLD] = stk_replace_removed,
    [RENAME] = stk_replace_renamed,
    [REMOVE_AGAIN] = stk_replace_remove_old,
    [RENAME_AGAIN] = stk_replace_rename,
    [START] = on_started,
    [PORT] = on_port_holder,
    [POST_START] = on_post_start,
    [PRE_STOP] = stk_replace_hooked,
    [DROP_NEW] = stk_replace_dropped,
};

static void next(struct stk_task *task)
{
    answers[task->step]((struct service *)task);
}

void stk_service_start(struct stk_docker *docker, struct stk_start_req *req)
{
    struct service *s =
        stk_task_new(docker, sizeof(*s), &req->op, req->unit->name, steps, next, clear);
    s->req = req;
    s->unit = req->unit;
    req->changed = false;
    req->since[0] = '\0';
    stk_made_begin(s);
}
