/* existing.c — the plans of down, start, stop, restart, rm and kill: over what the engine has,
 * ordered by the dependencies its labels tell. A file, when there is one, only says what is an
 * orphan and which volumes are ours. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "build.h"
#include "text.h"

struct fate { /* of one status */
    bool in_scope;
    int stop, act, removal;
    int waits[STK_UNTIL_EXITED + 1];
};

struct existing {
    struct planner *p;
    struct fate *fates; /* by number in seen */
};

static bool takes(const struct existing *e, const struct stk_status *status)
{
    const struct stk_goal *goal = e->p->goal;
    if (status->ref.kind != STK_SERVICE || !plan_selected(e->p, status->ref.name))
        return false;
    if (goal->kind == STK_GOAL_RM)
        return true;
    bool starts = goal->kind == STK_GOAL_START || goal->kind == STK_GOAL_RESTART;
    if (starts && stk_status_is_previous(status))
        return false; /* its successor has its place */
    bool removable = goal->remove_orphans && !plan_is_elsewhere(e->p, status);
    if (status->oneoff)
        return removable;
    return !plan_is_orphan(e->p, status) || removable;
}

/* start also starts what a service needs; restart also restarts what asked to follow. */
static void widen(struct existing *e)
{
    const struct stk_seen *seen = e->p->seen;
    enum stk_goal_kind kind = e->p->goal->kind;
    if (e->p->goal->no_deps || (kind != STK_GOAL_START && kind != STK_GOAL_RESTART))
        return;
    for (bool grown = true; grown;) {
        grown = false;
        for (size_t i = 0; i < seen->n; i++) {
            const struct stk_status *status = &seen->v[i];
            for (size_t k = 0; k < status->n_depends_on; k++) {
                size_t n,
                    first = stk_seen_named(seen, STK_SERVICE, status->depends_on[k].service, &n);
                for (size_t j = first; j < first + n; j++) {
                    bool follow = kind == STK_GOAL_RESTART && status->depends_on[k].restart &&
                                  e->fates[j].in_scope && plan_is_up(status);
                    bool from = kind == STK_GOAL_START && e->fates[i].in_scope;
                    struct fate *to = follow ? &e->fates[i] : from ? &e->fates[j] : NULL;
                    if (!to || to->in_scope || seen->v[j].oneoff || status->oneoff)
                        continue;
                    if (stk_status_is_previous(status) || stk_status_is_previous(&seen->v[j]))
                        continue;
                    to->in_scope = grown = true;
                }
            }
        }
    }
}

static void decide_down(struct existing *e, const struct stk_status *status, struct fate *fate)
{
    if (plan_is_up(status))
        fate->stop = plan_add(e->p, STK_STOP, NULL, status, "the stack goes down");
    fate->removal = plan_add(e->p, STK_REMOVE, NULL, status, "the stack goes down");
    plan_after(e->p, fate->removal, fate->stop, false);
}

static void decide_rm(struct existing *e, const struct stk_status *status, struct fate *fate)
{
    if (plan_is_up(status) && !e->p->goal->stop)
        return;
    if (plan_is_up(status))
        fate->stop = plan_add(e->p, STK_STOP, NULL, status, "--stop");
    fate->removal = plan_add(e->p, STK_REMOVE, NULL, status, "it is stopped");
    plan_after(e->p, fate->removal, fate->stop, false);
}

static void decide(struct existing *e, const struct stk_status *status, struct fate *fate)
{
    switch (e->p->goal->kind) {
    case STK_GOAL_DOWN:
        decide_down(e, status, fate);
        break;
    case STK_GOAL_RM:
        decide_rm(e, status, fate);
        break;
    case STK_GOAL_STOP:
        if (plan_is_up(status))
            fate->stop = plan_add(e->p, STK_STOP, NULL, status, "it runs");
        break;
    case STK_GOAL_KILL:
        if (plan_is_up(status))
            fate->act = plan_add(e->p, STK_KILL, NULL, status, "it runs");
        break;
    case STK_GOAL_START:
        if (!plan_is_up(status))
            fate->act = plan_add(e->p, STK_START, NULL, status, "it is stopped");
        break;
    case STK_GOAL_RESTART:
        fate->act = plan_add(e->p, STK_RESTART, NULL, status, "restart");
        break;
    case STK_GOAL_UP:
    case STK_GOAL_PULL:
    case STK_GOAL_BUILD:
        break;
    }
}

