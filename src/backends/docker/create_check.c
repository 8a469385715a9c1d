/* create_check.c — what a service asks for that this engine is too old for: refused when the
 * container would be another one without it, told when it is only a refinement. */
#include <string.h>

#include "arena.h"
#include "create.h"
#include "engine.h"
#include "given.h"
#include "text.h"

static int too_old(struct stk_error *reterr, struct stk_src src, unsigned have, unsigned need,
                   const char *what)
{
    return stk_fail(
        reterr, STK_EENGINE, src,
        "%s needs an engine that speaks API version 1.%u or later, this one speaks 1.%u", what,
        need, have);
}

static int check_health(const struct stk_create *create, struct stk_error *reterr)
{
    const struct stk_healthcheck *check = &create->unit->service->healthcheck;
    if (!check->set || check->disable || !check->start_interval.set)
        return 0;
    if (create->api_minor < STK_API_START_INTERVAL)
        return too_old(reterr, check->src, create->api_minor, STK_API_START_INTERVAL,
                       "healthcheck.start_interval");
    if (!check->start_period.set) /* the engine would take it for a fault of its own */
        return stk_fail(reterr, STK_ECONFIG, check->src,
                        "healthcheck.start_interval needs a start_period beside it");
    return 0;
}

static int check_mount(const struct stk_mount *m, unsigned minor, struct stk_error *reterr)
{
    if (m->type == STK_MOUNT_NPIPE || m->type == STK_MOUNT_CLUSTER)
        return stk_fail(reterr, STK_ECONFIG, m->src, "the mount at '%s' is of a type for %s only",
                        m->target, m->type == STK_MOUNT_NPIPE ? "Windows" : "swarms");
    if (m->type == STK_MOUNT_IMAGE && minor < STK_API_IMAGE_MOUNT)
        return too_old(reterr, m->src, minor, STK_API_IMAGE_MOUNT, "a volume of type image");
    if (m->subpath && minor < STK_API_SUBPATH)
        return too_old(reterr, m->src, minor, STK_API_SUBPATH, "volume.subpath");
    if (stk_streq(m->recursive, "readonly") && minor < STK_API_RECURSIVE)
        return too_old(reterr, m->src, minor, STK_API_RECURSIVE, "bind.recursive 'readonly'");
    return 0;
}

static int check_mounts(const struct stk_create *create, struct stk_error *reterr)
{
    const struct stk_service *service = create->unit->service;
    for (size_t i = 0; i < service->n_volumes; i++) {
        int code = check_mount(&service->volumes[i], create->api_minor, reterr);
        if (code)
            return code;
    }
    return 0;
}

static int check_interfaces(const struct stk_create *create, struct stk_error *reterr)
{
    const struct stk_service *service = create->unit->service;
    for (size_t i = 0; i < service->n_networks; i++)
        if (service->networks[i].interface_name && create->api_minor < STK_API_INTERFACE_NAME)
            return too_old(reterr, service->networks[i].src, create->api_minor,
                           STK_API_INTERFACE_NAME, "interface_name");
    return 0;
}

/* Below API 1.44 only the first network can have an address of its own. */
static int check_macs(const struct stk_create *create, struct stk_error *reterr)
{
    const struct stk_service *service = create->unit->service;
    const char *own = service->mac_address;
    const struct stk_attachment *first = service->n_networks ? &service->networks[0] : NULL;
    if (own && first && first->mac_address && !stk_streq(own, first->mac_address))
        return stk_fail(reterr, STK_ECONFIG, first->src,
                        "service '%s' has the mac_address '%s', but '%s' on network '%s'",
                        service->name, own, first->mac_address, first->network);
    for (size_t i = 1; i < service->n_networks; i++)
        if (service->networks[i].mac_address && create->api_minor < STK_API_ENDPOINTS)
            return too_old(reterr, service->networks[i].src, create->api_minor, STK_API_ENDPOINTS,
                           "a mac_address on another than the first network");
    return 0;
}

static int check_platform(const struct stk_create *create, struct stk_error *reterr)
{
    const struct stk_service *service = create->unit->service;
    if (service->platform && create->api_minor < STK_API_PLATFORM)
        return too_old(reterr, service->src, create->api_minor, STK_API_PLATFORM, "platform");
    return 0;
}

