/* bake.c — what is to be built as a bake file: each service that is built a target, in the shape that Docker
 * Compose prints. Nothing is built and no engine asked; how buildx is told is backends/docker/buildx.c. */
#include "bake.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "json_text.h"
#include "push.h"
#include "text.h"

static const char of_service[] = "service:";

struct bake {
    struct cli *cli;
    const struct stk_spec *spec;
    const struct stk_build_opts *opts;
    bool *meant; /* by service */
};

static void put(json_t *to, const char *key, const char *value)
{
    if (value && *value)
        json_object_set_new(to, key, stk_json_text_of(value));
}

static void put_flag(json_t *to, const char *key, bool on)
{
    if (on)
        json_object_set_new(to, key, json_true());
}

/* Steals value; an empty one is left out. */
static void put_some(json_t *to, const char *key, json_t *value)
{
    if (json_object_size(value) || json_array_size(value))
        json_object_set_new(to, key, value);
    else
        json_decref(value);
}

static void add(json_t *list, const char *text)
{
    json_array_append_new(list, stk_json_text_of(text));
}

static json_t *list_of(const struct stk_strs *strs)
{
    json_t *list = json_array();
    for (size_t i = 0; i < strs->n; i++)
        add(list, strs->v[i]);
    return list;
}

static json_t *args_of(const struct bake *bake, const struct stk_build *build)
{
    json_t *args = json_object();
    for (size_t i = 0; i < build->args.n; i++)
        if (build->args.v[i].value)
            put(args, build->args.v[i].key, build->args.v[i].value);
    for (size_t i = 0; i < bake->opts->args.n; i++) {
        const char *text = bake->opts->args.v[i], *equals = strchr(text, '=');
        STK_CLEANUP(stk_charp)
        char *key = stk_strndup(text, equals ? (size_t)(equals - text) : strlen(text));
        put(args, key, equals ? equals + 1 : getenv(key));
    }
    return args;
}

static json_t *labels_of(const struct bake *bake, const struct stk_service *service)
{
    json_t *labels = json_object();
    for (size_t i = 0; i < service->build.labels.n; i++)
        put(labels, service->build.labels.v[i].key, service->build.labels.v[i].value);
    put(labels, "com.docker.compose.project", bake->spec->project);
    put(labels, "com.docker.compose.service", service->name);
    put(labels, "com.docker.compose.version", STK_VERSION);
    return labels;
}

static json_t *contexts_of(const struct stk_build *build)
{
    json_t *contexts = json_object();
    for (size_t i = 0; i < build->additional_contexts.n; i++) {
        const struct stk_kv *kv = &build->additional_contexts.v[i];
        const char *value = kv->value ? kv->value : "";
        bool other = stk_starts(value, of_service);
        STK_CLEANUP(stk_charp)
        char *text =
            stk_printf("%s%s", other ? "target:" : "", value + (other ? strlen(of_service) : 0));
        put(contexts, kv->key, text);
    }
    return contexts;
}

static json_t *secrets_of(const struct stk_build *build)
{
    json_t *list = json_array();
    for (size_t i = 0; i < build->n_secrets; i++) {
        const struct stk_file_ref *ref = &build->secrets[i];
        bool from_file = ref->file->file != NULL;
        STK_CLEANUP(stk_charp)
        char *text = stk_printf("id=%s,type=%s,%s=%s", ref->target ? ref->target : ref->source,
                                from_file ? "file" : "env", from_file ? "src" : "env",
                                from_file ? ref->file->file : ref->file->environment);
        add(list, text);
    }
    return list;
}

static json_t *agents_of(const struct bake *bake, const struct stk_build *build)
{
    json_t *list = list_of(&bake->opts->ssh);
    for (size_t i = 0; i < build->ssh.n; i++) {
        const struct stk_kv *kv = &build->ssh.v[i];
        STK_CLEANUP(stk_charp)
        char *text = stk_printf("%s=%s", kv->key, kv->value ? kv->value : "");
        add(list, text);
    }
    return list;
}

static json_t *tags_of(const struct stk_service *service)
{
    json_t *list = list_of(&service->build.tags);
    add(list, service->image);
    return list;
}

static json_t *ulimits_of(const struct stk_build *build)
{
    json_t *list = json_array();
    for (size_t i = 0; i < build->n_ulimits; i++) {
        STK_CLEANUP(stk_charp)
        char *text =
            stk_printf("%s=%lld:%lld", build->ulimits[i].name, (long long)build->ulimits[i].soft,
                       (long long)build->ulimits[i].hard);
        add(list, text);
    }
    return list;
}

static json_t *hosts_of(const struct stk_build *build)
{
    json_t *hosts = json_object();
    for (size_t i = 0; i < build->extra_hosts.n; i++) {
        const char *text = build->extra_hosts.v[i];
        size_t n = strcspn(text, "=:");
        STK_CLEANUP(stk_charp) char *name = stk_strndup(text, n);
        if (text[n])
            put(hosts, name, text + n + 1);
    }
    return hosts;
}

