/* graph.c — numbers the units of a spec so that every edge points backwards. Pure; what a name
 * means and whether it exists was settled by the spec. */
#include "graph.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "text.h"

enum mark { NEW, OPEN, PLACED };

struct builder {
    struct stk_graph *graph;
    const struct stk_spec *spec;
    struct stk_node *v;
    size_t n;
    enum mark *marks;    /* by service */
    unsigned *first;     /* by service: number of its instance 1 */
    const char **images; /* sorted, unique */
    size_t n_images;
    struct frame {
        size_t service, next;
    } * stack; /* of place(); room for all services */
};

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The image a volume is, or NULL. */
static const char *mounted_image(const struct stk_mount *mount)
{
    return mount->type == STK_MOUNT_IMAGE ? mount->source : NULL;
}

static const char **find_image(struct builder *b, const char *name)
{
    return name ? bsearch(&name, b->images, b->n_images, sizeof(*b->images), by_name) : NULL;
}

static void collect_images(struct builder *b)
{
    size_t most = b->spec->n_services;
    for (size_t i = 0; i < b->spec->n_services; i++)
        most += b->spec->services[i].n_volumes;
    b->images = stk_alloc(most * sizeof(*b->images));
    for (size_t i = 0; i < b->spec->n_services; i++) {
        const struct stk_service *service = &b->spec->services[i];
        if (service->image)
            b->images[b->n_images++] = service->image;
        for (size_t k = 0; k < service->n_volumes; k++)
            if (mounted_image(&service->volumes[k]))
                b->images[b->n_images++] = mounted_image(&service->volumes[k]);
    }
    qsort(b->images, b->n_images, sizeof(*b->images), by_name);
    size_t kept = 0;
    for (size_t i = 0; i < b->n_images; i++)
        if (i == 0 || strcmp(b->images[i], b->images[kept - 1]) != 0)
            b->images[kept++] = b->images[i];
    b->n_images = kept;
}

static struct stk_node *add(struct builder *b, enum stk_kind kind, const char *name, unsigned index)
{
    struct stk_node *node = &b->v[b->n++];
    node->unit.ref = (struct stk_ref){ .kind = kind, .name = name, .index = index };
    node->unit.spec = b->spec;
    return node;
}

/* One that is only mounted has the place of the volume. */
static void lend_to_mounted(struct builder *b, const struct stk_service *service)
{
    for (size_t i = service->n_volumes; i-- > 0;) {
        const char **found = find_image(b, mounted_image(&service->volumes[i]));
        struct stk_unit *unit = found ? &b->v[found - b->images].unit : NULL;
        if (!unit)
            continue;
        unit->src = service->volumes[i].src;
        unit->image.service = service->name;
    }
}

/* Whoever builds it is the one to name when that goes wrong. */
static void lend_build(struct builder *b, const struct stk_service *service)
{
    const char **found = service->build.set ? find_image(b, service->image) : NULL;
    if (!found)
        return;
    struct stk_unit *unit = &b->v[found - b->images].unit;
    unit->src = service->build.src;
    unit->image.service = service->name;
    unit->image.platform = service->platform;
    unit->image.build = &service->build;
    unit->image.built = service->built;
}

static void add_images(struct builder *b)
{
    for (size_t i = 0; i < b->n_images; i++) {
        struct stk_unit *unit = &add(b, STK_IMAGE, b->images[i], 0)->unit;
        unit->name = unit->image.name = b->images[i];
    }
    for (size_t i = b->spec->n_services; i-- > 0;)
        lend_to_mounted(b, &b->spec->services[i]);
    /* The first service that names an image lends it its place and its policy. */
    for (size_t i = b->spec->n_services; i-- > 0;) {
        const struct stk_service *service = &b->spec->services[i];
        const char **found = find_image(b, service->image);
        if (!found)
            continue;
        struct stk_unit *unit = &b->v[found - b->images].unit;
        unit->src = service->image_src;
        unit->image.service = service->name;
        unit->image.platform = service->platform;
        if (service->pull_policy && !service->pull_policy_implied)
            unit->image.pull_policy = service->pull_policy;
    }
    for (size_t i = b->spec->n_services; i-- > 0;)
        lend_build(b, &b->spec->services[i]);
}

static void add_resources(struct builder *b)
{
    for (size_t i = 0; i < b->spec->n_networks; i++) {
        const struct stk_network *network = &b->spec->networks[i];
        struct stk_unit *unit = &add(b, STK_NETWORK, network->key, 0)->unit;
        *unit =
            (struct stk_unit){ unit->ref,     network->name, network->src,          network->config,
                               network->hash, b->spec,       { .network = network } };
    }
    for (size_t i = 0; i < b->spec->n_volumes; i++) {
        const struct stk_volume *volume = &b->spec->volumes[i];
        struct stk_unit *unit = &add(b, STK_VOLUME, volume->key, 0)->unit;
        *unit = (struct stk_unit){ unit->ref,    volume->name, volume->src,         volume->config,
                                   volume->hash, b->spec,      { .volume = volume } };
    }
}

static const char *instance_name(struct builder *b, const struct stk_service *service,
                                 unsigned index)
{
    if (service->oneoff)
        return service->oneoff;
    if (service->container_name)
        return service->container_name;
    return stk_arena_printf(b->graph->arena, "%s-%s-%u", b->spec->project, service->name, index);
}

/* What every instance of one service needs. */
static size_t count_needs(struct builder *b, const struct stk_service *service)
{
    size_t n = 1 + service->n_networks + service->n_volumes;
    for (size_t i = 0; i < service->n_depends_on; i++) {
        const struct stk_service *on = stk_spec_service(b->spec, service->depends_on[i].service);
        n += on ? on->replicas : 0;
    }
    return n;
}

