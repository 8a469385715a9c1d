/* spec.h — stage 1.  in: stack files, env files, the environment.  out: the model of one stack.  next: graph.h
 *
 * Everything a spec points to is owned by it and const once loaded. Names are resolved (project
 * prefix applied), paths absolute, short forms expanded, variables substituted. */
#ifndef STACKCTL_SPEC_H
#define STACKCTL_SPEC_H

#include <stdint.h>

#include "stackctl/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Values that may be absent. Durations are in nanoseconds (the engine's unit), sizes in bytes. */
struct stk_opt {
    bool set;
    int64_t v;
};
struct stk_optf {
    bool set;
    double v;
};
/* A list; set tells an empty list from none. */
struct stk_strs {
    bool set;
    size_t n;
    const char **v;
};
struct stk_kv {
    const char *key, *value; /* value NULL: named without one */
    struct stk_src src;
};
struct stk_kvs { /* sorted by key */
    size_t n;
    struct stk_kv *v;
};

enum stk_until {
    STK_UNTIL_STARTED,   /* it was started */
    STK_UNTIL_HEALTHY,   /* its health check passes */
    STK_UNTIL_COMPLETED, /* it exited 0 */
    STK_UNTIL_READY, /* healthy if it has a check, else running; or exited 0 without a restart policy */
    STK_UNTIL_EXITED, /* it ended for good, however */
};

struct stk_depend {
    const char *service;
    enum stk_until until;
    bool required, restart;
    struct stk_src src;
};

struct stk_port { /* one container port */
    unsigned target;
    const char *published; /* "8080", "8000-8010" (the engine picks), or NULL (any free one) */
    const char *host_ip, *protocol, *mode, *name, *app_protocol; /* protocol is never NULL */
    struct stk_src src;
};

enum stk_mount_type {
    STK_MOUNT_BIND,
    STK_MOUNT_VOLUME,
    STK_MOUNT_TMPFS,
    STK_MOUNT_IMAGE,   /* source: an image */
    STK_MOUNT_NPIPE,   /* Windows only */
    STK_MOUNT_CLUSTER, /* swarm only */
};
struct stk_mount {
    enum stk_mount_type type;
    const char *source; /* bind: absolute path; volume: key in the file, NULL: anonymous */
    const char *target;
    bool read_only;
    const char *consistency;
    const char *propagation, *selinux; /* bind */
    struct stk_opt create_host_path;   /* bind */
    bool nocopy;                       /* volume */
    const char *subpath;               /* volume */
    struct stk_opt tmpfs_size, tmpfs_mode;
    bool options;          /* `config` prints bind:, volume: or tmpfs: even when it is empty */
    const char *recursive; /* bind: "enabled", "disabled", "writable", "readonly" or NULL */
    struct stk_kvs volume_labels; /* volume: of an anonymous one */
    const char *image_subpath;    /* image */
    unsigned options_of;          /* private to spec/: which of the groups were written */
    struct stk_src src;
};

struct stk_attachment {  /* a service on a network */
    const char *network; /* key in the file */
    struct stk_strs aliases;
    const char *ipv4_address, *ipv6_address;
    struct stk_opt priority;
    bool mapping; /* written as a mapping, perhaps an empty one: `config` prints {} */
    struct stk_strs link_local_ips;
    const char *mac_address, *interface_name;
    struct stk_kvs driver_opts;
    struct stk_opt gw_priority;
    struct stk_src src;
};

struct stk_healthcheck {
    bool set, disable;
    struct stk_strs test; /* {"NONE"}, {"CMD", ...} or {"CMD-SHELL", command} */
    struct stk_opt interval, timeout, retries, start_period, start_interval;
    struct stk_src src;
};

struct stk_ulimit {
    const char *name;
    int64_t soft, hard;
    bool single; /* written as one number */
};

struct stk_env_file {
    const char *path;   /* absolute */
    const char *format; /* "raw" or NULL */
    bool required;
};

struct stk_logging {
    bool set;
    const char *driver;
    struct stk_kvs options;
};

/* Devices asked for by what they can do (deploy.resources.reservations.devices, gpus). */
struct stk_device_request {
    const char *driver;
    struct stk_opt count; /* -1: all */
    struct stk_strs device_ids, capabilities;
    struct stk_kvs options;
    struct stk_src src;
};

struct stk_generic_resource {
    bool set;
    const char *kind;
    struct stk_opt value;
};

