/* types_item.c — types of a service, network or volume whose items have a form of their own: limits,
 * hosts, env files, and what is external. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "keys.h"
#include "model.h"
#include "text.h"
#include "types.h"

struct soft_hard {
    struct stk_opt soft, hard;
};

static const struct key soft_hard_keys[] = {
    { "soft", &type_int, offsetof(struct soft_hard, soft), KEY_REQUIRED, "the limit a process has",
      NULL },
    { "hard", &type_int, offsetof(struct soft_hard, hard), KEY_REQUIRED,
      "the limit it may raise itself to", NULL },
};
const struct table soft_hard_table = { .what = "a ulimit",
                                       .keys = soft_hard_keys,
                                       .n = STK_LEN(soft_hard_keys) };

static bool read_ulimit(struct load *ld, struct pair *pair, struct stk_ulimit *ret)
{
    struct soft_hard limits = { 0 };
    ret->name = pair->key;
    ret->single = pair->value->kind == NODE_SCALAR;
    if (!ret->single && !table_parse(ld, &soft_hard_table, pair->value, &limits))
        return false;
    bool number = ret->single && !node_is_null(pair->value) &&
                  stk_parse_int(pair->value->text, &limits.soft.v);
    if (ret->single && !number)
        return fail_node(ld, pair->value, "ulimit '%s'%s must be a whole number or a mapping",
                         pair->key, where(ld));
    ret->soft = limits.soft.v;
    ret->hard = ret->single ? limits.soft.v : limits.hard.v;
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct stk_ulimit *)a)->name, ((const struct stk_ulimit *)b)->name);
}

static bool ulimits_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    if (node->kind != NODE_MAP)
        return fail_type(ld, key, node);
    struct stk_ulimit *v = stk_arena_array(ld->arena, node->n, sizeof(*v));
    size_t n = 0;
    bool ok = true;
    for (size_t i = 0; i < node->n; i++) {
        bool read = read_ulimit(ld, &node->pairs[i], &v[n]);
        n += read;
        ok &= read;
    }
    if (n)
        qsort(v, n, sizeof(*v), by_name);
    array_set(FIELD(object, key, char), v, n);
    return ok;
}

static json_t *ulimits_print(const struct key *key, const void *object, enum printing how)
{
    struct array ulimits = array_get(CONST_FIELD(object, key, char));
    if (!ulimits.n)
        return NULL;
    json_t *map = json_object();
    for (size_t i = 0; i < ulimits.n; i++) {
        const struct stk_ulimit *u = (const struct stk_ulimit *)ulimits.v + i;
        bool one = how == PRINT_CANON ? u->soft == u->hard : u->single;
        json_t *value =
            one ? json_integer(u->soft)
                : json_pack("{s:I, s:I}", "soft", (json_int_t)u->soft, "hard", (json_int_t)u->hard);
        json_object_set_new(map, u->name, value);
    }
    return map;
}

const struct type type_ulimits = { "a mapping of limits", ulimits_parse, ulimits_print };

/* "host=address" of one item; brackets around an IPv6 address go. */
static const char *host_entry(struct load *ld, const char *host, size_t n, const char *address)
{
    size_t len = strlen(address);
    if (len > 1 && address[0] == '[' && address[len - 1] == ']') {
        address++;
        len -= 2;
    }
    return load_printf(ld, "%.*s=%.*s", (int)n, host, (int)len, address);
}

static bool host_of_item(struct load *ld, const struct node *item, struct stk_strs *list)
{
    size_t n = node_is_string(item) ? strcspn(item->text, "=") : 0;
    if (node_is_string(item) && !item->text[n])
        n = strcspn(item->text, ":");
    if (n == 0 || !item->text[n] || !item->text[n + 1])
        return fail_node(ld, item, "an item of 'extra_hosts'%s must be a string 'host=address'",
                         where(ld));
    list->v[list->n++] = host_entry(ld, item->text, n, item->text + n + 1);
    return true;
}

