/* images.c — what images need: pulled, built, or nothing. For `up` as the policies say, for `pull` and
 * `build` because it was asked for. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "build.h"
#include "text.h"

static int prepare(struct planner *p, enum stk_verb verb, const struct stk_unit *unit,
                   const char *why)
{
    int act = plan_add(p, verb, unit, NULL, why);
    p->plan->v[act].preparation = true;
    p->plan->v[act].tolerate = p->goal->ignore_failures;
    return act;
}

static bool is_present(const struct stk_status *seen)
{
    return seen && seen->state == STK_PRESENT;
}

static int build(struct planner *p, const struct stk_unit *unit, const char *why)
{
    return prepare(p, STK_BUILD, unit, why);
}

/* PULL that only looks: it is the runner's to tell that the image is not there. */
static int only_look(struct planner *p, const struct stk_unit *unit, const char *why)
{
    int act = prepare(p, STK_PULL, unit, why);
    p->plan->v[act].no_pull = true;
    return act;
}

static int pull(struct planner *p, const struct stk_unit *unit, bool buildable, const char *why)
{
    int act = prepare(p, STK_PULL, unit, why);
    p->plan->v[act].or_build = buildable;
    return act;
}

/* "1w2d3h4m5s", as every_ and pull_refresh_after have it. */
static int64_t period_ms(const char *s)
{
    static const struct {
        char unit;
        int64_t ms;
    } units[] = {
        { 'w', 604800000 }, { 'd', 86400000 }, { 'h', 3600000 }, { 'm', 60000 }, { 's', 1000 }
    };
    enum { MOST = 1000000 };
    int64_t ms = 0;
    while (*s) {
        char *end;
        int64_t n = strtoll(s, &end, 10);
        for (size_t i = 0; i < STK_LEN(units); i++)
            if (units[i].unit == *end)
                ms += (n < MOST ? n : MOST) * units[i].ms;
        s = *end ? end + 1 : end;
    }
    return ms > 0 ? ms : 1;
}

static int64_t age_of(const char *policy, const struct stk_unit *unit)
{
    const struct stk_service *service = stk_spec_service(unit->spec, unit->image.service);
    if (stk_streq(policy, "daily"))
        return period_ms("1d");
    if (stk_streq(policy, "weekly"))
        return period_ms("1w");
    if (policy && stk_starts(policy, "every_"))
        return period_ms(policy + strlen("every_"));
    if (stk_streq(policy, "refresh") && service && service->pull_refresh_after)
        return period_ms(service->pull_refresh_after);
    return 0;
}

/* What the policy says of an image that is there. */
static int refresh(struct planner *p, const struct stk_unit *unit, const char *policy)
{
    int64_t age = age_of(policy, unit);
    if (!age && !stk_streq(policy, "newer") && !stk_streq(policy, "always"))
        return NO_ACTION;
    int act =
        pull(p, unit, false, stk_arena_printf(p->plan->arena, "its pull policy is '%s'", policy));
    p->plan->v[act].max_age_ms = age;
    p->plan->v[act].or_keep = !stk_streq(policy, "always");
    return act;
}

int plan_image(struct planner *p, const struct stk_unit *unit, const struct stk_status *seen)
{
    const struct stk_goal *goal = p->goal;
    const char *policy =
        goal->pull && !stk_streq(goal->pull, "build") ? goal->pull : unit->image.pull_policy;
    bool buildable = unit->image.build && !goal->no_build;
    bool present = is_present(seen);
    if (present && (goal->images_ready || unit->image.digest)) /* it was seen to be that one */
        return NO_ACTION;
    if (buildable && goal->build)
        return build(p, unit, "--build");
    if (buildable && (stk_streq(policy, "build") || stk_streq(goal->pull, "build")))
        return build(p, unit, "its pull policy is 'build'");
    if (present)
        return goal->offline || unit->image.built ? NO_ACTION : refresh(p, unit, policy);
    bool never = goal->offline || stk_streq(policy, "never") || stk_streq(policy, "build");
    if (buildable && (unit->image.built || never))
        return build(p, unit, "the engine does not have it");
    if (goal->offline && !unit->image.built)
        return only_look(p, unit, "the engine does not have it, and --offline was given");
    if (never || unit->image.built)
        return only_look(p, unit, "the engine does not have it, and it may not be pulled");
    return pull(p, unit, buildable, "the engine does not have it");
}

/* ---- builds among themselves ---- */

static const struct stk_service *builder_of(const struct stk_action *action)
{
    const struct stk_unit *unit = action->unit;
    return stk_spec_service(unit->spec, unit->image.service);
}

