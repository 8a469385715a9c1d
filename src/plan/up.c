/* up.c — the plan of `up`: what each unit of the file needs, given what the engine has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "text.h"
#include "up.h"

/* Whether the content of a file of the stack is part of what it is made from: Docker Compose's hash does
 * not know it, our canonical form does. */
static bool is_given_files(const struct stk_unit *unit)
{
    return unit->ref.kind == STK_SERVICE && (unit->service->n_secrets || unit->service->n_configs);
}

/* Compared field by field: nothing that it was made from differs. */
static bool is_equal(const struct stk_status *seen)
{
    for (size_t i = 0; i < seen->n_drift; i++)
        if (!seen->drift[i].passing)
            return false;
    return seen->compared;
}

/* Made from what the file says now: by Docker Compose's hash, whoever made it; by our canonical form, which
 * does not change with the way the file is written; or, when its labels do not tell, by what it is. */
static bool is_same(const struct stk_status *seen, const struct stk_unit *unit)
{
    if (seen->config && (stk_streq(seen->config, unit->config) || is_given_files(unit)))
        return stk_streq(seen->config, unit->config);
    if (seen->hash && stk_streq(seen->hash, unit->hash))
        return true;
    return !seen->config && is_equal(seen);
}

/* Named services, and what they depend on unless --no-deps. Edges point backwards: one pass
 * suffices. */
static bool is_oneoff(const struct stk_unit *unit)
{
    return unit->ref.kind == STK_SERVICE && unit->service->oneoff;
}

static void mark_scope(struct up *u)
{
    const struct stk_graph *graph = u->p->graph;
    for (size_t i = graph->n; i-- > 0;) {
        const struct stk_node *node = &graph->v[i];
        struct choice *choice = &u->choices[i];
        if (node->unit.ref.kind == STK_SERVICE && plan_selected(u->p, node->unit.ref.name))
            choice->in_scope = true;
        if (!choice->in_scope)
            continue;
        for (size_t k = 0; k < node->n_needs; k++) {
            const struct stk_node *on = &graph->v[node->needs[k].to];
            if (on->unit.ref.kind != STK_SERVICE || !u->p->goal->no_deps)
                u->choices[node->needs[k].to].in_scope = true;
        }
    }
}

/* Whoever runs on the network and is not part of this plan, so that it cannot be removed. */
static const struct stk_status *user_out_of_scope(const struct up *u,
                                                  const struct stk_unit *network)
{
    const struct stk_seen *seen = u->p->seen;
    for (size_t i = 0; i < seen->n; i++) {
        const struct stk_status *status = &seen->v[i];
        if (status->ref.kind != STK_SERVICE || !plan_is_up(status))
            continue;
        unsigned n, first = stk_graph_instances(u->p->graph, status->ref.name, &n);
        if (n && status->ref.index >= 1 && status->ref.index <= n &&
            u->choices[first + status->ref.index - 1].in_scope)
            continue;
        for (size_t k = 0; k < status->networks.n; k++)
            if (strcmp(status->networks.v[k], network->name) == 0)
                return status;
    }
    return NULL;
}

/* A network whose definition changed is made anew; who uses it is stopped for it (see
 * decide_instance). */
static void decide_network(struct up *u, const struct stk_unit *unit, struct choice *choice)
{
    bool present = choice->seen && choice->seen->state == STK_PRESENT;
    if (!present) {
        choice->act = plan_add(u->p, STK_CREATE, unit, NULL, "it does not exist");
        return;
    }
    if (unit->network->external || !choice->seen->config || is_same(choice->seen, unit))
        return;
    const struct stk_status *user = user_out_of_scope(u, unit);
    if (user) {
        plan_note(
            u->p,
            "network '%s' differs from the file and is kept: container '%s' uses it and was not "
            "asked for",
            unit->name, user->name);
        return;
    }
    u->network_changes[unit->network - u->p->graph->spec->networks] = true;
    int removal = plan_add(u->p, STK_REMOVE, unit, choice->seen, "its definition changed");
    plan_diff(u->p->plan, choice->seen->config, unit->config, &u->p->plan->v[removal].changes,
              &u->p->plan->v[removal].n_changes);
    choice->stop = removal;
    choice->act = plan_add(u->p, STK_CREATE, unit, NULL, "its definition changed");
    plan_after(u->p, choice->act, removal, false);
}

