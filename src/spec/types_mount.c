/* types_mount.c — volumes of a service: "[source:]target[:options]", or mappings. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "keys.h"
#include "text.h"
#include "types.h"

static const char *const kinds[] = {
    [STK_MOUNT_BIND] = "bind",   [STK_MOUNT_VOLUME] = "volume", [STK_MOUNT_TMPFS] = "tmpfs",
    [STK_MOUNT_IMAGE] = "image", [STK_MOUNT_NPIPE] = "npipe",   [STK_MOUNT_CLUSTER] = "cluster"
};

static bool mount_type_parse(struct load *ld, const struct key *key, struct node *node,
                             void *object)
{
    for (size_t i = 0; node_is_string(node) && i < STK_LEN(kinds); i++)
        if (strcmp(kinds[i], node->text) == 0) {
            *FIELD(object, key, enum stk_mount_type) = (enum stk_mount_type)i;
            return true;
        }
    return fail_type(ld, key, node);
}

static json_t *mount_type_print(const struct key *key, const void *object, enum printing how)
{
    (void)how;
    return json_string(kinds[*CONST_FIELD(object, key, enum stk_mount_type)]);
}

const struct type type_mount_type = { "one of bind, volume, tmpfs and image", mount_type_parse,
                                      mount_type_print };

static const char *target_path(struct load *ld, const char *path)
{
    return *path ? path_clean(ld, path) : path;
}

static void read_option(struct stk_mount *m, const char *option, size_t n)
{
    static const char *const propagations[] = { "shared", "rshared", "slave",
                                                "rslave", "private", "rprivate" };
    char word[16];
    if (n >= sizeof(word))
        return; /* unknown ones are dropped, as Docker Compose does */
    memcpy(word, option, n);
    word[n] = '\0';
    bool bind = m->type == STK_MOUNT_BIND;
    if (stk_streq(word, "ro"))
        m->read_only = true;
    else if (stk_streq(word, "rw"))
        m->read_only = false;
    else if (stk_streq(word, "nocopy") && !bind)
        m->nocopy = true;
    else if ((stk_streq(word, "z") || stk_streq(word, "Z")))
        m->selinux = *word == 'z' ? "z" : "Z";
    for (size_t i = 0; bind && i < STK_LEN(propagations); i++)
        if (stk_streq(word, propagations[i]))
            m->propagation = propagations[i];
}

static bool fail_mount(struct load *ld, const struct node *node, const char *why)
{
    return fail_hint(ld, node, "[source:]target[:options]", "'%s'%s is no volume: %s", node->text,
                     where(ld), why);
}

/* "C:\\data": a Windows path, whose colon separates nothing. "c:/x" only when another path follows, for
 * a volume may be called c. */
static bool has_drive(const char *s)
{
    bool letter = isalpha((unsigned char)s[0]) && s[1] == ':';
    const char *next = letter ? strchr(s + 2, ':') : NULL;
    return letter && (s[2] == '\\' || (s[2] == '/' && next && next[1] == '/'));
}

/* A source that was cut off holds a colon only after its drive. */
static bool is_windows(const char *s)
{
    return *s == '\\' || (*s && s[1] == ':');
}

static bool is_path(const char *s)
{
    return *s == '.' || *s == '/' || *s == '~' || is_windows(s);
}

/* A path on the host; an absolute one stays as it is written. */
static const char *host_path(struct load *ld, const struct node *node, const char *path)
{
    if (*path == '/' || is_windows(path))
        return path;
    return path_resolve(ld, node->scope, path);
}

struct part {
    const char *text;
    size_t size;
};

/* Cuts at the colons: up to three parts, none empty. 0: a problem was reported. */
static size_t cut(struct load *ld, const struct node *node, struct part parts[3])
{
    size_t n = 0;
    for (const char *p = node->text;; p++) {
        if (n == 3)
            return fail_mount(ld, node, "too many ':'");
        size_t drive = n == 0 && has_drive(p) ? 2 : 0;
        parts[n] = (struct part){ p, drive + strcspn(p + drive, ":") };
        p += parts[n].size;
        if (parts[n++].size == 0)
            return fail_mount(ld, node,
                              *node->text ? "nothing stands before, between or after ':'"
                                          : "it is empty");
        if (!*p)
            return n;
    }
}

