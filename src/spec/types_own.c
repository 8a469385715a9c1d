/* types_own.c — types of the keys of x-stackctl: what is looked at to tell that a service is ready. */
#include <regex.h>
#include <string.h>

#include "arena.h"
#include "keys.h"
#include "signals.h"
#include "text.h"
#include "types.h"

enum { PORT_MAX = 65535, STATUS_MIN = 100, STATUS_MAX = 599 };

static json_t *word_print(const struct key *key, const void *object, enum printing how)
{
    return type_string.print(key, object, how);
}

static bool regex_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    regex_t regex;
    char why[128];
    if (!type_string.parse(ld, key, node, object))
        return false;
    int code = regcomp(&regex, node->text, REG_EXTENDED | REG_NOSUB);
    if (code == 0) {
        regfree(&regex);
        return true;
    }
    regerror(code, &regex, why, sizeof(why));
    return fail_node(ld, node, "'%s'%s is no regular expression: %s", key->name, where(ld), why);
}

const struct type type_regex = { "a regular expression", regex_parse, word_print };

static bool inside_path_parse(struct load *ld, const struct key *key, struct node *node,
                              void *object)
{
    if (!type_string.parse(ld, key, node, object))
        return false;
    if (*node->text == '/')
        return true;
    return fail_node(ld, node, "'%s'%s must be a path that begins with '/', not '%s'", key->name,
                     where(ld), node->text);
}

const struct type type_inside_path = { "a path that begins with '/'", inside_path_parse,
                                       word_print };

static bool is_port(const char *text)
{
    int64_t port;
    return stk_parse_int(text, &port) && port >= 1 && port <= PORT_MAX;
}

static bool address_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    if (!type_text.parse(ld, key, node, object))
        return false;
    const char *colon = strrchr(node->text, ':');
    if (is_port(colon ? colon + 1 : node->text) && colon != node->text)
        return true;
    return fail_node(ld, node, "'%s'%s must be a port or HOST:PORT, not '%s'", key->name, where(ld),
                     node->text);
}

const struct type type_address = { "a port or HOST:PORT", address_parse, word_print };

/* A string is the path alone. */
static bool http_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    struct stk_ready_http *http = FIELD(object, key, struct stk_ready_http);
    http->set = true;
    http->path = "/";
    if (node->kind != NODE_SCALAR)
        return type_group.parse(ld, key, node, object) &&
               ((!http->port.set || (http->port.v >= 1 && http->port.v <= PORT_MAX)) ||
                fail_node(ld, node, "'port' of ready.http%s must be from 1 to 65535", where(ld))) &&
               ((!http->status.set ||
                 (http->status.v >= STATUS_MIN && http->status.v <= STATUS_MAX)) ||
                fail_node(ld, node, "'status' of ready.http%s must be from 100 to 599", where(ld)));
    if (!node_is_string(node))
        return fail_type(ld, key, node);
    if (*node->text != '/')
        return fail_node(ld, node, "'%s'%s must be a path that begins with '/', not '%s'",
                         key->name, where(ld), node->text);
    http->path = node->text;
    return true;
}

static json_t *http_print(const struct key *key, const void *object, enum printing how)
{
    const struct stk_ready_http *http = CONST_FIELD(object, key, struct stk_ready_http);
    return http->set ? type_group.print(key, object, how) : NULL;
}

const struct type type_ready_http = { "a path or a mapping", http_parse, http_print };

bool ready_finish(struct load *ld, struct node *node, void *object)
{
    struct stk_ready *ready = object;
    ready->src = node->src;
    if (ready->tcp || ready->http.set || ready->log || ready->file)
        return true;
    return fail_node(ld, node, "'ready'%s needs 'tcp', 'http', 'log' or 'file'", where(ld));
}

bool own_watch_finish(struct load *ld, struct node *node, void *object)
{
    struct stk_watch *w = object;
    int signal;
    w->src = node->src;
    bool signals = stk_streq(w->action, "signal");
    if (signals && !w->signal)
        return fail_node(ld, node, "a rule of 'watch'%s with action 'signal' needs 'signal'",
                         where(ld));
    if (signals && !stk_signal_parse(w->signal, &signal))
        return fail_node(ld, node, "'signal' of 'watch'%s: there is no signal '%s'", where(ld),
                         w->signal);
    if (stk_streq(w->action, "exec") && !w->exec.command.n)
        return fail_node(ld, node, "a rule of 'watch'%s with action 'exec' needs 'exec.command'",
                         where(ld));
    return true;
}

bool own_finish(struct load *ld, struct node *node, void *object)
{
    struct stk_own *own = object;
    own->src = node->src;
    bool service = stk_streq(own->kind, "service");
    if (service && own->once.v)
        return fail_node(ld, node, "'once'%s is for jobs, and its kind is 'service'", where(ld));
    return true;
}
