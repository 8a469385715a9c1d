/* ahead.c — what of an `up` need not wait: a container is made, with its networks, volumes and secrets, while
 * what it depends on is still getting ready; only its start waits. Containers are made in the order of their
 * dependencies all the same, as Docker Compose makes them: the first of two that share a new volume fills it. */
#include "up.h"

/* One that an update has set aside may come back to its place, which must be free until then. */
static bool may_be_made(const struct up *u, unsigned node)
{
    const struct choice *choice = &u->choices[node];
    const struct stk_unit *unit = &u->p->graph->v[node].unit;
    if (unit->ref.kind != STK_SERVICE || choice->act == NO_ACTION)
        return false;
    const struct stk_action *act = &u->p->plan->v[choice->act];
    return act->verb == STK_CREATE && !act->create_only && !up_set_aside(u->p, &unit->ref);
}

/* Whether its start waits for another service's, or for what that one brings up. */
static bool waits(const struct up *u, unsigned node)
{
    const struct stk_graph *graph = u->p->graph;
    const struct stk_action *act = &u->p->plan->v[u->choices[node].act];
    for (size_t k = 0; k < act->n_after; k++) {
        const struct stk_action *before = &u->p->plan->v[act->after[k].action];
        if (before->ref.kind == STK_SERVICE && before->unit != &graph->v[node].unit)
            return true;
    }
    return false;
}

static void mark_needed(struct up *u)
{
    const struct stk_graph *graph = u->p->graph;
    for (unsigned i = 0; i < graph->n; i++) {
        size_t n = may_be_made(u, i) ? graph->v[i].n_needs : 0;
        for (size_t k = 0; k < n; k++)
            u->choices[graph->v[i].needs[k].to].needed = true;
    }
}

/* After which it is there: what was there before is as good as made. */
static int made(const struct up *u, unsigned node)
{
    const struct choice *on = &u->choices[node];
    return on->make != NO_ACTION ? on->make : on->act;
}

static void make(struct up *u, unsigned node)
{
    const struct stk_node *it = &u->p->graph->v[node];
    struct choice *choice = &u->choices[node];
    choice->make = plan_add(u->p, STK_MAKE, &it->unit, NULL, NULL);
    for (size_t k = 0; k < it->n_needs; k++)
        plan_after(u->p, choice->make, made(u, it->needs[k].to), !it->needs[k].required);
    plan_after(u->p, choice->act, choice->make, false);
    u->p->plan->v[choice->act].made_by = (unsigned)choice->make + 1;
}

void up_ahead(struct up *u)
{
    const struct stk_graph *graph = u->p->graph;
    mark_needed(u);
    for (unsigned i = 0; i < graph->n; i++)
        if (may_be_made(u, i) && (u->choices[i].needed || waits(u, i)))
            make(u, i);
}
