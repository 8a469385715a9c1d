/* lint.c — what a stack file may say and will be regretted: warnings that only lint tells. Unused things
 * are lint_unused.c's; values that YAML changes are told where they are read. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "model.h"
#include "text.h"

typedef void lint_fn(struct load *ld, const struct model *m, const struct service *s);

/* What stands after the ':' of an image's last part; NULL: no tag. A digest is as good as any. */
static const char *tag_of(const char *image)
{
    const char *slash = strrchr(image, '/'), *name = slash ? slash + 1 : image;
    const char *colon = strchr(name, ':');
    return colon ? colon + 1 : NULL;
}

static void lint_image(struct load *ld, const struct model *m, const struct service *s)
{
    const char *image = s->s.image;
    (void)m;
    if (!image || !*image || s->s.build.set || strchr(image, '@'))
        return;
    const char *tag = tag_of(image);
    if (!tag)
        warn_hint(ld, STK_RULE_IMAGE_TAG, s->s.image_src, "name a version",
                  "image '%s' of service '%s' has no tag, so what it is changes without notice",
                  image, s->s.name);
    else if (stk_streq(tag, "latest"))
        warn_hint(ld, STK_RULE_IMAGE_TAG, s->s.image_src, "name a version",
                  "image '%s' of service '%s' changes without notice", image, s->s.name);
}

static bool is_shell(const char *program)
{
    static const char *const shells[] = { "sh", "ash", "bash", "dash", "ksh", "zsh" };
    const char *slash = strrchr(program, '/');
    for (size_t i = 0; i < STK_LEN(shells); i++)
        if (stk_streq(slash ? slash + 1 : program, shells[i]))
            return true;
    return false;
}

/* The text that `sh -c` would run, of an entrypoint and what follows it; NULL: it runs none. */
static const char *script_of(const struct stk_service *s)
{
    const struct stk_strs *first = s->entrypoint.n ? &s->entrypoint : &s->command;
    const struct stk_strs *more = s->entrypoint.n ? &s->command : NULL;
    if (!first->n || !is_shell(first->v[0]))
        return NULL;
    for (size_t i = 1; i < first->n && first->v[i][0] == '-'; i++) {
        if (first->v[i][1] == '-' || !strchr(first->v[i], 'c'))
            continue;
        return i + 1 < first->n ? first->v[i + 1] : more && more->n ? more->v[0] : NULL;
    }
    return NULL;
}

/* A shell word somewhere in the script. */
static bool has_word(const char *script, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = script; (p = strstr(p, word)); p += n) {
        bool begins = p == script || strchr(" \t\n;&|({", p[-1]);
        if (begins && (!p[n] || strchr(" \t\n;", p[n])))
            return true;
    }
    return false;
}

/* Others wait until it has ended, or it says itself that it ends or is not started again: it is hardly
 * ever stopped. */
static bool is_job(const struct model *m, const struct stk_service *s)
{
    if (stk_streq(s->own.kind, "job") || s->own.once.v || stk_streq(s->restart, "no"))
        return true;
    for (size_t i = 0; i < m->n_services; i++)
        for (size_t k = 0; k < m->services[i].s.n_depends_on; k++) {
            const struct stk_depend *d = &m->services[i].s.depends_on[k];
            if (d->until == STK_UNTIL_COMPLETED && stk_streq(d->service, s->name))
                return true;
        }
    return false;
}

/* As process 1, a shell neither passes SIGTERM on nor dies of it. */
static void lint_shell(struct load *ld, const struct model *m, const struct service *s)
{
    const char *script = script_of(&s->s);
    bool first = !s->s.init.v && !(s->s.pid && *s->s.pid);
    if (!script || !first || has_word(script, "exec") || has_word(script, "trap") ||
        stk_streq(s->s.stop_signal, "SIGKILL") || is_job(m, &s->s))
        return;
    struct stk_src src =
        node_place(ld, s->node, s->s.entrypoint.n ? "entrypoint" : "command", s->s.src);
    warn_hint(ld, STK_RULE_SHELL_PID_1, src,
              "begin its last command with 'exec', or set 'init: true'",
              "service '%s' runs in a shell that keeps SIGTERM from it, so it is only killed when "
              "its time to stop has run out",
              s->s.name);
}

