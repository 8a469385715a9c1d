/* check.c — rules across keys of the enabled services: names that must exist, values that must agree.
 * Ports are in check_ports.c, our own keys in check_own.c, cycles in check_cycles.c. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "model.h"
#include "text.h"

struct check {
    struct load *ld;
    struct model *m;
    struct map containers; /* container_name → struct service * */
};

typedef void check_fn(struct check *c, struct service *s);

/* The names to choose from when one is unknown. Made only then; few are ever wrong. */
static const char *nearest_of(struct check *c, const char *name, const void *v, size_t n,
                              size_t size)
{
    if (!stk_diags_keep(c->ld->diags))
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
static void fail_name(struct check *c, enum stk_rule rule, struct stk_src src, const char *name,
                      const char *hint, const char *msg)
{
    struct stk_diag d = diag_at(c->ld, src, length_of(name));
    d.rule = rule;
    d.hint = hint;
    stk_diags_add(c->ld->diags, &d, "%s", msg);
}

static struct stk_src place_in(struct check *c, const struct service *s, const char *keys)
{
    return node_place(c->ld, s->node, keys, s->s.src);
}

static void check_image(struct check *c, struct service *s)
{
    /* broken: what was meant to be the image may have been told already */
    if ((s->s.image && *s->s.image) || s->s.provider.set || s->broken)
        return;
    struct stk_diag d = diag_at(c->ld, s->s.src, length_of(s->s.name));
    d.rule = STK_RULE_NO_IMAGE;
    stk_diags_add(c->ld->diags, &d, "service '%s' has no image and no build", s->s.name);
}

static void check_depends_on(struct check *c, struct service *s)
{
    for (size_t i = 0; i < s->s.n_depends_on; i++) {
        const struct stk_depend *d = &s->s.depends_on[i];
        const struct service *on = model_service(c->m, d->service);
        if (!on)
            fail_name(c, STK_RULE_UNDEFINED, d->src, d->service,
                      nearest_of(c, d->service, c->m->services, c->m->n_services,
                                 sizeof(*c->m->services)),
                      load_printf(c->ld, "service '%s' depends on '%s', which is not there",
                                  s->s.name, d->service));
        else if (on && !on->enabled && d->required)
            fail_name(c, STK_RULE_DISABLED, d->src, d->service,
                      load_printf(c->ld, "--profile %s enables it", on->s.profiles.v[0]),
                      load_printf(c->ld,
                                  "service '%s' depends on '%s', which no active profile enables",
                                  s->s.name, d->service));
    }
}

static bool takes_part(const struct check *c, const struct stk_depend *depend)
{
    const struct service *on = model_service(c->m, depend->service);
    return on && on->enabled;
}

/* Optional dependencies on what takes no part are set aside: nobody waits for them. */
static void drop_optional(struct check *c, struct service *s)
{
    size_t kept = 0, off = 0;
    for (size_t i = 0; i < s->s.n_depends_on; i++)
        off += !takes_part(c, &s->s.depends_on[i]);
    s->s.depends_off = stk_arena_array(c->ld->arena, off, sizeof(*s->s.depends_off));
    for (size_t i = 0; i < s->s.n_depends_on; i++) {
        if (takes_part(c, &s->s.depends_on[i]))
            s->s.depends_on[kept++] = s->s.depends_on[i];
        else
            s->s.depends_off[s->s.n_depends_off++] = s->s.depends_on[i];
    }
    s->s.n_depends_on = kept;
}

static void check_networks(struct check *c, struct service *s)
{
    for (size_t i = 0; i < s->s.n_networks; i++) {
        const struct stk_attachment *a = &s->s.networks[i];
        if (!model_network(c->m, a->network))
            fail_name(c, STK_RULE_UNDEFINED, a->src, a->network,
                      nearest_of(c, a->network, c->m->networks, c->m->n_networks,
                                 sizeof(*c->m->networks)),
                      load_printf(c->ld, "service '%s' is on network '%s', which is not there",
                                  s->s.name, a->network));
    }
}

static void check_volumes(struct check *c, struct service *s)
{
    for (size_t i = 0; i < s->s.n_volumes; i++) {
        const struct stk_mount *v = &s->s.volumes[i];
        if (v->type != STK_MOUNT_VOLUME || !v->source || !*v->source ||
            model_volume(c->m, v->source))
            continue;
        const char *hint =
            nearest_of(c, v->source, c->m->volumes, c->m->n_volumes, sizeof(*c->m->volumes));
        fail_name(c, STK_RULE_UNDEFINED, v->src, v->source,
                  hint ? hint : "name it below 'volumes', or begin a path with './'",
                  load_printf(c->ld, "service '%s' uses volume '%s', which is not there", s->s.name,
                              v->source));
    }
}

static void check_refs(struct check *c, const struct service *s, const struct stk_file_ref *v,
                       size_t n, const char *what, const struct file *files, size_t n_files)
{
    for (size_t i = 0; i < n; i++)
        if (!v[i].file)
            fail_name(c, STK_RULE_UNDEFINED, v[i].src, v[i].source,
                      nearest_of(c, v[i].source, files, n_files, sizeof(*files)),
                      load_printf(c->ld, "service '%s' uses %s '%s', which is not there", s->s.name,
                                  what, v[i].source));
}

static void check_files(struct check *c, struct service *s)
{
    const struct model *m = c->m;
    check_refs(c, s, s->s.secrets, s->s.n_secrets, "secret", m->secrets, m->n_secrets);
    check_refs(c, s, s->s.build.secrets, s->s.build.n_secrets, "secret", m->secrets, m->n_secrets);
    check_refs(c, s, s->s.configs, s->s.n_configs, "config", m->configs, m->n_configs);
}

static void check_models(struct check *c, struct service *s)
{
    for (size_t i = 0; i < s->s.n_models; i++) {
        const struct stk_model_ref *ref = &s->s.models[i];
        if (!model_model(c->m, ref->model))
            fail_name(
                c, STK_RULE_UNDEFINED, ref->src, ref->model,
                nearest_of(c, ref->model, c->m->models, c->m->n_models, sizeof(*c->m->models)),
                load_printf(c->ld, "service '%s' uses model '%s', which is not there", s->s.name,
                            ref->model));
    }
}

static void check_network_mode(struct check *c, struct service *s)
{
    const struct pair *mode = node_pair(c->ld, s->node, "network_mode");
    const struct pair *networks = node_pair(c->ld, s->node, "networks");
    if (s->s.network_mode && *s->s.network_mode && s->s.n_networks && mode && networks)
        fail_clash(c->ld, STK_RULE_CONTRADICTION, mode->src, networks->src,
                   "service '%s' has both 'network_mode' and 'networks'", s->s.name);
}

static void check_platforms(struct check *c, struct service *s)
{
    const struct stk_strs *platforms = &s->s.build.platforms;
    if (!platforms->n || !s->s.platform || !*s->s.platform)
        return;
    for (size_t i = 0; i < platforms->n; i++)
        if (stk_streq(platforms->v[i], s->s.platform))
            return;
    fail_clash(c->ld, STK_RULE_CONTRADICTION, place_in(c, s, "build.platforms"),
               place_in(c, s, "platform"),
               "build.platforms of service '%s' lacks its platform '%s'", s->s.name, s->s.platform);
}

/* Contexts that are other services must be built themselves. */
static void check_contexts(struct check *c, struct service *s)
{
    const struct stk_kvs *contexts = &s->s.build.additional_contexts;
    for (size_t i = 0; i < contexts->n; i++) {
        const char *value = contexts->v[i].value;
        if (!value || !stk_starts(value, "service:"))
            continue;
        const char *name = value + strlen("service:");
        const struct service *other = model_service(c->m, name);
        if (!other)
            fail_name(
                c, STK_RULE_UNDEFINED, contexts->v[i].src, contexts->v[i].key,
                nearest_of(c, name, c->m->services, c->m->n_services, sizeof(*c->m->services)),
                load_printf(c->ld, "service '%s' is built from service '%s', which is not there",
                            s->s.name, name));
        else if (!other->s.build.set)
            fail_clash(c->ld, STK_RULE_CONTRADICTION, contexts->v[i].src, other->s.src,
                       "service '%s' is built from service '%s', which is not built", s->s.name,
                       name);
    }
}

/* What says how many containers there are; nowhere when only the command line does. */
static struct stk_src replicas_place(struct check *c, const struct service *s)
{
    struct stk_src at = place_in(c, s, s->s.scale.set ? "scale" : "deploy.replicas");
    return at.line == s->s.src.line && at.col == s->s.src.col ? (struct stk_src){ 0 } : at;
}

static void check_container_name(struct check *c, struct service *s)
{
    const char *name = s->s.container_name;
    if (!name || !*name)
        return;
    struct stk_src at = place_in(c, s, "container_name");
    if (s->s.replicas > 1)
        fail_clash(c->ld, STK_RULE_NAME_TWICE, at, replicas_place(c, s),
                   "service '%s' has container_name '%s', so it cannot have %u containers",
                   s->s.name, name, s->s.replicas);
    void **slot = map_at(&c->containers, name);
    const struct service *other = *slot;
    if (other)
        fail_clash(c->ld, STK_RULE_NAME_TWICE, at, place_in(c, other, "container_name"),
                   "services '%s' and '%s' have the same container_name '%s'", other->s.name,
                   s->s.name, name);
    *slot = s;
}

static void check_replicas(struct check *c, struct service *s)
{
    const struct stk_opt *scale = &s->s.scale, *replicas = &s->s.deploy.replicas;
    if (scale->set && replicas->set && scale->v != replicas->v)
        fail_clash(c->ld, STK_RULE_CONTRADICTION, place_in(c, s, "scale"),
                   place_in(c, s, "deploy.replicas"),
                   "service '%s' has scale %lld, but deploy.replicas %lld", s->s.name,
                   (long long)scale->v, (long long)replicas->v);
    if ((scale->set && scale->v < 0) || (replicas->set && replicas->v < 0))
        fail_src(c->ld, place_in(c, s, scale->set ? "scale" : "deploy.replicas"),
                 "service '%s' cannot have a negative number of containers (scale, replicas)",
                 s->s.name);
    else if ((scale->set && scale->v > MODEL_MAX_REPLICAS) ||
             (replicas->set && replicas->v > MODEL_MAX_REPLICAS))
        fail_src(c->ld, place_in(c, s, scale->set ? "scale" : "deploy.replicas"),
                 "service '%s' has too many containers: at most %d", s->s.name, MODEL_MAX_REPLICAS);
}

static void fail_limit(struct check *c, const struct service *s, const char *key, const char *value,
                       const char *deploy, const char *other)
{
    const char *path = load_printf(c->ld, "deploy.resources.%s", deploy);
    fail_clash(c->ld, STK_RULE_CONTRADICTION, place_in(c, s, key), place_in(c, s, path),
               "service '%s' has %s %s, but %s %s", s->s.name, key, value, path, other);
}

static const char *number(struct check *c, int64_t v)
{
    return load_printf(c->ld, "%lld", (long long)v);
}

static void check_limits(struct check *c, struct service *s)
{
    const struct stk_deploy *d = &s->s.deploy;
    bool limits = d->limit_memory.set || d->limit_cpus.set || d->limit_pids.set; /* else 0 each */
    const struct {
        const char *key;
        const struct stk_opt *value;
        const char *deploy;
        const struct stk_opt *other;
        bool both;
    } rows[] = {
        { "mem_limit", &s->s.mem_limit, "limits.memory", &d->limit_memory, limits },
        { "mem_reservation", &s->s.mem_reservation, "reservations.memory", &d->reserve_memory,
          d->reserve_memory.set },
        { "pids_limit", &s->s.pids_limit, "limits.pids", &d->limit_pids, limits },
    };
    for (size_t i = 0; i < STK_LEN(rows); i++)
        if (rows[i].both && rows[i].value->set && rows[i].value->v != rows[i].other->v)
            fail_limit(c, s, rows[i].key, number(c, rows[i].value->v), rows[i].deploy,
                       number(c, rows[i].other->v));
    if (s->s.cpus.set && limits && s->s.cpus.v != d->limit_cpus.v)
        fail_limit(c, s, "cpus", load_printf(c->ld, "%g", s->s.cpus.v), "limits.cpus",
                   load_printf(c->ld, "%g", d->limit_cpus.v));
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
            fail_clash(c->ld, STK_RULE_CONTRADICTION, v->src, place_in(c, s, "tmpfs"),
                       "service '%s' mounts both a volume and a tmpfs at '%s'", s->s.name, path);
    }
}

