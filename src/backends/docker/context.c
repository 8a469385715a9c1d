/* context.c — which engine is meant: the command line, the environment, or one of docker's contexts
 * on disk. What an address means is host.c's. */
#include <dirent.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "engine.h"
#include "host.h"
#include "text.h"

#define DEFAULT_HOST    "unix:///var/run/docker.sock"
#define DEFAULT_CONTEXT "default"

enum { NAMES_MAX = 256 }; /* contexts looked through for a name that was meant */

static const struct stk_src nowhere;

typedef const char *env_fn(const char *);

static const char *set(env_fn *env, const char *name)
{
    const char *value = env(name);
    return value && *value ? value : NULL;
}

static char *config_folder(env_fn *env)
{
    const char *config = set(env, "DOCKER_CONFIG"), *home = set(env, "HOME");
    return config ? stk_strdup(config) : stk_printf("%s/.docker", home ? home : "");
}

/* An address that was given by itself: TLS is what the environment says, and always verified. */
static int by_address(const char *address, env_fn *env, struct stk_host *ret,
                      struct stk_error *reterr)
{
    STK_CLEANUP(stk_charp) char *own = config_folder(env);
    const char *certificates = set(env, "DOCKER_CERT_PATH");
    struct stk_host_tls tls = {
        .on = set(env, "DOCKER_TLS_VERIFY") || set(env, "DOCKER_TLS"),
        .folder = certificates ? certificates : own,
    };
    return stk_host_parse(address, &tls, ret, reterr);
}

static char *meta_path(const char *folder, const char *name)
{
    char hex[65];
    stk_sha256_hex(name, strlen(name), hex);
    return stk_printf("%s/contexts/meta/%s/meta.json", folder, hex);
}

/* The contexts that are there, for a name that is not. */
static const char *nearest(const char *folder, const char *name, struct stk_arena *arena)
{
    STK_CLEANUP(stk_charp) char *metas = stk_printf("%s/contexts/meta", folder);
    const char *names[NAMES_MAX] = { DEFAULT_CONTEXT };
    size_t n = 1;
    DIR *dir = opendir(metas);
    for (struct dirent *entry; dir && n < NAMES_MAX && (entry = readdir(dir));) {
        STK_CLEANUP(stk_charp)
        char *path = stk_printf("%s/%s/meta.json", metas, entry->d_name);
        STK_CLEANUP(stk_jsonp) json_t *meta = json_load_file(path, 0, NULL);
        const char *found = stk_json_text(meta, "Name");
        if (found)
            names[n++] = stk_arena_strdup(arena, found);
    }
    if (dir)
        closedir(dir);
    return stk_nearest(name, names, n);
}

static int unknown(const char *folder, const char *name, const char *from, struct stk_error *reterr)
{
    struct stk_arena *arena = stk_arena_new();
    const char *near = nearest(folder, name, arena);
    stk_fail(reterr, STK_EENGINE, nowhere, "unknown context '%s' (from %s)%s%s%s", name, from,
             near ? "; did you mean '" : "; 'docker context ls' lists them", near ? near : "",
             near ? "'?" : "");
    stk_arena_free(arena);
    return -STK_EENGINE;
}

static int by_context(const char *name, const char *from, env_fn *env, struct stk_host *ret,
                      struct stk_error *reterr)
{
    if (strcmp(name, DEFAULT_CONTEXT) == 0)
        return by_address(DEFAULT_HOST, env, ret, reterr);
    STK_CLEANUP(stk_charp) char *folder = config_folder(env);
    STK_CLEANUP(stk_charp) char *path = meta_path(folder, name);
    json_error_t why;
    STK_CLEANUP(stk_jsonp) json_t *meta = json_load_file(path, 0, &why);
    if (!meta && json_error_code(&why) == json_error_cannot_open_file)
        return unknown(folder, name, from, reterr);
    if (!meta)
        return stk_fail(reterr, STK_EENGINE, nowhere, "cannot read context '%s': %s:%d: %s", name,
                        path, why.line, why.text);
    const json_t *endpoint = stk_json_get(stk_json_get(meta, "Endpoints"), "docker");
    const char *address = stk_json_text(endpoint, "Host");
    if (!address)
        return stk_fail(reterr, STK_EENGINE, nowhere, "context '%s' names no Docker engine (%s)",
                        name, path);
    char hex[65];
    stk_sha256_hex(name, strlen(name), hex);
    STK_CLEANUP(stk_charp) char *keys = stk_printf("%s/contexts/tls/%s/docker", folder, hex);
    DIR *dir = opendir(keys);
    struct stk_host_tls tls = {
        .on = dir != NULL || stk_json_bool(endpoint, "SkipTLSVerify"),
        .skip_verify = stk_json_bool(endpoint, "SkipTLSVerify"),
        .folder = keys,
    };
    if (dir)
        closedir(dir);
    int code = stk_host_parse(address, &tls, ret, reterr);
    return code ? stk_wrap(reterr, "context '%s'", name) : 0;
}

/* The context in use, malloc'd, or NULL. */
static char *current_context(env_fn *env)
{
    STK_CLEANUP(stk_charp) char *folder = config_folder(env);
    STK_CLEANUP(stk_charp) char *path = stk_printf("%s/config.json", folder);
    STK_CLEANUP(stk_jsonp) json_t *config = json_load_file(path, 0, NULL);
    const char *name = stk_json_text(config, "currentContext");
    return name ? stk_strdup(name) : NULL;
}

int stk_host_find(const char *host, const char *context, env_fn *env, struct stk_host *ret,
                  struct stk_error *reterr)
{
    if (host && *host && context && *context)
        return stk_fail(reterr, STK_EUSAGE, nowhere,
                        "--host and --context cannot be given together");
    if (host && *host)
        return by_address(host, env, ret, reterr);
    if (context && *context)
        return by_context(context, "--context", env, ret, reterr);
    if (set(env, "DOCKER_HOST"))
        return by_address(set(env, "DOCKER_HOST"), env, ret, reterr);
    if (set(env, "DOCKER_CONTEXT"))
        return by_context(set(env, "DOCKER_CONTEXT"), "DOCKER_CONTEXT", env, ret, reterr);
    STK_CLEANUP(stk_charp) char *current = current_context(env);
    return current ? by_context(current, "config.json", env, ret, reterr)
                   : by_address(DEFAULT_HOST, env, ret, reterr);
}
