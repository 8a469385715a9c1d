/* keys.c — every key a stack file may hold, one row each. A key that the compose specification has and
 * these tables do not stands in the list of its table that says so. */
#include "keys.h"

#include "arena.h"
#include "model.h"

#define TABLE(what, keys, later)                                                                   \
    {                                                                                              \
        what, keys, STK_LEN(keys), later, STK_LEN(later)                                           \
    }
#define TABLE_ALL(what, keys)                                                                      \
    {                                                                                              \
        what, keys, STK_LEN(keys), NULL, 0                                                         \
    }

#define AT(member) offsetof(struct stk_port, member)
static const struct key port_keys[] = {
    { "name", &type_string, AT(name), 0, "a name for people", NULL },
    { "mode", &type_string, AT(mode), 0, "ingress or host: the same on one engine", NULL },
    { "host_ip", &type_string, AT(host_ip), 0, "host address to listen on", NULL },
    { "target", &type_port_number, AT(target), 0, "port in the container", NULL },
    { "published", &type_published, AT(published), 0, "port on the host; absent: any free one",
      NULL },
    { "protocol", &type_string, AT(protocol), 0, "tcp, udp or sctp", NULL },
    { "app_protocol", &type_string, AT(app_protocol), 0, "what is spoken there, for people", NULL },
};
const struct table port_table = TABLE_ALL("a port", port_keys);
#undef AT

#define AT(member) offsetof(struct stk_mount, member)
static const struct key bind_keys[] = {
    { "propagation", &type_string, AT(propagation), 0, "how mounts below it spread", NULL },
    { "create_host_path", &type_bool, AT(create_host_path), 0,
      "make the directory when it is missing", NULL },
    { "selinux", &type_string, AT(selinux), 0, "z: shared, Z: private label", NULL },
};
static const char *const bind_later[] = { "recursive" };
static const struct table bind_table = TABLE("bind", bind_keys, bind_later);

static const struct key named_keys[] = {
    { "nocopy", &type_flag, AT(nocopy), 0, "do not fill a new volume from the image", NULL },
    { "subpath", &type_string, AT(subpath), 0, "a directory of the volume", NULL },
};
static const char *const named_later[] = { "labels" };
static const struct table named_table = TABLE("volume", named_keys, named_later);

static const struct key tmpfs_keys[] = {
    { "size", &type_bytes, AT(tmpfs_size), 0, "its size", NULL },
    { "mode", &type_octal, AT(tmpfs_mode), 0, "its file mode", NULL },
};
static const struct table tmpfs_table = TABLE_ALL("tmpfs", tmpfs_keys);

static const struct key mount_keys[] = {
    { "type", &type_mount_type, AT(type), KEY_REQUIRED, "bind, volume or tmpfs", NULL },
    { "source", &type_string, AT(source), 0, "path on the host, or key of a volume", NULL },
    { "target", &type_string, AT(target), 0, "path in the container", NULL },
    { "read_only", &type_flag, AT(read_only), 0, "no writing", NULL },
    { "consistency", &type_string, AT(consistency), 0, "for other platforms", NULL },
    { "bind", &type_group, 0, 0, "options of a bind mount", &bind_table },
    { "volume", &type_group, 0, 0, "options of a named volume", &named_table },
    { "tmpfs", &type_group, 0, 0, "options of a tmpfs", &tmpfs_table },
};
static const char *const mount_later[] = { "image" };
const struct table mount_table = TABLE("a volume", mount_keys, mount_later);
#undef AT

#define AT(member) offsetof(struct stk_attachment, member)
static const struct key attachment_keys[] = {
    { "aliases", &type_strings, AT(aliases), KEY_UNIQUE, "further names on this network", NULL },
    { "ipv4_address", &type_string, AT(ipv4_address), 0, "fixed IPv4 address", NULL },
    { "ipv6_address", &type_string, AT(ipv6_address), 0, "fixed IPv6 address", NULL },
    { "priority", &type_int, AT(priority), 0, "networks are connected highest first", NULL },
};
static const char *const attachment_later[] = { "link_local_ips", "mac_address", "driver_opts",
                                                "gw_priority", "interface_name" };
const struct table attachment_table = TABLE("a network", attachment_keys, attachment_later);
#undef AT

#define AT(member) offsetof(struct stk_depend, member)
static const struct key depend_keys[] = {
    { "condition", &type_condition, AT(until), KEY_REQUIRED, "what to wait for", NULL },
    { "restart", &type_flag, AT(restart), 0, "restart when it is restarted", NULL },
    { "required", &type_flag, AT(required), 0, "false: go on without it", NULL },
};
const struct table depend_table = TABLE_ALL("depends_on", depend_keys);
#undef AT