/* Down and stop: what is needed goes after what needs it. Only the order matters: all that can be
 * stopped is. */
static void order_teardown(struct existing *e, const struct fate *user, const struct fate *needed)
{
    int last = user->removal != NO_ACTION ? user->removal : user->stop;
    int first = needed->stop != NO_ACTION ? needed->stop : needed->removal;
    if (first != NO_ACTION)
        plan_after(e->p, first, last, true);
}

static int wait_for(struct existing *e, size_t needed, enum stk_until until)
{
    struct fate *fate = &e->fates[needed];
    const struct stk_status *status = &e->p->seen->v[needed];
    bool holds = until == STK_UNTIL_HEALTHY ? status->health == STK_HEALTH_HEALTHY
                 : until == STK_UNTIL_STARTED
                     ? true
                     : status->state == STK_EXITED && status->exit_code == 0;
    if (until == STK_UNTIL_STARTED || (fate->act == NO_ACTION && holds))
        return fate->act;
    if (fate->waits[until] == NO_ACTION) {
        fate->waits[until] = plan_add(e->p, STK_WAIT, NULL, status, NULL);
        e->p->plan->v[fate->waits[until]].until = until;
        plan_after(e->p, fate->waits[until], fate->act, false);
    }
    return fate->waits[until];
}

static void order_bringup(struct existing *e, size_t user, size_t needed,
                          const struct stk_depend *depend)
{
    int act = e->fates[user].act;
    if (act == NO_ACTION)
        return;
    if (e->p->goal->kind == STK_GOAL_RESTART)
        plan_after(e->p, act, e->fates[needed].act, true);
    else
        plan_after(e->p, act, wait_for(e, needed, depend->until), !depend->required);
}

static void order(struct existing *e)
{
    const struct stk_seen *seen = e->p->seen;
    bool bring_up = e->p->goal->kind == STK_GOAL_START || e->p->goal->kind == STK_GOAL_RESTART;
    for (size_t i = 0; i < seen->n; i++)
        for (size_t k = 0; e->fates[i].in_scope && k < seen->v[i].n_depends_on; k++) {
            const struct stk_depend *depend = &seen->v[i].depends_on[k];
            size_t n, first = stk_seen_named(seen, STK_SERVICE, depend->service, &n);
            for (size_t j = first; j < first + n; j++) {
                if (seen->v[j].oneoff || (!e->fates[j].in_scope && !bring_up) ||
                    (bring_up && stk_status_is_previous(&seen->v[j])))
                    continue;
                if (bring_up)
                    order_bringup(e, i, j, depend);
                else
                    order_teardown(e, &e->fates[i], &e->fates[j]);
            }
        }
}

static void after_all_removals(struct existing *e, int action)
{
    for (size_t i = 0; i < e->p->seen->n; i++)
        plan_after(e->p, action, e->fates[i].removal, true);
}

static const struct stk_status *left_on_network(const struct existing *e, const char *network)
{
    for (size_t i = 0; i < e->p->seen->n; i++) {
        const struct stk_status *status = &e->p->seen->v[i];
        if (e->fates[i].in_scope || !plan_is_up(status))
            continue;
        for (size_t k = 0; k < status->networks.n; k++)
            if (strcmp(status->networks.v[k], network) == 0)
                return status;
    }
    return NULL;
}

static bool is_ours(const struct existing *e, const struct stk_status *status)
{
    return status->state == STK_PRESENT && stk_streq(status->project, e->p->plan->project);
}

