/* cmd_config.c — config: the stack as it is understood. Talks to no engine. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "command.h"
#include "digests.h"
#include "text.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "format", 0, OPT_STRING, AT(format), "FORMAT", "yaml or json", "yaml|json" },
    { "quiet", 'q', OPT_FLAG, AT(quiet), NULL, "Only check, print nothing" },
    { "services", 0, OPT_FLAG, AT(services), NULL, "Names of services, one a line" },
    { "volumes", 0, OPT_FLAG, AT(volumes), NULL, "Names of volumes, one a line" },
    { "networks", 0, OPT_FLAG, AT(networks), NULL, "Names of networks, one a line" },
    { "images", 0, OPT_FLAG, AT(images), NULL, "Images of the services, one a line" },
    { "models", 0, OPT_FLAG, AT(models), NULL, "Names of models, one a line" },
    { "variables", 0, OPT_FLAG, AT(variables), NULL,
      "Variables the files use, with their defaults" },
    { "environment", 0, OPT_FLAG, AT(environment), NULL, "What variables are looked up in" },
    { "resolve-image-digests", 0, OPT_FLAG, AT(resolve_image_digests), NULL,
      "Put in the digests that the images' tags stand for in their registries" },
    { "lock-image-digests", 0, OPT_FLAG, AT(lock_image_digests), NULL,
      "Only that: an override file with each service's image and its digest" },
    { "no-interpolate", 0, OPT_FLAG, AT(no_interpolate), NULL,
      "Leave variables as they are written" },
    { "no-normalize", 0, OPT_FLAG, AT(no_normalize), NULL, "Add no defaults" },
    { "no-path-resolution", 0, OPT_FLAG, AT(no_path_resolution), NULL,
      "Leave paths as they are written" },
    { "no-consistency", 0, OPT_FLAG, AT(no_consistency), NULL, "Do not check rules across keys" },
    { "no-env-resolution", 0, OPT_FLAG, AT(no_env_resolution), NULL, "Do not read env files" },
    { "provenance", 0, OPT_FLAG, AT(provenance), NULL,
      "Say with every value which file and line, variable or default it came from" },
    { "profiles", 0, OPT_FLAG, AT(profiles_list), NULL, "Names of profiles, one a line" },
    { "hash", 0, OPT_STRING, AT(hash), "SERVICE",
      "Hashes of services' configurations: 'a,b', or '*' for all" },
    { "output", 'o', OPT_STRING, AT(output), "FILE", "Write there, not to standard output" },
    { 0 },
};

/* Marks the service and all it depends on. */
static void mark(const struct stk_spec *spec, const struct stk_service *service, bool *marks)
{
    size_t at = (size_t)(service - spec->services);
    if (marks[at])
        return;
    marks[at] = true;
    for (size_t i = 0; i < service->n_depends_on; i++) {
        const struct stk_service *on = stk_spec_service(spec, service->depends_on[i].service);
        if (on)
            mark(spec, on, marks);
    }
}

static bool uses_network(const struct stk_spec *spec, const char *key)
{
    for (size_t i = 0; i < spec->n_services; i++)
        for (size_t k = 0; k < spec->services[i].n_networks; k++)
            if (strcmp(spec->services[i].networks[k].network, key) == 0)
                return true;
    return false;
}

static bool uses_volume(const struct stk_spec *spec, const char *key)
{
    for (size_t i = 0; i < spec->n_services; i++)
        for (size_t k = 0; k < spec->services[i].n_volumes; k++) {
            const struct stk_mount *mount = &spec->services[i].volumes[k];
            if (mount->type == STK_MOUNT_VOLUME && stk_streq(mount->source, key))
                return true;
        }
    return false;
}

static bool uses_file(const struct stk_spec *spec, const struct stk_file *file)
{
    for (size_t i = 0; i < spec->n_services; i++) {
        const struct stk_service *s = &spec->services[i];
        for (size_t k = 0; k < s->n_secrets; k++)
            if (s->secrets[k].file && stk_streq(s->secrets[k].file->name, file->name))
                return true;
        for (size_t k = 0; k < s->build.n_secrets; k++)
            if (s->build.secrets[k].file && stk_streq(s->build.secrets[k].file->name, file->name))
                return true;
        for (size_t k = 0; k < s->n_configs; k++)
            if (s->configs[k].file && stk_streq(s->configs[k].file->name, file->name))
                return true;
    }
    return false;
}

