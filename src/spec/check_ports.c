/* check_ports.c — one host port can be held once: by one container of one service, among those that are
 * to run together. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "model.h"
#include "text.h"

/* Who holds a port on one address. */
struct holder {
    const struct stk_service *service;
    const struct stk_port *port;
    struct holder *next;
};

static bool is_any(const char *ip)
{
    return !ip || !*ip || stk_streq(ip, "0.0.0.0") || stk_streq(ip, "::");
}

static bool clash(const struct stk_port *a, const struct stk_port *b)
{
    if (a->host_ip && b->host_ip && stk_streq(a->host_ip, b->host_ip))
        return true;
    return is_any(a->host_ip) || is_any(b->host_ip);
}

static bool is_fixed(const struct stk_port *p)
{
    return p->published && !strchr(p->published, '-') && !stk_streq(p->published, "0");
}

/* Nothing is wrong with the file as such: it only cannot run. */
static enum stk_severity severity_of(const struct load *ld)
{
    return ld->opts->no_run ? STK_WARNING : STK_ERROR;
}

static void check_replicas(struct load *ld, const struct stk_service *s, const struct stk_port *p)
{
    if (s->replicas < 2)
        return;
    struct stk_diag d = diag_between(ld, p->src, 0, s->src);
    d.rule = STK_RULE_PORT_TWICE;
    d.severity = severity_of(ld);
    d.hint = load_printf(ld, "give a range such as %s-%lu:%u", p->published,
                         strtoul(p->published, NULL, 10) + s->replicas - 1, p->target);
    stk_diags_add(ld->diags, &d, "port %s of service '%s' can be held by one container, not by %u",
                  p->published, s->name, s->replicas);
}

/* Ranges may overlap: the engine picks. Addresses of one port that differ are compared pairwise, so
 * only so many are looked at. */
static void check_port(struct load *ld, struct map *held, const struct stk_service *s,
                       const struct stk_port *p)
{
    enum { MOST = 64 };
    void **slot = map_at(held, load_printf(ld, "%s/%s", p->published, p->protocol));
    size_t n = 0;
    for (const struct holder *h = *slot; h && n < MOST; h = h->next, n++) {
        if (!clash(h->port, p))
            continue;
        struct stk_diag d = diag_between(ld, p->src, 0, h->port->src);
        d.rule = STK_RULE_PORT_TWICE;
        d.severity = severity_of(ld);
        if (h->service == s)
            stk_diags_add(ld->diags, &d, "port %s/%s is published twice by service '%s'",
                          p->published, p->protocol, s->name);
        else
            stk_diags_add(ld->diags, &d,
                          "port %s/%s is published twice: by service '%s' and by '%s'",
                          p->published, p->protocol, h->service->name, s->name);
        return;
    }
    struct holder *holder = stk_arena_alloc(ld->arena, sizeof(*holder));
    *holder = (struct holder){ s, p, *slot };
    *slot = holder;
}

static bool is_named(const struct stk_strs *names, const char *service)
{
    for (size_t i = 0; i < names->n; i++)
        if (stk_glob(names->v[i], service))
            return true;
    return names->n == 0;
}

static void want(struct service **queue, size_t *n, struct service *s)
{
    if (!s || s->wanted || !s->enabled)
        return;
    s->wanted = true;
    queue[(*n)++] = s;
}

/* A file may offer five databases on one port, of which a user starts one. */
static void mark_wanted(struct load *ld, const struct model *m)
{
    struct service **queue = stk_arena_array(ld->arena, m->n_services, sizeof(*queue));
    size_t n = 0;
    for (size_t i = 0; i < m->n_services; i++)
        if (is_named(&ld->opts->services, m->services[i].s.name))
            want(queue, &n, &m->services[i]);
    for (size_t at = 0; at < n && !ld->opts->no_deps; at++)
        for (size_t k = 0; k < queue[at]->s.n_depends_on; k++)
            want(queue, &n, model_service(m, queue[at]->s.depends_on[k].service));
}

void check_ports(struct load *ld, const struct model *m)
{
    mark_wanted(ld, m);
    STK_CLEANUP(map_clear) struct map held = { 0 };
    for (size_t i = 0; i < m->n_services; i++) {
        const struct stk_service *s = &m->services[i].s;
        for (size_t k = 0; m->services[i].wanted && s->replicas > 0 && k < s->n_ports; k++) {
            if (!is_fixed(&s->ports[k]))
                continue;
            check_port(ld, &held, s, &s->ports[k]);
            check_replicas(ld, s, &s->ports[k]);
        }
    }
}