#define AT(member) offsetof(struct stk_healthcheck, member)
static const struct key health_keys[] = {
    { "test", &type_health_test, AT(test), 0, "the command that tells health", NULL },
    { "interval", &type_duration, AT(interval), 0, "time between checks", NULL },
    { "timeout", &type_duration, AT(timeout), 0, "time one check may take", NULL },
    { "retries", &type_int, AT(retries), 0, "failures in a row that make it unhealthy", NULL },
    { "start_period", &type_duration, AT(start_period), 0, "failures do not count this long",
      NULL },
    { "start_interval", &type_duration, AT(start_interval), 0, "time between checks in that period",
      NULL },
    { "disable", &type_flag, AT(disable), 0, "no check, whatever the image says", NULL },
};
static const struct table health_table = TABLE_ALL("healthcheck", health_keys);
#undef AT

#define AT(member) offsetof(struct stk_logging, member)
static const struct key logging_keys[] = {
    { "driver", &type_string, AT(driver), 0, "log driver of the engine", NULL },
    { "options", &type_map, AT(options), KEY_NO_BOOLS | KEY_NULLS, "its options", NULL },
};
static const struct table logging_table = TABLE_ALL("logging", logging_keys);
#undef AT

#define AT(member) offsetof(struct stk_deploy, member)
static const struct key limit_keys[] = {
    { "cpus", &type_float, AT(limit_cpus), 0, "processors", NULL },
    { "memory", &type_bytes, AT(limit_memory), 0, "memory", NULL },
    { "pids", &type_int, AT(limit_pids), 0, "processes", NULL },
};
static const struct table limit_table = TABLE_ALL("limits", limit_keys);
static const struct key reserve_keys[] = {
    { "cpus", &type_float, AT(reserve_cpus), 0, "no effect on one engine", NULL },
    { "memory", &type_bytes, AT(reserve_memory), 0, "memory it should keep under pressure", NULL },
};
static const char *const reserve_later[] = { "devices", "generic_resources" };
static const struct table reserve_table = TABLE("reservations", reserve_keys, reserve_later);
static const struct key resource_keys[] = {
    { "limits", &type_group, 0, 0, "what it may use at most", &limit_table },
    { "reservations", &type_group, 0, 0, "what is kept for it", &reserve_table },
};
static const struct table resource_table = TABLE_ALL("resources", resource_keys);
static const struct key deploy_keys[] = {
    { "mode", &type_string, AT(mode), KEY_NO_HASH, "replicated or global: one each on one engine",
      NULL },
    { "placement", &type_empty, 0, KEY_NO_HASH, "no effect on one engine", NULL },
    { "replicas", &type_int, AT(replicas), KEY_NO_HASH, "number of containers", NULL },
    { "resources", &type_group, 0, 0, "limits and reservations", &resource_table },
};
static const char *const deploy_later[] = { "endpoint_mode", "labels", "restart_policy",
                                            "rollback_config", "update_config" };
static const struct table deploy_table = TABLE("deploy", deploy_keys, deploy_later);
#undef AT