static struct stk_file *used_files(struct cli *cli, const struct stk_spec *some,
                                   const struct stk_file *v, size_t *n)
{
    struct stk_file *files = stk_arena_array(cli->arena, *n + 1, sizeof(*files));
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++)
        if (uses_file(some, &v[i]))
            files[kept++] = v[i];
    *n = kept;
    return files;
}

static void keep_used(struct cli *cli, struct stk_spec *some)
{
    struct stk_network *networks =
        stk_arena_array(cli->arena, some->n_networks + 1, sizeof(*networks));
    struct stk_volume *volumes = stk_arena_array(cli->arena, some->n_volumes + 1, sizeof(*volumes));
    size_t n_networks = 0, n_volumes = 0;
    for (size_t i = 0; i < some->n_networks; i++)
        if (uses_network(some, some->networks[i].key))
            networks[n_networks++] = some->networks[i];
    for (size_t i = 0; i < some->n_volumes; i++)
        if (uses_volume(some, some->volumes[i].key))
            volumes[n_volumes++] = some->volumes[i];
    some->networks = networks;
    some->n_networks = n_networks;
    some->volumes = volumes;
    some->n_volumes = n_volumes;
    some->secrets = used_files(cli, some, some->secrets, &some->n_secrets);
    some->configs = used_files(cli, some, some->configs, &some->n_configs);
}

/* Only the services that the arguments name, with what these need. */
static struct stk_spec narrowed(struct cli *cli)
{
    const struct stk_spec *spec = cli->spec;
    struct stk_spec some = *spec;
    if (!cli->args.n)
        return some;
    bool *marks = stk_arena_array(cli->arena, spec->n_services + 1, sizeof(*marks));
    for (size_t i = 0; i < spec->n_services; i++)
        for (size_t k = 0; k < cli->args.n; k++)
            if (stk_glob(cli->args.v[k], spec->services[i].name))
                mark(spec, &spec->services[i], marks);
    struct stk_service *services =
        stk_arena_array(cli->arena, spec->n_services + 1, sizeof(*services));
    some.n_services = 0;
    for (size_t i = 0; i < spec->n_services; i++)
        if (marks[i])
            services[some.n_services++] = spec->services[i];
    some.services = services;
    keep_used(cli, &some);
    return some;
}

static int add_hashes(struct cli *cli, struct stk_buf *out, const struct stk_spec *spec)
{
    if (strcmp(cli->o.hash, "*") == 0) {
        for (size_t i = 0; i < spec->n_services; i++)
            stk_buf_printf(out, "%s %s\n", spec->services[i].name, spec->services[i].hash);
        return 0;
    }
    struct stk_strs names = { .set = true };
    const char *list = cli->o.hash;
    names.v = stk_arena_array(cli->arena, strlen(list) + 1, sizeof(*names.v));
    while (*list) {
        size_t n = strcspn(list, ",");
        names.v[names.n++] = stk_arena_strndup(cli->arena, list, n);
        list += n + (list[n] == ',');
    }
    int rc = stk_check_services(cli, NULL, &names);
    for (size_t i = 0; rc == 0 && i < names.n; i++) {
        const struct stk_service *service = stk_spec_service(spec, names.v[i]);
        if (service)
            stk_buf_printf(out, "%s %s\n", service->name, service->hash);
    }
    return rc;
}

static void add_images(struct stk_buf *out, const struct stk_spec *spec)
{
    for (size_t i = 0; i < spec->n_services; i++)
        if (spec->services[i].image)
            stk_buf_printf(out, "%s\n", spec->services[i].image);
}

static void add_model(struct cli *cli, struct stk_buf *out, const struct stk_spec *spec)
{
    STK_CLEANUP(stk_charp) char *text = NULL;
    bool json = stk_streq(cli->o.format, "json");
    enum stk_format format = json ? STK_FORMAT_JSON : STK_FORMAT_YAML;
    if (cli->o.provenance && spec->more)
        stk_spec_print_provenance(spec, format, &text);
    else
        stk_spec_print(spec, format, &text);
    size_t n = strlen(text);
    stk_buf_puts(out, text);
    if (n == 0 || text[n - 1] != '\n')
        stk_buf_putc(out, '\n');
}