struct stk_update_config {
    bool set;
    struct stk_opt parallelism, delay, monitor;
    const char *failure_action, *order;
    struct stk_optf max_failure_ratio;
};

struct stk_restart_policy {
    bool set;
    const char *condition;                      /* "none", "on-failure", "any" */
    struct stk_opt delay, max_attempts, window; /* delay and window have no effect */
};

struct stk_placement { /* no effect on one engine */
    struct stk_strs constraints;
    struct stk_strs spreads; /* of preferences */
    struct stk_opt max_replicas;
};

struct stk_deploy {
    bool set;
    const char *mode;
    struct stk_opt replicas;
    struct stk_optf limit_cpus;
    struct stk_opt limit_memory, limit_pids;
    struct stk_opt reserve_memory;
    struct stk_optf reserve_cpus;
    struct stk_opt reserve_pids;
    struct stk_device_request *devices;
    size_t n_devices;
    struct stk_generic_resource *generic;
    size_t n_generic;
    bool limits_set, reservations_set; /* written, perhaps empty */
    struct stk_kvs labels;
    const char *endpoint_mode;
    struct stk_update_config update_config, rollback_config;
    struct stk_restart_policy restart_policy; /* wins over the service's restart */
    struct stk_placement placement;
};

/* A device of the host, or (no target) one by its CDI name. */
struct stk_device {
    const char *source, *target, *permissions;
    struct stk_src src;
};

struct stk_device_rate { /* of a block device */
    const char *path;
    struct stk_opt rate; /* bytes or operations a second; a weight for weight_device */
};
struct stk_device_rates {
    struct stk_device_rate *v;
    size_t n;
};
struct stk_blkio {
    bool set;
    struct stk_opt weight;
    struct stk_device_rates weight_device;
    struct stk_device_rates read_bps, read_iops, write_bps, write_iops;
};

struct stk_credential_spec {
    bool set;
    const char *config, *file, *registry;
};

/* A secret or config of the top level. */
struct stk_file {
    const char *key, *name; /* key in the file; name for an engine that stores them */
    struct stk_src src;
    bool external;
    const char *file;        /* absolute path on the host, or NULL */
    const char *environment; /* the variable it is taken from, or NULL */
    const char *content;     /* what is to be delivered: content:, or the variable's value. NULL: a
                                file's, or a variable that is not set */
    bool inline_content;     /* content is from content: */
    const char *driver, *template_driver;
    struct stk_kvs driver_opts, labels;
};

/* A secret or config given to a service. */
struct stk_file_ref {
    const char *source;    /* key at the top level */
    const char *target;    /* as written: NULL or relative ones are below /run/secrets, or / */
    const char *path;      /* absolute path in the container */
    const char *uid, *gid; /* NULL: 0 */
    struct stk_opt mode;   /* 0444 when absent */
    const struct stk_file *file; /* never NULL in a loaded spec */
    struct stk_src src;
};

/* A command run in or beside a container at a moment of its life. */
struct stk_hook {
    struct stk_strs command;
    const char *user, *working_dir;
    const char *image; /* pre_start only */
    struct stk_opt privileged, per_replica;
    struct stk_kvs environment;
    struct stk_src src;
};
struct stk_hooks {
    struct stk_hook *v;
    size_t n;
};

/* What is looked at from outside, for images without a shell; all that is given must be so. */
struct stk_ready_http {
    bool set;
    const char *path;      /* "/health" */
    struct stk_opt port;   /* in the container; set in a loaded spec */
    struct stk_opt status; /* that one; !set: any from 200 to 399 */
};
struct stk_ready {
    bool set;
    const char *tcp; /* "5432" of the container, or "host:5432" as this machine sees it */
    struct stk_ready_http http;
    const char *log;  /* POSIX extended regular expression that a line since the start matches */
    const char *file; /* absolute path in the container */
    struct stk_opt timeout;
    struct stk_src src;
};
/* What is done when files change. */
struct stk_watch {
    const char *path; /* absolute */
    const char
        *action; /* "rebuild", "sync", "restart", "sync+restart", "sync+exec"; below x-stackctl
                           "restart", "signal", "exec", "recreate" */
    const char *target;
    struct stk_strs ignore, include;
    struct stk_opt initial_sync;
    bool exec_set;
    struct stk_hook exec;
    const char *signal; /* of action "signal": a name or a number */
    struct stk_src src;
};
/* x-stackctl of a service: what Docker Compose has no key for. */
struct stk_own {
    bool set;
    const char
        *kind; /* "job": ready when it has exited 0; "service": when it runs; NULL: as it turns
                                   out */
    struct stk_opt once;   /* a job that is done is not run again until it or its image changes */
    struct stk_opt settle; /* up for so long without dying, it is ready; for what has no check */
    struct stk_opt
        accelerated; /* !set: true; false: its health check is left to the engine's schedule */
    struct stk_ready ready;
    struct stk_watch *watch; /* beside those of develop */
    size_t n_watch;
    struct stk_src src;
};