static bool is_restart_policy(const char *text)
{
    static const char *const words[] = { "no", "always", "unless-stopped", "on-failure" };
    int64_t most;
    for (size_t i = 0; i < STK_LEN(words); i++)
        if (strcmp(text, words[i]) == 0)
            return true;
    return stk_starts(text, "on-failure:") && stk_parse_int(text + 11, &most) && most >= 0;
}

/* Docker Compose prints any; only the engine would refuse it, when half of the stack is up. */
static void check_restart(struct check *c, struct service *s)
{
    if (!s->s.restart || is_restart_policy(s->s.restart))
        return;
    struct stk_diag d = diag_at(c->ld, place_in(c, s, "restart"), 0);
    d.severity = c->ld->opts->no_run ? STK_WARNING : STK_ERROR;
    d.hint = "always, unless-stopped, on-failure, on-failure:N or no";
    stk_diags_add(c->ld->diags, &d, "service '%s' has the restart policy '%s', which is none",
                  s->s.name, s->s.restart);
}

/* Sizes and counts of which a negative one means nothing. */
static void check_signs(struct check *c, struct service *s)
{
    const struct {
        const char *key;
        const struct stk_opt *value;
    } rows[] = {
        { "healthcheck.retries", &s->s.healthcheck.retries },
        { "shm_size", &s->s.shm_size },
        { "mem_limit", &s->s.mem_limit },
        { "mem_reservation", &s->s.mem_reservation },
    };
    for (size_t i = 0; i < STK_LEN(rows); i++)
        if (rows[i].value->set && rows[i].value->v < 0)
            fail_src(c->ld, place_in(c, s, rows[i].key),
                     "'%s' of service '%s' must not be negative", rows[i].key, s->s.name);
}