static void add_variables(struct stk_buf *out, const struct stk_spec *spec)
{
    const struct stk_variable *v;
    size_t n = stk_spec_variables(spec, &v);
    stk_buf_printf(out, "%-20s   %-20s   %-20s   %s\n", "NAME", "REQUIRED", "DEFAULT VALUE",
                   "ALTERNATE VALUE");
    for (size_t i = 0; i < n; i++)
        stk_buf_printf(out, "%-20s   %-20s   %-20s   %s\n", v[i].name,
                       v[i].required ? "true" : "false", v[i].fallback ? v[i].fallback : "",
                       v[i].alternate ? v[i].alternate : "");
}

static void add_environment(struct stk_buf *out, const struct stk_spec *spec)
{
    const struct stk_kvs *env = stk_spec_environment(spec);
    for (size_t i = 0; i < env->n; i++)
        stk_buf_printf(out, "%s=%s\n", env->v[i].key, env->v[i].value);
}

/* What is asked for, and only the first such wish, as Docker Compose has it. */
static int add_wished(struct cli *cli, struct stk_buf *out, const struct stk_spec *spec)
{
    const struct options *o = &cli->o;
    if (o->services)
        for (size_t i = 0; i < spec->n_services; i++)
            stk_buf_printf(out, "%s\n", spec->services[i].name);
    else if (o->volumes)
        for (size_t i = 0; i < spec->n_volumes; i++)
            stk_buf_printf(out, "%s\n", spec->volumes[i].key);
    else if (o->networks)
        for (size_t i = 0; i < spec->n_networks; i++)
            stk_buf_printf(out, "%s\n", spec->networks[i].key);
    else if (o->hash)
        return add_hashes(cli, out, spec);
    else if (o->profiles_list)
        for (size_t i = 0; i < spec->all_profiles.n; i++)
            stk_buf_printf(out, "%s\n", spec->all_profiles.v[i]);
    else if (o->images)
        add_images(out, spec);
    else if (o->models)
        for (size_t i = 0; i < spec->n_models; i++)
            stk_buf_printf(out, "%s\n", spec->models[i].key);
    else if (o->variables)
        add_variables(out, spec);
    else if (o->environment)
        add_environment(out, spec);
    else
        add_model(cli, out, spec);
    return 0;
}

static int write_file(const struct cli *cli, const struct stk_buf *out)
{
    struct stk_error err = { 0 };
    FILE *file = fopen(cli->o.output, "we");
    bool ok = file && (out->size == 0 || fwrite(out->bytes, out->size, 1, file) == 1);
    int error = errno;
    if (file && fclose(file) != 0 && ok) {
        ok = false;
        error = errno;
    }
    if (ok)
        return 0;
    stk_fail(&err, STK_EFAIL, (struct stk_src){ 0 }, "cannot write '%s': %s", cli->o.output,
             strerror(error));
    int rc = stk_report_error(cli, &err);
    stk_error_clear(&err);
    return rc;
}

static int run(struct cli *cli)
{
    int rc = stk_check_services(cli, NULL, &cli->args);
    if (rc || cli->o.quiet)
        return rc;
    struct stk_spec some = narrowed(cli);
    if (cli->o.resolve_image_digests || cli->o.lock_image_digests)
        rc = resolve_digests(cli, &some);
    if (rc)
        return rc;
    if (cli->o.lock_image_digests)
        some = only_images(cli, &some);
    STK_CLEANUP(stk_buf_clearp) struct stk_buf out;
    stk_buf_init(&out, 256 * STK_MIB);
    rc = add_wished(cli, &out, &some);
    if (rc)
        return rc;
    if (cli->o.output)
        return write_file(cli, &out);
    if (out.size)
        fwrite(out.bytes, out.size, 1, stdout);
    return 0;
}

const struct command stk_cmd_config = {
    .name = "config",
    .args = "[SERVICE...]",
    .help = "Check the stack file and print it resolved",
    .more = "Exits 0 when the file is valid: stackctl config -q && stackctl up -d\n",
    .needs = NEEDS_FILE,
    .max_args = -1,
    .options = options,
    .run = run,
};