/* A volume holds data, so a changed definition is told and left alone. */
static void decide_volume(struct up *u, const struct stk_unit *unit, struct choice *choice)
{
    bool present = choice->seen && choice->seen->state == STK_PRESENT;
    if (!present)
        choice->act = plan_add(u->p, STK_CREATE, unit, NULL, "it does not exist");
    else if (!unit->volume->external && choice->seen->config && !is_same(choice->seen, unit))
        plan_note(
            u->p,
            "volume '%s' differs from the file and is kept, since replacing it would lose its "
            "data; remove it by hand to have it made anew",
            unit->name);
}

static const char *image_id(const struct up *u, const char *image)
{
    const struct stk_status *status =
        stk_seen_find(u->p->seen, (struct stk_ref){ .kind = STK_IMAGE, .name = image });
    return status ? status->ref.id : NULL;
}

static const struct stk_attachment *missing_network(const struct stk_unit *unit,
                                                    const struct stk_status *seen)
{
    for (size_t i = 0; i < unit->service->n_networks; i++) {
        const struct stk_attachment *a = &unit->service->networks[i];
        const struct stk_network *network = stk_spec_network(unit->spec, a->network);
        bool found = !network;
        for (size_t k = 0; k < seen->networks.n && !found; k++)
            found = strcmp(seen->networks.v[k], network->name) == 0;
        if (!found)
            return a;
    }
    return NULL;
}

static bool uses_changed_network(const struct up *u, const struct stk_unit *unit)
{
    for (size_t i = 0; i < unit->service->n_networks; i++) {
        const struct stk_network *network =
            stk_spec_network(unit->spec, unit->service->networks[i].network);
        if (network && u->network_changes[network - unit->spec->networks])
            return true;
    }
    return false;
}

static bool is_named(const char *mode, const char *service)
{
    static const char prefix[] = "service:";
    return mode && stk_starts(mode, prefix) && stk_streq(mode + strlen(prefix), service);
}

/* Whether it is made from that service's container: from its network, processes, memory or
 * volumes. */
static bool takes_from(const struct stk_service *s, const char *service)
{
    size_t n = strlen(service);
    for (size_t i = 0; i < s->volumes_from.n; i++) {
        const char *from = s->volumes_from.v[i];
        if (!stk_starts(from, "container:") && stk_starts(from, service) &&
            (from[n] == ':' || !from[n]))
            return true;
    }
    return is_named(s->network_mode, service) || is_named(s->pid, service) ||
           is_named(s->ipc, service);
}

/* A service it takes something from and whose container will be another one, or NULL. */
static const char *lost_parent(const struct up *u, const struct stk_node *node)
{
    for (size_t k = 0; k < node->n_needs; k++) {
        const struct choice *on = &u->choices[node->needs[k].to];
        const struct stk_ref *ref = &u->p->graph->v[node->needs[k].to].unit.ref;
        if (ref->kind != STK_SERVICE || ref->index != 1 || on->act == NO_ACTION)
            continue;
        enum stk_verb verb = u->p->plan->v[on->act].verb;
        bool other = verb == STK_RECREATE || verb == STK_CREATE;
        if (other && takes_from(node->unit.service, ref->name))
            return ref->name;
    }
    return NULL;
}

/* Why an existing instance has to be replaced, or NULL. */
static const char *recreate_reason(struct up *u, const struct stk_unit *unit, struct choice *choice,
                                   bool named)
{
    const struct stk_goal *goal = u->p->goal;
    const struct stk_status *seen = choice->seen;
    if (goal->no_recreate)
        return NULL;
    if (goal->force_recreate && named)
        return "--force-recreate";
    if (goal->always_recreate_deps && !named)
        return "--always-recreate-deps";
    if (goal->renew_volumes && named)
        return "--renew-anon-volumes";
    if (!is_same(seen, unit))
        return seen->config     ? "its configuration changed"
               : seen->compared ? "another tool made it, and it is not as the file says"
                                : "another tool made it, and its configuration hash differs";
    const char *wanted = image_id(u, unit->service->image);
    if (wanted && seen->image_id && strcmp(wanted, seen->image_id) != 0)
        return "its image changed";
    if (uses_changed_network(u, unit))
        return "its network changed";
    const char *parent = lost_parent(u, STK_CONTAINER(unit, const struct stk_node, unit));
    if (parent)
        return stk_arena_printf(u->p->plan->arena,
                                "the container of '%s', which it shares, is replaced", parent);
    const struct stk_attachment *missing =
        seen->state == STK_RUNNING ? missing_network(unit, seen) : NULL;
    if (missing)
        return stk_arena_printf(u->p->plan->arena, "it is not connected to network '%s'",
                                missing->network);
    return NULL;
}

