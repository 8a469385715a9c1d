/* buildx.c — what the engine's own builder cannot do is done by BuildKit: the file's words as arguments of
 * `docker buildx build`, and the lines it prints. Logins are its own business: it reads the same config.json. */
#include "buildx.h"

#include <stdlib.h>
#include <string.h>

#include "labels.h"
#include "text.h"

enum { LOOK_MS = 20000 };
#define SAID_MAX (64 * STK_KIB)

static const struct stk_src nowhere;

/* ---- arguments ---- */

struct args {
    struct stk_arena *arena;
    const char **v;
    size_t n, cap;
    struct args *env; /* variables that it gets besides ours */
};

static void add(struct args *args, const char *arg)
{
    if (args->n + 2 > args->cap) {
        size_t cap = args->cap ? 2 * args->cap : 64;
        const char **v = stk_arena_array(args->arena, cap, sizeof(*v));
        if (args->n)
            memcpy(v, args->v, args->n * sizeof(*v));
        args->v = v;
        args->cap = cap;
    }
    args->v[args->n++] = arg;
    args->v[args->n] = NULL;
}

/* Nothing when there is no value. */
static void add_option(struct args *args, const char *option, const char *value)
{
    if (!value || !*value)
        return;
    add(args, option);
    add(args, value);
}

static void add_flag(struct args *args, const char *option, bool on)
{
    if (on)
        add(args, option);
}

static void add_each(struct args *args, const char *option, const struct stk_strs *values)
{
    for (size_t i = 0; i < values->n; i++)
        add_option(args, option, values->v[i]);
}

static const char *joined(struct stk_arena *arena, const struct stk_strs *values)
{
    const char *all = values->n ? values->v[0] : NULL;
    for (size_t i = 1; i < values->n; i++)
        all = stk_arena_printf(arena, "%s,%s", all, values->v[i]);
    return all;
}

/* The arguments of a program can be read by all users of a machine, its environment cannot: what looks like a
 * secret goes there, and buildx takes the argument's value from it. */
static void add_build_args(struct args *args, json_t *map)
{
    const char *key;
    json_t *value;
    json_object_foreach(map, key, value)
    {
        const char *both = stk_arena_printf(args->arena, "%s=%s", key, json_string_value(value));
        bool secret = stk_looks_secret(key);
        if (secret)
            add(args->env, both);
        add_option(args, "--build-arg", secret ? stk_arena_strdup(args->arena, key) : both);
    }
    json_decref(map);
}

static void add_json(struct args *args, const char *option, json_t *map)
{
    const char *key;
    json_t *value;
    json_object_foreach(map, key, value) add_option(
        args, option, stk_arena_printf(args->arena, "%s=%s", key, json_string_value(value)));
    json_decref(map);
}

/* The image of the service that "service:NAME" names, or NULL. */
static const char *image_of(const struct stk_spec *spec, const char *context)
{
    static const char of_service[] = "service:";
    for (size_t i = 0; stk_starts(context, of_service) && i < spec->n_services; i++)
        if (stk_streq(spec->services[i].name, context + strlen(of_service)))
            return spec->services[i].image;
    return NULL;
}

/* BuildKit takes an image from the engine by its name. */
static void add_contexts(struct args *args, const struct stk_unit *unit)
{
    const struct stk_kvs *all = &unit->image.build->additional_contexts;
    for (size_t i = 0; i < all->n; i++) {
        const char *value = all->v[i].value ? all->v[i].value : "";
        const char *image = image_of(unit->spec, value);
        add_option(args, "--build-context",
                   stk_arena_printf(args->arena, "%s=%s%s", all->v[i].key,
                                    image ? "docker-image://" : "", image ? image : value));
    }
}

static void add_secrets(struct args *args, const struct stk_build *build)
{
    for (size_t i = 0; i < build->n_secrets; i++) {
        const struct stk_file_ref *ref = &build->secrets[i];
        const char *id = ref->target ? ref->target : ref->source;
        bool from_file = ref->file->file != NULL;
        add_option(args, "--secret",
                   stk_arena_printf(args->arena, "id=%s,%s=%s", id, from_file ? "src" : "env",
                                    from_file ? ref->file->file : ref->file->environment));
    }
}

