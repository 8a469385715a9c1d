/* mounts.c — the mounts of a service in the engine's terms: Binds where the engine is to make a
 * missing host path, Mounts for all else, Tmpfs; and the anonymous volumes a replacement takes
 * over. */
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "create.h"
#include "engine.h"
#include "text.h"
#include "words.h"

static const char *volume_name(const struct stk_unit *unit, const char *key)
{
    for (size_t i = 0; key && i < unit->spec->n_volumes; i++)
        if (stk_streq(unit->spec->volumes[i].key, key))
            return unit->spec->volumes[i].name;
    return key;
}

/* The text form splits at colons, so a path that has one needs the object form. */
static bool fits_bind(const struct stk_mount *m)
{
    bool creates = !m->create_host_path.set || m->create_host_path.v;
    bool plain = m->source && !strchr(m->source, ':') && !strchr(m->target, ':');
    return plain && ((m->type == STK_MOUNT_BIND && creates) || m->selinux);
}

static json_t *bind_text(const char *source, const struct stk_mount *m)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf text;
    stk_buf_init(&text, 64 * STK_KIB);
    stk_buf_printf(&text, "%s:%s:%s", source, m->target, m->read_only ? "ro" : "rw");
    if (m->selinux)
        stk_buf_printf(&text, ",%s", m->selinux);
    if (m->propagation)
        stk_buf_printf(&text, ",%s", m->propagation);
    if (m->nocopy)
        stk_buf_puts(&text, ",nocopy");
    return json_string(text.bytes);
}

static void add_volume_options(json_t *mount, const struct stk_mount *m)
{
    json_t *options = json_object();
    if (m->nocopy)
        json_object_set_new(options, "NoCopy", json_true());
    if (m->subpath)
        json_object_set_new(options, "Subpath", json_string(m->subpath));
    json_object_set_new(mount, "VolumeOptions", options);
}

static void add_tmpfs_options(json_t *mount, const struct stk_mount *m)
{
    json_t *options = json_object();
    if (m->tmpfs_size.set)
        json_object_set_new(options, "SizeBytes", json_integer(m->tmpfs_size.v));
    if (m->tmpfs_mode.set)
        json_object_set_new(options, "Mode", json_integer(m->tmpfs_mode.v));
    json_object_set_new(mount, "TmpfsOptions", options);
}

static json_t *mount_object(const char *source, const struct stk_mount *m)
{
    static const char *const types[] = {
        [STK_MOUNT_BIND] = "bind", [STK_MOUNT_VOLUME] = "volume", [STK_MOUNT_TMPFS] = "tmpfs"
    };
    json_t *mount = json_pack("{s:s, s:s}", "Type", types[m->type], "Target", m->target);
    if (source && m->type != STK_MOUNT_TMPFS)
        json_object_set_new(mount, "Source", json_string(source));
    if (m->read_only)
        json_object_set_new(mount, "ReadOnly", json_true());
    if (m->consistency)
        json_object_set_new(mount, "Consistency", json_string(m->consistency));
    if (m->type == STK_MOUNT_BIND && m->propagation)
        json_object_set_new(mount, "BindOptions",
                            json_pack("{s:s}", "Propagation", m->propagation));
    if (m->type == STK_MOUNT_VOLUME && (m->nocopy || m->subpath))
        add_volume_options(mount, m);
    if (m->type == STK_MOUNT_TMPFS && (m->tmpfs_size.set || m->tmpfs_mode.set))
        add_tmpfs_options(mount, m);
    return mount;
}

/* "/run:size=64m" → "/run": "size=64m" */
static void set_tmpfs(json_t *host, const struct stk_strs *tmpfs)
{
    json_t *map = json_object();
    for (size_t i = 0; i < tmpfs->n; i++) {
        size_t n = strcspn(tmpfs->v[i], ":");
        STK_CLEANUP(stk_charp) char *path = stk_strndup(tmpfs->v[i], n);
        json_object_set_new(map, path, json_string(tmpfs->v[i] + n + (tmpfs->v[i][n] == ':')));
    }
    if (tmpfs->n)
        json_object_set_new(host, "Tmpfs", map);
    else
        json_decref(map);
}

/* The name of the anonymous volume that was mounted at target, or NULL. */
static const char *inherited(const json_t *mounts, const char *target)
{
    for (size_t i = 0; i < stk_json_n(mounts); i++) {
        const json_t *m = stk_json_at(mounts, i);
        const char *name = stk_json_str(m, "Name");
        if (stk_streq(stk_json_str(m, "Destination"), target) && name &&
            stk_volume_is_anonymous(name))
            return name;
    }
    return NULL;
}

static bool is_mounted(const struct stk_service *service, const char *target)
{
    for (size_t i = 0; i < service->n_volumes; i++)
        if (stk_streq(service->volumes[i].target, target))
            return true;
    for (size_t i = 0; i < service->tmpfs.n; i++) {
        size_t n = strcspn(service->tmpfs.v[i], ":");
        if (strlen(target) == n && strncmp(service->tmpfs.v[i], target, n) == 0)
            return true;
    }
    return false;
}

/* Volumes that the image declares, and the file says nothing about. */
static void inherit_rest(json_t *mounts, const struct stk_create *create)
{
    for (size_t i = 0; i < stk_json_n(create->inherit); i++) {
        const char *target = stk_json_text(stk_json_at(create->inherit, i), "Destination");
        const char *name = target ? inherited(create->inherit, target) : NULL;
        if (!name || is_mounted(create->unit->service, target))
            continue;
        struct stk_mount m = { .type = STK_MOUNT_VOLUME, .target = target };
        json_array_append_new(mounts, mount_object(name, &m));
    }
}

void stk_create_mounts(json_t *host, const struct stk_create *create)
{
    const struct stk_service *service = create->unit->service;
    json_t *binds = json_array(), *mounts = json_array();
    for (size_t i = 0; i < service->n_volumes; i++) {
        const struct stk_mount *m = &service->volumes[i];
        const char *source = m->source;
        if (m->type == STK_MOUNT_VOLUME)
            source =
                source ? volume_name(create->unit, source) : inherited(create->inherit, m->target);
        if (fits_bind(m))
            json_array_append_new(binds, bind_text(source, m));
        else
            json_array_append_new(mounts, mount_object(source, m));
    }
    inherit_rest(mounts, create);
    json_object_set_new(host, "Binds", binds);
    json_object_set_new(host, "Mounts", mounts);
    set_tmpfs(host, &service->tmpfs);
}
