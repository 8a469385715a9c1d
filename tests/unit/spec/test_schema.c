/* The printed schema is current, and has the keys of the compose specification: none more, none less. */
#include <jansson.h>

#include "arena.h"
#include "buf.h"
#include "keys.h"
#include "schema.h"
#include "test.h"

static char *read_all(const char *path)
{
    static char bytes[1 << 20];
    FILE *f = fopen(path, "r");
    ck_assert_msg(f != NULL, "cannot open %s", path);
    size_t n = fread(bytes, 1, sizeof(bytes) - 1, f);
    fclose(f);
    bytes[n] = '\0';
    return bytes;
}

START_TEST(the_file_in_schemas_is_current)
{
    char *text = schema_print(), *file = read_all("../schemas/stack.schema.json");
    size_t n = strlen(text);
    ck_assert_msg(strncmp(text, file, n) == 0 && strcmp(file + n, "\n") == 0,
                  "the tables of keys have changed: run 'ninja schema'");
    free(text);
}
END_TEST

/* Names of keys below a path, each as "path: key" once. */
static void collect(json_t *schema, const char *path, json_t *into)
{
    const char *name;
    json_t *value;
    size_t i;
    if (!schema)
        return;
    json_object_foreach(json_object_get(schema, "properties"), name, value)
    {
        char at[300];
        if (strncmp(name, "x-", 2) == 0)
            continue; /* our own */
        snprintf(at, sizeof(at), "%s: %s", *path ? path : ".", name);
        json_object_set_new(into, at, json_true());
        snprintf(at, sizeof(at), "%s%s%s", path, *path ? "." : "", name);
        collect(value, at, into);
    }
    json_array_foreach(json_object_get(schema, "oneOf"), i, value) collect(value, path, into);
    json_t *rest = json_object_get(schema, "additionalProperties");
    collect(json_object_get(schema, "items"), path, into);
    if (json_is_object(rest)) {
        char at[300];
        snprintf(at, sizeof(at), "%s.*", path);
        collect(rest, at, into);
    }
}

START_TEST(its_keys_are_those_of_the_compose_specification)
{
    char *text = schema_print();
    json_t *schema = json_loads(text, 0, NULL), *ours = json_object();
    size_t wanted = 0;
    collect(schema, "", ours);
    char *lines = read_all("unit/spec/compose-keys.txt"), *rest;
    for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *colon = strchr(line, ':'), *names;
        *colon = '\0';
        for (char *name = strtok_r(colon + 1, " ", &names); name;
             name = strtok_r(NULL, " ", &names)) {
            char at[300];
            snprintf(at, sizeof(at), "%s: %s", line, name);
            ck_assert_msg(json_object_get(ours, at) != NULL, "missing: %s", at);
            json_object_del(ours, at);
            wanted++;
        }
    }
    const char *more = json_object_iter_key(json_object_iter(ours));
    ck_assert_msg(more == NULL, "not in the specification: %s", more);
    ck_assert_uint_gt(wanted, 300);
    json_decref(ours);
    json_decref(schema);
    free(text);
}
END_TEST

static void check_types(const struct table *table)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct key *key = &table->keys[i];
        if (!key->type)
            continue; /* one of a few words */
        ck_assert_msg(schema_of_type(key->type) != NULL, "'%s' has no schema", key->name);
        if (key->sub)
            check_types(key->sub);
    }
}

START_TEST(every_type_has_a_schema)
{
    check_types(&top_table);
}
END_TEST

STK_TESTS("schema", the_file_in_schemas_is_current, its_keys_are_those_of_the_compose_specification,
          every_type_has_a_schema)
