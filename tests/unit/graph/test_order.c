/* The promise of the graph: unit numbers are a topological order. */
#include "graph.h"
#include "specs.h"
#include "test.h"

START_TEST(every_edge_points_backwards_whatever_the_stack)
{
    for (unsigned seed = 0; seed < 300; seed++) {
        struct stk_spec *spec = test_random_spec(seed, 1 + seed % 40);
        struct stk_graph *graph = stk_graph_build(spec);
        for (unsigned i = 0; i < graph->n; i++)
            for (size_t k = 0; k < graph->v[i].n_needs; k++)
                ck_assert_msg(graph->v[i].needs[k].to < i, "seed %u: %u needs %u", seed, i,
                              graph->v[i].needs[k].to);
        stk_graph_free(graph);
        stk_spec_free(spec);
    }
}
END_TEST

START_TEST(every_replica_is_a_unit_and_every_image_only_once)
{
    struct stk_spec *spec = test_random_spec(7, 30);
    struct stk_graph *graph = stk_graph_build(spec);
    unsigned images = 0, instances = 0, wanted = 0;
    for (unsigned i = 0; i < graph->n; i++) {
        images += graph->v[i].unit.ref.kind == STK_IMAGE;
        instances += graph->v[i].unit.ref.kind == STK_SERVICE;
    }
    for (size_t i = 0; i < spec->n_services; i++) {
        unsigned n, first = stk_graph_instances(graph, spec->services[i].name, &n);
        wanted += spec->services[i].replicas;
        ck_assert_uint_eq(n, spec->services[i].replicas);
        for (unsigned k = 0; k < n; k++)
            ck_assert_uint_eq(graph->v[first + k].unit.ref.index, k + 1);
    }
    ck_assert_uint_eq(images, 7);
    ck_assert_uint_eq(instances, wanted);
    stk_graph_free(graph);
    stk_spec_free(spec);
}
END_TEST

START_TEST(a_chain_of_ten_thousand_needs_no_deep_stack)
{
    struct stk_spec *spec = test_chain_spec(10000);
    struct stk_graph *graph = stk_graph_build(spec);
    ck_assert_str_eq(graph->v[graph->n - 1].unit.ref.name, "s00000");
    stk_graph_free(graph);
    stk_spec_free(spec);
}
END_TEST

STK_TESTS("graph", every_edge_points_backwards_whatever_the_stack,
          every_replica_is_a_unit_and_every_image_only_once,
          a_chain_of_ten_thousand_needs_no_deep_stack)