struct stk_develop {
    bool set;
    struct stk_watch *v;
    size_t n;
};

struct stk_build {
    bool set;
    struct stk_src src;
    const char *context; /* absolute path or URL */
    const char *dockerfile, *dockerfile_inline, *target, *network, *isolation;
    struct stk_kvs args, labels, additional_contexts, ssh;
    struct stk_strs cache_from, cache_to, entitlements, extra_hosts, tags, platforms,
        no_cache_filter;
    struct stk_opt no_cache, pull, privileged, shm_size;
    const char *provenance, *sbom; /* as written: "true", "mode=max" */
    const char *config; /* derived: canonical JSON of it all; two that are equal build the same */
    struct stk_file_ref *secrets;
    size_t n_secrets;
    struct stk_ulimit *ulimits;
    size_t n_ulimits;
};

struct stk_provider_option {
    const char *name;
    struct stk_strs values;
};
struct stk_provider {
    bool set;
    const char *type;
    struct stk_provider_option *options;
    size_t n_options;
};

struct stk_model_ref {
    const char *model; /* key at the top level */
    const char *endpoint_var, *model_var;
    bool mapping; /* written as a mapping */
    struct stk_src src;
};

struct stk_service {
    const char *name;
    struct stk_src src;
    const char *image;
    struct stk_src image_src;
    struct stk_strs command, entrypoint; /* !set: the image's own; set and empty: cleared */
    struct stk_kvs environment;          /* env_file already merged in */
    struct stk_strs expose;
    struct stk_port *ports;
    size_t n_ports;
    struct stk_mount *volumes;
    size_t n_volumes;
    struct stk_attachment
        *networks; /* "default" when the file names none; sorted by priority, then name */
    size_t n_networks;
    struct stk_depend *depends_on; /* sorted by service */
    size_t n_depends_on;
    struct stk_depend *depends_off; /* optional ones on services that take no part: only printed */
    size_t n_depends_off;
    struct stk_healthcheck healthcheck;
    const char
        *restart; /* "no", "always", "on-failure", "on-failure:3", "unless-stopped" or NULL */
    struct stk_kvs labels, sysctls;
    struct stk_strs extra_hosts; /* "host=address", sorted */
    bool built; /* no image: in the file; image is the name of what building it would make */
    bool pull_policy_implied; /* pull_policy is "build" only because of that */
    const char *user, *working_dir, *hostname, *container_name, *stop_signal, *pull_policy;
    struct stk_opt stop_grace_period, init, tty, stdin_open, read_only, privileged;
    struct stk_strs tmpfs, cap_add, cap_drop, dns, dns_search, dns_opt, security_opt, profiles;
    struct stk_ulimit *ulimits;
    size_t n_ulimits;
    struct stk_opt shm_size, mem_limit;
    struct stk_optf cpus;
    struct stk_opt scale;
    struct stk_deploy deploy;
    struct stk_logging logging;
    struct stk_kvs annotations, storage_opt;
    struct stk_opt attach; /* !set: true; only whether `up` shows its output */
    struct stk_blkio blkio;
    const char *cgroup; /* "host", "private" or NULL */
    const char *cgroup_parent, *cpuset, *domainname, *isolation, *mac_address, *platform, *runtime;
    const char
        *network_mode; /* "none", "host", "bridge", "service:X", "container:X", or NULL; without
                                   networks then */
    const char *pid, *ipc, *uts, *userns_mode; /* "host", "service:X", "container:X", ... */
    struct stk_opt cpu_count, cpu_period, cpu_quota, cpu_rt_period, cpu_rt_runtime, cpu_shares;
    struct stk_optf cpu_percent;
    struct stk_opt mem_reservation, memswap_limit, mem_swappiness; /* memswap_limit -1: unlimited */
    struct stk_opt oom_kill_disable, oom_score_adj, pids_limit;
    struct stk_opt use_api_socket;
    struct stk_credential_spec credential_spec;
    struct stk_strs device_cgroup_rules, group_add;
    struct stk_strs links, external_links; /* "service", "service:alias" */
    struct stk_strs volumes_from;          /* "service:ro", "container:name:ro", or without ":ro" */
    struct stk_device *devices;
    size_t n_devices;
    struct stk_device_request
        *gpus; /* all have the capability "gpu" as well, which is not listed */
    size_t n_gpus;
    struct stk_file_ref *configs;
    size_t n_configs;
    struct stk_file_ref *secrets;
    size_t n_secrets;
    struct stk_build build;
    struct stk_develop develop;
    struct stk_hooks post_start, pre_stop, pre_start;
    struct stk_provider provider;
    struct stk_model_ref *models; /* sorted by model */
    size_t n_models;
    const char *pull_refresh_after;
    struct stk_env_file *env_files; /* only of a spec loaded with no_env_resolution */
    size_t n_env_files;
    struct stk_own own;
    const char
        *oneoff; /* name of the one container that `run` makes of it; NULL: its instances are */
    bool oneoff_remove,
        oneoff_aliases; /* it goes when it ends; it is found by the service's names */
    /* derived */
    unsigned replicas;      /* scale, deploy.replicas, or 1 */
    const char *config;     /* canonical JSON of what a container is made from */
    const char *hash;       /* SHA-256 that Docker Compose 2.40 gives it, hex */
    const char *own_config; /* canonical JSON of own, or NULL */
};

