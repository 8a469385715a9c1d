/* keys_item.c — keys of what a service lists: ports, volumes, networks, dependencies, devices, secrets. */
#include "arena.h"
#include "keys.h"
#include "model.h"

#define AT(member) offsetof(struct stk_port, member)
static const struct key port_keys[] = {
    { "name", &type_string, AT(name), 0, "a name for people", NULL },
    { "mode", &type_string, AT(mode), 0, "ingress or host: the same on one engine", NULL,
      "ingress" },
    { "host_ip", &type_string, AT(host_ip), 0, "host address to listen on", NULL },
    { "target", &type_port_number, AT(target), 0, "port in the container", NULL },
    { "published", &type_published, AT(published), 0, "port on the host; absent: any free one",
      NULL },
    { "protocol", &type_string, AT(protocol), 0, "tcp, udp or sctp", NULL, "tcp" },
    { "app_protocol", &type_string, AT(app_protocol), 0, "what is spoken there, for people", NULL },
};
const struct table port_table = TABLE("a port", port_keys);
#undef AT

#define AT(member) offsetof(struct stk_mount, member)
static const struct key recursive_rows[] = {
    { "enabled", NULL, 0, 0, "they are mounted too", NULL },
    { "disabled", NULL, 0, 0, "they are not", NULL },
    { "writable", NULL, 0, 0, "read_only leaves them writable", NULL },
    { "readonly", NULL, 0, 0, "read_only is for them too", NULL },
};
static const struct table recursive_words =
    TABLE("enabled, disabled, writable or readonly", recursive_rows);
static const struct key selinux_rows[] = {
    { "z", NULL, 0, 0, "shared with other containers", NULL },
    { "Z", NULL, 0, 0, "of this container only", NULL },
};
static const struct table selinux_words = TABLE("z or Z", selinux_rows);
static const struct key bind_keys[] = {
    { "selinux", &type_word, AT(selinux), 0, "label for SELinux", &selinux_words },
    { "propagation", &type_string, AT(propagation), 0, "how mounts below it spread", NULL },
    { "create_host_path", &type_bool, AT(create_host_path), 0,
      "make the directory when it is missing", NULL },
    { "recursive", &type_word, AT(recursive), 0, "what becomes of the mounts below it",
      &recursive_words },
};
static const struct table bind_table = TABLE("bind", bind_keys);

static const struct key named_keys[] = {
    { "labels", &type_kvs, AT(volume_labels), 0, "labels of an anonymous volume", NULL },
    { "nocopy", &type_flag, AT(nocopy), 0, "do not fill a new volume from the image", NULL },
    { "subpath", &type_string, AT(subpath), 0, "a directory of the volume", NULL },
};
static const struct table named_table = TABLE("volume", named_keys);

static const struct key tmpfs_keys[] = {
    { "size", &type_bytes, AT(tmpfs_size), 0, "its size", NULL },
    { "mode", &type_octal, AT(tmpfs_mode), 0, "its file mode", NULL },
};
static const struct table tmpfs_table = TABLE("tmpfs", tmpfs_keys);

static const struct key image_keys[] = {
    { "subpath", &type_string, AT(image_subpath), 0, "a directory of the image", NULL },
};
static const struct table image_table = TABLE("image", image_keys);

static const struct key mount_keys[] = {
    { "type", &type_mount_type, AT(type), KEY_REQUIRED, "bind, volume, tmpfs or image", NULL },
    { "source", &type_string, AT(source), 0, "path on the host, or key of a volume", NULL },
    { "target", &type_string, AT(target), 0, "path in the container", NULL },
    { "read_only", &type_flag, AT(read_only), 0, "no writing", NULL },
    { "consistency", &type_string, AT(consistency), 0, "for other platforms", NULL },
    { "bind", &type_group, 0, 0, "options of a bind mount", &bind_table },
    { "volume", &type_group, 0, 0, "options of a named volume", &named_table },
    { "tmpfs", &type_group, 0, 0, "options of a tmpfs", &tmpfs_table },
    { "image", &type_group, 0, 0, "options of an image", &image_table },
};
const struct table mount_table = TABLE("a volume", mount_keys);
#undef AT

#define AT(member) offsetof(struct stk_attachment, member)
static const struct key attachment_keys[] = {
    { "aliases", &type_strings, AT(aliases), KEY_UNIQUE, "further names on this network", NULL },
    { "ipv4_address", &type_string, AT(ipv4_address), 0, "fixed IPv4 address", NULL },
    { "ipv6_address", &type_string, AT(ipv6_address), 0, "fixed IPv6 address", NULL },
    { "priority", &type_int, AT(priority), KEY_OMIT_ZERO, "networks are connected highest first",
      NULL },
    { "link_local_ips", &type_strings, AT(link_local_ips), KEY_UNIQUE, "link-local addresses",
      NULL },
    { "mac_address", &type_string, AT(mac_address), 0, "fixed hardware address", NULL },
    { "driver_opts", &type_map, AT(driver_opts), KEY_NO_BOOLS, "options for the network's driver",
      NULL },
    { "gw_priority", &type_int, AT(gw_priority), KEY_OMIT_ZERO,
      "the highest one's gateway is the container's", NULL },
    { "interface_name", &type_string, AT(interface_name), 0,
      "name of the interface in the container", NULL },
};
const struct table attachment_table = TABLE("a network", attachment_keys);
#undef AT

