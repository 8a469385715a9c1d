/* types.h — what a key may hold: one struct type each, with how it is read and how it is printed.
 *
 * The tables of keys.c name them; table.c walks those tables. */
#ifndef STK_SPEC_TYPES_H
#define STK_SPEC_TYPES_H

#include <jansson.h>

#include "load.h"

enum {
    KEY_NO_HASH = 1,    /* no part of what a container is made from */
    KEY_PRINT_NULL = 2, /* printed as null when it is not set, but not in YAML */
    KEY_FROM_ENV = 4,   /* names without a value take it from the environment */
    KEY_UNIQUE = 8,     /* a list whose repeated items are dropped, by what is before '=' */
    KEY_NULLS = 16,     /* null is a value of the map */
    KEY_REQUIRED = 32,
    KEY_NULL_OK = 64,   /* null is as good as absent */
    KEY_NO_BOOLS = 128, /* a map whose values are strings and numbers only */
    KEY_PRINT_FALSE = 256,
    KEY_DISTINCT = 512,          /* a list whose repeated items are refused */
    KEY_OMIT_ZERO = 1024,        /* 0 is printed no more than absence is */
    KEY_NOT_ACTED = 2048,        /* loaded and shown; `up` does nothing about it, and says so */
    KEY_NO_CONFIG = 16384,       /* Docker Compose leaves it out of its JSON */
    KEY_NO_COMPOSE_HASH = 32768, /* Docker Compose does not hash it */
    KEY_NUMBERS = 8192,          /* a list whose items may be numbers */
    KEY_DROP_UNSET = 4096, /* names that the environment has no value for either are dropped */
};

/* PRINT_CANON leaves out KEY_NO_HASH and whatever depends on how it was written; PRINT_COMPOSE is what
 * Docker Compose hashes, in the order of the rows: its model without KEY_NO_COMPOSE_HASH. PRINT_CONFIG doubles '$', in the names of
 * labels and variables too; PRINT_YAML not in those, which no reader would halve again. */
enum printing { PRINT_CONFIG, PRINT_YAML, PRINT_CANON, PRINT_COMPOSE };

struct key;
struct type {
    const char *what; /* "a string": what it takes, for messages and the reference */
    bool (*parse)(struct load *ld, const struct key *key, struct node *node, void *object);
    json_t *(*print)(const struct key *key, const void *object,
                     enum printing how); /* NULL: not set */
};

struct table;
struct key {
    const char *name;
    const struct type *type;
    size_t offset; /* of the field in the object */
    unsigned flags;
    const char *help;
    const struct table *sub; /* of an object or a list of objects */
    const char *fallback;    /* for people: what holds when it is absent; NULL: others say */
};
struct table {
    const char *what; /* "healthcheck": for messages; NULL: the object names itself (load.where) */
    const struct key *keys;
    size_t n;
    /* Of the items of a list: */
    size_t size; /* bytes one takes */
    bool (*scalar)(struct load *ld, const struct key *key, struct node *node,
                   void *object); /* the short form; NULL: there is none */
    /* Rules across the keys of one, and what follows from them; or NULL. */
    bool (*finish)(struct load *ld, struct node *node, void *object);
};

/* A list in an object: a pointer and, right after it, how many there are. */
struct array {
    void *v;
    size_t n;
};
struct array array_get(const void *at);
void array_set(void *at, void *v, size_t n);

#define FIELD(object, key, T) ((T *)(void *)((char *)(object) + (key)->offset))
#define CONST_FIELD(object, key, T)                                                                \
    ((const T *)(const void *)((const char *)(object) + (key)->offset))

/* Every key of the node into the object: unknown keys are problems. */
bool table_parse(struct load *ld, const struct table *table, struct node *node, void *object);
/* Adds every key that is set to the JSON object. */
void table_print(const struct table *table, const void *object, enum printing how, json_t *into);
/* " of service 'web'", or "": the end of a message. */
const char *where(struct load *ld);

/* 'key' must be WHAT, not what the node is. Always false. */
bool fail_type(struct load *ld, const struct key *key, const struct node *node);

/* Single values */
extern const struct type type_string, type_bool, type_int, type_float, type_bytes, type_duration,
    type_flag, type_published, type_port_number, type_condition, type_mount_type, type_octal,
    type_pull_policy, type_word, type_text, type_image, type_device_count, type_file_mode,
    type_path, type_oom_score, type_container_name, type_regex, type_inside_path, type_address;
/* Lists and maps */
extern const struct type type_strings, type_string_or_strings, type_command, type_expose, type_kvs,
    type_map, type_extra_hosts, type_ulimits, type_label_files, type_ssh, type_contexts,
    type_provider_options, type_spreads, type_rates, type_weights;
/* Objects */
extern const struct type type_group, type_deploy, type_healthcheck, type_health_test, type_logging,
    type_ports, type_mounts, type_networks, type_depends_on, type_env_files, type_network_external,
    type_volume_external, type_file_external, type_set_group, type_objects, type_gpus, type_devices,
    type_build, type_file_refs, type_models, type_extends, type_section, type_services,
    type_include, type_name, type_ready_http;

/* For types that read others' forms */
bool read_bool(struct load *ld, const struct key *key, const struct node *node, bool *ret);
bool read_strings(struct load *ld, const struct key *key, struct node *node, struct stk_strs *ret);
bool read_kvs(struct load *ld, const struct key *key, struct node *node, struct stk_kvs *ret);
bool read_port_spec(struct load *ld, const struct node *node, const char *text, struct stk_port **v,
                    size_t *n, size_t *cap);
bool split_words(struct load *ld, const struct node *node, const char *text, struct stk_strs *ret);
json_t *strs_json(const struct stk_strs *strs, enum printing how);
json_t *kvs_json(const struct stk_kvs *kvs, enum printing how);
/* A string as JSON: '$' doubled for PRINT_CONFIG, bytes that are no UTF-8 replaced. NULL for NULL. */
json_t *text_json(const char *text, enum printing how);
json_t *bytes_json(int64_t bytes);
json_t *type_flag_print(const struct key *key, const void *object, enum printing how);
/* A malloc'd array of n into the arena; frees it. */
void *keep_array(struct load *ld, void *v, size_t n, size_t size);

#endif
