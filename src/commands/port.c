/* port.c — port: where on the host a container's port is. */
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "pick.h"
#include "ps_text.h"
#include "text.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "protocol", 0, OPT_STRING, AT(protocol), "PROTOCOL", "tcp or udp (default tcp)",
      "tcp|udp|sctp" },
    { "index", 0, OPT_COUNT, AT(index), "N", "Which of several instances" },
    { 0 },
};

/* "80", or "80/udp". 0 or the exit status. */
static int parse(struct cli *cli, const char *text, unsigned *ret)
{
    const char *slash = strchr(text, '/');
    size_t n = slash ? (size_t)(slash - text) : strlen(text);
    const char *number = stk_arena_strndup(cli->arena, text, n);
    int64_t port = 0;
    if (slash && !cli->o.protocol)
        cli->o.protocol = slash + 1;
    if (!stk_parse_int(number, &port) || port < 1 || port > UINT16_MAX)
        return stk_usage_error(cli, "invalid port '%s': expected a number from 1 to 65535", text);
    if (slash && !stk_streq(cli->o.protocol, slash + 1))
        return stk_usage_error(cli, "invalid port '%s': --protocol says %s", text, cli->o.protocol);
    *ret = (unsigned)port;
    return 0;
}

static int tell_none(struct cli *cli, const struct stk_status *status, unsigned target,
                     const char *protocol)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf has;
    struct stk_error err = { 0 };
    stk_buf_init(&has, 64 * STK_KIB);
    ps_ports(&has, status);
    stk_fail(&err, STK_EABSENT, (struct stk_src){ 0 }, "port %u/%s of '%s' is not published%s%s",
             target, protocol, status->name, has.size ? "; published are " : "; no port of it is",
             has.size ? has.bytes : "");
    int rc = stk_report_error(cli, &err);
    stk_error_clear(&err);
    return rc;
}

static int print(struct cli *cli, const struct stk_status *status, unsigned target)
{
    const char *protocol = cli->o.protocol ? cli->o.protocol : "tcp";
    for (size_t i = 0; i < status->n_ports; i++) {
        const struct stk_published *port = &status->ports[i];
        if (port->target != target || !port->published || strcmp(port->protocol, protocol) != 0)
            continue;
        const char *ip = port->host_ip ? port->host_ip : "";
        printf(strchr(ip, ':') ? "[%s]:%u\n" : "%s:%u\n", ip, port->published);
        return 0;
    }
    return tell_none(cli, status, target, protocol);
}

static int run(struct cli *cli)
{
    struct stk_seen *seen = NULL;
    const struct stk_status *status = NULL;
    unsigned target = 0;
    if (cli->args.n < 2)
        return stk_usage_error(cli, "port needs a service and a port of its container");
    int rc = parse(cli, cli->args.v[1], &target);
    if (!rc)
        rc = pick_one(cli, cli->args.v[0], PICK_RUNNING, &seen, &status);
    if (!rc)
        rc = print(cli, status, target);
    stk_seen_free(seen);
    return rc;
}

const struct command stk_cmd_port = {
    .name = "port",
    .args = "SERVICE PORT",
    .help = "Show where on the host a port of a service is",
    .needs = NEEDS_PROJECT | NEEDS_ENGINE,
    .max_args = 2,
    .options = options,
    .run = run,
};