#define AT(member)  offsetof(struct stk_service, member)
#define OWN(member) offsetof(struct service, member)
static const struct key service_keys[] = {
    { "cap_add", &type_strings, AT(cap_add), KEY_UNIQUE, "capabilities to add", NULL },
    { "cap_drop", &type_strings, AT(cap_drop), KEY_UNIQUE, "capabilities to take away", NULL },
    { "command", &type_command, AT(command), KEY_PRINT_NULL | KEY_NULL_OK,
      "instead of the image's command", NULL },
    { "container_name", &type_string, AT(container_name), 0, "fixed name of its one container",
      NULL },
    { "cpus", &type_float, AT(cpus), 0, "processors it may use", NULL },
    { "depends_on", &type_depends_on, AT(depends_on), KEY_NO_HASH, "what must be up before", NULL },
    { "deploy", &type_deploy, AT(deploy), 0, "replicas and resources", &deploy_table },
    { "dns", &type_string_or_strings, AT(dns), KEY_UNIQUE, "name servers", NULL },
    { "dns_opt", &type_strings, AT(dns_opt), KEY_UNIQUE, "options of the resolver", NULL },
    { "dns_search", &type_string_or_strings, AT(dns_search), KEY_UNIQUE, "search domains", NULL },
    { "entrypoint", &type_command, AT(entrypoint), KEY_PRINT_NULL | KEY_NULL_OK,
      "instead of the image's entrypoint", NULL },
    { "env_file", &type_env_files, OWN(env_files), 0, "files of environment variables", NULL },
    { "environment", &type_kvs, AT(environment), KEY_FROM_ENV | KEY_NULLS, "environment variables",
      NULL },
    { "expose", &type_expose, AT(expose), 0, "ports told to other services", NULL },
    { "extra_hosts", &type_extra_hosts, AT(extra_hosts), 0, "names for /etc/hosts", NULL },
    { "healthcheck", &type_healthcheck, AT(healthcheck), 0, "how to tell that it works",
      &health_table },
    { "hostname", &type_string, AT(hostname), 0, "its host name", NULL },
    { "image", &type_string, AT(image), 0, "image to run", NULL },
    { "init", &type_bool, AT(init), KEY_PRINT_FALSE, "run the engine's init as process 1", NULL },
    { "labels", &type_kvs, AT(labels), 0, "labels of the container", NULL },
    { "logging", &type_logging, AT(logging), 0, "where its output goes", &logging_table },
    { "mem_limit", &type_bytes, AT(mem_limit), 0, "memory it may use", NULL },
    { "networks", &type_networks, AT(networks), 0, "networks it is on", NULL },
    { "ports", &type_ports, AT(ports), 0, "ports published on the host", NULL },
    { "privileged", &type_bool, AT(privileged), 0, "all powers over the host", NULL },
    { "profiles", &type_strings, AT(profiles), KEY_NO_HASH | KEY_UNIQUE,
      "it takes part only in these", NULL },
    { "pull_policy", &type_pull_policy, AT(pull_policy), KEY_NO_HASH, "when the image is pulled",
      NULL },
    { "read_only", &type_bool, AT(read_only), 0, "no writing to its root file system", NULL },
    { "restart", &type_string, AT(restart), 0, "what the engine does when it exits", NULL },
    { "scale", &type_int, AT(scale), KEY_NO_HASH, "number of containers", NULL },
    { "security_opt", &type_strings, AT(security_opt), KEY_DISTINCT,
      "security options of the engine", NULL },
    { "shm_size", &type_bytes, AT(shm_size), 0, "size of /dev/shm", NULL },
    { "stdin_open", &type_bool, AT(stdin_open), 0, "keep its standard input open", NULL },
    { "stop_grace_period", &type_duration, AT(stop_grace_period), 0,
      "time to stop before it is killed", NULL },
    { "stop_signal", &type_string, AT(stop_signal), 0, "signal that stops it", NULL },
    { "sysctls", &type_kvs, AT(sysctls), 0, "kernel parameters of its namespaces", NULL },
    { "tmpfs", &type_string_or_strings, AT(tmpfs), KEY_UNIQUE, "file systems in memory", NULL },
    { "tty", &type_bool, AT(tty), 0, "give it a terminal", NULL },
    { "ulimits", &type_ulimits, AT(ulimits), 0, "limits of its processes", NULL },
    { "user", &type_string, AT(user), 0, "user it runs as", NULL },
    { "volumes", &type_mounts, AT(volumes), 0, "what is mounted into it", NULL },
    { "working_dir", &type_string, AT(working_dir), 0, "directory its command starts in", NULL },
};
static const char *const service_later[] = {
    "annotations",
    "attach",
    "blkio_config",
    "build",
    "cgroup",
    "cgroup_parent",
    "configs",
    "cpu_count",
    "cpu_percent",
    "cpu_period",
    "cpu_quota",
    "cpu_rt_period",
    "cpu_rt_runtime",
    "cpu_shares",
    "cpuset",
    "credential_spec",
    "develop",
    "device_cgroup_rules",
    "devices",
    "domainname",
    "extends",
    "external_links",
    "gpus",
    "group_add",
    "ipc",
    "isolation",
    "label_file",
    "links",
    "mac_address",
    "mem_reservation",
    "mem_swappiness",
    "memswap_limit",
    "models",
    "network_mode",
    "oom_kill_disable",
    "oom_score_adj",
    "pid",
    "pids_limit",
    "platform",
    "post_start",
    "pre_start",
    "pre_stop",
    "provider",
    "pull_refresh_after",
    "runtime",
    "secrets",
    "storage_opt",
    "use_api_socket",
    "userns_mode",
    "uts",
    "volumes_from",
};
const struct table service_table = TABLE(NULL, service_keys, service_later);
#undef AT
#undef OWN

#define AT(member) offsetof(struct stk_network, member)
static const struct key network_keys[] = {
    { "attachable", &type_bool, AT(attachable), 0, "other containers may join", NULL },
    { "driver", &type_string, AT(driver), 0, "network driver", NULL },
    { "driver_opts", &type_map, AT(driver_opts), KEY_NO_BOOLS, "its options", NULL },
    { "enable_ipv6", &type_bool, AT(enable_ipv6), KEY_PRINT_FALSE, "IPv6 addresses as well", NULL },
    { "external", &type_network_external, AT(external), 0,
      "it is there already and nobody of ours makes it", NULL },
    { "internal", &type_bool, AT(internal), 0, "no way out", NULL },
    { "ipam", &type_empty, 0, 0, "its addresses", NULL },
    { "labels", &type_kvs, AT(labels), 0, "labels of the network", NULL },
    { "name", &type_string, AT(name), 0, "its name on the engine", NULL },
};
static const char *const network_later[] = { "enable_ipv4" };
const struct table network_table = TABLE(NULL, network_keys, network_later);
#undef AT

#define AT(member) offsetof(struct stk_volume, member)
static const struct key volume_keys[] = {
    { "driver", &type_string, AT(driver), 0, "volume driver", NULL },
    { "driver_opts", &type_map, AT(driver_opts), KEY_NO_BOOLS, "its options", NULL },
    { "external", &type_volume_external, AT(external), 0,
      "it is there already and nobody of ours makes it", NULL },
    { "labels", &type_kvs, AT(labels), 0, "labels of the volume", NULL },
    { "name", &type_string, AT(name), 0, "its name on the engine", NULL },
};
const struct table volume_table = TABLE_ALL(NULL, volume_keys);
#undef AT