static bool is_off(const struct stk_healthcheck *h)
{
    return h->disable || (h->test.n && stk_streq(h->test.v[0], "NONE"));
}

static void lint_awaited(struct load *ld, const struct stk_service *s, const struct stk_depend *d,
                         const struct stk_service *on)
{
    if (is_off(&on->healthcheck))
        warn_hint(ld, STK_RULE_NO_HEALTHCHECK, d->src, NULL,
                  "service '%s' waits for '%s' to be healthy, whose health check is switched off",
                  s->name, on->name);
    else if (!on->healthcheck.set && !on->own.ready.set)
        warn_hint(ld, STK_RULE_NO_HEALTHCHECK, d->src,
                  load_printf(ld, "give '%s' a healthcheck", on->name),
                  "service '%s' waits for '%s' to be healthy, which fails unless its image has a "
                  "health check",
                  s->name, on->name);
}

static void lint_depends(struct load *ld, const struct model *m, const struct service *s)
{
    struct node *written = node_get(ld, s->node, "depends_on");
    for (size_t i = 0; written && i < s->s.n_depends_on; i++) {
        const struct stk_depend *d = &s->s.depends_on[i];
        const struct service *on = model_service(m, d->service);
        if (!on)
            continue;
        bool checked = on->s.healthcheck.test.n && !is_off(&on->s.healthcheck);
        if (d->until == STK_UNTIL_HEALTHY)
            lint_awaited(ld, &s->s, d, &on->s);
        else if (d->until == STK_UNTIL_STARTED && checked &&
                 (written->kind == NODE_LIST || node_pair(ld, written, d->service)))
            warn_hint(ld, STK_RULE_NOT_AWAITED, d->src, "condition: service_healthy",
                      "service '%s' depends on '%s' without waiting for its health check",
                      s->s.name, d->service);
    }
}

static const char *database_at(unsigned port)
{
    static const struct {
        unsigned port;
        const char *name;
    } rows[] = {
        { 1433, "SQL Server" },    { 1521, "Oracle" },     { 2379, "etcd" },
        { 3306, "MySQL" },         { 5432, "PostgreSQL" }, { 5984, "CouchDB" },
        { 6379, "Redis" },         { 8086, "InfluxDB" },   { 9042, "Cassandra" },
        { 9200, "Elasticsearch" }, { 11211, "memcached" }, { 27017, "MongoDB" },
    };
    for (size_t i = 0; i < STK_LEN(rows); i++)
        if (rows[i].port == port)
            return rows[i].name;
    return NULL;
}

/* An engine's port rules come before those of most firewalls. */
static void lint_ports(struct load *ld, const struct model *m, const struct service *s)
{
    (void)m;
    for (size_t i = 0; i < s->s.n_ports; i++) {
        const struct stk_port *p = &s->s.ports[i];
        const char *name = database_at(p->target);
        bool all = !p->host_ip || !*p->host_ip || stk_streq(p->host_ip, "0.0.0.0") ||
                   stk_streq(p->host_ip, "::");
        if (name && all)
            warn_hint(ld, STK_RULE_OPEN_PORT, p->src,
                      load_printf(ld, "127.0.0.1:%s:%u for this host alone",
                                  p->published ? p->published : "", p->target),
                      "%s of service '%s' is published on all addresses of the host, past most "
                      "firewalls",
                      name, s->s.name);
    }
}

static lint_fn *const rows[] = { lint_image, lint_shell, lint_depends, lint_ports };

static void lint_not_acted(struct load *ld, const struct model *m)
{
    for (const struct not_acted *note = ld->not_acted; note; note = note->next) {
        const struct service *s = note->it.service ? model_service(m, note->it.service) : NULL;
        if (!note->it.service || (s && s->enabled))
            warn_src(ld, STK_RULE_NO_EFFECT, note->it.src, 0, "'%s' is not acted upon",
                     note->it.key);
    }
}

void model_lint(struct load *ld, const struct model *m)
{
    for (size_t i = 0; i < m->n_services; i++)
        for (size_t k = 0; m->services[i].enabled && k < STK_LEN(rows); k++)
            rows[k](ld, m, &m->services[i]);
    lint_not_acted(ld, m);
    lint_unused(ld, m);
}
