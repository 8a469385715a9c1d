/* discovery.c — see discovery.h. What the known images are is known.c's. */
#include "discovery.h"

#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "known.h"
#include "text.h"

enum { MARK = '\1', END = '\2', MAX_VALUE = 4 << 20 };

void discovery_keep(struct load *ld, const char *reference, size_t size, struct stk_buf *out)
{
    ld->has_references = true;
    stk_buf_putc(out, MARK);
    stk_buf_add(out, reference, size);
    stk_buf_putc(out, END);
}

/* ---- where they may stand ---- */

static bool check_node(struct load *ld, const struct node *node)
{
    bool ok = true;
    if (node->kind == NODE_SCALAR && node->type == SCALAR_STRING && strchr(node->text, MARK))
        return fail_hint(ld, node, "only values of 'environment' may ask for it",
                         "'${services...}' is not known here");
    for (size_t i = 0; node->kind != NODE_SCALAR && i < node->n; i++)
        ok &= check_node(ld, node->kind == NODE_LIST ? node->items[i] : node->pairs[i].value);
    return ok;
}

static bool check_service(struct load *ld, const struct node *service)
{
    bool ok = true;
    if (service->kind != NODE_MAP)
        return true;
    for (size_t i = 0; i < service->n; i++)
        if (!stk_streq(service->pairs[i].key, "environment"))
            ok &= check_node(ld, service->pairs[i].value);
    return ok;
}

bool discovery_check(struct load *ld, const struct node *root)
{
    bool ok = true;
    if (!ld->has_references || root->kind != NODE_MAP)
        return true;
    for (size_t i = 0; i < root->n; i++) {
        const struct node *value = root->pairs[i].value;
        if (!stk_streq(root->pairs[i].key, "services") || value->kind != NODE_MAP) {
            ok &= stk_starts(root->pairs[i].key, "x-") || check_node(ld, value);
            continue;
        }
        for (size_t k = 0; k < value->n; k++)
            ok &= check_service(ld, value->pairs[k].value);
    }
    return ok;
}

/* ---- what they come to ---- */

struct asking {
    struct load *ld;
    const struct model *m;
    const struct stk_service *from, *to;
    const char *host, *path; /* path: "db.host" */
    struct stk_src src;
};

static bool fail_asking(struct asking *a, enum stk_rule rule, const char *hint, const char *fmt,
                        ...) STK_PRINTF(4, 5);
static bool fail_asking(struct asking *a, enum stk_rule rule, const char *hint, const char *fmt,
                        ...)
{
    va_list ap;
    va_start(ap, fmt);
    STK_CLEANUP(stk_charp) char *why = NULL;
    if (vasprintf(&why, fmt, ap) < 0)
        stk_out_of_memory();
    va_end(ap);
    STK_CLEANUP(stk_charp) char *written = stk_printf("${services.%s}", a->path);
    struct stk_src src = a->src;
    const char *line = more_line(a->ld->more, a->ld->arena, src);
    const char *at = line ? strstr(line, written) : NULL;
    if (at) /* else it stands on a line below its key */
        src.col = 1;
    for (; at && line < at; line++)
        src.col += (*line & 0xc0) != 0x80;
    struct stk_diag d = diag_at(a->ld, src, at ? (unsigned)strlen(written) : 0);
    d.rule = rule;
    d.hint = hint;
    stk_diags_add(a->ld->diags, &d, "%s: %s", written, why);
    return false;
}

static bool find_service(struct asking *a, const char *name)
{
    struct service *to = model_service(a->m, name);
    if (to && to->enabled) {
        a->to = &to->s;
        return true;
    }
    if (to)
        return fail_asking(a, STK_RULE_DISABLED, NULL, "no active profile enables service '%s'",
                           name);
    const char **names = stk_arena_array(a->ld->arena, a->m->n_services + 1, sizeof(*names));
    for (size_t i = 0; i < a->m->n_services; i++)
        names[i] = a->m->services[i].s.name;
    return fail_asking(a, STK_RULE_UNDEFINED, did_you_mean(a->ld, name, names, a->m->n_services),
                       "there is no service '%s'", name);
}

static bool share_network(const struct stk_service *a, const struct stk_service *b)
{
    for (size_t i = 0; i < a->n_networks; i++)
        for (size_t k = 0; k < b->n_networks; k++)
            if (stk_streq(a->networks[i].network, b->networks[k].network))
                return true;
    return false;
}

/* The name by which the one reaches the other. */
static bool find_host(struct asking *a)
{
    const char *mine = a->from->network_mode, *theirs = a->to->network_mode;
    a->host = a->to->name;
    if (a->from == a->to ||
        (mine && stk_starts(mine, "service:") && stk_streq(mine + 8, a->to->name)) ||
        (theirs && stk_starts(theirs, "service:") && stk_streq(theirs + 8, a->from->name))) {
        a->host = "localhost";
        return true;
    }
    if (share_network(a->from, a->to))
        return true;
    return fail_asking(a, STK_RULE_CONTRADICTION, "put both on one network",
                       "service '%s' shares no network with service '%s'", a->from->name,
                       a->to->name);
}

/* "5432", "5432/tcp" of expose; 0: a range, or not TCP. */
static unsigned exposed(const char *text)
{
    char number[8];
    int64_t port;
    size_t n = strcspn(text, "/");
    if (n >= sizeof(number) || (text[n] && !stk_streq(text + n, "/tcp")))
        return 0;
    memcpy(number, text, n);
    number[n] = '\0';
    return stk_parse_int(number, &port) && port > 0 && port <= UINT16_MAX ? (unsigned)port : 0;
}

