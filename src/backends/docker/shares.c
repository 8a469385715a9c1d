/* shares.c — see shares.h. Pure: who looks the containers up is service.c. */
#include "shares.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "engine.h"
#include "labels.h"
#include "put.h"
#include "text.h"
#include "words.h"

/* The modes that may name a service; key is the file's, member the engine's. */
static const struct row {
    const char *key, *member, *what;
    size_t offset;
} modes[] = {
    { "network_mode", "NetworkMode", "the network", offsetof(struct stk_service, network_mode) },
    { "pid", "PidMode", "the processes", offsetof(struct stk_service, pid) },
    { "ipc", "IpcMode", "the memory", offsetof(struct stk_service, ipc) },
};

static const char *mode_of(const struct stk_service *service, const struct row *row)
{
    return *(const char *const *)((const char *)service + row->offset);
}

static const char *service_of(const char *mode)
{
    static const char prefix[] = "service:";
    return mode && stk_starts(mode, prefix) ? mode + strlen(prefix) : NULL;
}

/* "db:ro" → "db"; malloc'd. */
static char *before_colon(const char *text)
{
    return stk_strndup(text, strcspn(text, ":"));
}

static bool names_container(const char *text)
{
    return stk_starts(text, "container:");
}

static void want(json_t *list, const char *name)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (stk_streq(json_string_value(json_array_get(list, i)), name))
            return;
    json_array_append_new(list, json_string(name));
}

json_t *stk_shares_wanted(const struct stk_service *service)
{
    json_t *list = json_array();
    for (size_t i = 0; i < STK_LEN(modes); i++)
        if (service_of(mode_of(service, &modes[i])))
            want(list, service_of(mode_of(service, &modes[i])));
    for (size_t i = 0; i < service->volumes_from.n; i++) {
        STK_CLEANUP(stk_charp) char *name = before_colon(service->volumes_from.v[i]);
        if (!names_container(service->volumes_from.v[i]))
            want(list, name);
    }
    for (size_t i = 0; i < service->links.n; i++) {
        STK_CLEANUP(stk_charp) char *name = before_colon(service->links.v[i]);
        want(list, name);
    }
    return list;
}

const char *stk_container_name(const json_t *names)
{
    for (size_t i = 0; i < stk_json_n(names); i++) {
        const char *name = json_string_value(stk_json_at(names, i));
        if (name && *name == '/')
            name++;
        if (name && *name && !strchr(name, '/'))
            return name;
    }
    return NULL;
}

static int number_of(const json_t *container)
{
    const char *text = stk_json_str(stk_json_get(container, "Labels"), STK_LABEL_NUMBER);
    return text ? atoi(text) : 0;
}

static int by_number(const void *a, const void *b)
{
    const json_t *const *one = a, *const *other = b;
    return number_of(*one) - number_of(*other);
}

json_t *stk_shares_read(const json_t *list)
{
    size_t n = 0;
    const json_t **sorted = stk_alloc((stk_json_n(list) + 1) * sizeof(*sorted));
    for (size_t i = 0; i < stk_json_n(list); i++) {
        const json_t *container = stk_json_at(list, i);
        const char *name = stk_container_name(stk_json_get(container, "Names"));
        if (name && !stk_replaced_name(name) && stk_json_text(container, "Id"))
            sorted[n++] = container;
    }
    qsort(sorted, n, sizeof(*sorted), by_number);
    json_t *ret = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(ret,
                              json_pack("{s:s, s:s}", "Id", stk_json_str(sorted[i], "Id"), "Name",
                                        stk_container_name(stk_json_get(sorted[i], "Names"))));
    free(sorted);
    return ret;
}

static const char *first_id(const json_t *parents, const char *service)
{
    return stk_json_text(stk_json_at(stk_json_get(parents, service), 0), "Id");
}

int stk_shares_check(const struct stk_unit *unit, const json_t *parents, struct stk_error *reterr)
{
    const struct stk_service *service = unit->service;
    for (size_t i = 0; i < STK_LEN(modes); i++) {
        const char *name = service_of(mode_of(service, &modes[i]));
        if (name && !first_id(parents, name))
            return stk_fail(reterr, STK_EFAIL, unit->src,
                            "cannot share %s of service '%s' (%s): it has no container",
                            modes[i].what, name, modes[i].key);
    }
    for (size_t i = 0; i < service->volumes_from.n; i++) {
        STK_CLEANUP(stk_charp) char *name = before_colon(service->volumes_from.v[i]);
        if (!names_container(service->volumes_from.v[i]) && !first_id(parents, name))
            return stk_fail(reterr, STK_EFAIL, unit->src,
                            "cannot take the volumes of service '%s' (volumes_from): it has no "
                            "container",
                            name);
    }
    return 0;
}

