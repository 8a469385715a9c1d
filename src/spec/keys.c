/* keys.c — keys of the things of the top level: networks, volumes, secrets, configs, models. */
#include "keys.h"

#include "arena.h"
#include "model.h"

#define AT(member) offsetof(struct stk_ipam_pool, member)
static const struct key pool_keys[] = {
    { "subnet", &type_string, AT(subnet), 0, "such as 10.1.0.0/16", NULL },
    { "ip_range", &type_string, AT(ip_range), 0, "the part of it that is given out", NULL },
    { "gateway", &type_string, AT(gateway), 0, "address of the gateway", NULL },
    { "aux_addresses", &type_map, AT(aux_addresses), 0, "addresses that are taken, by name", NULL },
};
static const struct table pool_table = TABLE_OF(stk_ipam_pool, "ipam.config", pool_keys, );
#undef AT
#define AT(member) offsetof(struct stk_ipam, member)
static const struct key ipam_keys[] = {
    { "driver", &type_string, AT(driver), 0, "driver that gives addresses", NULL },
    { "config", &type_objects, AT(pools), 0, "subnets", &pool_table },
    { "options", &type_map, AT(options), KEY_NO_CONFIG, "options for its driver", NULL },
};
static const struct table ipam_table = TABLE("ipam", ipam_keys);
#undef AT

#define AT(member) offsetof(struct stk_network, member)
static const struct key network_keys[] = {
    { "name", &type_string, AT(name), 0, "its name on the engine", NULL, "PROJECT_KEY" },
    { "driver", &type_string, AT(driver), 0, "network driver", NULL },
    { "driver_opts", &type_map, AT(driver_opts), KEY_NO_BOOLS, "its options", NULL },
    { "ipam", &type_set_group, AT(ipam), 0, "its addresses", &ipam_table },
    { "external", &type_network_external, AT(external), 0,
      "it is there already and nobody of ours makes it", &external_table },
    { "internal", &type_bool, AT(internal), 0, "no way out", NULL },
    { "attachable", &type_bool, AT(attachable), 0, "other containers may join", NULL },
    { "labels", &type_kvs, AT(labels), 0, "labels of the network", NULL },
    { "enable_ipv4", &type_bool, AT(enable_ipv4), KEY_PRINT_FALSE, "IPv4 addresses", NULL },
    { "enable_ipv6", &type_bool, AT(enable_ipv6), KEY_PRINT_FALSE, "IPv6 addresses as well", NULL },
};
const struct table network_table = TABLE(NULL, network_keys);
#undef AT

#define AT(member) offsetof(struct stk_volume, member)
static const struct key volume_keys[] = {
    { "name", &type_string, AT(name), 0, "its name on the engine", NULL, "PROJECT_KEY" },
    { "driver", &type_string, AT(driver), 0, "volume driver", NULL },
    { "driver_opts", &type_map, AT(driver_opts), KEY_NO_BOOLS, "its options", NULL },
    { "external", &type_volume_external, AT(external), 0,
      "it is there already and nobody of ours makes it", &external_table },
    { "labels", &type_kvs, AT(labels), 0, "labels of the volume", NULL },
};
const struct table volume_table = TABLE(NULL, volume_keys);
#undef AT

#define AT(member) offsetof(struct stk_file, member)
static const struct key secret_keys[] = {
    { "environment", &type_string, AT(environment), 0, "variable that it is taken from", NULL },
    { "file", &type_path, AT(file), 0, "file that it is taken from", NULL },
    { "external", &type_file_external, AT(external), 0, "an engine that stores secrets has it",
      &external_table },
    { "name", &type_string, AT(name), 0, "its name there", NULL, "PROJECT_KEY" },
    { "labels", &type_kvs, AT(labels), 0, "its labels there", NULL },
    { "driver", &type_string, AT(driver), 0, "secret driver", NULL },
    { "driver_opts", &type_map, AT(driver_opts), KEY_NO_BOOLS, "its options", NULL },
    { "template_driver", &type_string, AT(template_driver), 0, "driver of templates", NULL },
};
const struct table secret_table = { .keys = secret_keys,
                                    .n = STK_LEN(secret_keys),
                                    .finish = file_finish };
static const struct key config_keys[] = {
    { "content", &type_string, AT(content), 0, "what it says", NULL },
    { "environment", &type_string, AT(environment), 0, "variable that it is taken from", NULL },
    { "file", &type_path, AT(file), 0, "file that it is taken from", NULL },
    { "external", &type_file_external, AT(external), 0, "an engine that stores configs has it",
      &external_table },
    { "name", &type_string, AT(name), 0, "its name there", NULL, "PROJECT_KEY" },
    { "labels", &type_kvs, AT(labels), 0, "its labels there", NULL },
    { "template_driver", &type_string, AT(template_driver), 0, "driver of templates", NULL },
};
const struct table config_table = { .keys = config_keys,
                                    .n = STK_LEN(config_keys),
                                    .finish = file_finish };
#undef AT

#define AT(member) offsetof(struct stk_model, member)
static const struct key model_keys[] = {
    { "name", &type_string, AT(name), 0, "its name", NULL },
    { "model", &type_string, AT(model), KEY_REQUIRED, "image of the model", NULL },
    { "context_size", &type_int, AT(context_size), 0, "tokens of context", NULL },
    { "runtime_flags", &type_strings, AT(runtime_flags), 0, "flags for what runs it", NULL },
};
const struct table model_table = TABLE(NULL, model_keys);
#undef AT