static check_fn *const checks[] = {
    check_restart,        check_signs,    check_image,        check_depends_on,
    drop_optional,        check_networks, check_network_mode, check_volumes,
    check_container_name, check_replicas, check_limits,       check_targets,
    check_platforms,      check_contexts, check_files,        check_models,
};

/* Two of the keys that say where a secret or config comes from, with both their places. */
static void fail_sources(struct load *ld, const struct file *file, const char *what)
{
    static const char *const keys[] = { "file", "environment", "content" };
    struct stk_src at[STK_LEN(keys)];
    size_t n = 0;
    for (size_t i = 0; i < STK_LEN(keys); i++) {
        const struct pair *pair = node_pair(ld, file->node, keys[i]);
        if (pair)
            at[n++] = pair->src;
    }
    if (n < 2)
        fail_src(ld, file->f.src, "%s '%s' comes from more than one place", what, file->f.key);
    else
        fail_clash(ld, STK_RULE_CONTRADICTION, at[1], at[0],
                   "%s '%s' comes from more than one place", what, file->f.key);
}

/* A secret or config comes from one place. */
static void check_file(struct load *ld, const struct file *file, const char *what)
{
    const struct stk_file *f = &file->f;
    bool named = f->environment && *f->environment;
    unsigned sources = (f->file && *f->file) + named + f->inline_content;
    if (f->external)
        return;
    if (sources > 1)
        fail_sources(ld, file, what);
    else if (sources == 0)
        fail_src(ld, f->src, "%s '%s' comes from nowhere: it needs 'file', %s or 'external'", what,
                 f->key, stk_streq(what, "config") ? "'environment', 'content'" : "'environment'");
    else if (named && !f->content && !ld->opts->no_run && file->used)
        fail_src(ld, f->src, "%s '%s' comes from the variable '%s', which is not set", what, f->key,
                 f->environment);
}

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
    for (size_t i = 0; i < m->n_secrets; i++)
        check_file(ld, &m->secrets[i], "secret");
    for (size_t i = 0; i < m->n_configs; i++)
        check_file(ld, &m->configs[i], "config");
    map_clear(&c.containers);
    check_ports(ld, m);
    check_own(ld, m);
    check_cycles(ld, m);
}
