/* undo.c — `up --on-failure rollback`, and going back by hand: what undoes the actions of a plan. Nothing is
 * given up before all of the plan has succeeded; when something fails, what was made is removed, what was
 * replaced takes its place again, and what was started is stopped, in reverse order. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "up.h"

/* What undoes the action of one node: the first and the last of it, or NO_ACTION. */
struct undoing {
    int first, last;
};

/* Removals of what the file no longer has wait until all else is well. */
static bool gives_up(const struct stk_action *action)
{
    return !action->unit && action->ref.kind == STK_SERVICE;
}

void up_verdict(struct up *u)
{
    struct stk_plan *plan = u->p->plan;
    size_t n = plan->n;
    if (u->p->goal->on_failure != STK_ON_FAILURE_ROLL_BACK || !u->p->graph->n)
        return;
    u->verdict = plan_add(u->p, STK_GATE, &u->p->graph->v[u->p->graph->n - 1].unit, NULL, NULL);
    for (size_t i = 0; i < n; i++) {
        if (plan->v[i].verb == STK_KEEP || plan->v[i].preparation)
            continue;
        if (gives_up(&plan->v[i]))
            plan_after(u->p, (int)i, u->verdict, false);
        else
            plan_after(u->p, u->verdict, (int)i, true);
    }
}

static int add_undo(struct up *u, enum stk_verb verb, const struct stk_unit *unit, int act)
{
    int undo = plan_add(u->p, verb, unit, NULL, "what was begun failed");
    u->p->plan->v[undo].part = true;
    u->p->plan->v[undo].tolerate_conflict = verb == STK_REMOVE;
    plan_after_as(u->p, undo, u->verdict, STK_AFTER_FAILED);
    plan_after_as(u->p, undo, act, STK_AFTER_RAN);
    return undo;
}

static struct undoing undo_service(struct up *u, const struct stk_unit *unit,
                                   const struct choice *choice)
{
    struct undoing undo = { NO_ACTION, NO_ACTION };
    enum stk_verb verb = u->p->plan->v[choice->act].verb;
    if (verb == STK_RECREATE && choice->stop != NO_ACTION)
        plan_note(u->p, "container '%s' cannot be rolled back: its network is made anew",
                  unit->name);
    if (verb != STK_CREATE && verb != STK_START)
        return undo;
    undo.first = undo.last = add_undo(u, STK_STOP, unit, choice->act);
    if (verb == STK_CREATE) {
        bool ahead = choice->make != NO_ACTION; /* it is there, even if it was not started */
        undo.last = add_undo(u, STK_REMOVE, unit, ahead ? choice->make : choice->act);
        plan_after(u->p, undo.last, choice->act, true);
        plan_after(u->p, undo.last, undo.first, true);
    }
    return undo;
}

/* What needs something is undone before it. */
void up_undo(struct up *u)
{
    const struct stk_graph *graph = u->p->graph;
    if (u->verdict == NO_ACTION)
        return;
    struct undoing *undoings = stk_alloc((graph->n + 1) * sizeof(*undoings));
    for (size_t i = 0; i < graph->n; i++) {
        const struct stk_node *node = &graph->v[i];
        const struct choice *choice = &u->choices[i];
        struct undoing *undo = &undoings[i];
        *undo = (struct undoing){ NO_ACTION, NO_ACTION };
        if (!choice->in_scope || choice->act == NO_ACTION || node->unit.ref.kind == STK_IMAGE)
            continue;
        if (node->unit.ref.kind == STK_SERVICE)
            *undo = undo_service(u, &node->unit, choice);
        else
            undo->first = undo->last = add_undo(u, STK_REMOVE, &node->unit, choice->act);
        if (undo->last == NO_ACTION)
            continue;
        for (size_t k = 0; k < node->n_needs; k++)
            if (undoings[node->needs[k].to].first != NO_ACTION)
                plan_after(u->p, undoings[node->needs[k].to].first, undo->last, true);
    }
    free(undoings);
}
