/* check.c — rules across keys of the enabled services: names that must exist, values that must agree.
 * Ports are in check_ports.c, cycles in check_cycles.c. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "model.h"
#include "text.h"

struct check {
    struct load *ld;
    struct model *m;
    struct map containers; /* container_name → struct stk_service * */
};

typedef void check_fn(struct check *c, struct service *s);

/* The names to choose from when one is unknown. Made only then; few are ever wrong. */
static const char *nearest_of(struct check *c, const char *name, const void *v, size_t n,
                              size_t size)
{
    if (c->ld->diags->errors >= STK_DIAGS_MAX)
        return NULL; /* only counted from here on */
    const char **names = stk_arena_array(c->ld->arena, n, sizeof(*names));
    for (size_t i = 0; i < n; i++)
        names[i] = *(const char *const *)(const void *)((const char *)v + i * size);
    return did_you_mean(c->ld, name, names, n);
}

static unsigned length_of(const char *name)
{
    unsigned n = 0;
    for (; *name; name++)
        n += (*name & 0xc0) != 0x80;
    return n;
}

/* The problem with a name that stands at src. */
static void fail_name(struct check *c, struct stk_src src, const char *name, const char *hint,
                      const char *msg)
{
    struct stk_diag d = diag_at(c->ld, src, length_of(name));
    d.hint = hint;
    stk_diags_add(c->ld->diags, &d, "%s", msg);
}

static void check_image(struct check *c, struct service *s)
{
    if ((s->s.image && *s->s.image) ||
        s->broken) /* broken: it may have one we do not support yet */
        return;
    struct stk_diag d = diag_at(c->ld, s->s.src, length_of(s->s.name));
    stk_diags_add(c->ld->diags, &d, "service '%s' has no image", s->s.name);
}

static void check_depends_on(struct check *c, struct service *s)
{
    if (c->m->incomplete)
        return;
    for (size_t i = 0; i < s->s.n_depends_on; i++) {
        const struct stk_depend *d = &s->s.depends_on[i];
        const struct service *on = model_service(c->m, d->service);
        if (!on)
            fail_name(c, d->src, d->service,
                      nearest_of(c, d->service, c->m->services, c->m->n_services,
                                 sizeof(*c->m->services)),
                      load_printf(c->ld, "service '%s' depends on '%s', which is not there",
                                  s->s.name, d->service));
        else if (on && !on->enabled && d->required)
            fail_name(c, d->src, d->service,
                      load_printf(c->ld, "--profile %s enables it", on->s.profiles.v[0]),
                      load_printf(c->ld,
                                  "service '%s' depends on '%s', which no active profile enables",
                                  s->s.name, d->service));
    }
}

/* Optional dependencies on what takes no part are set aside: nobody waits for them. */
static void drop_optional(struct check *c, struct service *s)
{
    size_t kept = 0;
    s->s.depends_off = stk_arena_array(c->ld->arena, s->s.n_depends_on, sizeof(*s->s.depends_off));
    for (size_t i = 0; i < s->s.n_depends_on; i++) {
        const struct service *on = model_service(c->m, s->s.depends_on[i].service);
        if (on && on->enabled)
            s->s.depends_on[kept++] = s->s.depends_on[i];
        else
            s->s.depends_off[s->s.n_depends_off++] = s->s.depends_on[i];
    }
    s->s.n_depends_on = kept;
}

static void check_networks(struct check *c, struct service *s)
{
    for (size_t i = 0; !c->m->incomplete && i < s->s.n_networks; i++) {
        const struct stk_attachment *a = &s->s.networks[i];
        if (!model_network(c->m, a->network))
            fail_name(c, a->src, a->network,
                      nearest_of(c, a->network, c->m->networks, c->m->n_networks,
                                 sizeof(*c->m->networks)),
                      load_printf(c->ld, "service '%s' is on network '%s', which is not there",
                                  s->s.name, a->network));
    }
}

static void check_volumes(struct check *c, struct service *s)
{
    for (size_t i = 0; !c->m->incomplete && i < s->s.n_volumes; i++) {
        const struct stk_mount *v = &s->s.volumes[i];
        if (v->type != STK_MOUNT_VOLUME || !v->source || !*v->source ||
            model_volume(c->m, v->source))
            continue;
        const char *hint =
            nearest_of(c, v->source, c->m->volumes, c->m->n_volumes, sizeof(*c->m->volumes));
        fail_name(c, v->src, v->source,
                  hint ? hint : "name it below 'volumes', or begin a path with './'",
                  load_printf(c->ld, "service '%s' uses volume '%s', which is not there", s->s.name,
                              v->source));
    }
}

