/* What a plan promises about order, over hundreds of random stacks. */
#include "plan.h"
#include "specs.h"
#include "test.h"

static struct stk_seen *seen_nothing(void)
{
    struct stk_arena *arena = stk_arena_new();
    struct stk_seen *seen = stk_arena_alloc(arena, sizeof(*seen));
    seen->arena = arena;
    return seen;
}

static int by_ref(const void *a, const void *b)
{
    const struct stk_ref *x = &((const struct stk_status *)a)->ref;
    const struct stk_ref *y = &((const struct stk_status *)b)->ref;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    int by_name = strcmp(x->name, y->name);
    return by_name ? by_name : (int)x->index - (int)y->index;
}

/* As after an `up` that ended well: everything there, jobs that are waited for done. */
static struct stk_seen *seen_all(const struct stk_graph *graph)
{
    struct stk_seen *seen = seen_nothing();
    struct stk_status *v = stk_arena_array(seen->arena, graph->n, sizeof(*v));
    for (size_t i = 0; i < graph->n; i++) {
        const struct stk_unit *unit = &graph->v[i].unit;
        bool service = unit->ref.kind == STK_SERVICE;
        static const char *const networks[] = { "p_default" };
        v[i] =
            (struct stk_status){ .ref = unit->ref,
                                 .name = unit->name,
                                 .project = "p",
                                 .state = service ? STK_RUNNING : STK_PRESENT,
                                 .health = service ? STK_HEALTH_HEALTHY : STK_HEALTH_NONE,
                                 .config = unit->config,
                                 .hash = unit->hash,
                                 .networks = { .n = 1, .v = (const char **)(uintptr_t)networks } };
        v[i].ref.id = unit->name;
        if (service) {
            v[i].depends_on = unit->service->depends_on;
            v[i].n_depends_on = unit->service->n_depends_on;
        }
    }
    qsort(v, graph->n, sizeof(*v), by_ref);
    seen->v = v;
    seen->n = graph->n;
    return seen;
}

/* position[i]: when action i may begin at the earliest, or fails the test when the plan is no DAG. */
static unsigned *depths(const struct stk_plan *plan)
{
    unsigned *depth = stk_alloc((plan->n + 1) * sizeof(*depth));
    for (size_t round = 0, changed = 1; changed; round++) {
        changed = 0;
        ck_assert_msg(round <= plan->n + 1, "the plan has a cycle");
        for (size_t i = 0; i < plan->n; i++)
            for (size_t k = 0; k < plan->v[i].n_after; k++)
                if (depth[i] <= depth[plan->v[i].after[k].action]) {
                    depth[i] = depth[plan->v[i].after[k].action] + 1;
                    changed = 1;
                }
    }
    return depth;
}

static size_t find(const struct stk_plan *plan, enum stk_verb verb, const char *name,
                   unsigned index)
{
    for (size_t i = 0; i < plan->n; i++)
        if (plan->v[i].verb == verb && strcmp(plan->v[i].ref.name, name) == 0 &&
            plan->v[i].ref.kind == STK_SERVICE && plan->v[i].ref.index == index)
            return i;
    ck_abort_msg("no action %s %s-%u", stk_verb_word(verb), name, index);
    return 0;
}

START_TEST(up_creates_everything_once_and_after_what_it_needs)
{
    for (unsigned seed = 0; seed < 200; seed++) {
        struct stk_spec *spec = test_random_spec(seed, 1 + seed % 25);
        struct stk_graph *graph = stk_graph_build(spec);
        struct stk_seen *seen = seen_nothing();
        struct stk_goal goal = { .kind = STK_GOAL_UP, .wait = seed % 2 };
        struct stk_plan *plan = stk_plan_make(graph, seen, &goal, "p");
        unsigned *depth = depths(plan);
        ck_assert_uint_eq(stk_plan_changes(plan), graph->n);
        for (size_t i = 0; i < graph->n; i++)
            for (size_t k = 0; graph->v[i].unit.ref.kind == STK_SERVICE && k < graph->v[i].n_needs;
                 k++) {
                const struct stk_edge *edge = &graph->v[i].needs[k];
                const struct stk_ref *on = &graph->v[edge->to].unit.ref,
                                     *ref = &graph->v[i].unit.ref;
                if (on->kind != STK_SERVICE)
                    continue;
                size_t user = find(plan, STK_CREATE, ref->name, ref->index);
                size_t needed = find(plan, edge->until == STK_UNTIL_STARTED ? STK_CREATE : STK_WAIT,
                                     on->name, on->index);
                ck_assert_msg(depth[needed] < depth[user], "seed %u: %s before %s", seed, ref->name,
                              on->name);
            }
        free(depth);
        stk_plan_free(plan);
        stk_seen_free(seen);
        stk_graph_free(graph);
        stk_spec_free(spec);
    }
}
END_TEST

/* Whether there is a way from action i back to a wait, or to another service's start. */
static bool waits_for_others(const struct stk_plan *plan, size_t i)
{
    for (size_t k = 0; k < plan->v[i].n_after; k++) {
        const struct stk_action *before = &plan->v[plan->v[i].after[k].action];
        bool brings_up = before->verb == STK_CREATE && before->ref.kind == STK_SERVICE;
        if (before->verb == STK_WAIT || brings_up ||
            waits_for_others(plan, plan->v[i].after[k].action))
            return true;
    }
    return false;
}