static const char *start_reason(const struct up *u, const struct stk_status *seen)
{
    if (seen->state == STK_CREATED)
        return "it was created but never started";
    if (seen->state == STK_EXITED && seen->exit_code == 0)
        return "it exited (0): a finished job runs again";
    return stk_arena_printf(u->p->plan->arena, "it exited (%d)", seen->exit_code);
}

/* What was seen to differ is why. */
static void take_drift(struct up *u, const struct stk_status *seen, struct stk_action *action)
{
    struct stk_change *changes =
        stk_arena_array(u->p->plan->arena, seen->n_drift + 1, sizeof(*changes));
    for (size_t i = 0; i < seen->n_drift; i++)
        if (!seen->drift[i].passing)
            changes[action->n_changes++] = seen->drift[i];
    action->changes = changes;
}

static bool is_done(const struct stk_unit *unit, const struct stk_status *seen)
{
    return unit->service->own.once.v && seen->state == STK_EXITED && seen->exit_code == 0;
}

static int recreate(struct up *u, const struct stk_unit *unit, struct choice *choice,
                    const char *why)
{
    if (uses_changed_network(u, unit) && plan_is_up(choice->seen))
        choice->stop = plan_add(u->p, STK_STOP, unit, choice->seen, "its network changed");
    int act = plan_add(u->p, STK_RECREATE, unit, choice->seen, why);
    struct stk_action *action = &u->p->plan->v[act];
    if (is_same(choice->seen, unit))
        return act;
    if (choice->seen->config)
        plan_diff(u->p->plan, choice->seen->config, unit->config, &action->changes,
                  &action->n_changes);
    else
        take_drift(u, choice->seen, action);
    return act;
}

static void decide_instance(struct up *u, const struct stk_unit *unit, struct choice *choice)
{
    const struct stk_status *seen = choice->seen;
    bool named = plan_selected(u->p, unit->ref.name);
    const char *why = NULL;
    if (!seen || seen->state == STK_REMOVING || seen->state == STK_ABSENT)
        choice->act = plan_add(u->p, STK_CREATE, unit, NULL,
                               is_oneoff(unit) ? "it is run once" : "it does not exist");
    else if ((why = recreate_reason(u, unit, choice, named)))
        choice->act = recreate(u, unit, choice, why);
    else if (plan_is_up(seen) || u->p->goal->no_start || is_done(unit, seen))
        choice->act = NO_ACTION;
    else
        choice->act = plan_add(u->p, STK_START, unit, seen, start_reason(u, seen));
    if (choice->act != NO_ACTION) /* a one-off is started when somebody listens to it */
        u->p->plan->v[choice->act].create_only = u->p->goal->no_start || is_oneoff(unit);
}

/* A job is done when it has ended well: because its file says so, or because somebody waits for that. */
static void mark_jobs(struct up *u)
{
    const struct stk_graph *graph = u->p->graph;
    for (size_t i = 0; i < graph->n; i++) {
        if (graph->v[i].unit.ref.kind != STK_SERVICE)
            continue;
        const struct stk_own *own = &graph->v[i].unit.service->own;
        u->choices[i].job |= stk_streq(own->kind, "job") || own->once.v;
        for (size_t k = 0; k < graph->v[i].n_needs; k++)
            if (graph->v[i].needs[k].until == STK_UNTIL_COMPLETED)
                u->choices[graph->v[i].needs[k].to].job = true;
    }
}