struct stk_ipam_pool {
    const char *subnet, *ip_range, *gateway;
    struct stk_kvs aux_addresses;
};
struct stk_ipam {
    bool set;
    const char *driver;
    struct stk_ipam_pool *pools;
    size_t n_pools;
    struct stk_kvs options;
};

struct stk_network {
    const char *key, *name; /* key in the file; name on the engine */
    struct stk_src src;
    bool external;
    const char *driver;
    struct stk_kvs driver_opts, labels;
    struct stk_opt internal, attachable, enable_ipv6;
    const char *config, *hash;
    struct stk_opt enable_ipv4;
    struct stk_ipam ipam;
};

struct stk_volume {
    const char *key, *name;
    struct stk_src src;
    bool external;
    const char *driver;
    struct stk_kvs driver_opts, labels;
    const char *config, *hash;
};

struct stk_model {
    const char *key, *name, *model;
    struct stk_opt context_size;
    struct stk_strs runtime_flags;
    struct stk_src src;
};

/* A key that is loaded and shown, but that `up` does nothing about. */
struct stk_not_acted {
    const char *service; /* or NULL */
    const char *key;     /* "develop", "deploy.placement" */
    struct stk_src src;
};

struct stk_spec_more;
struct stk_spec {
    const char *project;                /* name of the project */
    const char *dir;                    /* absolute project directory */
    const char *instance;               /* its name ends the project's; NULL: the stack itself */
    struct stk_strs files;              /* absolute paths, in order; "-" for standard input */
    struct stk_strs env_files;          /* absolute paths given by --env-file */
    const struct stk_service *services; /* enabled ones, sorted by name */
    size_t n_services;
    const struct stk_network *networks; /* used ones, sorted by key */
    size_t n_networks;
    const struct stk_volume *volumes; /* used ones, sorted by key */
    size_t n_volumes;
    const struct stk_file *secrets, *configs; /* used ones, sorted by key */
    size_t n_secrets, n_configs;
    const struct stk_model *models; /* sorted by key */
    size_t n_models;
    const struct stk_not_acted *not_acted; /* one each key, the first place it stands at */
    size_t n_not_acted;
    struct stk_strs disabled;     /* services that no active profile enables, sorted */
    struct stk_strs all_profiles; /* every profile named in the file, sorted */
    struct stk_spec_more *more;   /* private to spec/; NULL in one made by hand */
    struct stk_arena *arena;      /* owns all of it, itself included */
};