static bool same_build(const struct stk_action *a, const struct stk_action *b)
{
    const struct stk_build *x = a->unit->image.build, *y = b->unit->image.build;
    return stk_streq(x->config, y->config) &&
           stk_streq(a->unit->image.platform, b->unit->image.platform);
}

static bool depends_on(const struct stk_service *service, const char *on)
{
    for (size_t i = 0; i < service->n_depends_on; i++)
        if (strcmp(service->depends_on[i].service, on) == 0)
            return true;
    for (size_t i = 0; i < service->build.additional_contexts.n; i++) {
        const char *context = service->build.additional_contexts.v[i].value;
        if (context && stk_starts(context, "service:") && strcmp(context + 8, on) == 0)
            return true;
    }
    return false;
}

static void share(struct planner *p, size_t i)
{
    struct stk_plan *plan = p->plan;
    for (size_t k = 0; k < i; k++)
        if (plan->v[k].verb == STK_BUILD && !plan->v[k].tag_of &&
            same_build(&plan->v[k], &plan->v[i])) {
            plan->v[i].tag_of = plan->v[k].name;
            plan_after(p, (int)i, (int)k, false);
            return;
        }
}

static bool may_build(const struct stk_action *action)
{
    return action->verb == STK_BUILD || action->or_build;
}

/* What a service is built upon is often the image of one that it depends on. */
static bool order(struct planner *p, size_t i)
{
    struct stk_plan *plan = p->plan;
    const struct stk_service *service = builder_of(&plan->v[i]);
    bool any = false;
    for (size_t k = 0; k < plan->n; k++)
        if (i != k && may_build(&plan->v[k]) &&
            depends_on(service, plan->v[k].unit->image.service)) {
            plan_after(p, (int)i, (int)k, false);
            any = true;
        }
    return any;
}

void plan_order_builds(struct planner *p)
{
    bool any = false;
    for (size_t i = 0; i < p->plan->n; i++)
        if (p->plan->v[i].verb == STK_BUILD)
            share(p, i);
    for (size_t i = 0; i < p->plan->n; i++)
        if (may_build(&p->plan->v[i]) && !p->plan->v[i].tag_of)
            any |= order(p, i);
    if (any)
        plan_untie(p);
}

/* ---- pull and build ---- */

/* Services that are asked for, and what they depend on unless no_deps. */
static bool *selected(struct planner *p)
{
    const struct stk_spec *spec = p->graph->spec;
    bool *marks = stk_alloc(spec->n_services + 1);
    for (size_t i = 0; i < spec->n_services; i++)
        marks[i] = plan_selected(p, spec->services[i].name);
    if (!p->goal->no_deps)
        stk_spec_add_dependencies(spec, marks);
    return marks;
}

static bool uses(const struct stk_service *service, const struct stk_unit *image)
{
    if (stk_streq(service->image, image->name))
        return true;
    for (size_t i = 0; i < service->n_volumes; i++)
        if (service->volumes[i].type == STK_MOUNT_IMAGE &&
            stk_streq(service->volumes[i].source, image->name))
            return true;
    return false;
}

static bool is_wanted(const struct planner *p, const bool *marks, const struct stk_unit *image)
{
    const struct stk_spec *spec = p->graph->spec;
    for (size_t i = 0; i < spec->n_services; i++)
        if (marks[i] && uses(&spec->services[i], image))
            return true;
    return false;
}

/* `pull` asks for what is there, too, unless the policy says that being there is enough. */
static void ask_for(struct planner *p, const struct stk_unit *unit, const struct stk_status *seen)
{
    const struct stk_goal *goal = p->goal;
    const char *policy = goal->pull ? goal->pull : unit->image.pull_policy;
    bool present = is_present(seen), buildable = unit->image.build;
    if (unit->image.built || (buildable && goal->skip_buildable) || stk_streq(policy, "build"))
        return;
    bool missing = stk_streq(policy, "missing") || stk_streq(policy, "if_not_present");
    if (stk_streq(policy, "never") || (missing && present))
        return;
    if (goal->offline && !present)
        only_look(p, unit, "the engine does not have it, and --offline was given");
    else if (!goal->offline)
        prepare(p, STK_PULL, unit, "it was asked for");
}

void plan_images(struct planner *p)
{
    bool *marks = selected(p);
    for (size_t i = 0; i < p->graph->n; i++) {
        const struct stk_unit *unit = &p->graph->v[i].unit;
        if (unit->ref.kind != STK_IMAGE || !is_wanted(p, marks, unit))
            continue;
        if (p->goal->kind == STK_GOAL_PULL)
            ask_for(p, unit, stk_seen_find(p->seen, unit->ref));
        else if (unit->image.build)
            build(p, unit, "it was asked for");
    }
    plan_order_builds(p);
    free(marks);
}
