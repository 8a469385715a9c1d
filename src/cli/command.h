/* command.h — what a command is: a row. Help, the manual's synopsis and did-you-mean come from the
 * rows. */
#ifndef STK_COMMAND_H
#define STK_COMMAND_H

#include <stdio.h>

#include "reconcile.h"
#include "stackctl/docker.h"
#include "stackctl/runtime.h"

/* Everything the options of all commands set; a row names a member by its offset. */
struct options {
    /* global */
    struct stk_strs files, env_files, profiles;
    const char *project, *project_directory, *host, *context, *runtime, *progress, *ansi;
    int64_t parallel;
    bool verbose, dry_run, help, version;
    bool all_resources;
    bool compatibility; /* accepted, without effect */
    /* of commands */
    struct stk_strs scale, status, attach, no_attach, ignore;
    const char *pull, *exit_code_from, *format, *tail, *since, *until, *output, *rmi, *filter,
        *hash, *wait_for, *trace, *on_failure, *signal, *protocol;
    const char *author, *message; /* of commit */
    const char *example; /* of env init */
    struct stk_strs with; /* of init */
    const char *instance; /* global */
    struct stk_strs change;
    struct stk_opt timeout, wait_timeout, lock_timeout, index;
    bool detach, wait, roll_back, force_recreate, no_recreate, no_deps, always_recreate_deps, no_start;
    bool remove_orphans, no_color, no_log_prefix, raw, timestamps, abort_on_exit, abort_on_failure;
    bool quiet_pull, renew_volumes, no_build, yes, attach_dependencies;
    bool no_interpolate, no_normalize, no_path_resolution, no_consistency, no_env_resolution;
    bool variables, models, provenance, strict, rules;
    bool resolve_image_digests, lock_image_digests;
    bool all, quiet, services, volumes, images, networks, profiles_list, no_trunc, orphans;
    struct stk_strs env, env_from_files;
    struct stk_strs mount, publish, label, cap_add, cap_drop;
    const char *user, *workdir, *container_name, *entrypoint, *detach_keys;
    bool no_tty, tty, no_stdin, privileged, remove, service_ports, use_aliases, no_sig_proxy;
    bool follow, stop, force, exit_code, json, short_version, environment, timings, no_probe;
    bool archive; /* of cp */
    bool no_stream, no_pause, down_project;
    bool watch, explain, no_up, no_prune; /* of watch */
    struct stk_opt quiet_time;
    /* of images */
    struct stk_strs build_args;
    const char *policy, *memory, *builder, *build_provenance, *sbom;
    bool build_push, build_print, build_check;
    struct stk_strs ssh;
    bool build, no_cache, pull_base, with_deps, include_deps, quiet_build, accepted;
    bool ignore_buildable, ignore_failures, offline, locked;
};

enum option_type {
    OPT_FLAG,
    OPT_NO_FLAG, /* a flag that is on unless =false is given */
    OPT_STRING,
    OPT_LIST,    /* may be repeated */
    OPT_NUMBER,  /* int64_t */
    OPT_SECONDS, /* struct stk_opt, given in seconds, kept in ms */
    OPT_COUNT,   /* struct stk_opt, a number */
};

struct option_row {
    const char *name;
    char letter; /* 0: none */
    enum option_type type;
    size_t offset;
    const char *value;   /* "FILE" in the help; NULL for flags */
    const char *help;    /* NULL: accepted, not shown */
    const char *choices; /* "always|missing|never": nothing else; NULL: anything */
};

enum {
    NEEDS_FILE = 1,    /* a stack file, loaded and checked */
    NEEDS_PROJECT = 2, /* the project's name: from a file when there is one */
    NEEDS_ENGINE = 4,  /* a runtime, opened */
    NEEDS_TO_RUN =
        8, /* with NEEDS_FILE: what can be read but not run (a host port held twice) is an error */
    NEEDS_DOCKER = 16, /* with NEEDS_ENGINE: a Docker engine, whose powers are in docker.h */
    TAKES_SCALES = 32, /* arguments are SERVICE=N: what --scale takes elsewhere */
};

/* What the words after a command are. */
enum argument_kind {
    WORDS_SERVICES,
    WORDS_COMMAND, /* a service, then a command: what looks like an option there is the command's */
    WORDS_OTHER,
};