static void check_container_name(struct check *c, struct service *s)
{
    const char *name = s->s.container_name;
    if (!name || !*name)
        return;
    if (s->s.replicas > 1)
        fail_src(c->ld, s->s.src,
                 "service '%s' has container_name '%s', so it cannot have %u containers", s->s.name,
                 name, s->s.replicas);
    void **slot = map_at(&c->containers, name);
    const struct stk_service *other = *slot;
    if (other)
        fail_clash(c->ld, s->s.src, other->src,
                   "services '%s' and '%s' have the same container_name '%s'", other->name,
                   s->s.name, name);
    *slot = &s->s;
}

static void check_replicas(struct check *c, struct service *s)
{
    const struct stk_opt *scale = &s->s.scale, *replicas = &s->s.deploy.replicas;
    if (scale->set && replicas->set && scale->v != replicas->v)
        fail_src(c->ld, s->s.src, "service '%s' has scale %lld, but deploy.replicas %lld",
                 s->s.name, (long long)scale->v, (long long)replicas->v);
    if ((scale->set && scale->v < 0) || (replicas->set && replicas->v < 0))
        fail_src(c->ld, s->s.src, "service '%s' cannot have a negative number of containers",
                 s->s.name);
    else if ((scale->set && scale->v > MODEL_MAX_REPLICAS) ||
             (replicas->set && replicas->v > MODEL_MAX_REPLICAS))
        fail_src(c->ld, s->s.src, "service '%s' has too many containers: at most %d", s->s.name,
                 MODEL_MAX_REPLICAS);
}

static void check_limits(struct check *c, struct service *s)
{
    const struct stk_deploy *d = &s->s.deploy;
    if (s->s.mem_limit.set && d->limit_memory.set && s->s.mem_limit.v != d->limit_memory.v)
        fail_src(c->ld, s->s.src,
                 "service '%s' has mem_limit %lld, but deploy.resources.limits.memory %lld",
                 s->s.name, (long long)s->s.mem_limit.v, (long long)d->limit_memory.v);
    if (s->s.cpus.set && d->limit_cpus.set && s->s.cpus.v != d->limit_cpus.v)
        fail_src(c->ld, s->s.src, "service '%s' has cpus %g, but deploy.resources.limits.cpus %g",
                 s->s.name, s->s.cpus.v, d->limit_cpus.v);
}

/* A tmpfs and a volume at one place; two volumes at one place were settled when they were read. */
static void check_targets(struct check *c, struct service *s)
{
    STK_CLEANUP(map_clear) struct map targets = { 0 };
    for (size_t i = 0; s->s.tmpfs.n && i < s->s.n_volumes; i++)
        *map_at(&targets, s->s.volumes[i].target) = &s->s.volumes[i];
    for (size_t i = 0; i < s->s.tmpfs.n; i++) {
        const char *path =
            stk_arena_strndup(c->ld->arena, s->s.tmpfs.v[i], strcspn(s->s.tmpfs.v[i], ":"));
        const struct stk_mount *v = map_get(&targets, path_clean(c->ld, path));
        if (v)
            fail_clash(c->ld, v->src, s->s.src,
                       "service '%s' mounts both a volume and a tmpfs at '%s'", s->s.name, path);
    }
}

static check_fn *const checks[] = { check_image,    check_depends_on, drop_optional,
                                    check_networks, check_volumes,    check_container_name,
                                    check_replicas, check_limits,     check_targets };

static void check_external(struct check *c, const struct volume *v)
{
    const struct stk_volume *x = &v->v;
    if (x->external && ((x->driver && *x->driver) || x->driver_opts.n || x->labels.n))
        fail_src(c->ld, x->src, "volume '%s' is external, so it can have no other key than 'name'",
                 x->key);
    if (x->external && x->name && v->external_name && !stk_streq(x->name, v->external_name))
        fail_src(c->ld, x->src, "volume '%s' has two names", x->key);
}

void model_check(struct load *ld, struct model *m)
{
    struct check c = { .ld = ld, .m = m };
    for (size_t i = 0; i < m->n_services; i++)
        for (size_t k = 0; m->services[i].enabled && k < STK_LEN(checks); k++)
            checks[k](&c, &m->services[i]);
    for (size_t i = 0; i < m->n_volumes; i++)
        check_external(&c, &m->volumes[i]);
    map_clear(&c.containers);
    check_ports(ld, m);
    check_cycles(ld, m);
}
