/* schema.c — the tables of keys as a JSON Schema. What a type takes stands in one table here; the keys,
 * their help and what is required come from the tables that the parser walks. */
#include "schema.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "keys.h"

#define STRING  "{\"type\": \"string\"}"
#define STRINGS "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}"
#define BOOLEAN "{\"type\": [\"boolean\", \"string\"]}" /* a string: a variable */
#define INTEGER "{\"type\": [\"integer\", \"string\"]}"
#define NUMBER  "{\"type\": [\"number\", \"string\"]}"
#define MAPPING                                                                                    \
    "{\"type\": \"object\", \"additionalProperties\": "                                            \
    "{\"type\": [\"string\", \"number\", \"boolean\", \"null\"]}}"
#define SUB            "{\"$sub\": true}" /* the table of the row */
#define LIST_OF(what)  "{\"type\": \"array\", \"items\": " what "}"
#define NAMES_OF(what) "{\"type\": \"object\", \"additionalProperties\": " what "}"
#define EITHER(a, b)   "{\"oneOf\": [" a ", " b "]}"
#define NULL_OR(what)  EITHER("{\"type\": \"null\"}", what)
#define VARIABLES      EITHER(MAPPING, STRINGS)
#define EXTERNAL       EITHER(BOOLEAN, SUB) /* the mapping is obsolete */

static const struct {
    const struct type *type;
    const char *schema;
} types[] = {
    { &type_string, STRING },
    { &type_image, STRING },
    { &type_container_name, STRING },
    { &type_path, STRING },
    { &type_regex, STRING },
    { &type_inside_path, STRING },
    { &type_address, "{\"type\": [\"integer\", \"string\"]}" },
    { &type_ready_http, EITHER(STRING, SUB) },
    { &type_text, "{\"type\": [\"string\", \"number\", \"boolean\"]}" },
    { &type_duration, STRING },
    { &type_pull_policy, STRING },
    { &type_condition, STRING },
    { &type_mount_type, STRING },
    { &type_word, "{\"$words\": true}" },
    { &type_bool, BOOLEAN },
    { &type_flag, BOOLEAN },
    { &type_network_external, EXTERNAL },
    { &type_volume_external, EXTERNAL },
    { &type_file_external, EXTERNAL },
    { &type_int, INTEGER },
    { &type_oom_score, INTEGER },
    { &type_device_count, INTEGER },
    { &type_octal, NUMBER },
    { &type_file_mode, NUMBER },
    { &type_float, NUMBER },
    { &type_bytes, NUMBER },
    { &type_port_number, INTEGER },
    { &type_published, INTEGER },
    { &type_strings, "{\"type\": \"array\", \"items\": {\"type\": [\"string\", \"number\"]}}" },
    { &type_string_or_strings, EITHER(STRING, STRINGS) },
    { &type_command, "{\"oneOf\": [{\"type\": [\"string\", \"null\"]}, " STRINGS "]}" },
    { &type_health_test, EITHER(STRING, STRINGS) },
    { &type_label_files, EITHER(STRING, STRINGS) },
    { &type_expose, LIST_OF(INTEGER) },
    { &type_kvs, VARIABLES },
    { &type_contexts, VARIABLES },
    { &type_ssh, VARIABLES },
    { &type_map, MAPPING },
    { &type_extra_hosts, EITHER(NAMES_OF(EITHER(STRING, STRINGS)), STRINGS) },
    { &type_ulimits, NAMES_OF(EITHER(INTEGER, SUB)) },
    { &type_env_files, EITHER(STRING, LIST_OF(EITHER(STRING, SUB))) },
    { &type_extends, EITHER(STRING, SUB) },
    { &type_group, SUB },
    { &type_set_group, SUB },
    { &type_healthcheck, SUB },
    { &type_logging, SUB },
    { &type_deploy, NULL_OR(SUB) },
    { &type_build, EITHER(STRING, SUB) },
    { &type_objects, LIST_OF(SUB) },
    { &type_rates, LIST_OF(SUB) },
    { &type_weights, LIST_OF(SUB) },
    { &type_spreads, LIST_OF(SUB) },
    { &type_devices, LIST_OF(EITHER(STRING, SUB)) },
    { &type_file_refs, LIST_OF(EITHER(STRING, SUB)) },
    { &type_gpus, EITHER(STRING, LIST_OF(SUB)) },
    { &type_ports, LIST_OF("{\"oneOf\": [{\"type\": [\"number\", \"string\"]}, " SUB "]}") },
    { &type_mounts, LIST_OF(EITHER(STRING, SUB)) },
    { &type_networks, EITHER(STRINGS, NAMES_OF(NULL_OR(SUB))) },
    { &type_models, EITHER(STRINGS, NAMES_OF(NULL_OR(SUB))) },
    { &type_depends_on, EITHER(STRINGS, NAMES_OF(SUB)) },
    { &type_provider_options,
      NAMES_OF(EITHER("{\"type\": [\"string\", \"number\", \"boolean\"]}",
                      LIST_OF("{\"type\": [\"string\", \"number\", \"boolean\"]}"))) },
    { &type_section, NULL_OR(NAMES_OF(NULL_OR(SUB))) },
    { &type_services, NAMES_OF(SUB) },
    { &type_include, LIST_OF(EITHER(STRING, SUB)) },
    { &type_name, STRING },
};