struct cli;
struct command {
    const char *name, *args, *help;
    const char *more; /* printed below the options: examples, notes; or NULL */
    unsigned needs;
    int max_args;                     /* -1: any number */
    const struct option_row *options; /* ended by a row without name; NULL: none */
    int (*run)(struct cli *cli);      /* the exit status */
    enum argument_kind words;
    int (*prepare)(struct cli *cli); /* before what the row needs is prepared; NULL: nothing */
};

extern const struct command *const stk_commands[]; /* ended by NULL */
extern const struct option_row stk_global_options[];

/* Everything a command may use, prepared as its row says. */
struct cli {
    struct options o;
    const struct command *command;
    struct stk_strs args; /* after the command's options */
    struct stk_arena *arena;
    struct stk_diags diags;
    const char *project;
    const char *overlay;     /* a document over those of the file, or NULL */
    struct stk_spec *spec;   /* NULL: no file (NEEDS_PROJECT only) */
    struct stk_graph *graph; /* NULL: likewise */
    struct stk_loop *loop;
    struct stk_runtime *rt;
    struct stk_docker *docker; /* NULL: not asked for */
    struct earlier *earlier;   /* specs that were in force before a reload */
};

/* Parses argv into cli (options.c). Returns 0, or the exit status after telling what is wrong. */
int stk_options_parse(struct cli *cli, int argc, char **argv);
const struct command *stk_command_find(const char *name);
void stk_help_all(void);
void stk_help_command(const struct command *command);

/* How the options and arguments of the command line have the files loaded. */
struct stk_spec_opts stk_cli_spec_opts(const struct cli *cli);
/* Prepares what the command of cli needs; tells what is wrong. 0 or the exit status. */
int stk_cli_prepare(struct cli *cli);
/* Loads the files again, as they are now. When they cannot be, or are of another project, tells why and all
 * stays as it was: the exit status. The spec that was in force is kept: views and plans may point into it. */
int stk_cli_reload(struct cli *cli);
/* As NEEDS_ENGINE does, for a command that goes on without one. */
int stk_cli_prepare_engine(struct cli *cli);
/* As NEEDS_DOCKER does, for a command that needs it for some options only. */
int stk_cli_prepare_docker(struct cli *cli);

/* Tells one error on standard error ("error: …", with its place and source line when it has one)
 * and returns the exit status of its code. */
int stk_report_error(const struct cli *cli, const struct stk_error *err);
/* The source line with its number, and a caret line below it that underlines len characters and
 * ends in the hint (or NULL). What failure blocks and diagnostics both show. */
struct stk_buf;
void stk_excerpt(struct stk_buf *out, const char *line, struct stk_src src, unsigned len,
                 const char *hint);
/* Tells collected diagnostics: errors, and warnings unless quiet. Returns the exit status of the
 * first error, or 0. */
int stk_report_diags(const struct stk_diags *diags);
/* Adds one of them as it is shown; with the id of its rule. */
void stk_add_diag(struct stk_buf *out, const struct stk_diag *d, bool rule);
/* A usage error: "error: …", a hint at --help; returns 2. */
int stk_usage_error(const struct cli *cli, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* One line, in which nothing acts on a terminal, whoever chose the words. */
void stk_say(FILE *to, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void stk_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* May colours and cursor movement go there? (--ansi, NO_COLOR, CLICOLOR_FORCE, TERM, isatty) */
bool stk_colours(const struct cli *cli, int fd);

/* The sink that --progress asks for; freed by stk_view_free (which leaves the cursor on a fresh
 * line). */
struct stk_sink *stk_view_new(struct cli *cli);
void stk_view_free(struct stk_sink *sink);

/* Is the service among those named as arguments, by globs? Without arguments all are. */
bool stk_is_named(const struct cli *cli, const char *service);

/* Services named as arguments exist in the file or among the project's containers: else tells and
 * returns 1. */
int stk_check_services(const struct cli *cli, const struct stk_seen *seen,
                       const struct stk_strs *names);

/* Likewise for the arguments of a command over what exists, looking at the engine when the file
 * does not know a name. */
int stk_check_existing(struct cli *cli);

/* Runs one reconcile request to its end, with signals and progress (drive.c). The exit status. */
int stk_drive(struct cli *cli, struct stk_reconcile_req *req);
/* Runs one inspect of the project, or of all projects. The exit status; *ret is the caller's. */
int stk_cli_look(struct cli *cli, const char *project, unsigned what, struct stk_seen **ret);

#endif
