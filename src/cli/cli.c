/* cli.c — from the command line to a command with all it needs, and back to an exit status. */
#include "cli.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "command.h"
#include "interrupt.h"
#include "loop.h"
#include "stackctl/docker/silence.h"
#include "text.h"
#include "trace.h"

/* web=3 as an argument is as --scale web=3 for the service web. */
static int take_scales(struct cli *cli)
{
    const char **names = stk_arena_array(cli->arena, cli->args.n + 1, sizeof(*names));
    if (cli->args.n == 0)
        return stk_usage_error(cli, "%s needs SERVICE=NUMBER", cli->command->name);
    for (size_t i = 0; i < cli->args.n; i++)
        names[i] = stk_arena_strndup(cli->arena, cli->args.v[i], strcspn(cli->args.v[i], "="));
    cli->o.scale = cli->args;
    cli->args.v = names;
    return 0;
}

/* --scale web=3, each as a key and its value. */
static int scale_overrides(struct cli *cli, struct stk_spec_opts *opts)
{
    const char *what = cli->command->needs & TAKES_SCALES ? "argument" : "--scale";
    struct stk_kv *v = stk_arena_array(cli->arena, cli->o.scale.n + 1, sizeof(*v));
    for (size_t i = 0; i < cli->o.scale.n; i++) {
        const char *text = cli->o.scale.v[i], *equals = strchr(text, '=');
        int64_t n;
        if (!equals || equals == text || !stk_parse_int(equals + 1, &n) || n < 0 || n > 10000)
            return stk_usage_error(cli, "invalid %s '%s': expected SERVICE=NUMBER", what, text);
        v[i].key = stk_arena_strndup(cli->arena, text, (size_t)(equals - text));
        v[i].value = equals + 1;
    }
    opts->scale = v;
    opts->n_scale = cli->o.scale.n;
    return 0;
}

static bool no_file_was_found(const struct cli *cli)
{
    for (size_t i = 0; i < cli->diags.n; i++)
        if (cli->diags.v[i].code == STK_ENOFILE)
            return true;
    return false;
}

static int take_name(struct cli *cli, const struct stk_spec_opts *opts)
{
    struct stk_diags diags = { 0 };
    char *name = NULL;
    int rc = stk_spec_project_name(opts, &name, &diags) == 0 ? 0 : stk_report_diags(&diags);
    stk_diags_clear(&diags);
    if (rc)
        return rc;
    cli->project = stk_arena_strdup(cli->arena, name);
    free(name);
    return 0;
}

/* Commands that work from labels go on without a file, or with one that is wrong, when the project's
 * name is given: a stack must not be unstoppable because its file was broken in the meantime. A file
 * that was named and is not there is more likely a slip. */
static int go_by_name(struct cli *cli, const struct stk_spec_opts *opts)
{
    bool missing = no_file_was_found(cli);
    if ((missing && opts->files.n) || !(opts->project || getenv("COMPOSE_PROJECT_NAME")))
        return stk_report_diags(&cli->diags);
    if (!missing)
        stk_report_diags(&cli->diags);
    int rc = take_name(cli, opts);
    if (!rc && !missing)
        stk_warn("going on without the file, by what the engine has of project '%s'", cli->project);
    return rc;
}

/* Keys that are in the file and change nothing yet, one warning each. */
static void warn_not_acted(const struct stk_spec *spec)
{
    struct stk_diags diags = { 0 };
    for (size_t i = 0; i < spec->n_not_acted; i++) {
        const struct stk_not_acted *it = &spec->not_acted[i];
        const char *last = strrchr(it->key, '.');
        struct stk_diag d = { .severity = STK_WARNING,
                              .rule = STK_RULE_NO_EFFECT,
                              .src = it->src,
                              .len = (unsigned)strlen(last ? last + 1 : it->key),
                              .line = stk_spec_line(spec, it->src) };
        stk_diags_add(&diags, &d, "'%s' is not acted upon", it->key);
    }
    stk_report_diags(&diags);
    stk_diags_clear(&diags);
}

/* As with Docker Compose: a command that works from labels, given a name and no file, is about that
 * project, whatever file lies around. */
static bool only_named(const struct cli *cli)
{
    const char *files = getenv("COMPOSE_FILE");
    return !(cli->command->needs & NEEDS_FILE) && cli->o.project && !cli->o.files.n &&
           !(files && *files);
}

/* The files may be right, and the service of the command line not one of theirs: then that is what is
 * told. */
static int overlay_failed(struct cli *cli, struct stk_spec_opts *opts)
{
    struct stk_diags diags = { 0 };
    struct stk_strs first = { .n = 1, .v = cli->args.v };
    opts->overlay = NULL;
    int rc = stk_spec_load(opts, &cli->spec, &diags) == 0 ? stk_check_services(cli, NULL, &first)
                                                          : stk_report_diags(&diags);
    stk_diags_clear(&diags);
    return rc ? rc : stk_report_diags(&cli->diags);
}