static json_t *attestations_of(const struct bake *bake, const struct stk_build *build)
{
    const struct {
        const char *kind, *how;
    } rows[] = {
        { "provenance", bake->opts->provenance ? bake->opts->provenance : build->provenance },
        { "sbom", bake->opts->sbom ? bake->opts->sbom : build->sbom },
    };
    json_t *list = json_array();
    for (size_t i = 0; i < STK_LEN(rows); i++) {
        const char *how = rows[i].how;
        if (!how || !*how)
            continue;
        bool off = stk_streq(how, "false");
        bool plain = off || stk_streq(how, "true");
        STK_CLEANUP(stk_charp)
        char *text = stk_printf("type=%s%s%s", rows[i].kind,
                                off     ? ",disabled=true"
                                : plain ? ""
                                        : ",",
                                plain ? "" : how);
        add(list, text);
    }
    return list;
}

static void put_output(const struct bake *bake, json_t *target, const struct stk_service *service)
{
    bool push = bake->opts->push && !service->built;
    const char *output = service->build.platforms.n > 1
                             ? (push ? "type=image,push=true" : "type=image,push=false")
                         : push ? "type=registry"
                                : "type=docker";
    if (bake->opts->check)
        put(target, "call", "lint");
    else
        json_object_set_new(target, "output", json_pack("[s]", output));
}

/* A Dockerfile is looked for in the context, unless that is somewhere else. */
static void put_sources(json_t *target, const struct stk_build *build)
{
    bool here = build->context[0] == '/';
    const char *file = build->dockerfile ? build->dockerfile : "Dockerfile";
    STK_CLEANUP(stk_charp) char *below = stk_printf("%s/%s", build->context, file);
    put(target, "context", build->context);
    if (build->dockerfile_inline)
        put(target, "dockerfile-inline", build->dockerfile_inline);
    else
        put(target, "dockerfile", here && file[0] != '/' ? below : file);
}

static void put_limits(json_t *target, const struct stk_build *build)
{
    if (build->shm_size.set) {
        STK_CLEANUP(stk_charp) char *text = stk_printf("%lld", (long long)build->shm_size.v);
        put(target, "shm-size", text);
    }
    put_some(target, "ulimits", ulimits_of(build));
    put_some(target, "entitlements", list_of(&build->entitlements));
    put_some(target, "extra-hosts", hosts_of(build));
}

static json_t *target_of(const struct bake *bake, const struct stk_service *service)
{
    const struct stk_build *build = &service->build;
    json_t *target = json_object();
    put_sources(target, build);
    put_some(target, "contexts", contexts_of(build));
    put_some(target, "args", args_of(bake, build));
    put_some(target, "labels", labels_of(bake, service));
    put_some(target, "tags", tags_of(service));
    put_some(target, "cache-from", list_of(&build->cache_from));
    put_some(target, "cache-to", list_of(&build->cache_to));
    put(target, "target", build->target);
    put_some(target, "secret", secrets_of(build));
    put_some(target, "ssh", agents_of(bake, build));
    put_some(target, "platforms", list_of(&build->platforms));
    put_flag(target, "pull", bake->opts->pull || (build->pull.set && build->pull.v));
    put_flag(target, "no-cache",
             bake->opts->no_cache || (build->no_cache.set && build->no_cache.v));
    put_some(target, "no-cache-filter", list_of(&build->no_cache_filter));
    put(target, "network", build->network);
    put_limits(target, build);
    put_some(target, "attest", attestations_of(bake, build));
    put_output(bake, target, service);
    return target;
}

/* A build from another's image needs that built, too. */
static void mean(struct bake *bake, const char *name)
{
    const struct stk_service *service = stk_spec_service(bake->spec, name);
    if (!service || !service->build.set || bake->meant[service - bake->spec->services])
        return;
    bake->meant[service - bake->spec->services] = true;
    for (size_t i = 0; i < service->build.additional_contexts.n; i++) {
        const char *value = service->build.additional_contexts.v[i].value;
        if (value && stk_starts(value, of_service))
            mean(bake, value + strlen(of_service));
    }
}

int bake_print(struct cli *cli, const struct stk_build_opts *opts)
{
    const struct stk_spec *spec = cli->spec;
    struct bake bake = { .cli = cli, .spec = spec, .opts = opts };
    bake.meant = stk_arena_array(cli->arena, spec->n_services + 1, sizeof(*bake.meant));
    for (size_t i = 0; i < spec->n_services; i++)
        if (push_is_meant(spec, &spec->services[i], cli, spec->n_services))
            mean(&bake, spec->services[i].name);
    json_t *names = json_array(), *targets = json_object();
    for (size_t i = 0; i < spec->n_services; i++) {
        if (!bake.meant[i])
            continue;
        add(names, spec->services[i].name);
        json_object_set_new(targets, spec->services[i].name, target_of(&bake, &spec->services[i]));
    }
    json_t *all =
        json_pack("{s:{s:{s:o}}, s:o}", "group", "default", "targets", names, "target", targets);
    STK_CLEANUP(stk_charp) char *text = json_dumps(all, JSON_INDENT(2));
    json_decref(all);
    if (!text)
        stk_out_of_memory();
    puts(text);
    return 0;
}
