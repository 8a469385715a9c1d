/* keys_service.c — keys of a service. */
#include "arena.h"
#include "keys.h"
#include "model.h"

#define AT(member) offsetof(struct stk_healthcheck, member)
static const struct key health_keys[] = {
    { "test", &type_health_test, AT(test), 0, "the command that tells health", NULL },
    { "timeout", &type_duration, AT(timeout), 0, "time one check may take", NULL, "30s" },
    { "interval", &type_duration, AT(interval), 0, "time between checks", NULL, "30s" },
    { "retries", &type_int, AT(retries), 0, "failures in a row that make it unhealthy", NULL, "3" },
    { "start_period", &type_duration, AT(start_period), 0, "failures do not count this long", NULL,
      "0s" },
    { "start_interval", &type_duration, AT(start_interval), 0, "time between checks in that period",
      NULL, "5s" },
    { "disable", &type_flag, AT(disable), 0, "no check, whatever the image says", NULL },
};
static const struct table health_table = TABLE("healthcheck", health_keys);
#undef AT

#define AT(member) offsetof(struct stk_logging, member)
static const struct key logging_keys[] = {
    { "driver", &type_string, AT(driver), 0, "log driver of the engine", NULL },
    { "options", &type_map, AT(options), KEY_NO_BOOLS | KEY_NULLS, "its options", NULL },
};
static const struct table logging_table = TABLE("logging", logging_keys);
#undef AT

#define AT(member) offsetof(struct stk_credential_spec, member)
static const struct key credential_keys[] = {
    { "config", &type_string, AT(config), 0, "name of a config", NULL },
    { "file", &type_string, AT(file), 0, "a file", NULL },
    { "registry", &type_string, AT(registry), 0, "a value of the registry", NULL },
};
static const struct table credential_table = TABLE("credential_spec", credential_keys);
#undef AT

static const struct key extends_keys[] = {
    { "service", &type_string, 0, KEY_REQUIRED, "the service it is based on", NULL },
    { "file", &type_string, 0, 0, "the file that has it; absent: this one", NULL },
};
static const struct table extends_table = TABLE("extends", extends_keys);

static const struct key cgroup_rows[] = {
    { "host", NULL, 0, 0, "that of the engine", NULL },
    { "private", NULL, 0, 0, "one of its own", NULL },
};
static const struct table cgroup_words = TABLE("host or private", cgroup_rows);