START_TEST(containers_are_made_in_order_and_ahead_of_what_they_wait_for)
{
    for (unsigned seed = 0; seed < 200; seed++) {
        struct stk_spec *spec = test_random_spec(seed, 1 + seed % 12);
        struct stk_graph *graph = stk_graph_build(spec);
        struct stk_seen *seen = seen_nothing();
        struct stk_goal goal = { .kind = STK_GOAL_UP, .wait = seed % 2 };
        struct stk_plan *plan = stk_plan_make(graph, seen, &goal, "p");
        unsigned *depth = depths(plan);
        for (size_t i = 0; i < graph->n; i++)
            for (size_t k = 0; graph->v[i].unit.ref.kind == STK_SERVICE && k < graph->v[i].n_needs;
                 k++) {
                const struct stk_ref *on = &graph->v[graph->v[i].needs[k].to].unit.ref,
                                     *ref = &graph->v[i].unit.ref;
                if (on->kind != STK_SERVICE)
                    continue;
                size_t make = find(plan, STK_MAKE, ref->name, ref->index);
                size_t create = find(plan, STK_CREATE, ref->name, ref->index);
                size_t needed = find(plan, STK_MAKE, on->name, on->index);
                ck_assert_uint_lt(depth[needed], depth[make]);
                ck_assert_uint_lt(depth[make], depth[create]);
                ck_assert_uint_eq(plan->v[create].made_by, make + 1);
                ck_assert_msg(!waits_for_others(plan, make), "seed %u: %s", seed, ref->name);
            }
        free(depth);
        stk_plan_free(plan);
        stk_seen_free(seen);
        stk_graph_free(graph);
        stk_spec_free(spec);
    }
}
END_TEST

START_TEST(up_on_a_stack_that_is_as_wanted_changes_nothing)
{
    for (unsigned seed = 0; seed < 200; seed++) {
        struct stk_spec *spec = test_random_spec(seed, 1 + seed % 25);
        struct stk_graph *graph = stk_graph_build(spec);
        struct stk_seen *seen = seen_all(graph);
        struct stk_goal goal = { .kind = STK_GOAL_UP, .wait = true };
        struct stk_plan *plan = stk_plan_make(graph, seen, &goal, "p");
        ck_assert_uint_eq(stk_plan_changes(plan), 0);
        for (size_t i = 0; i < plan->n; i++)
            ck_assert(plan->v[i].verb != STK_WAIT || /* but for jobs that still run */
                      plan->v[i].until == STK_UNTIL_COMPLETED);
        stk_plan_free(plan);
        stk_seen_free(seen);
        stk_graph_free(graph);
        stk_spec_free(spec);
    }
}
END_TEST

START_TEST(down_stops_what_needs_before_what_is_needed)
{
    for (unsigned seed = 0; seed < 200; seed++) {
        struct stk_spec *spec = test_random_spec(seed, 1 + seed % 25);
        struct stk_graph *graph = stk_graph_build(spec);
        struct stk_seen *seen = seen_all(graph);
        struct stk_goal goal = { .kind = STK_GOAL_DOWN };
        struct stk_plan *plan = stk_plan_make(seed % 2 ? graph : NULL, seen, &goal, "p");
        unsigned *depth = depths(plan);
        for (size_t i = 0; i < graph->n; i++)
            for (size_t k = 0; graph->v[i].unit.ref.kind == STK_SERVICE && k < graph->v[i].n_needs;
                 k++) {
                const struct stk_ref *on = &graph->v[graph->v[i].needs[k].to].unit.ref,
                                     *ref = &graph->v[i].unit.ref;
                if (on->kind != STK_SERVICE)
                    continue;
                size_t user = find(plan, STK_REMOVE, ref->name, ref->index);
                size_t needed = find(plan, STK_STOP, on->name, on->index);
                ck_assert_msg(depth[user] < depth[needed], "seed %u: %s before %s", seed, on->name,
                              ref->name);
            }
        free(depth);
        stk_plan_free(plan);
        stk_seen_free(seen);
        stk_graph_free(graph);
        stk_spec_free(spec);
    }
}
END_TEST

/* a needs b in the label that one version of the file left, b needs a in that of another. */
START_TEST(labels_in_a_circle_are_taken_down_all_the_same)
{
    static const struct stk_depend on_a = { .service = "a" }, on_b = { .service = "b" };
    static struct stk_status v[] = {
        { .ref = { .kind = STK_SERVICE, .name = "a", .index = 1, .id = "1" },
          .name = "p-a-1",
          .project = "p",
          .state = STK_RUNNING,
          .depends_on = &on_b,
          .n_depends_on = 1 },
        { .ref = { .kind = STK_SERVICE, .name = "b", .index = 1, .id = "2" },
          .name = "p-b-1",
          .project = "p",
          .state = STK_RUNNING,
          .depends_on = &on_a,
          .n_depends_on = 1 },
    };
    struct stk_seen seen = { .v = v, .n = 2 };
    static const enum stk_goal_kind kinds[] = { STK_GOAL_DOWN, STK_GOAL_STOP, STK_GOAL_RESTART };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct stk_goal goal = { .kind = kinds[i] };
        struct stk_plan *plan = stk_plan_make(NULL, &seen, &goal, "p");
        ck_assert_uint_ge(stk_plan_changes(plan), 2);
        free(depths(plan)); /* fails when there is a circle left */
        stk_plan_free(plan);
    }
}
END_TEST

STK_TESTS("plan order", labels_in_a_circle_are_taken_down_all_the_same,
          up_creates_everything_once_and_after_what_it_needs,
          containers_are_made_in_order_and_ahead_of_what_they_wait_for,
          up_on_a_stack_that_is_as_wanted_changes_nothing,
          down_stops_what_needs_before_what_is_needed)