static int prepare_project(struct cli *cli)
{
    int rc = cli->command->needs & TAKES_SCALES ? take_scales(cli) : 0;
    struct stk_spec_opts opts = stk_cli_spec_opts(cli);
    if (!rc)
        rc = scale_overrides(cli, &opts);
    if (rc)
        return rc;
    if (only_named(cli))
        return take_name(cli, &opts);
    if (stk_spec_load(&opts, &cli->spec, &cli->diags) != 0)
        return opts.overlay                       ? overlay_failed(cli, &opts)
               : cli->command->needs & NEEDS_FILE ? stk_report_diags(&cli->diags)
                                                  : go_by_name(cli, &opts);
    if (cli->command->needs & NEEDS_FILE)
        stk_report_diags(&cli->diags);
    if (cli->command->needs & NEEDS_TO_RUN)
        warn_not_acted(cli->spec);
    cli->project = cli->spec->project;
    cli->graph = stk_graph_build(cli->spec);
    return 0;
}

struct earlier {
    struct stk_spec *spec;
    struct stk_graph *graph;
    struct earlier *next;
};

static void keep_earlier(struct cli *cli)
{
    struct earlier *earlier = stk_arena_alloc(cli->arena, sizeof(*earlier));
    *earlier = (struct earlier){ cli->spec, cli->graph, cli->earlier };
    cli->earlier = earlier;
}

int stk_cli_reload(struct cli *cli)
{
    struct stk_spec_opts opts = stk_cli_spec_opts(cli);
    struct stk_spec *spec = NULL;
    struct stk_diags diags = { 0 };
    int rc = scale_overrides(cli, &opts);
    if (!rc)
        rc = stk_spec_load(&opts, &spec, &diags) == 0 ? 0 : 1;
    int told = stk_report_diags(&diags);
    stk_diags_clear(&diags);
    if (rc)
        return told ? told : rc;
    if (!stk_streq(spec->project, cli->project)) {
        stk_warn(
            "the files are of project '%s' now, and '%s' is what runs: end this and begin anew",
            spec->project, cli->project);
        stk_spec_free(spec);
        return 1;
    }
    keep_earlier(cli);
    cli->spec = spec;
    cli->graph = stk_graph_build(spec);
    return 0;
}

int stk_cli_prepare_docker(struct cli *cli)
{
    cli->docker = stk_docker_of(cli->rt);
    return cli->docker ? 0
                       : stk_usage_error(cli, "'%s' needs Docker, and the backend here is '%s'",
                                         cli->command->name, stk_runtime_backend(cli->rt));
}

static void engine_fell_silent(void *data, bool silent, unsigned after_ms)
{
    const struct cli *cli = data;
    const char *address = stk_runtime_address(cli->rt);
    if (silent)
        stk_warn("the engine at %s has said nothing for %g s and does not answer a ping",
                 address, after_ms / 1000.0);
    else
        stk_warn("the engine at %s answers again", address);
}

static void listen_for_silence(struct cli *cli)
{
    struct stk_docker *docker = stk_docker_of(cli->rt);
    if (docker)
        stk_docker_on_silence(docker, engine_fell_silent, cli);
}

int stk_cli_prepare_engine(struct cli *cli)
{
    struct stk_runtime_opts opts = {
        .backend = cli->o.runtime,
        .host = cli->o.host,
        .context = cli->o.context,
        .project = cli->project,
        .tool = STK_VERSION,
    };
    struct stk_error err = { 0 };
    cli->loop = stk_loop_new();
    if (stk_runtime_open(cli->loop, &opts, &cli->rt, &err) == 0) {
        listen_for_silence(cli);
        return cli->command->needs & NEEDS_DOCKER ? stk_cli_prepare_docker(cli) : 0;
    }
    int rc = stk_report_error(cli, &err);
    stk_error_clear(&err);
    return rc;
}

int stk_cli_prepare(struct cli *cli)
{
    int rc = 0;
    if (cli->o.parallel < 0)
        cli->o.parallel = 0;
    if (cli->command->needs & (NEEDS_FILE | NEEDS_PROJECT))
        rc = prepare_project(cli);
    if (!rc && cli->command->needs & NEEDS_ENGINE)
        rc = stk_cli_prepare_engine(cli);
    return rc;
}

static int run_command(struct cli *cli)
{
    if (cli->o.help || !cli->command) {
        if (cli->o.version)
            puts("stackctl version " STK_VERSION);
        else if (cli->command)
            stk_help_command(cli->command);
        else
            stk_help_all();
        return cli->command || cli->o.help || cli->o.version ? 0 : 2;
    }
    if (cli->o.verbose)
        stk_trace_all();
    int rc = cli->command->prepare ? cli->command->prepare(cli) : 0;
    rc = rc ? rc : stk_cli_prepare(cli);
    return rc ? rc : cli->command->run(cli);
}

static void clear(struct cli *cli)
{
    stk_runtime_close(cli->rt);
    stk_loop_free(cli->loop);
    stk_graph_free(cli->graph);
    stk_spec_free(cli->spec);
    for (struct earlier *earlier = cli->earlier; earlier; earlier = earlier->next) {
        stk_graph_free(earlier->graph);
        stk_spec_free(earlier->spec);
    }
    stk_diags_clear(&cli->diags);
    stk_arena_free(cli->arena);
}

int stk_cli_main(int argc, char **argv)
{
    struct cli cli = { .arena = stk_arena_new() };
    cli.o.orphans = true;
    int rc = stk_options_parse(&cli, argc, argv);
    if (rc == 0)
        rc = run_command(&cli);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("error: writing to standard output");
        rc = rc ? rc : 1;
    }
    clear(&cli);
    stk_interrupt_reraise();
    return rc;
}