static bool short_form(struct load *ld, const struct node *node, struct stk_mount *m)
{
    struct part parts[3];
    size_t n = cut(ld, node, parts);
    if (n == 0)
        return false;
    *m = (struct stk_mount){ .type = STK_MOUNT_VOLUME, .src = node->src };
    const char *target = stk_arena_strndup(ld->arena, parts[n > 1].text, parts[n > 1].size);
    m->target = target_path(ld, target);
    m->options = true;
    m->options_of = 1U << STK_MOUNT_VOLUME;
    if (n == 1)
        return true;
    const char *source = stk_arena_strndup(ld->arena, parts[0].text, parts[0].size);
    m->source = source;
    if (is_path(source)) {
        m->type = STK_MOUNT_BIND;
        m->options_of = 1U << STK_MOUNT_BIND;
        m->source = host_path(ld, node, source);
        m->create_host_path = (struct stk_opt){ true, 1 };
    }
    for (const char *p = n == 3 ? parts[2].text : ""; *p; p += strspn(p, ",")) {
        size_t len = strcspn(p, ",");
        read_option(m, p, len);
        p += len;
    }
    return true;
}

static bool long_form(struct load *ld, struct node *node, struct stk_mount *m)
{
    *m = (struct stk_mount){ .type = STK_MOUNT_VOLUME, .src = node->src };
    if (!table_parse(ld, &mount_table, node, m))
        return false;
    for (size_t i = 0; i < STK_LEN(kinds); i++)
        if (node_get(ld, node, kinds[i]))
            m->options_of |= 1U << i;
    m->options = m->options_of & 1U << m->type;
    if (!m->target || !*m->target)
        return fail_node(ld, node, "a volume%s needs 'target'", where(ld));
    if (m->tmpfs_size.set && m->tmpfs_size.v < 0)
        return fail_node(ld, node, "the size of a tmpfs%s must not be negative", where(ld));
    m->target = target_path(ld, m->target);
    if (m->type == STK_MOUNT_BIND && (!m->source || !*m->source))
        return fail_node(ld, node, "a volume of type 'bind'%s needs 'source'", where(ld));
    if (m->type == STK_MOUNT_BIND)
        m->source = host_path(ld, node_get(ld, node, "source"), m->source);
    return true;
}

static void warn_replaced(struct load *ld, const struct stk_mount *m,
                          const struct stk_mount *before)
{
    struct stk_diag d = diag_between(ld, m->src, 0, before->src);
    d.severity = STK_WARNING;
    d.rule = STK_RULE_REPLACED;
    stk_diags_add(ld->diags, &d, "'%s'%s is mounted twice: this one replaces the one at line %u",
                  m->target, where(ld), before->src.line);
}

/* Of those at one target the last stays, where the first one was. */
static size_t drop_repeated(struct load *ld, struct stk_mount *v, size_t n)
{
    STK_CLEANUP(map_clear) struct map seen = { 0 };
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        void **slot = map_at(&seen, v[i].target);
        struct stk_mount *before = *slot ? &v[(size_t)*slot - 1] : NULL;
        if (!before)
            *slot = (void *)++kept;
        else if (before->src.file == v[i].src.file)
            warn_replaced(ld, &v[i], before);
        v[(size_t)*slot - 1] = v[i];
    }
    return kept;
}

static bool mounts_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    struct stk_service *s = object;
    if (node->kind != NODE_LIST)
        return fail_type(ld, key, node);
    struct stk_mount *v = stk_arena_array(ld->arena, node->n, sizeof(*v));
    size_t n = 0;
    bool ok = true;
    for (size_t i = 0; i < node->n; i++) {
        struct node *item = node->items[i];
        bool read = node_is_string(item) ? short_form(ld, item, &v[n])
                    : item->kind == NODE_MAP
                        ? long_form(ld, item, &v[n])
                        : fail_node(ld, item,
                                    "an item of 'volumes'%s must be a string or a mapping, not %s",
                                    where(ld), node_what(item));
        n += read;
        ok &= read;
    }
    s->volumes = v;
    s->n_volumes = drop_repeated(ld, v, n);
    return ok;
}

static json_t *mounts_print(const struct key *key, const void *object, enum printing how)
{
    const struct stk_service *s = object;
    (void)key;
    if (!s->n_volumes)
        return NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < s->n_volumes; i++) {
        const struct stk_mount *m = &s->volumes[i];
        json_t *mount = json_object();
        table_print(&mount_table, m, how, mount);
        for (size_t k = 0; how != PRINT_CANON && k < STK_LEN(kinds); k++)
            if (m->options_of & 1U << k && !json_object_get(mount, kinds[k]))
                json_object_set_new(mount, kinds[k], json_object());
        json_array_append_new(list, mount);
    }
    return list;
}

const struct type type_mounts = { "a list of volumes", mounts_parse, mounts_print };
