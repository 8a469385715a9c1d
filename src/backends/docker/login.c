/* login.c — finds the user's login at a registry as Docker does: the helper program that the
 * configuration names for it, else the one that keeps them all, else the configuration itself. */
#include "login.h"

#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "credentials.h"
#include "op.h"
#include "process.h"
#include "text.h"

enum { HELPER_MS = 30000 };
#define HUB "https://index.docker.io/v1/"

static const struct stk_src nowhere;

/* One registry. */
struct stk_login {
    struct stk_login *next;
    struct stk_docker *docker;
    char *registry;
    json_t *login; /* NULL: nobody */
    bool known;
    struct stk_login_req *waiting;
    char *helper, *input;
    const char *argv[3];
    struct stk_process_req process;
};

char *stk_registry_of(const char *image)
{
    const char *slash = strchr(image, '/');
    size_t n = slash ? (size_t)(slash - image) : 0;
    STK_CLEANUP(stk_charp) char *first = stk_strndup(image, n);
    bool host = n && (strpbrk(first, ".:") || strcmp(first, "localhost") == 0);
    if (!host || stk_streq(first, "index.docker.io"))
        return stk_strdup("docker.io");
    return TAKE(first);
}

const char *stk_login_key(const char *registry)
{
    return strcmp(registry, "docker.io") == 0 ? HUB : registry;
}

char *stk_login_text(const json_t *login)
{
    char *text = json_dumps(login, JSON_COMPACT);
    if (!text)
        stk_out_of_memory();
    char *ret = stk_base64(text, strlen(text), true);
    free(text);
    return ret;
}

static void set(json_t *login, const char *key, const char *value)
{
    if (value && *value)
        json_object_set_new(login, key, json_string(value));
}

static json_t *login_new(const char *registry, const char *user, const char *secret)
{
    json_t *login = json_object();
    bool token = stk_streq(user, "<token>");
    set(login, "username", token ? NULL : user);
    set(login, token ? "identitytoken" : "password", secret);
    set(login, "serveraddress", stk_login_key(registry));
    return login;
}

/* ---- the configuration ---- */

/* "https://host/v1/" and "host" are the same registry. */
static bool is_for(const char *key, const char *registry)
{
    const char *wanted = stk_login_key(registry);
    if (strcmp(key, wanted) == 0)
        return true;
    const char *scheme = strstr(key, "://");
    const char *host = scheme ? scheme + 3 : key;
    size_t n = strcspn(host, "/");
    return strncmp(host, registry, n) == 0 && !registry[n];
}

static json_t *from_auth(const char *registry, const json_t *entry)
{
    const char *auth = stk_json_text(entry, "auth");
    const char *user = stk_json_text(entry, "username");
    const char *password = stk_json_text(entry, "password");
    const char *token = stk_json_text(entry, "identitytoken");
    size_t size = 0;
    STK_CLEANUP(stk_charp) char *both = auth ? stk_base64_decode(auth, &size) : NULL;
    char *colon = both ? strchr(both, ':') : NULL;
    if (colon) {
        *colon = '\0';
        user = both;
        password = colon + 1;
    }
    if (!user && !token)
        return NULL;
    json_t *login = login_new(registry, user, password);
    set(login, "identitytoken", token);
    return login;
}

static json_t *from_config(const json_t *config, const char *registry)
{
    const char *key;
    json_t *entry;
    json_object_foreach((json_t *)(uintptr_t)stk_json_get(config, "auths"), key, entry)
    {
        json_t *login = is_for(key, registry) ? from_auth(registry, entry) : NULL;
        if (login)
            return login;
    }
    return NULL;
}

static const char *helper_of(const json_t *config, const char *registry)
{
    const char *helper =
        stk_json_text(stk_json_get(config, "credHelpers"), stk_login_key(registry));
    if (!helper)
        helper = stk_json_text(stk_json_get(config, "credHelpers"), registry);
    return helper ? helper : stk_json_text(config, "credsStore");
}

/* ---- answers ---- */

static void answer(struct stk_login *of, struct stk_error *err)
{
    of->known = !err;
    for (struct stk_login_req *req = of->waiting, *next; req; req = next) {
        struct stk_error copy = { 0 };
        next = req->next;
        req->login = of->login;
        if (err)
            stk_error_copy(&copy, err);
        stk_op_end(&req->op, &copy);
    }
    of->waiting = NULL;
}

/* A helper that has no login for the registry says so in these words, and fails. */
static bool has_none(const struct stk_buf *said)
{
    return said->size && strstr(said->bytes, "credentials not found");
}

