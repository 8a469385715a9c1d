/* types_port.c — published ports: "[[ip:]host[-host]:]container[-container][/protocol]", or mappings.
 * Ranges become one port each. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "keys.h"
#include "text.h"
#include "types.h"

enum { MAX_PORTS = 100000, MAX_TEXT = 128 };

struct range {
    unsigned from, to;
};

/* "80" or "80-90"; false when it is none. */
static bool read_range(const char *s, struct range *ret)
{
    char *end;
    if (!isdigit((unsigned char)*s))
        return false;
    unsigned long from = strtoul(s, &end, 10), to = from;
    if (*end == '-' && isdigit((unsigned char)end[1]))
        to = strtoul(end + 1, &end, 10);
    *ret = (struct range){ (unsigned)from, (unsigned)to };
    return !*end && from <= to && to <= 65535;
}

static bool is_address(const char *s)
{
    unsigned char bytes[16];
    return inet_pton(AF_INET, s, bytes) == 1 || inet_pton(AF_INET6, s, bytes) == 1;
}

struct short_port {
    char text[MAX_TEXT]; /* cut into the parts below */
    const char *ip, *host, *container, *protocol;
};

/* Cuts the text at its colons and its slash. */
static const char *cut(struct short_port *p)
{
    char *slash = strrchr(p->text, '/');
    p->protocol = slash ? slash + 1 : "tcp";
    if (slash)
        *slash = '\0';
    char *colon = strrchr(p->text, ':');
    p->container = colon ? colon + 1 : p->text;
    p->host = p->ip = "";
    if (!colon)
        return NULL;
    *colon = '\0';
    colon = strrchr(p->text, ':');
    p->host = colon ? colon + 1 : p->text;
    if (!colon)
        return NULL;
    *colon = '\0';
    p->ip = p->text;
    size_t n = strlen(p->ip);
    if (*p->ip == '[' && p->ip[n - 1] == ']') {
        p->text[n - 1] = '\0';
        p->ip++;
    } else if (strchr(p->ip, ':')) {
        return "an IPv6 address needs [ ]";
    }
    return NULL;
}

static const char *lower(struct load *ld, const char *s)
{
    char *copy = stk_arena_strdup(ld->arena, s);
    for (char *p = copy; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    return copy;
}

static bool fail_port(struct load *ld, const struct node *node, const char *text, const char *why)
{
    return fail_hint(ld, node, "[[address:]published:]target[/protocol]", "'%s'%s is no port: %s",
                     text, where(ld), why);
}

static bool is_protocol(const char *s)
{
    return stk_streq(s, "tcp") || stk_streq(s, "udp") || stk_streq(s, "sctp");
}

/* One port per container port. */
static bool expand(struct load *ld, const struct node *node, const struct stk_port *like,
                   struct range target, struct range host, struct stk_port **v, size_t *n,
                   size_t *cap)
{
    bool fixed = like->published != NULL;
    unsigned count = target.to - target.from + 1;
    ld->n_ports += count;
    if (ld->n_ports > MAX_PORTS)
        return ld->n_ports - count > MAX_PORTS
                   ? false
                   : fail_node(ld, node, "too many ports: at most %d", MAX_PORTS);
    for (unsigned i = 0; i < count; i++) {
        *v = stk_grow(*v, *n, cap, sizeof(**v));
        struct stk_port *p = &(*v)[(*n)++];
        *p = *like;
        p->target = target.from + i;
        if (fixed && count == 1 && host.to > host.from)
            p->published = load_printf(ld, "%u-%u", host.from, host.to);
        else if (fixed)
            p->published = load_printf(ld, "%u", host.from + i);
    }
    return true;
}

bool read_port_spec(struct load *ld, const struct node *node, const char *text, struct stk_port **v,
                    size_t *n, size_t *cap)
{
    struct short_port p;
    if (strlen(text) >= sizeof(p.text))
        return fail_port(ld, node, "...", "too long");
    strcpy(p.text, text);
    const char *problem = cut(&p);
    struct range target, host = { 0 };
    if (problem)
        return fail_port(ld, node, text, problem);
    if (!*p.container)
        return fail_port(ld, node, text, "the port of the container is missing");
    if (!read_range(p.container, &target) || target.from == 0)
        return fail_port(ld, node, text,
                         load_printf(ld, "'%s' is not a port or a range of ports", p.container));
    if (*p.host && !read_range(p.host, &host))
        return fail_port(ld, node, text,
                         load_printf(ld, "'%s' is not a port or a range of ports", p.host));
    if (*p.ip && !is_address(p.ip))
        return fail_port(ld, node, text, load_printf(ld, "'%s' is not an IP address", p.ip));
    if (*p.host && target.to > target.from && host.to - host.from != target.to - target.from)
        return fail_port(ld, node, text, "the two ranges differ in length");
    struct stk_port like = { .src = node->src,
                             .mode = "ingress",
                             .protocol = lower(ld, p.protocol) };
    if (!is_protocol(like.protocol))
        return fail_port(ld, node, text,
                         load_printf(ld, "'%s' is not tcp, udp or sctp", p.protocol));
    like.host_ip = *p.ip ? stk_arena_strdup(ld->arena, p.ip) : NULL;
    like.published = *p.host ? "" : NULL;
    return expand(ld, node, &like, target, host, v, n, cap);
}

/* A port given as a number or a string of one. */
static bool port_number_parse(struct load *ld, const struct key *key, struct node *node,
                              void *object)
{
    int64_t v;
    bool number =
        node->kind == NODE_SCALAR && (node->type == SCALAR_INT || node->type == SCALAR_STRING);
    if (!number || !stk_parse_int(node->text, &v) || v < 1 || v > 65535)
        return fail_type(ld, key, node);
    *FIELD(object, key, unsigned) = (unsigned)v;
    return true;
}

static json_t *port_number_print(const struct key *key, const void *object, enum printing how)
{
    (void)how;
    return json_integer(*CONST_FIELD(object, key, unsigned));
}

const struct type type_port_number = { "a port from 1 to 65535", port_number_parse,
                                       port_number_print };

static bool published_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    struct range range;
    bool scalar =
        node->kind == NODE_SCALAR && (node->type == SCALAR_INT || node->type == SCALAR_STRING);
    if (!scalar || (*node->text && !read_range(node->text, &range)))
        return fail_type(ld, key, node);
    *FIELD(object, key, const char *) = *node->text ? node->text : NULL;
    return true;
}