static void add_ssh(struct args *args, const struct stk_build *build,
                    const struct stk_build_opts *opts)
{
    if (opts)
        add_each(args, "--ssh", &opts->ssh);
    for (size_t i = 0; i < build->ssh.n; i++) {
        const struct stk_kv *key = &build->ssh.v[i];
        bool path = key->value && *key->value;
        add_option(args, "--ssh",
                   path ? stk_arena_printf(args->arena, "%s=%s", key->key, key->value) : key->key);
    }
}

static void add_limits(struct args *args, const struct stk_build *build)
{
    if (build->shm_size.set)
        add_option(args, "--shm-size",
                   stk_arena_printf(args->arena, "%lld", (long long)build->shm_size.v));
    for (size_t i = 0; i < build->extra_hosts.n; i++)
        add_option(args, "--add-host", build->extra_hosts.v[i]);
    for (size_t i = 0; i < build->n_ulimits; i++)
        add_option(args, "--ulimit",
                   stk_arena_printf(args->arena, "%s=%lld:%lld", build->ulimits[i].name,
                                    (long long)build->ulimits[i].soft,
                                    (long long)build->ulimits[i].hard));
    add_flag(args, "--allow=security.insecure", build->privileged.set && build->privileged.v);
    add_each(args, "--allow", &build->entitlements);
}

static bool is_remote(const struct stk_build *build)
{
    return build->context[0] != '/';
}

static const char *dockerfile_of(struct stk_arena *arena, const struct stk_build *build)
{
    if (build->dockerfile_inline)
        return "-";
    if (!build->dockerfile || build->dockerfile[0] == '/' || is_remote(build))
        return build->dockerfile;
    return stk_arena_printf(arena, "%s/%s", build->context, build->dockerfile);
}

static void add_sources(struct args *args, const struct stk_unit *unit,
                        const struct stk_build_opts *opts)
{
    const struct stk_build *build = unit->image.build;
    add_option(args, "--file", dockerfile_of(args->arena, build));
    add_option(args, "--target", build->target);
    add_option(args, "--network", build->network);
    add_option(args, "--platform",
               build->platforms.n ? joined(args->arena, &build->platforms) : unit->image.platform);
    add_flag(args, "--no-cache",
             (build->no_cache.set && build->no_cache.v) || (opts && opts->no_cache));
    add_flag(args, "--pull", (build->pull.set && build->pull.v) || (opts && opts->pull));
    add_build_args(args, stk_build_args(build, opts));
    add_each(args, "--cache-from", &build->cache_from);
    add_each(args, "--cache-to", &build->cache_to);
    add_each(args, "--no-cache-filter", &build->no_cache_filter);
    add_option(args, "--provenance",
               opts && opts->provenance ? opts->provenance : build->provenance);
    add_option(args, "--sbom", opts && opts->sbom ? opts->sbom : build->sbom);
}

bool stk_buildx_leaves_image(const struct stk_start_req *req)
{
    const struct stk_build_opts *opts = req->build_opts;
    return !opts || (!opts->check && !(opts->push && req->unit->image.build->platforms.n > 1));
}

/* What is to become of it. */
static const char *outcome_of(const struct stk_start_req *req)
{
    return stk_buildx_leaves_image(req) ? "--load" : req->build_opts->check ? "--check" : "--push";
}

const char *const *stk_buildx_argv(struct stk_arena *arena, const struct stk_start_req *req,
                                   const char *host, const char *tool, const char *const **ret_env)
{
    const struct stk_build *build = req->unit->image.build;
    struct args env = { .arena = arena }, args = { .arena = arena, .env = &env };
    add(&args, "docker");
    add_option(&args, "--host", host);
    add(&args, "buildx");
    add(&args, "build");
    add(&args, "--progress=plain");
    add(&args, outcome_of(req));
    add_option(&args, "--builder", req->build_opts ? req->build_opts->builder : NULL);
    add_option(&args, "--tag", req->unit->name);
    add_each(&args, "--tag", &build->tags);
    add_sources(&args, req->unit, req->build_opts);
    add_json(&args, "--label", stk_build_labels(req->unit, tool));
    add_contexts(&args, req->unit);
    add_secrets(&args, build);
    add_ssh(&args, build, req->build_opts);
    add_limits(&args, build);
    add(&args, build->context);
    *ret_env = env.v;
    return args.v;
}

