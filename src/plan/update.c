/* update.c — how instances are replaced under deploy.update_config: batch by batch, the next one only when
 * the one before got ready, the old instance kept until then. What an update that was killed in the middle
 * has set aside is dealt with here as well. Why an instance is to be replaced is up.c's. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "text.h"
#include "up.h"

enum action { PAUSE, CONTINUE, ROLL_BACK };

/* One instance that is replaced, or whose replacement was begun before. */
struct item {
    unsigned node;
    const struct stk_status *previous; /* what is, or will be, set aside */
    bool aside;                        /* it is already */
    int wait, stop;
};

/* The update of one service. */
struct update {
    struct up *u;
    const struct stk_service *service;
    const struct stk_unit *unit; /* of its first instance */
    const struct stk_update_config *how;
    struct item *items;
    size_t n;
    size_t replaced; /* of them, by this plan */
    enum action action;
    bool start_first;
};

static struct choice *choice_of(const struct update *up, const struct item *item)
{
    return &up->u->choices[item->node];
}

static struct stk_action *action_at(const struct update *up, int i)
{
    return &up->u->p->plan->v[i];
}

static enum action action_of(const char *word)
{
    return stk_streq(word, "rollback") ? ROLL_BACK : stk_streq(word, "continue") ? CONTINUE : PAUSE;
}

static unsigned ms_of(const struct stk_opt *ns)
{
    int64_t ms = ns->set ? ns->v / STK_NS_PER_MS : 0;
    return ms < 0 ? 0 : ms > INT_MAX ? INT_MAX : (unsigned)ms;
}

/* ---- which instances ---- */

const struct stk_status *up_set_aside(const struct planner *p, const struct stk_ref *ref)
{
    size_t n, first = stk_seen_named(p->seen, STK_SERVICE, ref->name, &n);
    for (size_t i = first; i < first + n; i++) {
        const struct stk_status *status = &p->seen->v[i];
        if (stk_status_is_previous(status) && status->ref.index == ref->index && !status->oneoff)
            return status;
    }
    return NULL;
}

/* A replacement that was killed before the new one got its name: starting it ends what was begun. */
static const struct stk_status *other_of(const struct up *u, const struct stk_status *status)
{
    size_t n, first = stk_seen_named(u->p->seen, STK_SERVICE, status->ref.name, &n);
    for (size_t i = first; i < first + n; i++) {
        const struct stk_status *other = &u->p->seen->v[i];
        if (other != status && !other->oneoff && other->ref.index == status->ref.index &&
            !stk_status_is_previous(other))
            return other;
    }
    return NULL;
}

/* What its action is going to put in the second place, or NULL. */
static const struct stk_status *replaces(const struct up *u, const struct choice *choice)
{
    if (choice->act == NO_ACTION || choice->stop != NO_ACTION || !choice->seen)
        return NULL;
    enum stk_verb verb = u->p->plan->v[choice->act].verb;
    return verb == STK_RECREATE ? choice->seen
           : verb == STK_START  ? other_of(u, choice->seen)
                                : NULL;
}

static void gather(struct update *up, unsigned first, unsigned n)
{
    for (unsigned i = first; i < first + n; i++) {
        const struct choice *choice = &up->u->choices[i];
        if (!choice->in_scope)
            continue;
        struct item item = { .node = i, .stop = NO_ACTION, .wait = NO_ACTION };
        item.previous = up_set_aside(up->u->p, &up->u->p->graph->v[i].unit.ref);
        item.aside = item.previous != NULL;
        if (!item.previous && (up->how->set || up->u->verdict != NO_ACTION))
            item.previous = replaces(up->u, choice);
        if (!item.previous)
            continue;
        up->replaced += !item.aside;
        up->items[up->n++] = item;
    }
}

/* ---- start-first ---- */

static bool is_fixed(const struct stk_port *port)
{
    int64_t number;
    return port->published && stk_parse_int(port->published, &number) && number > 0;
}

/* What only one of two instances at a time can have, in words; or NULL. */
static const char *only_one(struct stk_arena *arena, const struct stk_service *s)
{
    for (size_t i = 0; i < s->n_ports; i++)
        if (is_fixed(&s->ports[i]))
            return stk_arena_printf(arena, "publish port %s", s->ports[i].published);
    for (size_t i = 0; i < s->n_networks; i++) {
        const struct stk_attachment *at = &s->networks[i];
        if (at->ipv4_address || at->ipv6_address)
            return stk_arena_printf(arena, "have the address %s",
                                    at->ipv4_address ? at->ipv4_address : at->ipv6_address);
    }
    return s->mac_address ? "have one MAC address" : NULL;
}