/* Whether it needs no wait. What is told from outside only is asked again each time. */
static bool already(const struct stk_unit *unit, const struct stk_status *seen,
                    enum stk_until until)
{
    bool asked = unit->service->own.ready.set;
    if (!seen)
        return false;
    switch (until) {
    case STK_UNTIL_STARTED:
        return plan_is_up(seen) || seen->state == STK_EXITED;
    case STK_UNTIL_HEALTHY:
        return seen->state == STK_RUNNING && seen->health == STK_HEALTH_HEALTHY && !asked;
    case STK_UNTIL_COMPLETED:
        return seen->state == STK_EXITED && seen->exit_code == 0;
    case STK_UNTIL_READY:
        return seen->state == STK_RUNNING && !asked &&
               (seen->health == STK_HEALTH_HEALTHY || seen->health == STK_HEALTH_NONE);
    case STK_UNTIL_EXITED:
        return seen->state == STK_EXITED || seen->state == STK_DEAD;
    }
    return false;
}

int up_wait_for(struct up *u, unsigned node, enum stk_until until)
{
    struct choice *choice = &u->choices[node];
    if (until == STK_UNTIL_STARTED)
        return choice->act;
    if (choice->waits[until] != NO_ACTION)
        return choice->waits[until];
    if (choice->act == NO_ACTION && already(&u->p->graph->v[node].unit, choice->seen, until))
        return NO_ACTION;
    int wait = plan_add(u->p, STK_WAIT, &u->p->graph->v[node].unit, choice->seen, NULL);
    u->p->plan->v[wait].until = until;
    plan_after(u->p, wait, choice->act, false);
    return choice->waits[until] = wait;
}

static bool was_replaced(const struct up *u, const struct choice *on)
{
    if (on->act == NO_ACTION)
        return false;
    enum stk_verb verb = u->p->plan->v[on->act].verb;
    return verb == STK_RECREATE || verb == STK_RESTART;
}

/* depends_on.restart: what it needs is replaced, so it is restarted after. */
static void follow_restarts(struct up *u, const struct stk_node *node, struct choice *choice)
{
    if (choice->act != NO_ACTION || !choice->seen || !plan_is_up(choice->seen) ||
        u->p->goal->no_start)
        return;
    for (size_t k = 0; k < node->n_needs && choice->act == NO_ACTION; k++) {
        const struct stk_edge *edge = &node->needs[k];
        if (edge->restart && was_replaced(u, &u->choices[edge->to]))
            choice->act = plan_add(u->p, STK_RESTART, &node->unit, choice->seen,
                                   stk_arena_printf(u->p->plan->arena, "'%s' is replaced",
                                                    u->p->graph->v[edge->to].unit.ref.name));
    }
}

/* Everything an acting instance comes after. */
static void order_instance(struct up *u, const struct stk_node *node, struct choice *choice)
{
    const struct stk_graph *graph = u->p->graph;
    for (size_t k = 0; k < node->n_needs; k++) {
        const struct stk_edge *edge = &node->needs[k];
        const struct choice *on = &u->choices[edge->to];
        if (graph->v[edge->to].unit.ref.kind != STK_SERVICE) {
            plan_after(u->p, choice->act, on->act, false);
            if (on->stop != NO_ACTION) /* a network is removed only when nobody runs on it */
                plan_after(u->p, on->stop, choice->stop, false);
        } else if (on->in_scope) {
            /* A container may be made from those of the services it needs, so that they come first
             * even when none is started. */
            int before = u->p->goal->no_start ? on->act : up_wait_for(u, edge->to, edge->until);
            plan_after(u->p, choice->act, before, !edge->required);
        }
    }
    plan_after(u->p, choice->act, choice->stop, false);
}

static void keep(struct up *u, const struct stk_unit *unit, const struct choice *choice)
{
    if (choice->seen && choice->act == NO_ACTION)
        plan_add(u->p, STK_KEEP, unit, choice->seen,
                 is_done(unit, choice->seen) ? "done, runs once" : STK_PLAN_AS_WANTED);
}

static void decide(struct up *u, size_t i)
{
    const struct stk_unit *unit = &u->p->graph->v[i].unit;
    struct choice *choice = &u->choices[i];
    switch (unit->ref.kind) {
    case STK_IMAGE:
        choice->act = plan_image(u->p, unit, choice->seen);
        break;
    case STK_NETWORK:
        decide_network(u, unit, choice);
        break;
    case STK_VOLUME:
        decide_volume(u, unit, choice);
        break;
    case STK_SERVICE:
        decide_instance(u, unit, choice);
        follow_restarts(u, &u->p->graph->v[i], choice);
        if (choice->act != NO_ACTION)
            order_instance(u, &u->p->graph->v[i], choice);
        keep(u, unit, choice);
        break;
    }
}

