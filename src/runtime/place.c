/* place.c — see place.h. */
#include "place.h"

#include <stdlib.h>

struct stk_src stk_place_of_port(const struct stk_unit *unit, unsigned port)
{
    struct stk_src nowhere = { 0 };
    for (size_t i = 0; i < unit->service->n_ports; i++) {
        const struct stk_port *p = &unit->service->ports[i];
        if (p->published && strtoul(p->published, NULL, 10) == port)
            return p->src;
    }
    return nowhere;
}
