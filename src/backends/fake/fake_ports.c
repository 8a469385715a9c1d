/* fake_ports.c — host ports: who holds one, and which is free. */
#include <stdio.h>
#include <stdlib.h>

#include "arena.h"
#include "text.h"

#include "fake_engine.h"

static bool everywhere(const char *ip)
{
    return !ip || !*ip || stk_streq(ip, "0.0.0.0") || stk_streq(ip, "::");
}

static bool same_place(const struct fake_port *a, const struct fake_port *b)
{
    if (a->published != b->published || !stk_streq(a->protocol, b->protocol))
        return false;
    return everywhere(a->host_ip) || everywhere(b->host_ip) || stk_streq(a->host_ip, b->host_ip);
}

static const struct fake_unit *holder(const struct fake_engine *e, const struct fake_unit *self,
                                      const struct fake_port *port)
{
    for (const struct fake_unit *u = e->units; u; u = u->next) {
        if (u == self || u->kind != STK_SERVICE || !fake_is_up(u))
            continue;
        for (size_t i = 0; i < u->n_ports; i++)
            if (same_place(&u->ports[i], port))
                return u;
    }
    return NULL;
}

static bool is_busy(const struct fake_engine *e, int64_t port)
{
    for (size_t i = 0; i < e->script.n_busy_ports; i++)
        if (e->script.busy_ports[i] == port)
            return true;
    return false;
}

static bool is_free(const struct fake_engine *e, const struct fake_unit *u, struct fake_port *port)
{
    return !is_busy(e, port->published) && !holder(e, u, port);
}

static int fail_held(const struct fake_engine *e, const struct fake_unit *u,
                     const struct fake_port *port, struct stk_error *reterr)
{
    struct stk_src nowhere = { 0 };
    const struct fake_unit *by = holder(e, u, port);
    if (!by)
        return stk_fail(reterr, STK_ECONFLICT, nowhere,
                        "port %lld is held by a process on the host", (long long)port->published);
    if (!by->project)
        return stk_fail(reterr, STK_ECONFLICT, nowhere, "port %lld is held by container '%s'",
                        (long long)port->published, by->name);
    return stk_fail(reterr, STK_ECONFLICT, nowhere,
                    "port %lld is held by container '%s' (project '%s')",
                    (long long)port->published, by->name, by->project);
}

/* "8080", "8000-8010" or NULL. */
static void wanted_range(const char *wanted, int64_t *first, int64_t *last)
{
    int low = 0, high = 0;
    int n = wanted ? sscanf(wanted, "%d-%d", &low, &high) : 0;
    *first = n > 0 ? low : 32768;
    *last = n == 2 ? high : n == 1 ? low : 60999;
}

static int bind_one(struct fake_engine *e, struct fake_unit *u, struct fake_port *port,
                    struct stk_error *reterr)
{
    int64_t first, last;
    wanted_range(port->wanted, &first, &last);
    for (port->published = first; port->published <= last; port->published++)
        if (is_free(e, u, port))
            return 0;
    port->published = last;
    int rc = fail_held(e, u, port, reterr);
    port->published = 0;
    return rc;
}

int fake_ports_bind(struct fake_engine *e, struct fake_unit *u, unsigned *ret_held,
                    struct stk_error *reterr)
{
    for (size_t i = 0; i < u->n_ports; i++) {
        int rc = bind_one(e, u, &u->ports[i], reterr);
        if (rc == 0)
            continue;
        int64_t first, last;
        wanted_range(u->ports[i].wanted, &first, &last);
        *ret_held = (unsigned)first;
        return rc;
    }
    return 0;
}
