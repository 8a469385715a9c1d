/* host.c — reads where the engine is: -H, DOCKER_HOST, or the default socket. Connects to
 * nothing. */
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "engine.h"
#include "text.h"

#define DEFAULT_HOST "unix:///var/run/docker.sock"

static const struct stk_src nowhere;

static int parse_unix(const char *host, struct stk_host *ret, struct stk_error *reterr)
{
    const char *path = host + strlen("unix://");
    if (*path != '/')
        return stk_fail(reterr, STK_EENGINE, nowhere,
                        "invalid engine address '%s': a socket needs an absolute path", host);
    if (strlen(path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
        return stk_fail(reterr, STK_EENGINE, nowhere,
                        "invalid engine address '%s': the path of a socket is at most %zu bytes",
                        host, sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1);
    ret->unix_path = stk_strdup(path);
    ret->base = stk_strdup("http://localhost");
    return 0;
}

static bool port_is_fine(const char *port)
{
    int64_t n;
    return stk_parse_int(port, &n) && n > 0 && n < 65536;
}

/* DOCKER_TLS_VERIFY turns TLS on, with the three files of DOCKER_CERT_PATH, as for docker. */
static void use_tls(struct stk_host *ret, const char *(*env)(const char *))
{
    const char *dir = env("DOCKER_CERT_PATH"), *home = env("HOME");
    STK_CLEANUP(stk_charp) char *own = NULL;
    if (!dir || !*dir)
        dir = own = stk_printf("%s/.docker", home ? home : "");
    ret->ca_file = stk_printf("%s/ca.pem", dir);
    ret->cert_file = stk_printf("%s/cert.pem", dir);
    ret->key_file = stk_printf("%s/key.pem", dir);
}

static int parse_tcp(const char *host, const char *(*env)(const char *), struct stk_host *ret,
                     struct stk_error *reterr)
{
    const char *address = host + strlen("tcp://"), *colon = strrchr(address, ':');
    const char *bracket = strrchr(address, ']');
    const char *verify = env("DOCKER_TLS_VERIFY");
    bool tls = verify && *verify;
    if (bracket && colon && colon < bracket)
        colon = NULL; /* "[::1]" without a port */
    bool fine = *address && colon != address && !strpbrk(address, "/?#@ ") &&
                (!colon || port_is_fine(colon + 1));
    if (!fine)
        return stk_fail(reterr, STK_EENGINE, nowhere,
                        "invalid engine address '%s': expected tcp://HOST:PORT", host);
    if (tls)
        use_tls(ret, env);
    const char *port = colon ? "" : tls ? ":2376" : ":2375";
    ret->base = stk_printf("%s://%s%s", tls ? "https" : "http", address, port);
    return 0;
}

int stk_host_parse(const char *host, const char *(*env)(const char *), struct stk_host *ret,
                   struct stk_error *reterr)
{
    struct stk_host parsed = { 0 };
    if (!host || !*host)
        host = env("DOCKER_HOST");
    if (!host || !*host)
        host = DEFAULT_HOST;
    int code;
    if (stk_starts(host, "unix://"))
        code = parse_unix(host, &parsed, reterr);
    else if (stk_starts(host, "tcp://"))
        code = parse_tcp(host, env, &parsed, reterr);
    else
        code = stk_fail(reterr, STK_EENGINE, nowhere,
                        "unsupported engine address '%s': supported are unix:///PATH and "
                        "tcp://HOST:PORT",
                        host);
    if (code)
        return code;
    parsed.shown = stk_strdup(host);
    *ret = parsed;
    return 0;
}

void stk_host_clear(struct stk_host *host)
{
    free(host->shown);
    free(host->base);
    free(host->unix_path);
    free(host->ca_file);
    free(host->cert_file);
    free(host->key_file);
    *host = (struct stk_host){ 0 };
}

const char *stk_docker_socket(const struct stk_docker *docker)
{
    static const char scheme[] = "unix://";
    return stk_starts(docker->host, scheme) ? docker->host + strlen(scheme) : NULL;
}