/* ---- running it ---- */

void stk_buildx_look(struct stk_task *task, int step, struct stk_buildx *x)
{
    static const char *const version[] = { "docker", "buildx", "version", NULL };
    stk_buildx_clear(x);
    x->process = (struct stk_process_req){ .op = { .timeout_ms = LOOK_MS }, .argv = version };
    stk_task_nest(task, step, &x->process.op);
    stk_process_run(task->docker->loop, &x->process);
}

bool stk_buildx_found(struct stk_task *task, const struct stk_buildx *x)
{
    task->docker->has_buildx = !x->process.op.err.code && x->process.status == 0;
    return task->docker->has_buildx;
}

static void take_line(struct stk_buildx *x)
{
    size_t n = x->said.size;
    while (n && (x->said.bytes[n - 1] == '\r' || x->said.bytes[n - 1] == '\n'))
        x->said.bytes[--n] = '\0';
    if (n && stk_starts(x->said.bytes, "ERROR: ")) {
        free(x->failed);
        x->failed = stk_strdup(x->said.bytes + strlen("ERROR: "));
    }
    if (n && x->req->output)
        x->req->output(x->req, x->said.bytes);
    stk_buf_reset(&x->said);
}

/* Both streams: BuildKit tells its progress as errors. */
static void on_output(struct stk_process_req *process, bool is_stderr, const char *bytes,
                      size_t size)
{
    struct stk_buildx *x = STK_CONTAINER(process, struct stk_buildx, process);
    (void)is_stderr;
    while (size) {
        const char *end = memchr(bytes, '\n', size);
        size_t n = end ? (size_t)(end - bytes) : size;
        if (!stk_buf_add(&x->said, bytes, n)) /* a line without end is told in parts */
            take_line(x);
        if (end)
            take_line(x);
        n += end != NULL;
        bytes += n;
        size -= n;
    }
}

void stk_buildx_build(struct stk_task *task, int step, struct stk_buildx *x,
                      struct stk_start_req *req)
{
    stk_buildx_clear(x);
    x->req = req;
    if (req->build_opts && req->build_opts->memory && req->warn)
        req->warn(req, "--memory has no effect: BuildKit, which builds this, has no such limit");
    x->arena = stk_arena_new();
    stk_buf_init(&x->said, SAID_MAX);
    const char *const *env;
    const char *const *argv =
        stk_buildx_argv(x->arena, req, task->docker->host, task->docker->tool, &env);
    x->process = (struct stk_process_req){
        .argv = argv,
        .env = env,
        .input = req->unit->image.build->dockerfile_inline,
        .on_output = on_output,
    };
    json_object_del(task->docker->image_ids, req->unit->name);
    stk_task_nest(task, step, &x->process.op);
    stk_process_run(task->docker->loop, &x->process);
}

int stk_buildx_result(struct stk_buildx *x, struct stk_error *reterr)
{
    const struct stk_error *err = &x->process.op.err;
    if (x->said.size)
        take_line(x);
    if (err->code)
        return stk_fail(reterr, err->code == STK_EFAIL ? STK_EBUILD : err->code, nowhere, "%s",
                        err->msg);
    if (x->process.status == 0)
        return 0;
    if (x->failed)
        return stk_fail(reterr, STK_EBUILD, nowhere, "the build failed: %s", x->failed);
    return stk_fail(reterr, STK_EBUILD, nowhere,
                    "the build failed: 'docker buildx build' exited %d", x->process.status);
}

void stk_buildx_clear(struct stk_buildx *x)
{
    stk_process_clear(&x->process);
    stk_arena_free(x->arena);
    stk_buf_clear(&x->said);
    free(x->failed);
    *x = (struct stk_buildx){ 0 };
}
