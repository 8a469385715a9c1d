/* plan.c — makes a plan: hands the goal to its planner and keeps the actions. */
#include "plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "build.h"
#include "text.h"
#include "up.h"

int plan_add(struct planner *p, enum stk_verb verb, const struct stk_unit *unit,
             const struct stk_status *seen, const char *why)
{
    struct stk_plan *plan = p->plan;
    plan->v = stk_grow(plan->v, plan->n, &plan->cap, sizeof(*plan->v));
    struct stk_action *action = &plan->v[plan->n];
    *action = (struct stk_action){
        .verb = verb,
        .ref = unit ? unit->ref : seen->ref,
        .name = unit ? unit->name : seen->name,
        .unit = unit,
        .seen = seen,
        .why = why,
    };
    if (seen) {
        action->ref.id = seen->ref.id;
        action->name = seen->name;
    }
    return (int)plan->n++;
}

void plan_after(struct planner *p, int action, int before, bool soft)
{
    plan_after_as(p, action, before, soft ? STK_AFTER_END : STK_AFTER_OK);
}

void plan_after_as(struct planner *p, int action, int before, enum stk_after_kind kind)
{
    if (before == NO_ACTION || before == action)
        return;
    struct stk_action *a = &p->plan->v[action];
    a->after = stk_grow(a->after, a->n_after, &a->cap_after, sizeof(*a->after));
    a->after[a->n_after++] = (struct stk_after){ .action = (unsigned)before, .kind = kind };
}

/* Depth first along "comes after"; an edge back to the path that led there closes a circle. */
void plan_untie(struct planner *p)
{
    enum { NEW, ON_PATH, DONE };
    struct stk_plan *plan = p->plan;
    struct frame {
        unsigned action;
        size_t next;
    } *path = stk_alloc((plan->n + 1) * sizeof(*path));
    unsigned char *marks = stk_alloc(plan->n + 1);
    for (unsigned root = 0; root < plan->n; root++) {
        size_t depth = 0;
        if (marks[root] == NEW)
            path[depth++] = (struct frame){ .action = root };
        while (depth) {
            struct frame *top = &path[depth - 1];
            struct stk_action *action = &plan->v[top->action];
            marks[top->action] = ON_PATH;
            if (top->next == action->n_after) {
                marks[top->action] = DONE;
                depth--;
                continue;
            }
            unsigned before = action->after[top->next].action;
            if (marks[before] == ON_PATH)
                action->after[top->next] = action->after[--action->n_after];
            else if (marks[before] == NEW)
                path[depth++] = (struct frame){ .action = before };
            else
                top->next++;
        }
    }
    free(marks);
    free(path);
}

void plan_note(struct planner *p, const char *fmt, ...)
{
    struct stk_plan *plan = p->plan;
    char *text = NULL;
    va_list ap;
    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        stk_out_of_memory();
    va_end(ap);
    plan->notes = stk_grow(plan->notes, plan->n_notes, &plan->cap_notes, sizeof(*plan->notes));
    plan->notes[plan->n_notes++] = stk_arena_strdup(plan->arena, text);
    free(text);
}

bool plan_selected(const struct planner *p, const char *service)
{
    const struct stk_strs *wanted = &p->goal->services;
    for (size_t i = 0; i < wanted->n; i++)
        if (stk_glob(wanted->v[i], service))
            return true;
    return wanted->n == 0;
}

static bool is_disabled(const struct stk_spec *spec, const char *service)
{
    for (size_t i = 0; i < spec->disabled.n; i++)
        if (strcmp(spec->disabled.v[i], service) == 0)
            return true;
    return false;
}

bool plan_is_up(const struct stk_status *status)
{
    return status->state == STK_RUNNING || status->state == STK_PAUSED ||
           status->state == STK_RESTARTING;
}

bool plan_is_orphan(const struct planner *p, const struct stk_status *status)
{
    if (!p->graph)
        return false;
    if (status->oneoff)
        return !plan_is_up(status);
    const struct stk_spec *spec = p->graph->spec;
    return !stk_spec_service(spec, status->ref.name) && !is_disabled(spec, status->ref.name);
}

bool plan_is_elsewhere(const struct planner *p, const struct stk_status *status)
{
    return p->graph && status->dir && p->graph->spec->dir &&
           strcmp(status->dir, p->graph->spec->dir) != 0;
}

struct stk_plan *stk_plan_make(const struct stk_graph *graph, const struct stk_seen *seen,
                               const struct stk_goal *goal, const char *project)
{
    struct stk_plan *plan = stk_alloc(sizeof(*plan));
    plan->arena = stk_arena_new();
    plan->project = stk_arena_strdup(plan->arena, project);
    struct planner p = { .plan = plan, .graph = graph, .seen = seen, .goal = goal };
    if (goal->kind == STK_GOAL_UP && goal->roll_back)
        up_go_back(&p);
    else if (goal->kind == STK_GOAL_UP)
        plan_up(&p);
    else if (goal->kind == STK_GOAL_PULL || goal->kind == STK_GOAL_BUILD)
        plan_images(&p);
    else
        plan_existing(&p);
    return plan;
}

void stk_plan_free(struct stk_plan *plan)
{
    if (!plan)
        return;
    for (size_t i = 0; i < plan->n; i++)
        free(plan->v[i].after);
    free(plan->v);
    free(plan->notes);
    stk_arena_free(plan->arena);
    free(plan);
}

bool stk_plan_shows(const struct stk_action *action)
{
    bool shown = action->verb != STK_WAIT && action->verb != STK_GATE;
    return shown && action->verb != STK_MAKE && !action->part;
}

size_t stk_plan_changes(const struct stk_plan *plan)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->n; i++)
        n += stk_plan_shows(&plan->v[i]) && plan->v[i].verb != STK_KEEP;
    return n;
}

const char *stk_verb_word(enum stk_verb verb)
{
    static const char *const words[] = {
        [STK_KEEP] = "keep",     [STK_PULL] = "pull",           [STK_CREATE] = "create",
        [STK_START] = "start",   [STK_RECREATE] = "recreate",   [STK_RESTART] = "restart",
        [STK_WAIT] = "wait",     [STK_STOP] = "stop",           [STK_KILL] = "kill",
        [STK_REMOVE] = "remove", [STK_ROLL_BACK] = "roll back", [STK_GATE] = "gate",
        [STK_BUILD] = "build",   [STK_MAKE] = "make",
    };
    return words[verb];
}