struct stk_spec_opts {
    struct stk_strs files;         /* -f; empty: COMPOSE_FILE, then discovery from cwd upwards */
    const char *project;           /* -p, or NULL */
    const char *project_directory; /* --project-directory, or NULL */
    const char
        *instance; /* a stack beside the others of the file; "auto": by the git worktree, none
                                      in the main one; NULL: as the files say */
    /* The host port that the instance has for what key stands for; NULL: the one in the file. */
    int (*instance_port)(const char *project, const char *dir, const char *key, unsigned *ret,
                         struct stk_error *reterr);
    struct stk_strs env_files;  /* --env-file; empty: .env beside the first file */
    struct stk_strs profiles;   /* --profile; empty: COMPOSE_PROFILES */
    struct stk_strs services;   /* named on the command line: their profiles become active */
    const char *cwd;            /* NULL: the process's */
    char *const *environ;       /* NULL: the process's */
    const struct stk_kv *scale; /* --scale SERVICE=N, each overriding the file */
    size_t n_scale;
    const char *overlay; /* a document over all files, from the command line; or NULL */
    bool no_deps;        /* only the named services run, not what they need */
    bool no_run;         /* only to be printed: what just starting it would trip over (a host
                                      port held twice) is a warning */
    /* What `config` may switch off. A spec loaded with one of these is only for printing. */
    bool no_interpolate;     /* variables stay as they are written */
    bool no_normalize;       /* no defaults, no names made of the project's */
    bool no_path_resolution; /* paths stay relative */
    bool no_consistency;     /* no rules across keys */
    bool no_env_resolution;  /* env files are not read */
    bool all_resources;      /* those that no service uses as well */
    bool provenance;         /* notes where every value came from, for stk_spec_print_provenance */
    bool lint;               /* the warnings of lint as well */
};

/* Loads, merges, checks. On failure *ret is untouched and diags has at least one error; on success
 * diags may hold warnings. Returns 0 or a negative code (STK_ENOFILE, STK_ECONFIG). */
int stk_spec_load(const struct stk_spec_opts *opts, struct stk_spec **ret, struct stk_diags *diags);
void stk_spec_free(struct stk_spec *spec);

/* What env files that no stack names define, later ones winning, sorted; in the arena. files are relative to
 * opts->cwd. As stk_spec_load otherwise. */
int stk_spec_env_read(const struct stk_spec_opts *opts, const struct stk_strs *files,
                      struct stk_arena *arena, struct stk_kvs *ret, struct stk_diags *diags);

/* Only the project's name: -p, COMPOSE_PROJECT_NAME, the file's name:, else the directory's. For
 * commands that work from labels alone; a file is read only when one is found. *ret is malloc'd. */
int stk_spec_project_name(const struct stk_spec_opts *opts, char **ret, struct stk_diags *diags);

/* Marks are by service: adds to those that are set all that they depend on. */
void stk_spec_add_dependencies(const struct stk_spec *spec, bool *marks);
const struct stk_service *stk_spec_service(const struct stk_spec *spec, const char *name);
const struct stk_network *stk_spec_network(const struct stk_spec *spec, const char *key);
const struct stk_volume *stk_spec_volume(const struct stk_spec *spec, const char *key);

/* Every file that it was made from, and those that would have been read had they been there: absolute paths,
 * owned by the spec. A change of any may make another model. */
struct stk_strs stk_spec_sources(const struct stk_spec *spec);

/* Everything variables were looked up in: the environment and .env. Sorted. */
const struct stk_kvs *stk_spec_environment(const struct stk_spec *spec);

/* A variable that the files use. */
struct stk_variable {
    const char *name;
    bool required;                    /* ${NAME:?} or ${NAME?} */
    const char *fallback, *alternate; /* of ${NAME:-fallback} and ${NAME:+alternate}; or NULL */
};
/* All of them, sorted by name; the spec must have been loaded with no_interpolate. *ret is owned by the
 * spec. */
size_t stk_spec_variables(const struct stk_spec *spec, const struct stk_variable **ret);

/* The source line at src, without its end, or NULL when it is not a line of a loaded file. */
const char *stk_spec_line(const struct stk_spec *spec, struct stk_src src);

enum stk_format { STK_FORMAT_YAML, STK_FORMAT_JSON };
/* The normalised model as text, the shape of `docker compose config`. *ret is malloc'd. */
int stk_spec_print(const struct stk_spec *spec, enum stk_format format, char **ret);
/* The same with where each value came from: a comment a line, or in JSON beside it, as "x-provenance". The
 * spec must have been loaded with provenance. *ret is malloc'd. */
int stk_spec_print_provenance(const struct stk_spec *spec, enum stk_format format, char **ret);

#ifdef __cplusplus
}
#endif
#endif