/* How many TCP ports it tells of; *ret is the last. wanted: whether it has that one. */
static unsigned count_ports(const struct stk_service *s, unsigned wanted, unsigned *ret,
                            bool *ret_has)
{
    const struct known *known = known_image(s->image);
    unsigned n = 0;
    *ret = 0;
    *ret_has = known && known_port(known) == wanted;
    for (size_t i = 0; i < s->n_ports + s->expose.n; i++) {
        bool published = i < s->n_ports;
        unsigned port = published ? s->ports[i].target : exposed(s->expose.v[i - s->n_ports]);
        if (!port || (published && !stk_streq(s->ports[i].protocol, "tcp")))
            continue;
        *ret_has |= port == wanted;
        n += port != *ret;
        *ret = port;
    }
    return n;
}

static bool find_port(struct asking *a, unsigned *ret)
{
    const struct known *known = known_image(a->to->image);
    bool has;
    unsigned n = count_ports(a->to, 0, ret, &has);
    if (known)
        *ret = known_port(known);
    if (known || n == 1)
        return true;
    const char *hint =
        n ? load_printf(a->ld, "say which: ${services.%s.ports.%u}", a->to->name, *ret)
          : "give it 'expose' or 'ports'";
    return fail_asking(a, STK_RULE_MISSING_KEY, hint, "service '%s' has %s", a->to->name,
                       n ? "several ports" : "no port that the file tells of");
}

static bool put_port(struct asking *a, const char *text, struct stk_buf *out)
{
    int64_t port;
    unsigned last;
    bool has = false;
    if (stk_parse_int(text, &port) && port > 0 && port <= UINT16_MAX)
        (void)count_ports(a->to, (unsigned)port, &last, &has);
    if (!has)
        return fail_asking(a, STK_RULE_UNDEFINED, "give it 'expose' or 'ports'",
                           "service '%s' has no port '%s'", a->to->name, text);
    return stk_buf_puts(out, text);
}

static bool put_url(struct asking *a, struct stk_buf *out)
{
    const struct known *known = known_image(a->to->image);
    const char *why = NULL;
    if (!known)
        return fail_asking(
            a, STK_RULE_UNDEFINED,
            load_printf(a->ld, "write it of ${services.%s.host} and .port", a->to->name),
            "what speaks image '%s' is not known", a->to->image ? a->to->image : "(none)");
    STK_CLEANUP(stk_buf_clearp) struct stk_buf url;
    stk_buf_init(&url, MAX_VALUE);
    if (!known_url(known, a->to, a->host, known_port(known), &url, &why))
        return fail_asking(
            a, STK_RULE_CONTRADICTION,
            load_printf(a->ld, "write it of ${services.%s.host} and .port", a->to->name),
            "the login of service '%s' is in a file (%s_FILE)", a->to->name, why);
    return stk_buf_add(out, url.bytes, url.size);
}

/* One reference, "db.host", "my.db.ports.5432". */
static bool answer(struct asking *a, struct stk_buf *out)
{
    char *name = stk_arena_strdup(a->ld->arena, a->path);
    char *what = strrchr(name, '.'), *number = NULL;
    unsigned port;
    if (what && what > name && strspn(what + 1, "0123456789") == strlen(what + 1)) {
        number = what + 1;
        *what = '\0';
        what = strrchr(name, '.');
    }
    if (!what || what == name || (number && !stk_streq(what, ".ports")))
        return fail_asking(a, STK_RULE_VARIABLE, NULL,
                           "expected ${services.NAME.host}, .port, .url or .ports.N");
    *what++ = '\0';
    if (!find_service(a, name) || !find_host(a))
        return false;
    if (number)
        return put_port(a, number, out);
    if (stk_streq(what, "host"))
        return stk_buf_puts(out, a->host);
    if (stk_streq(what, "url"))
        return put_url(a, out);
    if (stk_streq(what, "port"))
        return find_port(a, &port) && stk_buf_printf(out, "%u", port);
    static const char *const words[] = { "host", "port", "url", "ports" };
    return fail_asking(a, STK_RULE_VARIABLE, did_you_mean(a->ld, what, words, STK_LEN(words)),
                       "a service has no '%s'; expected host, port, url or ports.N", what);
}

static bool resolve_value(struct asking *a, struct stk_kv *kv)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf out;
    stk_buf_init(&out, MAX_VALUE);
    bool ok = true;
    a->src = kv->src;
    for (const char *p = kv->value; *p;) {
        size_t n = strcspn(p, "\1");
        stk_buf_add(&out, p, n);
        p += n;
        if (!*p)
            break;
        size_t size = strcspn(++p, "\2");
        a->path = stk_arena_strndup(a->ld->arena, p, size);
        ok &= answer(a, &out);
        p += size + (p[size] != '\0');
    }
    kv->value = stk_arena_strdup(a->ld->arena, ok && out.size ? out.bytes : "");
    return ok;
}

/* A login may be asked for from elsewhere, too: then those who ask for it wait for the answer. */
static bool is_pending(const struct stk_kv *kv)
{
    return kv->value && strchr(kv->value, MARK);
}

static bool resolve_service(struct load *ld, struct model *m, struct stk_service *s, bool known)
{
    bool ok = true;
    if ((known_image(s->image) != NULL) != known)
        return true;
    for (size_t i = 0; i < s->environment.n; i++) {
        struct asking a = { .ld = ld, .m = m, .from = s };
        if (is_pending(&s->environment.v[i]))
            ok &= resolve_value(&a, &s->environment.v[i]);
    }
    return ok;
}

bool discovery_resolve(struct load *ld, struct model *m)
{
    bool ok = true;
    for (int known = 1; ld->has_references && known >= 0; known--)
        for (size_t i = 0; i < m->n_services; i++)
            if (m->services[i].enabled)
                ok &= resolve_service(ld, m, &m->services[i].s, known);
    return ok;
}