#define AT(member)  offsetof(struct stk_service, member)
#define OWN(member) offsetof(struct service, member)
static const struct key service_keys[] = {
    { "annotations", &type_kvs, AT(annotations), 0, "annotations for the runtime", NULL },
    { "blkio_config", &type_set_group, AT(blkio), 0, "limits of block I/O", &blkio_table },
    { "cpu_count", &type_int, AT(cpu_count), KEY_OMIT_ZERO, "processors, on Windows", NULL },
    { "cpu_percent", &type_float, AT(cpu_percent), 0, "part of the processors, on Windows", NULL },
    { "cpu_period", &type_int, AT(cpu_period), KEY_OMIT_ZERO,
      "period of cpu_quota, in microseconds", NULL },
    { "cpu_quota", &type_int, AT(cpu_quota), KEY_OMIT_ZERO, "microseconds of each period", NULL },
    { "cpu_rt_period", &type_int, AT(cpu_rt_period), KEY_OMIT_ZERO,
      "period of cpu_rt_runtime, in microseconds", NULL },
    { "cpu_rt_runtime", &type_int, AT(cpu_rt_runtime), KEY_OMIT_ZERO,
      "microseconds of real time in each", NULL },
    { "cpus", &type_float, AT(cpus), 0, "processors it may use", NULL },
    { "cpuset", &type_string, AT(cpuset), 0, "processors it may run on: 0-3", NULL },
    { "cpu_shares", &type_int, AT(cpu_shares), KEY_OMIT_ZERO, "weight against other containers",
      NULL },
    { "env_file", &type_env_files, OWN(env_files), 0, "files of environment variables",
      &env_file_table },
    { "label_file", &type_label_files, OWN(label_files), 0, "files of labels", NULL },
    { "profiles", &type_strings, AT(profiles), KEY_NO_HASH | KEY_NO_COMPOSE_HASH | KEY_UNIQUE,
      "it takes part only in these", NULL },
    { "attach", &type_bool, AT(attach), KEY_NO_HASH | KEY_PRINT_FALSE,
      "false: up does not show its output", NULL, "true" },
    { "build", &type_build, AT(build), KEY_NO_HASH | KEY_NO_COMPOSE_HASH,
      "how its image is built", &build_table },
    { "cap_add", &type_strings, AT(cap_add), KEY_UNIQUE, "capabilities to add", NULL },
    { "cap_drop", &type_strings, AT(cap_drop), KEY_UNIQUE, "capabilities to take away", NULL },
    { "cgroup_parent", &type_string, AT(cgroup_parent), 0, "cgroup it is put below", NULL },
    { "cgroup", &type_word, AT(cgroup), 0, "cgroup namespace", &cgroup_words },
    { "develop", &type_set_group, AT(develop), KEY_NULL_OK | KEY_NO_HASH,
      "what to do when files change", &develop_table },
    { "command", &type_command, AT(command), KEY_PRINT_NULL | KEY_NULL_OK,
      "instead of the image's command", NULL },
    { "configs", &type_file_refs, AT(configs), 0, "configs it can read", &config_ref_table },
    { "container_name", &type_container_name, AT(container_name), 0,
      "fixed name of its one container", NULL },
    { "credential_spec", &type_set_group, AT(credential_spec), KEY_NO_HASH | KEY_NOT_ACTED,
      "account, on Windows", &credential_table },
    { "depends_on", &type_depends_on, AT(depends_on), KEY_NO_HASH | KEY_NO_COMPOSE_HASH,
      "what must be up before", &depend_table },
    { "deploy", &type_deploy, AT(deploy), KEY_NULL_OK, "replicas and resources", &deploy_table },
    { "device_cgroup_rules", &type_strings, AT(device_cgroup_rules), KEY_DISTINCT,
      "devices it may make: c 1:3 mr", NULL },
    { "devices", &type_devices, AT(devices), 0, "devices of the host", &device_table },
    { "dns", &type_string_or_strings, AT(dns), KEY_UNIQUE | KEY_OMIT_ZERO, "name servers", NULL },
    { "dns_opt", &type_strings, AT(dns_opt), KEY_UNIQUE, "options of the resolver", NULL },
    { "dns_search", &type_string_or_strings, AT(dns_search), KEY_UNIQUE, "search domains", NULL },
    { "domainname", &type_string, AT(domainname), 0, "its domain name", NULL },
    { "entrypoint", &type_command, AT(entrypoint), KEY_PRINT_NULL | KEY_NULL_OK,
      "instead of the image's entrypoint", NULL },
    { "environment", &type_kvs, AT(environment), KEY_FROM_ENV | KEY_NULLS, "environment variables",
      NULL },
    { "expose", &type_expose, AT(expose), 0, "ports told to other services", NULL },
    { "extends", &type_extends, 0, 0, "another service it is based on", &extends_table },
    { "external_links", &type_strings, AT(external_links), KEY_DISTINCT,
      "containers of others it may call by name", NULL },
    { "extra_hosts", &type_extra_hosts, AT(extra_hosts), 0, "names for /etc/hosts", NULL },
    { "gpus", &type_gpus, AT(gpus), 0, "GPUs it may use", &gpu_table },
    { "group_add", &type_strings, AT(group_add), KEY_DISTINCT | KEY_NUMBERS,
      "further groups of its user", NULL },
    { "hostname", &type_string, AT(hostname), 0, "its host name", NULL },
    { "healthcheck", &type_healthcheck, AT(healthcheck), 0, "how to tell that it works",
      &health_table },
    { "image", &type_image, AT(image), 0, "image to run", NULL },
    { "init", &type_bool, AT(init), KEY_PRINT_FALSE, "run the engine's init as process 1", NULL },
    { "ipc", &type_string, AT(ipc), 0, "IPC namespace", NULL },
    { "isolation", &type_string, AT(isolation), 0, "isolation, on Windows", NULL },
    { "labels", &type_kvs, AT(labels), 0, "labels of the container", NULL },
    { "links", &type_strings, AT(links), KEY_UNIQUE, "services by further names", NULL },
    { "logging", &type_logging, AT(logging), 0, "where its output goes", &logging_table },
    { "mac_address", &type_string, AT(mac_address), 0, "fixed hardware address", NULL },
    { "mem_limit", &type_bytes, AT(mem_limit), 0, "memory it may use", NULL },
    { "mem_reservation", &type_bytes, AT(mem_reservation), 0,
      "memory it should keep under pressure", NULL },
    { "memswap_limit", &type_bytes, AT(memswap_limit), 0, "memory and swap together; -1: unlimited",
      NULL },
    { "mem_swappiness", &type_bytes, AT(mem_swappiness), 0, "how readily it is swapped, 0 to 100",
      NULL },
    { "models", &type_models, AT(models), KEY_NO_HASH | KEY_NOT_ACTED, "models it talks to",
      &model_ref_table },
    { "network_mode", &type_string, AT(network_mode), 0,
      "none, host, service:NAME: instead of networks", NULL },
    { "networks", &type_networks, AT(networks), 0, "networks it is on", &attachment_table,
      "the network default" },
    { "oom_kill_disable", &type_bool, AT(oom_kill_disable), 0, "never killed for want of memory",
      NULL },
    { "oom_score_adj", &type_oom_score, AT(oom_score_adj), KEY_OMIT_ZERO,
      "how soon it is, -1000 to 1000", NULL },
    { "pid", &type_string, AT(pid), KEY_NULL_OK, "PID namespace", NULL },
    { "pids_limit", &type_int, AT(pids_limit), KEY_OMIT_ZERO, "processes it may have", NULL },
    { "platform", &type_string, AT(platform), 0, "such as linux/arm64", NULL },
    { "ports", &type_ports, AT(ports), 0, "ports published on the host", &port_table },
    { "post_start", &type_objects, AT(post_start), 0, "commands run after it started",
      &hook_table },
    { "privileged", &type_bool, AT(privileged), 0, "all powers over the host", NULL },
    { "provider", &type_set_group, AT(provider), KEY_NO_HASH | KEY_NOT_ACTED,
      "a program that owns it", &provider_table },
    { "pull_policy", &type_pull_policy, AT(pull_policy), KEY_NO_HASH | KEY_NO_COMPOSE_HASH,
      "when the image is pulled", NULL, "missing" },
    { "pull_refresh_after", &type_string, AT(pull_refresh_after), KEY_NO_HASH,
      "age at which an image is pulled again", NULL },
    { "read_only", &type_bool, AT(read_only), 0, "no writing to its root file system", NULL },
    { "restart", &type_string, AT(restart), 0, "what the engine does when it exits", NULL, "no" },
    { "runtime", &type_string, AT(runtime), 0, "runtime of the engine", NULL },
    { "scale", &type_int, AT(scale), KEY_NO_HASH | KEY_NO_COMPOSE_HASH, "number of containers",
      NULL, "1" },
    { "secrets", &type_file_refs, AT(secrets), 0, "secrets it can read", &secret_ref_table },
    { "security_opt", &type_strings, AT(security_opt), KEY_DISTINCT,
      "security options of the engine", NULL },
    { "shm_size", &type_bytes, AT(shm_size), 0, "size of /dev/shm", NULL },
    { "stdin_open", &type_bool, AT(stdin_open), 0, "keep its standard input open", NULL },
    { "stop_grace_period", &type_duration, AT(stop_grace_period), 0,
      "time to stop before it is killed", NULL, "10s" },
    { "stop_signal", &type_string, AT(stop_signal), 0, "signal that stops it", NULL },
    { "storage_opt", &type_map, AT(storage_opt), KEY_NULLS, "options of the storage driver", NULL },
    { "sysctls", &type_kvs, AT(sysctls), 0, "kernel parameters of its namespaces", NULL },
    { "tmpfs", &type_string_or_strings, AT(tmpfs), KEY_UNIQUE, "file systems in memory", NULL },
    { "tty", &type_bool, AT(tty), 0, "give it a terminal", NULL },
    { "ulimits", &type_ulimits, AT(ulimits), 0, "limits of its processes", &soft_hard_table },
    { "use_api_socket", &type_bool, AT(use_api_socket), 0, "it may use the engine", NULL },
    { "user", &type_string, AT(user), 0, "user it runs as", NULL },
    { "userns_mode", &type_string, AT(userns_mode), 0, "user namespace", NULL },
    { "uts", &type_string, AT(uts), 0, "UTS namespace", NULL },
    { "volumes", &type_mounts, AT(volumes), 0, "what is mounted into it", &mount_table },
    { "pre_stop", &type_objects, AT(pre_stop), 0, "commands run before it stops", &hook_table },
    { "volumes_from", &type_strings, AT(volumes_from), KEY_DISTINCT, "volumes of other services",
      NULL },
    { "working_dir", &type_string, AT(working_dir), 0, "directory its command starts in", NULL },
    { "x-stackctl", &type_set_group, AT(own), KEY_NULL_OK | KEY_NO_HASH | KEY_NO_CONFIG,
      "what Docker Compose has no key for", &own_table },
};
const struct table service_table = TABLE(NULL, service_keys);
#undef AT
#undef OWN