char *stk_shares_mode(const char *mode, const json_t *parents)
{
    const char *service = service_of(mode);
    const char *id = service ? first_id(parents, service) : NULL;
    return id ? stk_printf("container:%s", id) : NULL;
}

static void add_link(json_t *list, const char *container, const char *alias)
{
    STK_CLEANUP(stk_charp) char *text = stk_printf("%s:%s", container, alias);
    json_array_append_new(list, json_string(text));
}

/* As Docker Compose has them: under the alias and two names with the number of whoever links. */
static void add_links(json_t *list, const struct stk_unit *unit, const char *link,
                      const json_t *parents)
{
    STK_CLEANUP(stk_charp) char *service = before_colon(link);
    const char *alias = strchr(link, ':') ? strchr(link, ':') + 1 : service;
    const json_t *containers = stk_json_get(parents, service);
    STK_CLEANUP(stk_charp) char *numbered = stk_printf("%s-%u", service, unit->ref.index);
    STK_CLEANUP(stk_charp) char *whole = stk_printf("%s-%s", unit->spec->project, numbered);
    for (size_t i = 0; i < stk_json_n(containers); i++) {
        const char *name = stk_json_str(stk_json_at(containers, i), "Name");
        add_link(list, name, alias);
        add_link(list, name, numbered);
        add_link(list, name, whole);
    }
}

json_t *stk_shares_links(const struct stk_unit *unit, const json_t *parents)
{
    const struct stk_service *service = unit->service;
    json_t *list = json_array();
    for (size_t i = 0; i < service->links.n; i++)
        add_links(list, unit, service->links.v[i], parents);
    for (size_t i = 0; i < service->external_links.n; i++) {
        const char *link = service->external_links.v[i], *colon = strchr(link, ':');
        STK_CLEANUP(stk_charp) char *name = before_colon(link);
        add_link(list, name, colon ? colon + 1 : name);
    }
    return list;
}

/* "db:ro" → "ID:ro", "container:name:ro" → "name:ro" */
static json_t *volumes_from(const struct stk_strs *from, const json_t *parents)
{
    json_t *list = json_array();
    for (size_t i = 0; i < from->n; i++) {
        const char *text = from->v[i];
        if (names_container(text)) {
            json_array_append_new(list, json_string(text + strlen("container:")));
            continue;
        }
        STK_CLEANUP(stk_charp) char *name = before_colon(text);
        const char *id = first_id(parents, name);
        STK_CLEANUP(stk_charp)
        char *whole = stk_printf("%s%s", id ? id : name, text + strlen(name));
        json_array_append_new(list, json_string(whole));
    }
    return list;
}

void stk_shares_put(json_t *host, const struct stk_unit *unit, const json_t *parents)
{
    const struct stk_service *service = unit->service;
    for (size_t i = 1; i < STK_LEN(modes); i++) { /* the network's is put with the networks */
        const char *mode = mode_of(service, &modes[i]);
        STK_CLEANUP(stk_charp) char *shared = stk_shares_mode(mode, parents);
        stk_put_str(host, modes[i].member, shared ? shared : mode);
    }
    stk_put_str(host, "CgroupnsMode", service->cgroup);
    stk_put_str(host, "UsernsMode", service->userns_mode);
    stk_put_str(host, "UTSMode", service->uts);
    stk_put_some(host, "VolumesFrom", volumes_from(&service->volumes_from, parents));
    stk_put_some(host, "Links", stk_shares_links(unit, parents));
}

bool stk_shares_outdated(const struct stk_service *service, const json_t *parents,
                         const json_t *found)
{
    const json_t *host = stk_json_get(found, "HostConfig");
    for (size_t i = 0; i < STK_LEN(modes); i++) {
        STK_CLEANUP(stk_charp) char *shared = stk_shares_mode(mode_of(service, &modes[i]), parents);
        if (shared && !stk_streq(stk_json_str(host, modes[i].member), shared))
            return true;
    }
    return false;
}
