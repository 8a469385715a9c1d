/* types_build.c — how an image is built: contexts, keys for ssh, and the short form of it all. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "keys.h"
#include "text.h"
#include "types.h"

/* What a builder fetches itself. */
static bool is_remote(const char *s)
{
    static const char *const prefixes[] = { "https://", "http://",     "git://",  "ssh://",
                                            "git@",     "github.com/", "service:" };
    for (size_t i = 0; i < STK_LEN(prefixes); i++)
        if (stk_starts(s, prefixes[i]))
            return true;
    return strstr(s, "://") != NULL;
}

static const char *context(struct load *ld, const struct node *node, const char *text)
{
    return is_remote(text) ? text : path_resolve(ld, node->scope, text);
}

static bool build_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    struct stk_build *build = FIELD(object, key, struct stk_build);
    build->set = true;
    build->src = node->src;
    if (node_is_string(node))
        build->context = context(ld, node, node->text);
    else if (node->kind == NODE_SCALAR)
        return fail_type(ld, key, node);
    else if (!type_group.parse(ld, key, node, object))
        return false;
    return true;
}

bool build_finish(struct load *ld, struct node *node, void *object)
{
    struct stk_build *build = object;
    const struct node *at = node_get(ld, node, "context");
    build->context = context(ld, at ? at : node, build->context ? build->context : ".");
    if (build->dockerfile && *build->dockerfile && build->dockerfile_inline)
        return fail_node(ld, node, "build%s has both 'dockerfile' and 'dockerfile_inline'",
                         where(ld));
    return true;
}

static json_t *build_print(const struct key *key, const void *object, enum printing how)
{
    const struct stk_build *build = CONST_FIELD(object, key, struct stk_build);
    return build->set ? type_group.print(key, object, how) : NULL;
}

const struct type type_build = { "a string or a mapping", build_parse, build_print };

/* What says the value of that name: files that were merged may lie in different directories. */
static const struct node *node_of(const struct node *node, const char *name)
{
    for (size_t i = node->n; i-- > 0;) {
        const struct node *item = node->kind == NODE_LIST ? node->items[i] : node->pairs[i].value;
        const char *text = node->kind == NODE_LIST ? item->text : node->pairs[i].key;
        size_t n = node->kind == NODE_LIST ? strcspn(text, "=") : strlen(text);
        if (strlen(name) == n && strncmp(name, text, n) == 0)
            return item;
    }
    return node;
}

static bool contexts_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    struct stk_kvs *kvs = FIELD(object, key, struct stk_kvs);
    if (!read_kvs(ld, key, node, kvs))
        return false;
    for (size_t i = 0; i < kvs->n; i++)
        if (kvs->v[i].value)
            kvs->v[i].value = context(ld, node_of(node, kvs->v[i].key), kvs->v[i].value);
    return true;
}

static json_t *contexts_print(const struct key *key, const void *object, enum printing how)
{
    return type_kvs.print(key, object, how);
}

const struct type type_contexts = { "a mapping or a list of 'NAME=PATH'", contexts_parse,
                                    contexts_print };

/* A list of 'default' and 'ID=PATH', or a mapping. */
static bool ssh_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    struct stk_kvs *kvs = FIELD(object, key, struct stk_kvs);
    if (!read_kvs(ld, key, node, kvs))
        return false;
    for (size_t i = 0; i < kvs->n; i++)
        if (kvs->v[i].value && *kvs->v[i].value)
            kvs->v[i].value =
                path_resolve(ld, node_of(node, kvs->v[i].key)->scope, kvs->v[i].value);
    return true;
}

static json_t *ssh_print(const struct key *key, const void *object, enum printing how)
{
    const struct stk_kvs *kvs = CONST_FIELD(object, key, struct stk_kvs);
    if (!kvs->n)
        return NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < kvs->n; i++) {
        const struct stk_kv *kv = &kvs->v[i];
        STK_CLEANUP(stk_charp)
        char *text = stk_printf("%s%s%s", kv->key, kv->value && *kv->value ? "=" : "",
                                kv->value ? kv->value : "");
        json_array_append_new(list, text_json(text, how));
    }
    return list;
}

const struct type type_ssh = { "a list of 'default' and 'ID=PATH', or a mapping", ssh_parse,
                               ssh_print };