static void fail_helper(struct stk_login *of, const char *why, size_t n, const char *hint)
{
    struct stk_error err = { 0 };
    while (n && (why[n - 1] == '\n' || why[n - 1] == '\r'))
        n--;
    stk_fail(&err, STK_EIMAGE, nowhere, "the login for '%s' cannot be had from '%s': %.*s%s",
             of->registry, of->helper, (int)n, why, hint);
    answer(of, &err);
    stk_error_clear(&err);
}

static void read_helper(struct stk_login *of)
{
    const struct stk_buf *out = &of->process.out;
    json_t *said = json_loadb(out->size ? out->bytes : "", out->size, 0, NULL);
    const char *user = stk_json_text(said, "Username"), *secret = stk_json_text(said, "Secret");
    if (user && secret) {
        of->login = login_new(of->registry, user, secret);
        answer(of, NULL);
    } else {
        static const char why[] = "its answer has no Username and Secret";
        fail_helper(of, why, strlen(why), "");
    }
    json_decref(said);
}

static void on_helper(struct stk_op *op)
{
    struct stk_login *of = op->data;
    struct stk_process_req *process = &of->process;
    const struct stk_buf *said = process->out.size ? &process->out : &process->err;
    if (op->err.code == STK_ECANCELED)
        answer(of, &op->err);
    else if (op->err.code)
        fail_helper(of, op->err.msg, strlen(op->err.msg),
                    process->not_found
                        ? "; install it, or take credsStore and credHelpers out of config.json"
                        : "");
    else if (process->status && (has_none(&process->out) || has_none(&process->err)))
        answer(of, NULL);
    else if (process->status)
        fail_helper(of, said->size ? said->bytes : "it failed", said->size ? said->size : 9, "");
    else
        read_helper(of);
    stk_process_clear(process);
}

/* A key ring may ask its owner for a word first. */
static unsigned helper_ms(void)
{
    const char *given = getenv("STACKCTL_HELPER_TIMEOUT_MS");
    int64_t ms;
    return given && stk_parse_int(given, &ms) && ms > 0 && ms < 1000 * HELPER_MS ? (unsigned)ms
                                                                                 : HELPER_MS;
}

static void ask_helper(struct stk_login *of, const char *helper)
{
    free(of->helper);
    free(of->input);
    of->helper = stk_printf("docker-credential-%s", helper);
    of->input = stk_strdup(stk_login_key(of->registry));
    of->argv[0] = of->helper;
    of->argv[1] = "get";
    of->process = (struct stk_process_req){
        .op = { .done = on_helper, .data = of, .timeout_ms = helper_ms() },
        .argv = of->argv,
        .input = of->input,
    };
    stk_process_run(of->docker->loop, &of->process);
}

static void find(struct stk_login *of)
{
    json_t *config = stk_user_config(getenv("HOME"), getenv("DOCKER_CONFIG"));
    const char *helper = helper_of(config, of->registry);
    if (helper) {
        ask_helper(of, helper);
    } else {
        of->login = from_config(config, of->registry);
        answer(of, NULL);
    }
    json_decref(config);
}

/* ---- requests ---- */

static void on_cancel(struct stk_op *op)
{
    struct stk_login_req *req = STK_CONTAINER(op, struct stk_login_req, op);
    struct stk_login_req **at = &req->of->waiting;
    struct stk_error err = { 0 };
    if (req->of->waiting == req && !req->next) { /* the last: it ends with the helper */
        stk_op_cancel(&req->of->process.op);
        return;
    }
    while (*at != req)
        at = &(*at)->next;
    *at = req->next;
    stk_fail(&err, STK_ECANCELED, nowhere, "canceled");
    stk_op_end(op, &err);
}

static struct stk_login *login_of(struct stk_docker *docker, const char *image)
{
    STK_CLEANUP(stk_charp) char *registry = stk_registry_of(image);
    struct stk_login *of = docker->logins;
    while (of && strcmp(of->registry, registry) != 0)
        of = of->next;
    if (of)
        return of;
    of = stk_alloc(sizeof(*of));
    *of =
        (struct stk_login){ .docker = docker, .registry = TAKE(registry), .next = docker->logins };
    return docker->logins = of;
}

void stk_login_ask(struct stk_docker *docker, struct stk_login_req *req)
{
    struct stk_login *of = login_of(docker, req->image);
    bool asked = of->waiting != NULL || stk_op_pending(&of->process.op);
    stk_op_begin(&req->op, docker->loop, on_cancel);
    req->of = of;
    req->login = NULL;
    req->next = of->waiting;
    of->waiting = req;
    if (of->known)
        answer(of, NULL);
    else if (!asked)
        find(of);
}

void stk_logins_close(struct stk_docker *docker)
{
    for (struct stk_login *of = docker->logins, *next; of; of = next) {
        next = of->next;
        json_decref(of->login);
        free(of->registry);
        free(of->helper);
        free(of->input);
        free(of);
    }
}
