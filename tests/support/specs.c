/* specs.c — see specs.h. */
#include "specs.h"

#include <stdlib.h>
#include <string.h>

static struct stk_spec *empty_spec(unsigned n)
{
    struct stk_arena *arena = stk_arena_new();
    struct stk_spec *spec = stk_arena_alloc(arena, sizeof(*spec));
    spec->arena = arena;
    spec->project = "p";
    struct stk_network *network = stk_arena_alloc(arena, sizeof(*network));
    *network =
        (struct stk_network){ .key = "default", .name = "p_default", .config = "{}", .hash = "n" };
    spec->networks = network;
    spec->n_networks = 1;
    struct stk_service *services = stk_arena_array(arena, n, sizeof(*services));
    struct stk_attachment *attachment = stk_arena_alloc(arena, sizeof(*attachment));
    attachment->network = "default";
    for (unsigned i = 0; i < n; i++) {
        services[i].name = stk_arena_printf(arena, "s%05u%s", i, i % 5 == 4 ? "job" : "");
        services[i].image = stk_arena_printf(arena, "image%u", i % 7);
        services[i].replicas = 1;
        services[i].networks = attachment;
        services[i].n_networks = 1;
        services[i].config = "{\"image\":\"x\"}";
        services[i].hash = "h";
    }
    spec->services = services;
    spec->n_services = n;
    return spec;
}

/* What a condition needs to come true: a check, so that the service can be healthy. Who is waited for as
 * completed is told by its name, which test scripts match: "…job" exits by itself. */
static void suit_conditions(struct stk_spec *spec, struct stk_service *services)
{
    static const char *test[] = { "CMD", "true" };
    for (size_t i = 0; i < spec->n_services; i++)
        for (size_t k = 0; k < services[i].n_depends_on; k++) {
            struct stk_depend *depend = (struct stk_depend *)&services[i].depends_on[k];
            struct stk_service *on =
                (struct stk_service *)(uintptr_t)stk_spec_service(spec, depend->service);
            if (strstr(on->name, "job"))
                depend->until = STK_UNTIL_COMPLETED;
            else if (depend->until == STK_UNTIL_COMPLETED)
                depend->until = STK_UNTIL_HEALTHY;
            if (depend->until == STK_UNTIL_HEALTHY)
                on->healthcheck =
                    (struct stk_healthcheck){ .set = true,
                                              .test = { .set = true, .n = 2, .v = test } };
        }
}

static int by_service(const void *a, const void *b)
{
    return strcmp(((const struct stk_depend *)a)->service, ((const struct stk_depend *)b)->service);
}

static uint32_t next(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* Services are ranked by a random permutation; edges go from higher to lower rank, so there is no cycle. */
struct stk_spec *test_random_spec(unsigned seed, unsigned n)
{
    struct stk_spec *spec = empty_spec(n);
    struct stk_service *services = (struct stk_service *)(uintptr_t)spec->services;
    uint32_t state = seed * 2654435761u + 1;
    unsigned *order = stk_arena_array(spec->arena, n, sizeof(*order));
    for (unsigned i = 0; i < n; i++)
        order[i] = i;
    for (unsigned i = n; i > 1; i--) {
        unsigned k = next(&state) % i, swap = order[k];
        order[k] = order[i - 1];
        order[i - 1] = swap;
    }
    for (unsigned i = 0; i < n; i++) {
        struct stk_service *service = &services[order[i]];
        service->replicas = 1 + next(&state) % 3;
        struct stk_depend *depends = stk_arena_array(spec->arena, 3, sizeof(*depends));
        for (unsigned k = 0; i > 0 && k < next(&state) % 4; k++) {
            const char *on = services[order[next(&state) % i]].name;
            bool twice = false;
            for (unsigned j = 0; j < service->n_depends_on; j++)
                twice |= depends[j].service == on;
            if (!twice && service->n_depends_on < 3)
                depends[service->n_depends_on++] = (struct stk_depend){
                    .service = on, .until = next(&state) % 3, .required = next(&state) % 5 != 0
                };
        }
        qsort(depends, service->n_depends_on, sizeof(*depends), by_service);
        service->depends_on = depends;
    }
    suit_conditions(spec, services);
    return spec;
}

struct stk_spec *test_chain_spec(unsigned n)
{
    struct stk_spec *spec = empty_spec(n);
    struct stk_service *services = (struct stk_service *)(uintptr_t)spec->services;
    for (unsigned i = 0; i + 1 < n; i++) {
        struct stk_depend *depend = stk_arena_alloc(spec->arena, sizeof(*depend));
        *depend = (struct stk_depend){ .service = services[i + 1].name, .required = true };
        services[i].depends_on = depend;
        services[i].n_depends_on = 1;
    }
    return spec;
}
