/* print.c — the normalised model, in the shape of `docker compose config`. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "keys.h"
#include "load.h"
#include "print_yaml.h"
#include "provenance.h"
#include "text.h"

static json_t *services_json(const struct stk_spec *spec, enum printing how)
{
    json_t *map = json_object();
    for (size_t i = 0; i < spec->n_services; i++) {
        json_t *one = json_object();
        table_print(&service_table, &spec->services[i], how, one);
        json_object_set_new(map, spec->services[i].name, one);
    }
    return map;
}

static json_t *networks_json(const struct stk_spec *spec, enum printing how)
{
    json_t *map = json_object();
    for (size_t i = 0; i < spec->n_networks; i++) {
        json_t *one = how == PRINT_YAML ? json_object() : json_pack("{s:{}}", "ipam");
        table_print(&network_table, &spec->networks[i], how, one);
        json_object_set_new(map, spec->networks[i].key, one);
    }
    return map;
}

static json_t *volumes_json(const struct stk_spec *spec, enum printing how)
{
    json_t *map = json_object();
    for (size_t i = 0; i < spec->n_volumes; i++) {
        json_t *one = json_object();
        table_print(&volume_table, &spec->volumes[i], how, one);
        json_object_set_new(map, spec->volumes[i].key, one);
    }
    return map;
}

static json_t *files_json(const struct stk_file *v, size_t n, const struct table *table,
                          enum printing how)
{
    json_t *map = json_object();
    for (size_t i = 0; i < n; i++) {
        json_t *one = json_object();
        table_print(table, &v[i], how, one);
        if (!v[i].inline_content)
            json_object_del(one, "content");
        json_object_set_new(map, v[i].key, one);
    }
    return map;
}

/* Docker Compose leaves them out of its JSON; read again they must be there. */
static json_t *models_json(const struct stk_spec *spec, enum printing how)
{
    json_t *map = json_object();
    for (size_t i = 0; i < spec->n_models; i++) {
        json_t *one = json_object();
        table_print(&model_table, &spec->models[i], how, one);
        json_object_set_new(map, spec->models[i].key, one);
    }
    return map;
}

/* What an extension holds, as it stands in the file. */
/* Docker Compose makes null of an empty list there. */
static json_t *node_json(const struct node *node, enum printing how)
{
    if (node->kind == NODE_LIST && node->n == 0 && how == PRINT_CONFIG)
        return json_null();
    if (node->kind == NODE_LIST) {
        json_t *list = json_array();
        for (size_t i = 0; i < node->n; i++)
            json_array_append_new(list, node_json(node->items[i], how));
        return list;
    }
    if (node->kind == NODE_MAP) {
        json_t *map = json_object();
        for (size_t i = 0; i < node->n; i++)
            json_object_set_new(map, node->pairs[i].key, node_json(node->pairs[i].value, how));
        return map;
    }
    int64_t v;
    if (node->type == SCALAR_NULL)
        return json_null();
    if (node->type == SCALAR_BOOL)
        return json_boolean(*node->text == 't');
    if (node->type == SCALAR_INT && stk_parse_int(node->text, &v))
        return json_integer(v);
    json_t *real = node->type == SCALAR_FLOAT ? json_real(strtod(node->text, NULL)) : NULL;
    return real ? real : text_json(node->text, how);
}

static void add_extensions(const struct stk_spec *spec, enum printing how, json_t *root)
{
    const struct node *top = spec->more ? spec->more->root : NULL;
    for (size_t i = 0; top && i < top->n; i++)
        if (stk_starts(top->pairs[i].key, "x-"))
            json_object_set_new(root, top->pairs[i].key, node_json(top->pairs[i].value, how));
}

/* As it was merged, with its variables. */
static json_t *raw_json(const struct stk_spec *spec)
{
    json_t *root = node_json(spec->more->root, PRINT_CANON);
    json_object_set_new(root, "name", text_json(spec->project, PRINT_CANON));
    json_object_del(root, "include");
    json_object_del(root, "version");
    return root;
}

static json_t *spec_json(const struct stk_spec *spec, enum printing how)
{
    if (spec->more && spec->more->raw)
        return raw_json(spec);
    json_t *root = json_object();
    json_object_set_new(root, "name", text_json(spec->project, how));
    json_object_set_new(root, "services", services_json(spec, how));
    if (spec->n_networks)
        json_object_set_new(root, "networks", networks_json(spec, how));
    if (spec->n_volumes)
        json_object_set_new(root, "volumes", volumes_json(spec, how));
    if (spec->n_secrets)
        json_object_set_new(root, "secrets",
                            files_json(spec->secrets, spec->n_secrets, &secret_table, how));
    if (spec->n_configs)
        json_object_set_new(root, "configs",
                            files_json(spec->configs, spec->n_configs, &config_table, how));
    if (spec->n_models && how == PRINT_YAML)
        json_object_set_new(root, "models", models_json(spec, how));
    add_extensions(spec, how, root);
    return root;
}

static int take_text(char *text, char **ret)
{
    *ret = stk_escape_json_taken(text);
    return 0;
}

int stk_spec_print(const struct stk_spec *spec, enum stk_format format, char **ret)
{
    json_t *root = spec_json(spec, format == STK_FORMAT_JSON ? PRINT_CONFIG : PRINT_YAML);
    char *text = format == STK_FORMAT_JSON ? json_dumps(root, JSON_INDENT(2) | JSON_SORT_KEYS)
                                           : yaml_print(root);
    json_decref(root);
    return take_text(text, ret);
}

int stk_spec_print_provenance(const struct stk_spec *spec, enum stk_format format, char **ret)
{
    enum printing how = format == STK_FORMAT_JSON ? PRINT_CONFIG : PRINT_YAML;
    json_t *root = spec_json(spec, how), *origins = provenance(spec, root, how);
    char *text;
    if (how == PRINT_CONFIG) {
        json_object_set(root, "x-provenance", origins);
        text = json_dumps(root, JSON_INDENT(2) | JSON_SORT_KEYS);
    } else {
        text = yaml_print_with_comments(root, origins, provenance_words);
    }
    json_decref(origins);
    json_decref(root);
    return take_text(text, ret);
}
