/* graph.h — stage 2.  in: a spec.  out: units in topological order, with their edges.  next: plan.h
 */
#ifndef STK_GRAPH_H
#define STK_GRAPH_H

#include "stackctl/unit.h"

struct stk_edge {
    unsigned to; /* number of the unit it needs; always smaller than its own */
    enum stk_until until;
    bool required; /* false: goes on without it */
    bool restart;  /* follows when that one is replaced or restarted */
    struct stk_src src;
};

struct stk_node {
    struct stk_unit unit;
    const struct stk_edge *needs;
    size_t n_needs;
};

/* Unit numbers are a topological order: images, networks and volumes first, then service instances,
 * each after all that it depends on. Owns everything but the spec, which must outlive it. */
struct stk_graph {
    const struct stk_spec *spec;
    const struct stk_node *v;
    size_t n;
    const unsigned *first;   /* by service of the spec: number of its first instance */
    struct stk_arena *arena; /* owns the struct too */
};

/* The spec is checked already (spec/check.c): names resolve, and a cycle would be told there with
 * its lines; here it is our own mistake. */
struct stk_graph *stk_graph_build(const struct stk_spec *spec);
void stk_graph_free(struct stk_graph *graph);

/* Holds one of its images to a digest, "sha256:…", borrowed. */
void stk_graph_lock_image(struct stk_graph *graph, const struct stk_unit *image, const char *digest);

/* Number of the first instance of that service, its n_instances in *n; they are neighbours. */
unsigned stk_graph_instances(const struct stk_graph *graph, const char *service, unsigned *n);

#endif
