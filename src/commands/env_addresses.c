/* env_addresses.c — where this machine reaches the ports of a stack. */
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "env.h"
#include "known.h"
#include "text.h"

/* "tcp://build.example:2376", "ssh://me@build.example": the host; a socket is here. */
static const char *engine_host(struct cli *cli)
{
    const char *address = stk_runtime_address(cli->rt);
    const char *scheme = address ? strstr(address, "://") : NULL;
    if (!scheme || stk_starts(address, "unix:"))
        return "127.0.0.1";
    const char *host = scheme + 3, *at = strrchr(host, '@');
    host = at ? at + 1 : host;
    if (*host == '[')
        return stk_arena_strndup(cli->arena, host + 1, strcspn(host + 1, "]"));
    return stk_arena_strndup(cli->arena, host, strcspn(host, ":/"));
}

static const char *reached_at(struct cli *cli, const char *ip)
{
    if (!ip || !*ip || stk_streq(ip, "0.0.0.0") || stk_streq(ip, "::"))
        return engine_host(cli);
    return stk_arena_strdup(cli->arena, ip);
}

static const char *url_of(struct cli *cli, const struct address *address)
{
    const struct stk_service *service =
        cli->spec ? stk_spec_service(cli->spec, address->service) : NULL;
    const struct known *known = service ? known_image(service->image) : NULL;
    const char *why;
    if (!known || known_port(known) != address->target || !stk_streq(address->protocol, "tcp"))
        return NULL;
    STK_CLEANUP(stk_buf_clearp) struct stk_buf url;
    stk_buf_init(&url, STK_MIB);
    bool told = known_url(known, service, address->host, address->port, &url, &why);
    return told ? stk_arena_strdup(cli->arena, url.bytes) : NULL;
}

/* IPv4 and IPv6 are two bindings of one port. */
static bool has(const struct address *v, size_t n, const struct address *new)
{
    for (size_t i = 0; i < n; i++)
        if (stk_streq(v[i].service, new->service) && v[i].target == new->target &&
            stk_streq(v[i].protocol, new->protocol))
            return true;
    return false;
}

size_t env_addresses(struct cli *cli, const struct stk_seen *seen, struct address **ret)
{
    size_t n = 0, most = 1;
    for (size_t i = 0; i < seen->n; i++)
        most += seen->v[i].n_ports;
    struct address *v = stk_arena_array(cli->arena, most, sizeof(*v));
    for (size_t i = 0; i < seen->n; i++) {
        const struct stk_status *st = &seen->v[i];
        bool wanted = st->ref.kind == STK_SERVICE && !st->oneoff && st->state == STK_RUNNING &&
                      stk_is_named(cli, st->ref.name);
        for (size_t k = 0; wanted && k < st->n_ports; k++) {
            const struct stk_published *port = &st->ports[k];
            struct address a = { .service = stk_arena_strdup(cli->arena, st->ref.name),
                                 .host = reached_at(cli, port->host_ip),
                                 .port = port->published,
                                 .target = port->target,
                                 .protocol = stk_arena_strdup(cli->arena, port->protocol) };
            if (!port->published || has(v, n, &a))
                continue;
            a.url = url_of(cli, &a);
            v[n++] = a;
        }
    }
    *ret = v;
    return n;
}