static void decide_order(struct update *up)
{
    if (!stk_streq(up->how->order, "start-first") || !up->replaced)
        return;
    const char *clash = only_one(up->u->p->plan->arena, up->service);
    if (clash)
        plan_note(
            up->u->p,
            "service '%s' is updated stop-first: with start-first, two instances would %s at a "
            "time",
            up->service->name, clash);
    up->start_first = !clash;
}

/* ---- the actions ---- */

static int add_gate(struct update *up, const struct item *end, unsigned tolerates)
{
    int gate = plan_add(up->u->p, STK_GATE, up->unit, NULL, NULL);
    for (const struct item *item = up->items; item < end; item++)
        plan_after(up->u->p, gate, item->wait, true);
    action_at(up, gate)->tolerates = tolerates;
    return gate;
}

static unsigned tolerated(const struct update *up)
{
    return up->how->max_failure_ratio.set
               ? (unsigned)(up->how->max_failure_ratio.v * (double)up->n + 1e-9)
               : 0;
}

/* Without a health check an instance is watched for as long as it is to be monitored. */
static void limit_wait(struct update *up, int wait)
{
    static const unsigned watch_margin_ms = 30000;
    const struct stk_healthcheck *check = &up->service->healthcheck;
    unsigned monitor_ms = ms_of(&up->how->monitor);
    bool checked =
        up->service->own.ready.set || (check->set && !check->disable && check->test.n > 0);
    if (!monitor_ms)
        return;
    action_at(up, wait)->settle_ms = checked ? 0 : monitor_ms;
    action_at(up, wait)->within_ms = checked ? monitor_ms : monitor_ms + watch_margin_ms;
}

static void add_batches(struct update *up)
{
    size_t most = up->how->parallelism.set && up->how->parallelism.v >= 0
                      ? (size_t)up->how->parallelism.v
                      : 1;
    most = most && most < up->n && up->how->set ? most : up->n;
    unsigned tolerates = up->action == CONTINUE ? UINT_MAX : tolerated(up);
    int gate = NO_ACTION;
    for (size_t i = 0; i < up->n; i++) {
        struct item *item = &up->items[i];
        struct choice *choice = choice_of(up, item);
        if (i && i % most == 0) {
            gate = add_gate(up, item, tolerates);
            action_at(up, gate)->delay_ms = ms_of(&up->how->delay);
        }
        if (choice->act != NO_ACTION) {
            plan_after(up->u->p, choice->act, gate, false);
            struct stk_action *act = action_at(up, choice->act);
            act->keep_old = !item->aside;
            act->start_first = act->keep_old && up->start_first;
            act->batch = up->how->set ? (unsigned)(i / most + 1) : 0;
            act->batches = up->how->set ? (unsigned)((up->n + most - 1) / most) : 0;
        }
        item->wait =
            up_wait_for(up->u, item->node, choice->job ? STK_UNTIL_COMPLETED : STK_UNTIL_READY);
        if (item->wait != NO_ACTION)
            limit_wait(up, item->wait);
    }
}

/* "stop-first, each ready within 5s, 10s between batches; if it fails: rollback" */
static void say_how(struct update *up)
{
    static const char *const then[] = { [PAUSE] = "the rest stays as it is",
                                        [CONTINUE] = "the rest is updated all the same",
                                        [ROLL_BACK] = "the old ones come back" };
    unsigned monitor_ms = ms_of(&up->how->monitor), delay_ms = ms_of(&up->how->delay);
    STK_CLEANUP(stk_buf_clearp) struct stk_buf text;
    stk_buf_init(&text, STK_KIB);
    stk_buf_printf(&text, "%s, ", up->start_first ? "start-first" : "stop-first");
    if (monitor_ms)
        stk_buf_printf(&text, "each ready within %g s", monitor_ms / 1000.0);
    else
        stk_buf_puts(&text, "each until it is ready");
    if (delay_ms)
        stk_buf_printf(&text, ", %g s between batches", delay_ms / 1000.0);
    stk_buf_printf(&text, "; if one fails, %s", then[up->action]);
    for (size_t i = 0; i < up->n; i++) {
        int act = choice_of(up, &up->items[i])->act;
        if (act == NO_ACTION || action_at(up, act)->verb != STK_RECREATE)
            continue;
        action_at(up, act)->update = stk_arena_strdup(up->u->p->plan->arena, text.bytes);
        return;
    }
}

