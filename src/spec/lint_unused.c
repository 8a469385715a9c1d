/* lint_unused.c — networks, volumes and the like that no service uses, whatever profiles are active. */
#include "arena.h"
#include "model.h"
#include "text.h"

struct users {
    struct map networks, volumes, secrets, configs, models;
};

static void use(struct map *names, const char *name)
{
    if (name)
        *map_at(names, name) = names;
}

static void use_files(struct map *names, const struct stk_file_ref *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        use(names, v[i].source);
}

static void use_all(struct users *users, const struct stk_service *s)
{
    for (size_t i = 0; i < s->n_networks; i++)
        use(&users->networks, s->networks[i].network);
    if (!s->n_networks && !(s->network_mode && *s->network_mode))
        use(&users->networks, "default");
    for (size_t i = 0; i < s->n_volumes; i++)
        if (s->volumes[i].type == STK_MOUNT_VOLUME)
            use(&users->volumes, s->volumes[i].source);
    for (size_t i = 0; i < s->n_models; i++)
        use(&users->models, s->models[i].model);
    use_files(&users->secrets, s->secrets, s->n_secrets);
    use_files(&users->secrets, s->build.secrets, s->build.n_secrets);
    use_files(&users->configs, s->configs, s->n_configs);
    use(&users->configs, s->credential_spec.config);
}

static void warn_unused(struct load *ld, const struct map *names, const char *what, const char *key,
                        struct stk_src src)
{
    if (!map_get(names, key))
        warn_src(ld, STK_RULE_UNUSED, src, 0, "no service uses %s '%s'", what, key);
}

void lint_unused(struct load *ld, const struct model *m)
{
    struct users users = { 0 };
    for (size_t i = 0; i < m->n_services; i++)
        use_all(&users, &m->services[i].s);
    for (size_t i = 0; i < m->n_networks; i++)
        if (m->networks[i].declared)
            warn_unused(ld, &users.networks, "network", m->networks[i].n.key, m->networks[i].n.src);
    for (size_t i = 0; i < m->n_volumes; i++)
        warn_unused(ld, &users.volumes, "volume", m->volumes[i].v.key, m->volumes[i].v.src);
    for (size_t i = 0; i < m->n_secrets; i++)
        warn_unused(ld, &users.secrets, "secret", m->secrets[i].f.key, m->secrets[i].f.src);
    for (size_t i = 0; i < m->n_configs; i++)
        warn_unused(ld, &users.configs, "config", m->configs[i].f.key, m->configs[i].f.src);
    for (size_t i = 0; i < m->n_models; i++)
        warn_unused(ld, &users.models, "model", m->models[i].key, m->models[i].src);
    map_clear(&users.networks);
    map_clear(&users.volumes);
    map_clear(&users.secrets);
    map_clear(&users.configs);
    map_clear(&users.models);
}