#define AT(member) offsetof(struct stk_depend, member)
static const struct key depend_keys[] = {
    { "condition", &type_condition, AT(until), KEY_REQUIRED, "what to wait for", NULL,
      "service_started" },
    { "restart", &type_flag, AT(restart), 0, "restart when it is restarted", NULL, "false" },
    { "required", &type_flag, AT(required), 0, "false: go on without it", NULL, "true" },
};
const struct table depend_table = TABLE("depends_on", depend_keys);
#undef AT

#define AT(member) offsetof(struct stk_device, member)
static const struct key device_keys[] = {
    { "source", &type_string, AT(source), KEY_REQUIRED, "device of the host, or name for CDI",
      NULL },
    { "target", &type_string, AT(target), 0, "its path in the container; absent: the same", NULL },
    { "permissions", &type_string, AT(permissions), 0, "read, write, mknod: rwm", NULL },
};
const struct table device_table =
    TABLE_OF(stk_device, "a device", device_keys, .scalar = device_scalar, .finish = device_finish);
#undef AT

#define AT(member) offsetof(struct stk_device_request, member)
static const struct key request_keys[] = {
    { "capabilities", &type_strings, AT(capabilities), KEY_REQUIRED | KEY_DISTINCT,
      "what they can do: gpu", NULL },
    { "driver", &type_string, AT(driver), 0, "driver, such as nvidia", NULL },
    { "count", &type_device_count, AT(count), 0, "how many, or all", NULL },
    { "device_ids", &type_strings, AT(device_ids), KEY_DISTINCT, "which ones", NULL },
    { "options", &type_kvs, AT(options), 0, "options for the driver", NULL },
};
const struct table request_table =
    TABLE_OF(stk_device_request, "devices", request_keys, .finish = request_finish);
static const struct key gpu_keys[] = {
    { "capabilities", &type_strings, AT(capabilities), KEY_DISTINCT,
      "what they can do, besides gpu", NULL },
    { "driver", &type_string, AT(driver), 0, "driver, such as nvidia", NULL },
    { "count", &type_device_count, AT(count), 0, "how many, or all", NULL },
    { "device_ids", &type_strings, AT(device_ids), KEY_DISTINCT, "which ones", NULL },
    { "options", &type_kvs, AT(options), 0, "options for the driver", NULL },
};
const struct table gpu_table =
    TABLE_OF(stk_device_request, "gpus", gpu_keys, .finish = request_finish);
#undef AT

#define AT(member) offsetof(struct stk_device_rate, member)
static const struct key weight_keys[] = {
    { "path", &type_string, AT(path), 0, "a block device", NULL },
    { "weight", &type_int, AT(rate), 0, "its weight, 10 to 1000", NULL },
};
static const struct table weight_table = TABLE_OF(stk_device_rate, "weight_device", weight_keys, );
static const struct key rate_keys[] = {
    { "path", &type_string, AT(path), 0, "a block device", NULL },
    { "rate", &type_bytes, AT(rate), 0, "bytes or operations a second", NULL },
};
static const struct table rate_table = TABLE_OF(stk_device_rate, "a rate", rate_keys, );
#undef AT

#define AT(member) offsetof(struct stk_blkio, member)
static const struct key blkio_keys[] = {
    { "weight", &type_int, AT(weight), KEY_OMIT_ZERO, "share of block I/O, 10 to 1000", NULL },
    { "weight_device", &type_weights, AT(weight_device), 0, "the same for one device",
      &weight_table },
    { "device_read_bps", &type_rates, AT(read_bps), 0, "bytes read a second", &rate_table },
    { "device_read_iops", &type_rates, AT(read_iops), 0, "reads a second", &rate_table },
    { "device_write_bps", &type_rates, AT(write_bps), 0, "bytes written a second", &rate_table },
    { "device_write_iops", &type_rates, AT(write_iops), 0, "writes a second", &rate_table },
};
const struct table blkio_table = TABLE("blkio_config", blkio_keys);
#undef AT

#define AT(member) offsetof(struct stk_file_ref, member)
#define REF_KEYS(what)                                                                             \
    { "source", &type_string, AT(source), 0, "name of the " what, NULL },                          \
        { "target", &type_string, AT(target), 0, "where the container sees it", NULL },            \
        { "uid", &type_string, AT(uid), 0, "owner", NULL },                                        \
        { "gid", &type_string, AT(gid), 0, "group", NULL },                                        \
        { "mode", &type_file_mode, AT(mode), 0, "file mode", NULL },
static const struct key secret_ref_keys[] = { REF_KEYS("secret") };
const struct table secret_ref_table =
    TABLE_OF(stk_file_ref, "a secret", secret_ref_keys, .scalar = file_ref_scalar,
             .finish = file_ref_finish);
static const struct key config_ref_keys[] = { REF_KEYS("config") };
const struct table config_ref_table =
    TABLE_OF(stk_file_ref, "a config", config_ref_keys, .scalar = file_ref_scalar,
             .finish = file_ref_finish);
#undef AT

#define AT(member) offsetof(struct stk_model_ref, member)
static const struct key model_ref_keys[] = {
    { "endpoint_var", &type_string, AT(endpoint_var), 0, "variable that tells its address", NULL },
    { "model_var", &type_string, AT(model_var), 0, "variable that tells its name", NULL },
};
const struct table model_ref_table = TABLE("a model", model_ref_keys);
#undef AT