/* The one set aside goes once the new one is ready (and all others are, when they may come back). */
static void drop_previous(struct update *up, struct item *item, int verdict)
{
    static const char why[] = "an update that did not end set it aside; its successor is ready";
    struct planner *p = up->u->p;
    const char *name =
        item->aside ? item->previous->name
                    : stk_arena_printf(p->plan->arena, "%.12s_previous_%s", item->previous->ref.id,
                                       p->graph->v[item->node].unit.name);
    bool runs = item->aside ? plan_is_up(item->previous) : up->start_first;
    int removal = NO_ACTION;
    if (runs) {
        item->stop = plan_add(p, STK_STOP, NULL, item->previous, why);
        plan_after(p, item->stop, item->wait, false);
        action_at(up, item->stop)->name = name;
        action_at(up, item->stop)->part = !item->aside;
    }
    removal = plan_add(p, STK_REMOVE, NULL, item->previous, why);
    plan_after(p, removal, item->stop, false);
    plan_after(p, removal, item->wait, false);
    plan_after(p, removal, verdict, false);
    action_at(up, removal)->name = name;
    action_at(up, removal)->part = !item->aside;
}

/* Several at a time only when rollback_config says so: the others go on serving. */
static void add_rollbacks(struct update *up, int verdict)
{
    struct planner *p = up->u->p;
    const struct stk_opt *given = &up->service->deploy.rollback_config.parallelism;
    size_t most = given->set && given->v >= 0 ? (size_t)given->v : 1;
    int *before = stk_alloc(up->n * sizeof(*before));
    for (size_t i = 0; i < up->n; i++) {
        const struct item *item = &up->items[i];
        int act = choice_of(up, item)->act;
        before[i] =
            plan_add(p, STK_ROLL_BACK, &p->graph->v[item->node].unit, NULL, "the update failed");
        struct stk_action *back = action_at(up, before[i]);
        back->part = true;
        back->create_only = !item->aside && !plan_is_up(item->previous);
        plan_after_as(p, before[i], verdict, STK_AFTER_FAILED);
        plan_after_as(p, before[i], act, STK_AFTER_RAN);
        plan_after(p, before[i], item->stop, true);
        if (most && i >= most)
            plan_after(p, before[i], before[i - most], true);
    }
    free(before);
}

static void plan_update(struct update *up)
{
    int verdict = up->u->verdict;
    up->action = verdict != NO_ACTION ? ROLL_BACK : action_of(up->how->failure_action);
    decide_order(up);
    add_batches(up);
    if (up->replaced && up->how->set)
        say_how(up);
    if (up->action == ROLL_BACK && verdict == NO_ACTION)
        verdict = add_gate(up, up->items + up->n, tolerated(up));
    for (size_t i = 0; i < up->n; i++)
        drop_previous(up, &up->items[i], verdict);
    if (up->action == ROLL_BACK)
        add_rollbacks(up, verdict);
}

/* The dependents of what comes back are left alone: they were there before. */
void up_go_back(struct planner *p)
{
    int before = NO_ACTION;
    for (size_t i = 0; i < p->graph->n; i++) {
        const struct stk_unit *unit = &p->graph->v[i].unit;
        const struct stk_status *previous =
            unit->ref.kind == STK_SERVICE ? up_set_aside(p, &unit->ref) : NULL;
        if (!previous || !plan_selected(p, unit->ref.name))
            continue;
        int back = plan_add(
            p, STK_ROLL_BACK, unit, NULL,
            stk_arena_printf(p->plan->arena, "an update set %.12s aside", previous->ref.id));
        plan_after(p, back, before, false);
        before = plan_add(p, STK_WAIT, unit, NULL, NULL);
        p->plan->v[before].until = STK_UNTIL_READY;
        plan_after(p, before, back, false);
    }
}

void up_updates(struct up *u)
{
    const struct stk_graph *graph = u->p->graph;
    struct item *items = stk_alloc((graph->n + 1) * sizeof(*items));
    for (size_t i = 0; i < graph->spec->n_services; i++) {
        const struct stk_service *service = &graph->spec->services[i];
        unsigned n, first = stk_graph_instances(graph, service->name, &n);
        struct update up = {
            .u = u,
            .service = service,
            .unit = n ? &graph->v[first].unit : NULL,
            .how = &service->deploy.update_config,
            .items = items,
        };
        gather(&up, first, n);
        if (up.n)
            plan_update(&up);
    }
    free(items);
}