static bool hosts_of_pair(struct load *ld, const struct pair *pair, struct stk_strs *list)
{
    const struct node *v = pair->value;
    if (node_is_string(v)) {
        list->v[list->n++] = host_entry(ld, pair->key, strlen(pair->key), v->text);
        return true;
    }
    for (size_t i = 0; v->kind == NODE_LIST && i < v->n; i++)
        if (node_is_string(v->items[i]))
            list->v[list->n++] = host_entry(ld, pair->key, strlen(pair->key), v->items[i]->text);
        else
            return fail_node(ld, v->items[i], "an address in 'extra_hosts'%s must be a string",
                             where(ld));
    if (v->kind == NODE_LIST)
        return true;
    return fail_node(ld, v, "'%s' in 'extra_hosts'%s must be an address or a list of them",
                     pair->key, where(ld));
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool extra_hosts_parse(struct load *ld, const struct key *key, struct node *node,
                              void *object)
{
    struct stk_strs *list = FIELD(object, key, struct stk_strs);
    if (node->kind == NODE_SCALAR)
        return fail_type(ld, key, node);
    size_t room = node->n;
    for (size_t i = 0; node->kind == NODE_MAP && i < node->n; i++)
        room += node->pairs[i].value->n;
    list->v = stk_arena_array(ld->arena, room, sizeof(char *));
    list->set = true;
    bool ok = true;
    for (size_t i = 0; i < node->n; i++)
        ok &= node->kind == NODE_LIST ? host_of_item(ld, node->items[i], list)
                                      : hosts_of_pair(ld, &node->pairs[i], list);
    if (list->n)
        qsort(list->v, list->n, sizeof(char *), by_text);
    return ok;
}

static json_t *extra_hosts_print(const struct key *key, const void *object, enum printing how)
{
    return type_strings.print(key, object, how);
}

const struct type type_extra_hosts = { "a mapping or a list of 'host=address'", extra_hosts_parse,
                                       extra_hosts_print };

struct env_file_keys {
    const char *path, *format;
    struct stk_opt required;
};

static const struct key env_file_keys[] = {
    { "path", &type_string, offsetof(struct env_file_keys, path), KEY_REQUIRED, "the file", NULL },
    { "required", &type_bool, offsetof(struct env_file_keys, required), 0,
      "false: it may be missing", NULL },
    { "format", &type_string, offsetof(struct env_file_keys, format), 0,
      "raw: every line as it stands", NULL },
};
const struct table env_file_table = { .what = "env_file",
                                      .keys = env_file_keys,
                                      .n = STK_LEN(env_file_keys) };

/* A mapping may be merged of several files: its path says which. */
static const struct scope *path_scope(struct load *ld, struct node *node)
{
    const struct node *path = node_get(ld, node, "path");
    return path ? path->scope : node->scope;
}

static bool read_env_file(struct load *ld, const struct key *key, struct node *node,
                          struct env_file *ret)
{
    struct env_file_keys keys = { .required = { true, 1 } };
    if (node->kind == NODE_MAP) {
        if (!table_parse(ld, &env_file_table, node, &keys))
            return false;
    } else if (node_is_string(node)) {
        keys.path = node->text;
    } else {
        return fail_type(ld, key, node);
    }
    if (!keys.path || !*keys.path)
        return fail_node(ld, node, "an env_file%s has no path", where(ld));
    if (keys.format && *keys.format && !stk_streq(keys.format, "raw"))
        return fail_node(ld, node, "'format' of an env_file%s must be raw, not '%s'", where(ld),
                         keys.format);
    *ret = (struct env_file){ .path = path_base(ld, path_scope(ld, node), keys.path),
                              .required = keys.required.v,
                              .how = stk_streq(keys.format, "raw") ? DOTENV_RAW : DOTENV_PLAIN,
                              .src = node->src,
                              .len = node->len };
    return true;
}

static bool env_files_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    struct service *s = object;
    bool list = node->kind == NODE_LIST, ok = true;
    size_t n = list ? node->n : 1;
    s->env_files = stk_arena_array(ld->arena, n, sizeof(*s->env_files));
    for (size_t i = 0; i < n; i++) {
        bool read =
            read_env_file(ld, key, list ? node->items[i] : node, &s->env_files[s->n_env_files]);
        s->n_env_files += read;
        ok &= read;
    }
    return ok;
}

/* Merged into the environment, unless that was not wanted. */
static json_t *env_files_print(const struct key *key, const void *object, enum printing how)
{
    const struct stk_service *s = object;
    (void)key;
    if (!s->n_env_files || how == PRINT_CANON)
        return NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < s->n_env_files; i++) {
        const struct stk_env_file *file = &s->env_files[i];
        json_t *one = json_object();
        json_object_set_new(one, "path", text_json(file->path, how));
        json_object_set_new(one, "required", json_boolean(file->required));
        if (file->format)
            json_object_set_new(one, "format", json_string(file->format));
        json_array_append_new(list, one);
    }
    return list;
}

const struct type type_env_files = { "a path, or a list of paths or mappings", env_files_parse,
                                     env_files_print };

static bool label_files_parse(struct load *ld, const struct key *key, struct node *node,
                              void *object)
{
    struct service *s = object;
    bool list = node->kind == NODE_LIST;
    size_t n = list ? node->n : 1;
    s->label_files = stk_arena_array(ld->arena, n, sizeof(*s->label_files));
    for (size_t i = 0; i < n; i++) {
        struct node *item = list ? node->items[i] : node;
        if (!node_is_string(item))
            return fail_type(ld, key, item);
        s->label_files[s->n_label_files++] =
            (struct env_file){ .path = path_base(ld, item->scope, item->text),
                               .required = true,
                               .how = DOTENV_ALONE,
                               .src = item->src,
                               .len = item->len };
    }
    return true;
}

/* Merged into the labels. */
const struct type type_label_files = { "a path or a list of paths", label_files_parse, NULL };

static const struct key external_keys[] = {
    { "name", &type_string, 0, 0, "obsolete: use name: beside external: true", NULL },
};
const struct table external_table = { .what = "external", .keys = external_keys, .n = 1 };

/* true, or the obsolete {name: x}. */
static bool read_external(struct load *ld, const struct key *key, struct node *node, bool *ret,
                          const char **ret_name)
{
    if (node->kind != NODE_MAP)
        return read_bool(ld, key, node, ret);
    *ret = true;
    warn_src(ld, STK_RULE_OBSOLETE, node->src, node->len,
             "'external' as a mapping%s is obsolete: use 'name' beside 'external: true'",
             where(ld));
    return table_parse(ld, &external_table, node, ret_name);
}

static bool network_external_parse(struct load *ld, const struct key *key, struct node *node,
                                   void *object)
{
    struct network *n = object;
    return read_external(ld, key, node, &n->n.external, &n->external_name);
}

static bool volume_external_parse(struct load *ld, const struct key *key, struct node *node,
                                  void *object)
{
    struct volume *v = object;
    return read_external(ld, key, node, &v->v.external, &v->external_name);
}

static bool file_external_parse(struct load *ld, const struct key *key, struct node *node,
                                void *object)
{
    struct file *f = object;
    return read_external(ld, key, node, &f->f.external, &f->external_name);
}

const struct type type_file_external = { "a boolean", file_external_parse, type_flag_print };
const struct type type_network_external = { "a boolean", network_external_parse, type_flag_print };
const struct type type_volume_external = { "a boolean", volume_external_parse, type_flag_print };
