/* mounts.c — the mounts of a service in the engine's terms: Binds where the engine is to make a
 * missing host path, and for plain named volumes; Mounts for all else; Tmpfs; and the anonymous volumes a replacement takes
 * over. */
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "create.h"
#include "engine.h"
#include "given.h"
#include "put.h"
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
    bool reaches = m->recursive && !stk_streq(m->recursive, "enabled");
    bool more = reaches || m->volume_labels.n || m->subpath || m->nocopy;
    bool fits = m->type == STK_MOUNT_VOLUME || (m->type == STK_MOUNT_BIND && creates);
    return plain && !more && (fits || m->selinux);
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
    return json_string(text.bytes);
}

/* How far a bind mount reaches; before API 1.44 a read-only one never was recursive. */
static json_t *bind_options(const struct stk_mount *m, unsigned api_minor)
{
    json_t *options = json_object();
    bool creates = !m->create_host_path.set || m->create_host_path.v;
    stk_put_str(options, "Propagation", m->propagation);
    if (creates && api_minor >= STK_API_CREATE_MOUNTPOINT)
        json_object_set_new(options, "CreateMountpoint", json_true());
    if (stk_streq(m->recursive, "disabled"))
        json_object_set_new(options, "NonRecursive", json_true());
    if (stk_streq(m->recursive, "writable") && api_minor >= STK_API_RECURSIVE)
        json_object_set_new(options, "ReadOnlyNonRecursive", json_true());
    if (stk_streq(m->recursive, "readonly"))
        json_object_set_new(options, "ReadOnlyForceRecursive", json_true());
    return options;
}

static json_t *volume_options(const struct stk_mount *m)
{
    json_t *options = json_object();
    if (m->nocopy)
        json_object_set_new(options, "NoCopy", json_true());
    stk_put_str(options, "Subpath", m->subpath);
    stk_put_map(options, "Labels", &m->volume_labels);
    return options;
}

static json_t *tmpfs_options(const struct stk_mount *m)
{
    json_t *options = json_object();
    stk_put_int(options, "SizeBytes", m->tmpfs_size);
    stk_put_int(options, "Mode", m->tmpfs_mode);
    return options;
}

static json_t *image_options(const struct stk_mount *m)
{
    json_t *options = json_object();
    stk_put_str(options, "Subpath", m->image_subpath);
    return options;
}

static void put_options(json_t *mount, const struct stk_mount *m, unsigned api_minor)
{
    switch (m->type) {
    case STK_MOUNT_BIND:
        stk_put_some(mount, "BindOptions", bind_options(m, api_minor));
        break;
    case STK_MOUNT_VOLUME:
        stk_put_some(mount, "VolumeOptions", volume_options(m));
        break;
    case STK_MOUNT_TMPFS:
        stk_put_some(mount, "TmpfsOptions", tmpfs_options(m));
        break;
    case STK_MOUNT_IMAGE:
        stk_put_some(mount, "ImageOptions", image_options(m));
        break;
    case STK_MOUNT_NPIPE:
    case STK_MOUNT_CLUSTER:
        break;
    }
}

static json_t *mount_object(const char *source, const struct stk_mount *m, unsigned api_minor)
{
    static const char *const types[] = {
        [STK_MOUNT_BIND] = "bind",   [STK_MOUNT_VOLUME] = "volume", [STK_MOUNT_TMPFS] = "tmpfs",
        [STK_MOUNT_IMAGE] = "image", [STK_MOUNT_NPIPE] = "npipe",   [STK_MOUNT_CLUSTER] = "cluster",
    };
    json_t *mount = json_pack("{s:s, s:s}", "Type", types[m->type], "Target", m->target);
    if (m->type != STK_MOUNT_TMPFS)
        stk_put_str(mount, "Source", source);
    if (m->read_only)
        json_object_set_new(mount, "ReadOnly", json_true());
    stk_put_str(mount, "Consistency", m->consistency);
    put_options(mount, m, api_minor);
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
    stk_put_some(host, "Tmpfs", map);
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

/* What is here was meant to be there as well: an engine elsewhere must not make an empty folder of
 * that name instead. */
static bool is_left_behind(const struct stk_mount *m, const struct stk_create *create)
{
    return m->type == STK_MOUNT_BIND && !create->socket && m->source &&
           access(m->source, F_OK) == 0;
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
        json_array_append_new(mounts, mount_object(name, &m, create->api_minor));
    }
}

/* Secrets and configs that are files of the host. What the file mounts there itself wins. */
static void add_files(json_t *mounts, const struct stk_create *create)
{
    const struct stk_service *service = create->unit->service;
    for (size_t i = 0; i < stk_given_count(service); i++) {
        const char *what;
        const struct stk_file_ref *ref = stk_given_at(service, i, &what);
        bool shadowed = is_mounted(service, ref->path);
        for (size_t k = 0; k < i && !shadowed; k++)
            shadowed = stk_streq(stk_given_at(service, k, &what)->path, ref->path);
        if (shadowed || !stk_given_is_mounted(service, ref, create->socket != NULL))
            continue;
        struct stk_mount m = { .type = STK_MOUNT_BIND,
                               .target = ref->path,
                               .read_only = true,
                               .create_host_path = { .set = true } };
        json_array_append_new(mounts, mount_object(ref->file->file, &m, create->api_minor));
    }
}

static void add_socket(json_t *binds, const struct stk_create *create)
{
    if (!create->unit->service->use_api_socket.v || !create->socket)
        return;
    struct stk_mount m = { .type = STK_MOUNT_BIND, .target = "/var/run/docker.sock" };
    json_array_append_new(binds, bind_text(create->socket, &m));
}

void stk_create_mounts(json_t *host, const struct stk_create *create)
{
    const struct stk_service *service = create->unit->service;
    json_t *binds = json_array(), *mounts = json_array();
    for (size_t i = 0; i < service->n_volumes; i++) {
        const struct stk_mount *m = &service->volumes[i];
        const char *source = m->source;
        struct stk_mount strict = *m;
        strict.create_host_path = (struct stk_opt){ .set = true };
        if (m->type == STK_MOUNT_VOLUME)
            source =
                source ? volume_name(create->unit, source) : inherited(create->inherit, m->target);
        if (fits_bind(m) && !is_left_behind(m, create))
            json_array_append_new(binds, bind_text(source, m));
        else
            json_array_append_new(
                mounts,
                mount_object(source, is_left_behind(m, create) ? &strict : m, create->api_minor));
    }
    inherit_rest(mounts, create);
    add_files(mounts, create);
    add_socket(binds, create);
    json_object_set_new(host, "Binds", binds);
    json_object_set_new(host, "Mounts", mounts);
    set_tmpfs(host, &service->tmpfs);
}