static void need(struct stk_edge *needs, size_t *n, unsigned to, struct stk_src src)
{
    needs[(*n)++] =
        (struct stk_edge){ .to = to, .until = STK_UNTIL_STARTED, .required = true, .src = src };
}

static void need_resources(struct builder *b, const struct stk_service *service,
                           struct stk_edge *needs, size_t *n)
{
    const char **image = find_image(b, service->image);
    if (image)
        need(needs, n, (unsigned)(image - b->images), service->image_src);
    unsigned networks = (unsigned)b->n_images;
    for (size_t i = 0; i < service->n_networks; i++) {
        const struct stk_network *on = stk_spec_network(b->spec, service->networks[i].network);
        if (on)
            need(needs, n, networks + (unsigned)(on - b->spec->networks), service->networks[i].src);
    }
    unsigned volumes = networks + (unsigned)b->spec->n_networks;
    for (size_t i = 0; i < service->n_volumes; i++) {
        const struct stk_mount *mount = &service->volumes[i];
        image = find_image(b, mounted_image(mount));
        if (image)
            need(needs, n, (unsigned)(image - b->images), mount->src);
        const struct stk_volume *on = mount->type == STK_MOUNT_VOLUME && mount->source
                                          ? stk_spec_volume(b->spec, mount->source)
                                          : NULL;
        if (on)
            need(needs, n, volumes + (unsigned)(on - b->spec->volumes), mount->src);
    }
}

static void need_services(struct builder *b, const struct stk_service *service,
                          struct stk_edge *needs, size_t *n)
{
    for (size_t i = 0; i < service->n_depends_on; i++) {
        const struct stk_depend *depend = &service->depends_on[i];
        const struct stk_service *on = stk_spec_service(b->spec, depend->service);
        for (unsigned k = 0; on && k < on->replicas; k++)
            needs[(*n)++] = (struct stk_edge){ b->first[on - b->spec->services] + k, depend->until,
                                               depend->required, depend->restart, depend->src };
    }
}

static void place_instances(struct builder *b, const struct stk_service *service)
{
    struct stk_edge *needs =
        stk_arena_array(b->graph->arena, count_needs(b, service), sizeof(*needs));
    size_t n = 0;
    need_resources(b, service, needs, &n);
    need_services(b, service, needs, &n);
    b->first[service - b->spec->services] = (unsigned)b->n;
    for (unsigned index = 1; index <= service->replicas; index++) {
        struct stk_node *node = add(b, STK_SERVICE, service->name, index);
        node->needs = needs;
        node->n_needs = n;
        node->unit = (struct stk_unit){ node->unit.ref,        instance_name(b, service, index),
                                        service->src,          service->config,
                                        service->hash,         b->spec,
                                        { .service = service } };
    }
}

/* Depth first, with a stack of its own: a chain may be as long as the file. */
static void place(struct builder *b, size_t root)
{
    struct frame *stack = b->stack;
    size_t depth = 0;
    stack[depth++] = (struct frame){ .service = root };
    b->marks[root] = OPEN;
    while (depth) {
        struct frame *top = &stack[depth - 1];
        const struct stk_service *service = &b->spec->services[top->service];
        if (top->next == service->n_depends_on) {
            place_instances(b, service);
            b->marks[top->service] = PLACED;
            depth--;
            continue;
        }
        const struct stk_service *on =
            stk_spec_service(b->spec, service->depends_on[top->next++].service);
        if (!on || b->marks[on - b->spec->services] == PLACED)
            continue;
        assert(b->marks[on - b->spec->services] == NEW && "a cycle passed the spec's checks");
        b->marks[on - b->spec->services] = OPEN;
        stack[depth++] = (struct frame){ .service = (size_t)(on - b->spec->services) };
    }
}

static size_t count_units(const struct builder *b)
{
    size_t n = b->n_images + b->spec->n_networks + b->spec->n_volumes;
    for (size_t i = 0; i < b->spec->n_services; i++)
        n += b->spec->services[i].replicas;
    return n;
}

struct stk_graph *stk_graph_build(const struct stk_spec *spec)
{
    struct stk_arena *arena = stk_arena_new();
    struct stk_graph *graph = stk_arena_alloc(arena, sizeof(*graph));
    graph->arena = arena;
    graph->spec = spec;
    struct builder b = { .graph = graph, .spec = spec };
    b.marks = stk_alloc((spec->n_services + 1) * sizeof(*b.marks));
    b.stack = stk_alloc((spec->n_services + 1) * sizeof(*b.stack));
    b.first = stk_arena_array(arena, spec->n_services + 1, sizeof(*b.first));
    collect_images(&b);
    graph->v = b.v = stk_arena_array(arena, count_units(&b), sizeof(*b.v));
    add_images(&b);
    add_resources(&b);
    for (size_t i = 0; i < spec->n_services; i++)
        if (b.marks[i] == NEW)
            place(&b, i);
    graph->n = b.n;
    graph->first = b.first;
    free(b.marks);
    free(b.stack);
    free(b.images);
    return graph;
}

void stk_graph_free(struct stk_graph *graph)
{
    if (graph)
        stk_arena_free(graph->arena);
}

unsigned stk_graph_instances(const struct stk_graph *graph, const char *service, unsigned *n)
{
    const struct stk_service *found = stk_spec_service(graph->spec, service);
    *n = found ? found->replicas : 0;
    return found ? graph->first[found - graph->spec->services] : 0;
}

void stk_graph_lock_image(struct stk_graph *graph, const struct stk_unit *image, const char *digest)
{
    for (size_t i = 0; i < graph->n; i++)
        if (&graph->v[i].unit == image)
            ((struct stk_node *)(uintptr_t)&graph->v[i])->unit.image.digest = digest;
}