/* Under --wait a job is to be done, the others are to be ready; what ends well by itself is both. */
static void wait_for_all(struct up *u)
{
    mark_jobs(u);
    for (size_t i = 0; i < u->p->graph->n; i++) {
        struct choice *choice = &u->choices[i];
        if (!choice->in_scope || u->p->graph->v[i].unit.ref.kind != STK_SERVICE)
            continue;
        if (choice->waits[STK_UNTIL_HEALTHY] != NO_ACTION)
            continue; /* who is healthy is ready */
        bool done = choice->act == NO_ACTION && choice->seen && choice->seen->state == STK_EXITED &&
                    choice->seen->exit_code == 0;
        if (choice->waits[STK_UNTIL_COMPLETED] == NO_ACTION && !done)
            up_wait_for(u, (unsigned)i, choice->job ? STK_UNTIL_COMPLETED : STK_UNTIL_READY);
    }
}

static bool is_surplus(const struct planner *p, const struct stk_status *status)
{
    const struct stk_service *service =
        status->oneoff ? NULL : stk_spec_service(p->graph->spec, status->ref.name);
    return service && !service->oneoff && plan_selected(p, status->ref.name) &&
           (status->ref.index > service->replicas || status->ref.index == 0);
}

static void remove_instance(struct planner *p, const struct stk_status *status, const char *why)
{
    int stop = plan_is_up(status) ? plan_add(p, STK_STOP, NULL, status, why) : NO_ACTION;
    int removal = plan_add(p, STK_REMOVE, NULL, status, why);
    plan_after(p, removal, stop, false);
}

static void note_elsewhere(struct planner *p, const struct stk_status *status)
{
    if (!p->goal->ignore_orphans)
        plan_note(
            p,
            "container '%s' belongs to no service of the file, but to a project '%s' in '%s', "
            "and is kept; give one of the two another name (-p, or name: in its file)",
            status->name, p->plan->project, status->dir);
}

static void remove_unwanted(struct planner *p)
{
    for (size_t i = 0; i < p->seen->n; i++) {
        const struct stk_status *status = &p->seen->v[i];
        if (status->ref.kind != STK_SERVICE)
            continue;
        if (is_surplus(p, status))
            remove_instance(p, status, "the service is scaled down");
        else if (plan_is_orphan(p, status) && plan_is_elsewhere(p, status))
            note_elsewhere(p, status);
        else if (plan_is_orphan(p, status) && p->goal->remove_orphans)
            remove_instance(p, status, "no service of the file: --remove-orphans");
        else if (plan_is_orphan(p, status) && !p->goal->ignore_orphans)
            plan_note(
                p, "container '%s' belongs to no service of the file; --remove-orphans removes it",
                status->name);
    }
}

void plan_up(struct planner *p)
{
    struct up u = { .p = p, .verdict = NO_ACTION };
    u.choices = stk_alloc((p->graph->n + 1) * sizeof(*u.choices));
    u.network_changes = stk_alloc(p->graph->spec->n_networks + 1);
    mark_scope(&u);
    if (!p->goal->images_only)
        remove_unwanted(p);
    for (size_t i = 0; i < p->graph->n; i++) {
        struct choice *choice = &u.choices[i];
        choice->act = choice->make = choice->stop = NO_ACTION;
        for (size_t k = 0; k < STK_LEN(choice->waits); k++)
            choice->waits[k] = NO_ACTION;
        if (!is_oneoff(&p->graph->v[i].unit)) /* one that is there already is another */
            choice->seen = stk_seen_find(p->seen, p->graph->v[i].unit.ref);
        bool later = p->goal->images_only && p->graph->v[i].unit.ref.kind != STK_IMAGE;
        if (choice->in_scope && !later)
            decide(&u, i);
    }
    plan_order_builds(p);
    if (p->goal->wait && !p->goal->no_start && !p->goal->images_only)
        wait_for_all(&u);
    if (!p->goal->no_start)
        up_ahead(&u);
    up_verdict(&u);
    if (!p->goal->no_start)
        up_updates(&u);
    up_undo(&u);
    free(u.choices);
    free(u.network_changes);
}