const char *schema_of_type(const struct type *type)
{
    for (size_t i = 0; i < STK_LEN(types); i++)
        if (types[i].type == type)
            return types[i].schema;
    return NULL;
}

static json_t *table_schema(const struct table *table);

/* One of the words, or a variable that stands for one. */
static json_t *words_schema(const struct table *words)
{
    json_t *names = json_array();
    for (size_t i = 0; i < words->n; i++)
        json_array_append_new(names, json_string(words->keys[i].name));
    return json_pack("{s:[{s:o}, {s:s, s:s}]}", "anyOf", "enum", names, "type", "string", "pattern",
                     "\\$");
}

/* The schema with what is below the row put where it says so. */
static json_t *fill_in(json_t *schema, const struct table *sub)
{
    if (json_object_get(schema, "$sub") || json_object_get(schema, "$words")) {
        bool words = json_object_get(schema, "$words") != NULL;
        json_decref(schema);
        return words ? words_schema(sub) : table_schema(sub);
    }
    const char *key;
    json_t *value;
    size_t i;
    void *next;
    json_object_foreach_safe(schema, next, key, value)
        json_object_set_new(schema, key, fill_in(json_incref(value), sub));
    json_array_foreach(schema, i, value)
        json_array_set_new(schema, i, fill_in(json_incref(value), sub));
    return schema;
}

static json_t *key_schema(const struct key *key)
{
    const char *text = schema_of_type(key->type);
    json_t *schema = fill_in(json_loads(text ? text : "{}", 0, NULL), key->sub);
    if (key->flags & KEY_NULL_OK && key->sub == NULL && key->type != &type_command)
        schema = json_pack("{s:[{s:s}, o]}", "oneOf", "type", "null", schema);
    json_object_set_new(schema, "description", json_string(key->help));
    return schema;
}

static json_t *table_schema(const struct table *table)
{
    json_t *keys = json_object(), *required = json_array();
    for (size_t i = 0; i < table->n; i++) {
        json_object_set_new(keys, table->keys[i].name, key_schema(&table->keys[i]));
        if (table->keys[i].flags & KEY_REQUIRED)
            json_array_append_new(required, json_string(table->keys[i].name));
    }
    json_t *schema = json_pack("{s:s, s:o, s:{s:{}}, s:b}", "type", "object", "properties", keys,
                               "patternProperties", "^x-", "additionalProperties", 0);
    if (json_array_size(required))
        json_object_set(schema, "required", required);
    json_decref(required);
    return schema;
}

char *schema_print(void)
{
    json_t *schema = table_schema(&top_table);
    json_object_set_new(schema, "$schema",
                        json_string("https://json-schema.org/draft/2020-12/schema"));
    json_object_set_new(schema, "title", json_string("Stack file"));
    char *text = json_dumps(schema, JSON_INDENT(2) | JSON_SORT_KEYS);
    json_decref(schema);
    if (!text)
        stk_out_of_memory();
    return text;
}
