/* host.c — reads the address of an engine. Which address is meant is context.c's; connects to
 * nothing. */
#include "host.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "arena.h"
#include "text.h"

static const struct stk_src nowhere;

static int parse_unix(const char *address, const struct stk_host_tls *tls, struct stk_host *ret,
                      struct stk_error *reterr)
{
    (void)tls;
    const char *path = address + strlen("unix://");
    if (*path != '/')
        return stk_fail(reterr, STK_EENGINE, nowhere,
                        "invalid engine address '%s': a socket needs an absolute path", address);
    if (strlen(path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
        return stk_fail(reterr, STK_EENGINE, nowhere,
                        "invalid engine address '%s': the path of a socket is at most %zu bytes",
                        address, sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1);
    ret->unix_path = stk_strdup(path);
    ret->base = stk_strdup("http://localhost");
    return 0;
}

static bool port_is_fine(const char *port)
{
    int64_t n;
    return stk_parse_int(port, &n) && n > 0 && n < 65536;
}

/* A file that is not there is not used, as with docker: the system's authorities count then. */
static char *file_in(const char *folder, const char *name)
{
    STK_CLEANUP(stk_charp) char *path = stk_printf("%s/%s", folder ? folder : "", name);
    return access(path, F_OK) == 0 ? TAKE(path) : NULL;
}

static void use_tls(struct stk_host *ret, const struct stk_host_tls *tls)
{
    ret->tls = true;
    ret->skip_verify = tls->skip_verify;
    ret->ca_file = file_in(tls->folder, "ca.pem");
    ret->cert_file = file_in(tls->folder, "cert.pem");
    ret->key_file = file_in(tls->folder, "key.pem");
}

static int parse_tcp(const char *address, const struct stk_host_tls *tls, struct stk_host *ret,
                     struct stk_error *reterr)
{
    const char *name = address + strlen("tcp://"), *colon = strrchr(name, ':');
    const char *bracket = strrchr(name, ']');
    if (bracket && colon && colon < bracket)
        colon = NULL; /* "[::1]" without a port */
    bool fine =
        *name && colon != name && !strpbrk(name, "/?#@ ") && (!colon || port_is_fine(colon + 1));
    if (!fine)
        return stk_fail(reterr, STK_EENGINE, nowhere,
                        "invalid engine address '%s': expected tcp://HOST:PORT", address);
    if (tls->on)
        use_tls(ret, tls);
    const char *port = colon ? "" : tls->on ? ":2376" : ":2375";
    ret->base = stk_printf("%s://%s%s", tls->on ? "https" : "http", name, port);
    return 0;
}

/* What goes into ssh's arguments, and through it into a shell over there. */
static bool is_plain(const char *text, const char *more)
{
    if (!*text || *text == '-')
        return false;
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && !strchr(more, *text))
            return false;
    return true;
}

static char *part(const char **text, size_t size)
{
    char *ret = stk_strndup(*text, size);
    *text += size;
    return ret;
}

static bool read_ssh(const char *rest, struct stk_host *ret)
{
    const char *at = strrchr(rest, '@');
    if (at) {
        ret->ssh.user = part(&rest, (size_t)(at - rest));
        rest++;
    }
    bool v6 = *rest == '[';
    rest += v6;
    ret->ssh.host = part(&rest, strcspn(rest, v6 ? "]" : ":/"));
    rest += v6 && *rest;
    if (*rest == ':') {
        rest++;
        ret->ssh.port = part(&rest, strcspn(rest, "/"));
    }
    if (*rest && strcmp(rest, "/") != 0)
        ret->ssh.socket = stk_strdup(rest);
    return (!ret->ssh.user || is_plain(ret->ssh.user, "._-+\\")) &&
           is_plain(ret->ssh.host, v6 ? ":.%_-" : "._-") &&
           (!ret->ssh.port || port_is_fine(ret->ssh.port)) &&
           (!ret->ssh.socket || (*rest == '/' && is_plain(ret->ssh.socket, "/._-+,:@")));
}

static int parse_ssh(const char *address, const struct stk_host_tls *tls, struct stk_host *ret,
                     struct stk_error *reterr)
{
    (void)tls;
    ret->base = stk_strdup("http://localhost");
    if (read_ssh(address + strlen("ssh://"), ret))
        return 0;
    return stk_fail(reterr, STK_EENGINE, nowhere,
                    "invalid engine address '%s': expected ssh://[USER@]HOST[:PORT][/SOCKET]",
                    address);
}

static const struct {
    const char *prefix;
    int (*parse)(const char *, const struct stk_host_tls *, struct stk_host *, struct stk_error *);
} schemes[] = {
    { "unix://", parse_unix },
    { "tcp://", parse_tcp },
    { "ssh://", parse_ssh },
};

int stk_host_parse(const char *address, const struct stk_host_tls *tls, struct stk_host *ret,
                   struct stk_error *reterr)
{
    struct stk_host parsed = { 0 };
    for (size_t i = 0; i < STK_LEN(schemes); i++) {
        if (!stk_starts(address, schemes[i].prefix))
            continue;
        int code = schemes[i].parse(address, tls, &parsed, reterr);
        parsed.shown = stk_strdup(address);
        if (code)
            stk_host_clear(&parsed);
        *ret = parsed;
        return code;
    }
    return stk_fail(reterr, STK_EENGINE, nowhere,
                    "unsupported engine address '%s': supported are unix:///PATH, "
                    "tcp://HOST:PORT and ssh://[USER@]HOST",
                    address);
}

void stk_host_clear(struct stk_host *host)
{
    free(host->shown);
    free(host->base);
    free(host->unix_path);
    free(host->ca_file);
    free(host->cert_file);
    free(host->key_file);
    free(host->ssh.user);
    free(host->ssh.host);
    free(host->ssh.port);
    free(host->ssh.socket);
    *host = (struct stk_host){ 0 };
}
