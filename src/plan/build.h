/* build.h — what the planners of the goals share: adding actions, notes and order. */
#ifndef STK_PLAN_BUILD_H
#define STK_PLAN_BUILD_H

#include "plan.h"

enum { NO_ACTION = -1 };

struct planner {
    struct stk_plan *plan;
    const struct stk_graph *graph; /* may be NULL */
    const struct stk_seen *seen;
    const struct stk_goal *goal;
};

/* Number of the new action. */
int plan_add(struct planner *p, enum stk_verb verb, const struct stk_unit *unit,
             const struct stk_status *seen, const char *why);
/* action comes after before (NO_ACTION: nothing to do). */
void plan_after(struct planner *p, int action, int before, bool soft);
void plan_after_as(struct planner *p, int action, int before, enum stk_after_kind kind);
/* Drops the order among actions that wait for each other in a circle. A file is checked for cycles; the
 * labels of containers that several versions of it made are not. */
void plan_untie(struct planner *p);
void plan_note(struct planner *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

bool plan_selected(const struct planner *p, const char *service);
/* An instance of no service of the file, or a finished one-off. */
bool plan_is_orphan(const struct planner *p, const struct stk_status *status);
/* Made for a stack of the same name that lives in another directory: not ours to remove. */
bool plan_is_elsewhere(const struct planner *p, const struct stk_status *status);
bool plan_is_up(const struct stk_status *status); /* running, paused or restarting */

/* images.c: what an image in the engine's store needs: a number of an action, or NO_ACTION. */
int plan_image(struct planner *p, const struct stk_unit *unit, const struct stk_status *seen);
/* Puts builds in the order of their services, and has what is built the same way built once. */
void plan_order_builds(struct planner *p);
void plan_images(struct planner *p); /* the goals that are about images alone */

void plan_up(struct planner *p);       /* up.c */
void plan_existing(struct planner *p); /* existing.c: every other goal */

/* Changed keys between two canonical forms (diff.c), in the plan's arena. */
void plan_diff(struct stk_plan *plan, const char *before, const char *after,
               const struct stk_change **ret, size_t *ret_n);

#endif
