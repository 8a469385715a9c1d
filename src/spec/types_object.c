/* types_object.c — the types that hold other keys: health checks, logging, deploy. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "keys.h"
#include "types.h"

/* An object whose keys are fields of a struct at the key's offset. */
static bool group_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    return table_parse(ld, key->sub, node, FIELD(object, key, char));
}

static json_t *group_print(const struct key *key, const void *object, enum printing how)
{
    json_t *group = json_object();
    table_print(key->sub, CONST_FIELD(object, key, char), how, group);
    if (json_object_size(group))
        return group;
    json_decref(group);
    return NULL;
}

/* A group that begins with bool set: `config` prints it even when it is empty. */
static json_t *set_group_print(const struct key *key, const void *object, enum printing how)
{
    json_t *group = group_print(key, object, how);
    if (!group && how != PRINT_CANON && *CONST_FIELD(object, key, bool))
        return json_object();
    return group;
}

const struct type type_group = { "a mapping", group_parse, group_print };

static bool deploy_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    FIELD(object, key, struct stk_deploy)->set = true;
    return group_parse(ld, key, node, object);
}

static json_t *deploy_print(const struct key *key, const void *object, enum printing how)
{
    if (how == PRINT_CANON)
        return group_print(key, object, how);
    if (!CONST_FIELD(object, key, struct stk_deploy)->set)
        return NULL;
    json_t *set = json_object(), *deploy = json_object();
    table_print(key->sub, CONST_FIELD(object, key, char), how, set);
    for (size_t i = 0; i < key->sub->n; i++) {
        const char *name = key->sub->keys[i].name;
        bool always = strcmp(name, "resources") == 0 || strcmp(name, "placement") == 0;
        json_t *value = json_object_get(set, name);
        if (value)
            json_object_set(deploy, name, value);
        else if (always)
            json_object_set_new(deploy, name, json_object());
    }
    json_decref(set);
    return deploy;
}

const struct type type_deploy = { "a mapping", deploy_parse, deploy_print };

static bool healthcheck_parse(struct load *ld, const struct key *key, struct node *node,
                              void *object)
{
    struct stk_healthcheck *h = FIELD(object, key, struct stk_healthcheck);
    h->set = true;
    h->src = node->src;
    return group_parse(ld, key, node, object);
}

const struct type type_healthcheck = { "a mapping", healthcheck_parse, set_group_print };

/* A string is a shell command; a list begins with how it is run. */
static bool health_test_parse(struct load *ld, const struct key *key, struct node *node,
                              void *object)
{
    static const char *const firsts[] = { "NONE", "CMD", "CMD-SHELL" };
    struct stk_strs *test = FIELD(object, key, struct stk_strs);
    if (node_is_string(node)) {
        const char **v = stk_arena_array(ld->arena, 2, sizeof(*v));
        v[0] = "CMD-SHELL";
        v[1] = node->text;
        *test = (struct stk_strs){ .set = true, .n = 2, .v = v };
        return true;
    }
    if (!read_strings(ld, key, node, test))
        return false;
    for (size_t i = 0; test->n && i < STK_LEN(firsts); i++)
        if (strcmp(firsts[i], test->v[0]) == 0)
            return true;
    if (test->n == 0)
        return true;
    return fail_hint(ld, node->items[0], "or give the whole command as one string",
                     "'test'%s must begin with CMD, CMD-SHELL or NONE, not '%s'", where(ld),
                     test->v[0]);
}

static json_t *health_test_print(const struct key *key, const void *object, enum printing how)
{
    return type_strings.print(key, object, how);
}

const struct type type_health_test = { "a string or a list of strings", health_test_parse,
                                       health_test_print };

/* What `config` always prints, empty; anything in it is for later. */
static bool empty_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    (void)object;
    if (node->kind == NODE_MAP && node->n == 0)
        return true;
    return fail_node(ld, node, "'%s'%s is not supported yet", key->name, where(ld));
}

const struct type type_empty = { "a mapping", empty_parse, NULL };

static bool logging_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    FIELD(object, key, struct stk_logging)->set = true;
    return group_parse(ld, key, node, object);
}

const struct type type_logging = { "a mapping", logging_parse, set_group_print };
