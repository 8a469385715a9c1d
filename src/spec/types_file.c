/* types_file.c — secrets and configs: at the top level, and given to a service or a build. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "keys.h"
#include "model.h"
#include "text.h"
#include "types.h"

bool file_ref_scalar(struct load *ld, const struct key *key, struct node *node, void *object)
{
    struct stk_file_ref *ref = object;
    if (!node_is_string(node))
        return fail_node(ld, node, "an item of '%s'%s must be a name or a mapping, not %s",
                         key->name, where(ld), node_what(node));
    ref->source = node->text;
    ref->src = node->src;
    return true;
}

bool file_ref_finish(struct load *ld, struct node *node, void *object)
{
    struct stk_file_ref *ref = object;
    (void)ld;
    struct pair *source = node_pair(ld, node, "source");
    ref->src = source ? source->value->src : node->src;
    if (!ref->source)
        ref->source = "";
    return true;
}

/* Where the container sees it. */
static const char *path_of(struct load *ld, const char *dir, const struct stk_file_ref *ref)
{
    const char *target = ref->target && *ref->target ? ref->target : ref->source;
    return *target == '/' ? target : load_printf(ld, "%s/%s", dir, target);
}

/* Of those at one place the last stays, where the first one was. */
static size_t drop_repeated(struct stk_file_ref *v, size_t n)
{
    STK_CLEANUP(map_clear) struct map seen = { 0 };
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        void **slot = map_at(&seen, v[i].path);
        if (!*slot)
            *slot = (void *)++kept;
        v[(size_t)*slot - 1] = v[i];
    }
    return kept;
}

static bool refs_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    bool ok = type_objects.parse(ld, key, node, object);
    struct array array = array_get(FIELD(object, key, char));
    struct stk_file_ref *v = array.v;
    bool secrets = stk_streq(key->name, "secrets");
    for (size_t i = 0; i < array.n; i++) {
        v[i].path = path_of(ld, secrets ? "/run/secrets" : "", &v[i]);
        if (key->sub == &secret_ref_table && !v[i].target)
            v[i].target = v[i].path;
    }
    if (ok)
        array_set(FIELD(object, key, char), v, drop_repeated(v, array.n));
    return ok;
}

/* What is delivered counts, and where, but not what it is called here. */
static json_t *ref_canon(const struct stk_file_ref *ref)
{
    const struct stk_file *file = ref->file;
    json_t *one =
        json_pack("{s:s, s:s?, s:s?}", "target", ref->path, "gid", ref->gid, "uid", ref->uid);
    json_object_set_new(one, "source", json_string(ref->source));
    if (ref->mode.set)
        json_object_set_new(one, "mode", json_integer(ref->mode.v));
    if (file && file->content) {
        char hex[65];
        stk_sha256_hex(file->content, strlen(file->content), hex);
        json_object_set_new(one, "sha256", json_string(hex));
    } else if (file && file->external) {
        json_object_set_new(one, "external", json_string(file->name));
    } else if (file && file->file) {
        json_object_set_new(one, "file", json_string(file->file));
    }
    return one;
}

static json_t *refs_print(const struct key *key, const void *object, enum printing how)
{
    struct array array = array_get(CONST_FIELD(object, key, char));
    if (how != PRINT_CANON || !array.n)
        return type_objects.print(key, object, how);
    json_t *list = json_array();
    for (size_t i = 0; i < array.n; i++)
        json_array_append_new(list, ref_canon((const struct stk_file_ref *)array.v + i));
    return list;
}

const struct type type_file_refs = { "a list of names or mappings", refs_parse, refs_print };

bool file_finish(struct load *ld, struct node *node, void *object)
{
    struct file *f = object;
    struct pair *content = node_pair(ld, node, "content");
    f->f.inline_content = content != NULL;
    if (f->f.environment && *f->f.environment && !f->f.content)
        f->f.content = scope_var(ld, node->scope, f->f.environment);
    return true;
}
