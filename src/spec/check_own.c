/* check_own.c — rules between x-stackctl and the other keys of a service, and the port that follows from
 * them. */
#include <string.h>

#include "arena.h"
#include "model.h"
#include "text.h"

/* The one port that the file knows of, or 0. */
static unsigned only_port(const struct stk_service *s)
{
    unsigned port = 0;
    for (size_t i = 0; i < s->n_ports; i++) {
        if (port && port != s->ports[i].target)
            return 0;
        port = s->ports[i].target;
    }
    for (size_t i = 0; i < s->expose.n; i++) {
        int64_t exposed = 0;
        STK_CLEANUP(stk_charp)
        char *number = stk_strndup(s->expose.v[i], strcspn(s->expose.v[i], "/"));
        if (!stk_parse_int(number, &exposed) || (port && port != exposed))
            return 0;
        port = (unsigned)exposed;
    }
    return port;
}

static void find_http_port(struct load *ld, struct stk_service *s)
{
    struct stk_ready *ready = &s->own.ready;
    unsigned port = only_port(s);
    if (!ready->http.set || ready->http.port.set)
        return;
    if (port)
        ready->http.port = (struct stk_opt){ true, port };
    else
        fail_src(ld, ready->src,
                 "'ready.http' of service '%s' needs a port, since it has not exactly one",
                 s->name);
}

/* What the engine starts again whenever it ends is never done. */
static void check_job(struct load *ld, const struct stk_service *s)
{
    bool job = stk_streq(s->own.kind, "job") || s->own.once.v;
    const struct stk_restart_policy *policy = &s->deploy.restart_policy;
    bool always = policy->set
                      ? !policy->condition || stk_streq(policy->condition, "any")
                      : stk_streq(s->restart, "always") || stk_streq(s->restart, "unless-stopped");
    if (job && always)
        fail_src(ld, s->own.src,
                 "service '%s' is a job, and its restart policy starts it again when it is done",
                 s->name);
    if (job && s->own.ready.set)
        fail_src(ld, s->own.src,
                 "service '%s' is a job, which is ready when it is done: it can have no 'ready'",
                 s->name);
}

void check_own(struct load *ld, struct model *m)
{
    for (size_t i = 0; i < m->n_services; i++) {
        struct service *s = &m->services[i];
        if (!s->enabled || !s->s.own.set || s->broken)
            continue;
        find_http_port(ld, &s->s);
        check_job(ld, &s->s);
    }
}
