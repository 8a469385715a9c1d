/* keys_deploy.c — keys of deploy. Much of it means something to a cluster only. */
#include "arena.h"
#include "keys.h"

#define AT(member) offsetof(struct stk_generic_resource, member)
static const struct key discrete_keys[] = {
    { "kind", &type_string, AT(kind), 0, "kind of resource", NULL },
    { "value", &type_int, AT(value), 0, "how many", NULL },
};
static const struct table discrete_table = TABLE("discrete_resource_spec", discrete_keys);
static const struct key generic_keys[] = {
    { "discrete_resource_spec", &type_set_group, 0, 0, "a kind and how many", &discrete_table },
};
static const struct table generic_table =
    TABLE_OF(stk_generic_resource, "generic_resources", generic_keys, );
#undef AT

#define AT(member) offsetof(struct stk_update_config, member)
static const struct key order_rows[] = {
    { "start-first", NULL, 0, 0, "the new one is started first", NULL },
    { "stop-first", NULL, 0, 0, "the old one is stopped first", NULL },
};
static const struct table order_words = TABLE("start-first or stop-first", order_rows);
static const struct key failure_rows[] = {
    { "pause", NULL, 0, 0, "the rest stays as it is", NULL },
    { "continue", NULL, 0, 0, "the rest is updated all the same", NULL },
    { "rollback", NULL, 0, 0, "what was replaced takes its place again", NULL },
};
static const struct table failure_words = TABLE("pause, continue or rollback", failure_rows);
static const struct key update_keys[] = {
    { "parallelism", &type_int, AT(parallelism), 0, "containers at once; 0: all", NULL },
    { "delay", &type_duration, AT(delay), KEY_OMIT_ZERO, "time between two batches", NULL },
    { "failure_action", &type_word, AT(failure_action), 0, "when one does not get ready",
      &failure_words },
    { "monitor", &type_duration, AT(monitor), KEY_OMIT_ZERO,
      "time to get ready; without a health check, time to run without an end", NULL },
    { "max_failure_ratio", &type_float, AT(max_failure_ratio), 0, "failures that are bearable",
      NULL },
    { "order", &type_word, AT(order), 0, "which comes first", &order_words },
};
static const struct table update_table = TABLE("update_config", update_keys);
static const struct key rollback_keys[] = {
    { "parallelism", &type_int, AT(parallelism), 0, "containers at once; 0: all", NULL },
    { "delay", &type_duration, AT(delay), KEY_OMIT_ZERO | KEY_NOT_ACTED, "no effect", NULL },
    { "failure_action", &type_word, AT(failure_action), KEY_NOT_ACTED, "no effect",
      &failure_words },
    { "monitor", &type_duration, AT(monitor), KEY_OMIT_ZERO | KEY_NOT_ACTED, "no effect", NULL },
    { "max_failure_ratio", &type_float, AT(max_failure_ratio), KEY_NOT_ACTED, "no effect", NULL },
    { "order", &type_word, AT(order), KEY_NOT_ACTED, "no effect", &order_words },
};
static const struct table rollback_table = TABLE("rollback_config", rollback_keys);
#undef AT

#define AT(member) offsetof(struct stk_restart_policy, member)
static const struct key restart_keys[] = {
    { "condition", &type_string, AT(condition), 0, "none, on-failure or any", NULL },
    { "delay", &type_duration, AT(delay), KEY_NO_HASH | KEY_NOT_ACTED, "time between tries", NULL },
    { "max_attempts", &type_int, AT(max_attempts), 0, "tries before it is given up", NULL },
    { "window", &type_duration, AT(window), KEY_NO_HASH | KEY_NOT_ACTED,
      "time until a start counts as good", NULL },
};
static const struct table restart_table = TABLE("deploy.restart_policy", restart_keys);
#undef AT

#define AT(member) offsetof(struct stk_placement, member)
static const struct key placement_keys[] = {
    { "constraints", &type_strings, AT(constraints), 0, "which nodes will do", NULL },
    { "preferences", &type_spreads, AT(spreads), 0, "which are liked better", &preference_table },
    { "max_replicas_per_node", &type_int, AT(max_replicas), KEY_OMIT_ZERO, "at most so many on one",
      NULL },
};
static const struct table placement_table = TABLE("placement", placement_keys);
#undef AT

#define AT(member) offsetof(struct stk_deploy, member)
static const struct key limit_keys[] = {
    { "cpus", &type_float, AT(limit_cpus), 0, "processors", NULL },
    { "memory", &type_bytes, AT(limit_memory), 0, "memory", NULL },
    { "pids", &type_int, AT(limit_pids), KEY_OMIT_ZERO, "processes", NULL },
};
static const struct table limit_table = TABLE("limits", limit_keys);
static const struct key reserve_keys[] = {
    { "cpus", &type_float, AT(reserve_cpus), KEY_NOT_ACTED, "no effect on one engine", NULL },
    { "memory", &type_bytes, AT(reserve_memory), 0, "memory it should keep under pressure", NULL },
    { "devices", &type_objects, AT(devices), 0, "devices by what they can do", &request_table },
    { "generic_resources", &type_objects, AT(generic), KEY_NO_HASH | KEY_NOT_ACTED,
      "no effect on one engine", &generic_table },
};
static const struct table reserve_table = TABLE("deploy.resources.reservations", reserve_keys);
static const struct key resource_keys[] = {
    { "limits", &type_group, 0, 0, "what it may use at most", &limit_table },
    { "reservations", &type_group, 0, 0, "what is kept for it", &reserve_table },
};
static const struct table resource_table = TABLE("resources", resource_keys);
static const struct key deploy_keys[] = {
    { "mode", &type_string, AT(mode), KEY_NO_HASH, "replicated or global: one each on one engine",
      NULL, "replicated" },
    { "replicas", &type_int, AT(replicas), KEY_NO_HASH | KEY_NO_COMPOSE_HASH,
      "number of containers", NULL, "1" },
    { "labels", &type_kvs, AT(labels), KEY_NO_HASH | KEY_NOT_ACTED, "labels of a cluster's service",
      NULL },
    { "update_config", &type_set_group, AT(update_config), KEY_NO_HASH,
      "how instances are replaced by new ones", &update_table },
    { "rollback_config", &type_set_group, AT(rollback_config), KEY_NO_HASH,
      "how they take their places again", &rollback_table },
    { "resources", &type_group, 0, 0, "limits and reservations", &resource_table },
    { "restart_policy", &type_set_group, AT(restart_policy), 0, "instead of restart",
      &restart_table },
    { "placement", &type_group, AT(placement), KEY_NO_HASH | KEY_NOT_ACTED,
      "no effect on one engine", &placement_table },
    { "endpoint_mode", &type_string, AT(endpoint_mode), KEY_NO_HASH | KEY_NOT_ACTED,
      "no effect on one engine", NULL },
};
const struct table deploy_table = TABLE("deploy", deploy_keys);
#undef AT
