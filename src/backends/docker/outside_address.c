/* outside_address.c — where a port of a container can be reached from here: at the container's own
 * addresses when the engine is on this machine, else, or when those lead nowhere, where it is published. */
#include <stdlib.h>
#include <string.h>

#include "outside.h"
#include "text.h"

struct list {
    char **v;
    size_t n, cap;
};

static void add(struct list *list, const char *host, const char *port)
{
    if (!host || !*host)
        return;
    bool bare6 = strchr(host, ':') && *host != '[';
    list->v = stk_grow(list->v, list->n, &list->cap, sizeof(*list->v));
    list->v[list->n++] = stk_printf("%s%s%s:%s", bare6 ? "[" : "", host, bare6 ? "]" : "", port);
}

/* The host of "tcp://10.0.0.1:2375" or "ssh://me@host"; one with a socket is here. */
static char *engine_host(const struct stk_docker *docker)
{
    const char *from = strstr(docker->host, "://");
    if (docker->same_machine || !from)
        return stk_strdup("127.0.0.1");
    const char *at = strchr(from, '@'); /* ssh://me@host */
    from = at ? at + 1 : from + 3;
    const char *end = *from == '[' ? strchr(from, ']') : NULL;
    return stk_strndup(from, end ? (size_t)(end - from) + 1 : strcspn(from, ":/"));
}

static void add_own(struct list *list, const json_t *container, const char *port)
{
    const json_t *settings = stk_json_get(container, "NetworkSettings"), *value;
    const json_t *networks = stk_json_get(settings, "Networks");
    const char *mode = stk_json_str(stk_json_get(container, "HostConfig"), "NetworkMode"), *name;
    if (stk_streq(mode, "host"))
        add(list, "127.0.0.1", port);
    json_object_foreach((json_t *)(uintptr_t)networks, name, value)
    {
        add(list, stk_json_text(value, "IPAddress"), port);
        add(list, stk_json_text(value, "GlobalIPv6Address"), port);
    }
}

static bool is_anywhere(const char *ip)
{
    return !ip || stk_streq(ip, "0.0.0.0") || stk_streq(ip, "::") || stk_streq(ip, "127.0.0.1");
}

static void add_published(struct list *list, const struct stk_docker *docker,
                          const json_t *container, const char *port)
{
    const json_t *ports = stk_json_get(stk_json_get(container, "NetworkSettings"), "Ports");
    STK_CLEANUP(stk_charp) char *key = stk_printf("%s/tcp", port);
    STK_CLEANUP(stk_charp) char *engine = engine_host(docker);
    const json_t *bound = stk_json_get(ports, key);
    for (size_t i = 0; i < stk_json_n(bound); i++) {
        const char *ip = stk_json_text(stk_json_at(bound, i), "HostIp");
        const char *number = stk_json_text(stk_json_at(bound, i), "HostPort");
        if (number)
            add(list, is_anywhere(ip) ? engine : ip, number);
    }
}

char **stk_outside_addresses(const struct stk_docker *docker, const json_t *container,
                             const char *port, size_t *ret_n)
{
    struct list list = { 0 };
    const char *colon = strrchr(port, ':');
    if (colon) {
        STK_CLEANUP(stk_charp) char *host = stk_strndup(port, (size_t)(colon - port));
        add(&list, host, colon + 1);
    } else {
        if (docker->same_machine)
            add_own(&list, container, port);
        add_published(&list, docker, container, port);
    }
    *ret_n = list.n;
    return list.v;
}