static void remove_networks(struct existing *e)
{
    for (size_t i = 0; i < e->p->seen->n; i++) {
        const struct stk_status *status = &e->p->seen->v[i];
        if (status->ref.kind != STK_NETWORK || !is_ours(e, status))
            continue;
        const struct stk_status *user = left_on_network(e, status->name);
        if (user) {
            plan_note(e->p, "network '%s' is kept: container '%s' still uses it", status->name,
                      user->name);
            continue;
        }
        int removal = plan_add(e->p, STK_REMOVE, NULL, status, "the stack goes down");
        e->p->plan->v[removal].tolerate_conflict = true;
        after_all_removals(e, removal);
    }
}

static void remove_volumes(struct existing *e)
{
    for (size_t i = 0; i < e->p->seen->n; i++) {
        const struct stk_status *status = &e->p->seen->v[i];
        if (status->ref.kind != STK_VOLUME || !is_ours(e, status))
            continue;
        const struct stk_volume *declared =
            e->p->graph ? stk_spec_volume(e->p->graph->spec, status->ref.name) : NULL;
        if (e->p->graph && (!declared || declared->external)) {
            plan_note(e->p, "volume '%s' is kept: the file does not declare it", status->name);
            continue;
        }
        int removal = plan_add(e->p, STK_REMOVE, NULL, status, "--volumes");
        e->p->plan->v[removal].tolerate_conflict = true;
        after_all_removals(e, removal);
    }
}

static bool image_seen_before(const struct existing *e, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (e->fates[k].in_scope && stk_streq(e->p->seen->v[k].image, e->p->seen->v[i].image))
            return true;
    return false;
}

static void remove_images(struct existing *e)
{
    for (size_t i = 0; i < e->p->seen->n; i++) {
        const struct stk_status *status = &e->p->seen->v[i];
        if (!e->fates[i].in_scope || !status->image || image_seen_before(e, i))
            continue;
        const char *built =
            stk_arena_printf(e->p->plan->arena, "%s-%s", e->p->plan->project, status->ref.name);
        if (e->p->goal->rmi == STK_RMI_LOCAL && strcmp(built, status->image) != 0)
            continue;
        struct stk_status *image = stk_arena_alloc(e->p->plan->arena, sizeof(*image));
        image->ref = (struct stk_ref){ .kind = STK_IMAGE, .name = status->image };
        image->name = status->image;
        int removal = plan_add(e->p, STK_REMOVE, NULL, image, "--rmi");
        e->p->plan->v[removal].tolerate_conflict = true;
        after_all_removals(e, removal);
    }
}

static void note_left(struct existing *e)
{
    if (e->p->goal->ignore_orphans || e->p->goal->services.n)
        return;
    for (size_t i = 0; i < e->p->seen->n; i++) {
        const struct stk_status *status = &e->p->seen->v[i];
        if (status->ref.kind == STK_SERVICE && !e->fates[i].in_scope)
            plan_note(e->p,
                      "container '%s' belongs to no service of the file and is kept; "
                      "--remove-orphans removes it",
                      status->name);
    }
}

void plan_existing(struct planner *p)
{
    struct existing e = { .p = p };
    e.fates = stk_alloc((p->seen->n + 1) * sizeof(*e.fates));
    for (size_t i = 0; i < p->seen->n; i++) {
        struct fate *fate = &e.fates[i];
        fate->stop = fate->act = fate->removal = NO_ACTION;
        for (size_t k = 0; k < STK_LEN(fate->waits); k++)
            fate->waits[k] = NO_ACTION;
        fate->in_scope = takes(&e, &p->seen->v[i]);
    }
    widen(&e);
    for (size_t i = 0; i < p->seen->n; i++)
        if (e.fates[i].in_scope)
            decide(&e, &p->seen->v[i], &e.fates[i]);
    order(&e);
    if (p->goal->kind == STK_GOAL_DOWN && !p->goal->services.n) {
        remove_networks(&e);
        if (p->goal->volumes)
            remove_volumes(&e);
        note_left(&e);
    }
    if (p->goal->kind == STK_GOAL_DOWN && p->goal->rmi != STK_RMI_NONE)
        remove_images(&e);
    plan_untie(p);
    free(e.fates);
}