static int check_socket(const struct stk_create *create, struct stk_error *reterr)
{
    const struct stk_service *service = create->unit->service;
    if (service->use_api_socket.v && !create->socket)
        return stk_fail(reterr, STK_ECONFIG, service->src,
                        "use_api_socket needs an engine at a unix socket");
    return 0;
}

int stk_create_check(const struct stk_create *create, struct stk_error *reterr)
{
    static int (*const checks[])(const struct stk_create *, struct stk_error *) = {
        check_health, check_mounts, check_interfaces, check_macs, check_platform, check_socket,
    };
    for (size_t i = 0; i < STK_LEN(checks); i++) {
        int code = checks[i](create, reterr);
        if (code)
            return code;
    }
    return stk_given_check(create->unit, create->socket != NULL, reterr);
}

static bool is_below(const char *path, const char *folder, size_t n)
{
    return n && strncmp(path, folder, n) == 0 && (path[n] == '/' || folder[n - 1] == '/');
}

/* The tmpfs that will lie over a copy, or NULL; malloc'd. The engine mounts it only at the start. */
static char *tmpfs_over(const struct stk_service *service, const char *path)
{
    for (size_t i = 0; i < service->tmpfs.n; i++) {
        size_t n = strcspn(service->tmpfs.v[i], ":");
        if (is_below(path, service->tmpfs.v[i], n))
            return stk_strndup(service->tmpfs.v[i], n);
    }
    for (size_t i = 0; i < service->n_volumes; i++) {
        const struct stk_mount *m = &service->volumes[i];
        if (m->type == STK_MOUNT_TMPFS && is_below(path, m->target, strlen(m->target)))
            return stk_strdup(m->target);
    }
    return NULL;
}

static void tell_hidden(const struct stk_service *service, bool local, stk_create_tell *tell,
                        void *data)
{
    for (size_t i = 0; i < stk_given_count(service); i++) {
        const char *what;
        const struct stk_file_ref *ref = stk_given_at(service, i, &what);
        if (stk_given_is_mounted(service, ref, local))
            continue;
        STK_CLEANUP(stk_charp) char *over = tmpfs_over(service, ref->path);
        STK_CLEANUP(stk_charp)
        char *text = stk_printf("%s '%s' at '%s' will be hidden by the tmpfs at '%s'", what,
                                ref->source, ref->path, over ? over : "");
        if (over)
            tell(data, text);
    }
}

static void tell_files(const struct stk_service *service, bool local, stk_create_tell *tell,
                       void *data)
{
    for (size_t i = 0; i < stk_given_count(service); i++) {
        const char *what;
        const struct stk_file_ref *ref = stk_given_at(service, i, &what);
        if (!stk_given_is_ignored(service, ref, local))
            continue;
        STK_CLEANUP(stk_charp)
        char *text =
            stk_printf("%s '%s' is mounted as it is: its uid, gid and mode are not "
                       "heeded, as %s",
                       what, ref->source,
                       service->read_only.v ? "the service is read_only" : "it is a folder");
        tell(data, text);
    }
}

void stk_create_unheeded(const struct stk_create *create, stk_create_tell *tell, void *data)
{
    const struct stk_service *service = create->unit->service;
    bool priority = false;
    for (size_t i = 0; i < service->n_networks; i++)
        priority |= service->networks[i].gw_priority.set;
    const struct {
        bool wanted;
        unsigned need;
        const char *key;
    } rows[] = {
        { priority, STK_API_GW_PRIORITY, "gw_priority" },
        { service->annotations.n > 0, STK_API_ANNOTATIONS, "annotations" },
    };
    for (size_t i = 0; i < STK_LEN(rows); i++) {
        if (!rows[i].wanted || create->api_minor >= rows[i].need)
            continue;
        STK_CLEANUP(stk_charp)
        char *text = stk_printf("%s has no effect: it needs an engine that speaks API version 1.%u "
                                "or later, this one speaks 1.%u",
                                rows[i].key, rows[i].need, create->api_minor);
        tell(data, text);
    }
    bool local = create->socket != NULL;
    tell_files(service, local, tell, data);
    tell_hidden(service, local, tell, data);
}