static json_t *published_print(const struct key *key, const void *object, enum printing how)
{
    return type_string.print(key, object, how);
}

const struct type type_published = { "a port or a range such as 8000-8010", published_parse,
                                     published_print };

static bool long_form(struct load *ld, struct node *item, struct stk_port *p)
{
    *p = (struct stk_port){ .src = item->src, .mode = "ingress", .protocol = "tcp" };
    if (!table_parse(ld, &port_table, item, p))
        return false;
    if (!p->target)
        return fail_node(ld, item, "a port%s needs 'target'", where(ld));
    if (p->host_ip && *p->host_ip && !is_address(p->host_ip))
        return fail_node(ld, node_get(ld, item, "host_ip"),
                         "'host_ip'%s: '%s' is not an IP address", where(ld), p->host_ip);
    return true;
}

/* What makes two ports the same one. */
static const char *identity(struct load *ld, const struct stk_port *p)
{
    return load_printf(ld, "%s|%s|%u|%s", p->host_ip ? p->host_ip : "",
                       p->published ? p->published : "", p->target, p->protocol);
}

static size_t drop_repeated(struct load *ld, struct stk_port *v, size_t n)
{
    STK_CLEANUP(map_clear) struct map seen = { 0 };
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        void **slot = map_at(&seen, identity(ld, &v[i]));
        if (!*slot)
            *slot = (void *)++kept;
        v[(size_t)*slot - 1] = v[i];
    }
    return kept;
}

static bool ports_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    struct stk_service *s = object;
    struct stk_port *v = NULL;
    size_t n = 0, cap = 0;
    bool ok = true;
    if (node->kind != NODE_LIST)
        return fail_type(ld, key, node);
    for (size_t i = 0; i < node->n; i++) {
        struct node *item = node->items[i];
        if (item->kind == NODE_MAP) {
            v = stk_grow(v, n, &cap, sizeof(*v));
            bool read = long_form(ld, item, &v[n]);
            n += read;
            ok &= read;
        } else if (item->kind == NODE_SCALAR &&
                   (item->type == SCALAR_INT || item->type == SCALAR_STRING)) {
            ok &= read_port_spec(ld, item, item->text, &v, &n, &cap);
        } else {
            ok = fail_node(ld, item, "an item of 'ports'%s must be a port or a mapping, not %s",
                           where(ld), node_what(item));
        }
    }
    s->n_ports = drop_repeated(ld, v, n);
    s->ports = keep_array(ld, v, s->n_ports, sizeof(*v));
    return ok;
}

static json_t *ports_print(const struct key *key, const void *object, enum printing how)
{
    const struct stk_service *s = object;
    (void)key;
    if (!s->n_ports)
        return NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < s->n_ports; i++) {
        json_t *port = json_object();
        table_print(&port_table, &s->ports[i], how, port);
        json_array_append_new(list, port);
    }
    return list;
}

const struct type type_ports = { "a list of ports", ports_parse, ports_print };
