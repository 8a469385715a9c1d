/* test_host.c — addresses of engines, docker's contexts, and which of them is meant. */
#include <stdio.h>
#include <unistd.h>

#include "test.h"

#include "engine.h"
#include "host.h"
#include "text.h"

static struct {
    const char *name, *value;
} vars[8];

static const char *env(const char *name)
{
    for (size_t i = 0; i < STK_LEN(vars); i++)
        if (stk_streq(vars[i].name, name))
            return vars[i].value;
    return NULL;
}

/* Pairs of name and value, ended by NULL: all the environment there is. */
static void set_env(const char *const *pairs)
{
    memset(vars, 0, sizeof(vars));
    for (size_t i = 0; pairs[2 * i]; i++) {
        vars[i].name = pairs[2 * i];
        vars[i].value = pairs[2 * i + 1];
    }
}
#define ENV(...) set_env((const char *const[]){ __VA_ARGS__, NULL })

static char folder[] = "/tmp/stackctl-host-XXXXXX";

static void put(const char *path, const char *text)
{
    char command[512];
    snprintf(command, sizeof(command), "mkdir -p \"$(dirname '%s/%s')\"", folder, path);
    ck_assert_int_eq(system(command), 0);
    snprintf(command, sizeof(command), "%s/%s", folder, path);
    FILE *f = fopen(command, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}

static void put_context(const char *name, const char *meta)
{
    char hex[65], path[128];
    stk_sha256_hex(name, strlen(name), hex);
    snprintf(path, sizeof(path), "contexts/meta/%s/meta.json", hex);
    put(path, meta);
}

static void setup(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void)
{
    char command[64];
    snprintf(command, sizeof(command), "rm -r '%s'", folder);
    ck_assert_int_eq(system(command), 0);
    strcpy(folder + sizeof(folder) - 7, "XXXXXX");
}

START_TEST(engine_addresses_are_read)
{
    setup();
    static const struct {
        const char *host, *env, *base, *unix_path;
    } rows[] = {
        { NULL, NULL, "http://localhost", "/var/run/docker.sock" },
        { "", "", "http://localhost", "/var/run/docker.sock" },
        { NULL, "unix:///run/x.sock", "http://localhost", "/run/x.sock" },
        { "tcp://a:1", "unix:///run/x.sock", "http://a:1", NULL },
        { "tcp://10.0.0.1", NULL, "http://10.0.0.1:2375", NULL },
        { "tcp://[::1]:99", NULL, "http://[::1]:99", NULL },
    };
    for (size_t i = 0; i < STK_LEN(rows); i++) {
        struct stk_host host;
        struct stk_error err = { 0 };
        ENV("DOCKER_HOST", rows[i].env, "DOCKER_CONFIG", folder);
        ck_assert_int_eq(stk_host_find(rows[i].host, NULL, env, &host, &err), 0);
        ck_assert_str_eq(host.base, rows[i].base);
        ck_assert_pstr_eq(host.unix_path, rows[i].unix_path);
        ck_assert(!host.tls && !host.ssh.host);
        stk_host_clear(&host);
    }
    teardown();
}
END_TEST

START_TEST(addresses_of_ssh_are_taken_apart)
{
    setup();
    static const struct {
        const char *host, *user, *name, *port, *socket;
    } rows[] = {
        { "ssh://there", NULL, "there", NULL, NULL },
        { "ssh://there/", NULL, "there", NULL, NULL },
        { "ssh://me@there.example:2222", "me", "there.example", "2222", NULL },
        { "ssh://me@there/run/user/1000/docker.sock", "me", "there", NULL,
          "/run/user/1000/docker.sock" },
        { "ssh://[::1]:22", NULL, "::1", "22", NULL },
    };
    ENV("DOCKER_CONFIG", folder);
    for (size_t i = 0; i < STK_LEN(rows); i++) {
        struct stk_host host;
        struct stk_error err = { 0 };
        ck_assert_int_eq(stk_host_find(rows[i].host, NULL, env, &host, &err), 0);
        ck_assert_pstr_eq(host.ssh.user, rows[i].user);
        ck_assert_pstr_eq(host.ssh.host, rows[i].name);
        ck_assert_pstr_eq(host.ssh.port, rows[i].port);
        ck_assert_pstr_eq(host.ssh.socket, rows[i].socket);
        stk_host_clear(&host);
    }
    teardown();
}
END_TEST

START_TEST(addresses_that_are_none_are_quoted_back)
{
    setup();
    static const char *const bad[] = { "foo://bar",
                                       "unix//x",
                                       "tcp://127.0.0.1:99999",
                                       "unix://rel",
                                       "ssh://",
                                       "ssh://-oProxyCommand=x",
                                       "ssh://me@-x",
                                       "ssh://-lroot@there",
                                       "ssh://there:0",
                                       "ssh://there/a;reboot",
                                       "ssh://a b",
                                       "tcp://",
                                       "tcp://:1",
                                       "http://localhost",
                                       "tcp://a:b",
                                       "tcp://a/b",
                                       "unix:///"
                                       "0123456789012345678901234567890123456789"
                                       "0123456789012345678901234567890123456789"
                                       "0123456789012345678901234567890123456789" };
    ENV("DOCKER_CONFIG", folder);
    for (size_t i = 0; i < STK_LEN(bad); i++) {
        struct stk_host host;
        struct stk_error err = { 0 };
        ck_assert_msg(stk_host_find(bad[i], NULL, env, &host, &err) == -STK_EENGINE, "%s", bad[i]);
        ck_assert_msg(strstr(err.msg, bad[i]) != NULL, "%s", err.msg);
        stk_error_clear(&err);
    }
    teardown();
}
END_TEST

START_TEST(tls_uses_those_files_of_docker_that_are_there)
{
    setup();
    struct stk_host host;
    struct stk_error err = { 0 };
    char expected[64];
    put("ca.pem", "");
    ENV("DOCKER_TLS_VERIFY", "1", "DOCKER_CERT_PATH", folder);
    ck_assert_int_eq(stk_host_find("tcp://h", NULL, env, &host, &err), 0);
    ck_assert_str_eq(host.base, "https://h:2376");
    snprintf(expected, sizeof(expected), "%s/ca.pem", folder);
    ck_assert_str_eq(host.ca_file, expected);
    ck_assert_ptr_null(host.key_file);
    ck_assert(host.tls && !host.skip_verify);
    stk_host_clear(&host);
    teardown();
}
END_TEST

START_TEST(a_context_says_where_and_how)
{
    setup();
    struct stk_host host;
    struct stk_error err = { 0 };
    put_context("prod", "{\"Name\":\"prod\",\"Metadata\":{},\"Endpoints\":{\"docker\":{\"Host\":"
                        "\"tcp://engine:2376\",\"SkipTLSVerify\":true}}}");
    put_context("far", "{\"Name\":\"far\",\"Endpoints\":{\"docker\":{\"Host\":\"ssh://far\"}}}");
    put("config.json", "{\"currentContext\":\"far\"}");

    ENV("DOCKER_CONFIG", folder);
    ck_assert_int_eq(stk_host_find(NULL, "prod", env, &host, &err), 0);
    ck_assert_str_eq(host.base, "https://engine:2376");
    ck_assert(host.tls && host.skip_verify);
    stk_host_clear(&host);

    ck_assert_int_eq(stk_host_find(NULL, NULL, env, &host, &err), 0);
    ck_assert_str_eq(host.ssh.host, "far");
    stk_host_clear(&host);

    ENV("DOCKER_CONFIG", folder, "DOCKER_CONTEXT", "default");
    ck_assert_int_eq(stk_host_find(NULL, NULL, env, &host, &err), 0);
    ck_assert_str_eq(host.unix_path, "/var/run/docker.sock");
    stk_host_clear(&host);

    ENV("DOCKER_CONFIG", folder, "DOCKER_CONTEXT", "far", "DOCKER_HOST", "tcp://a:1");
    ck_assert_int_eq(stk_host_find(NULL, NULL, env, &host, &err), 0);
    ck_assert_str_eq(host.base, "http://a:1");
    stk_host_clear(&host);
    teardown();
}
END_TEST

START_TEST(a_context_that_cannot_be_used_is_told)
{
    setup();
    static const struct {
        const char *name, *meta, *expected;
    } rows[] = {
        { "produ", NULL, "unknown context 'produ' (from --context); did you mean 'prod'?" },
        { "zzzzzzzzzz", NULL,
          "unknown context 'zzzzzzzzzz' (from --context); 'docker context ls' lists them" },
        { "broken", "{", "cannot read context 'broken'" },
        { "cluster", "{\"Name\":\"cluster\",\"Endpoints\":{\"kubernetes\":{}}}",
          "context 'cluster' names no Docker engine" },
        { "odd", "{\"Endpoints\":{\"docker\":{\"Host\":\"npipe://x\"}}}",
          "context 'odd': unsupported engine address 'npipe://x'" },
    };
    put_context("prod", "{\"Name\":\"prod\"}");
    ENV("DOCKER_CONFIG", folder);
    for (size_t i = 0; i < STK_LEN(rows); i++) {
        struct stk_host host;
        struct stk_error err = { 0 };
        if (rows[i].meta)
            put_context(rows[i].name, rows[i].meta);
        ck_assert_int_eq(stk_host_find(NULL, rows[i].name, env, &host, &err), -STK_EENGINE);
        ck_assert_msg(strstr(err.msg, rows[i].expected) != NULL, "%s", err.msg);
        stk_error_clear(&err);
    }
    teardown();
}
END_TEST

START_TEST(an_address_and_a_context_are_one_too_many)
{
    setup();
    struct stk_host host;
    struct stk_error err = { 0 };
    ENV("DOCKER_CONFIG", folder);
    ck_assert_int_eq(stk_host_find("tcp://a", "prod", env, &host, &err), -STK_EUSAGE);
    stk_error_clear(&err);
    teardown();
}
END_TEST

STK_TESTS("host", engine_addresses_are_read, addresses_of_ssh_are_taken_apart,
          addresses_that_are_none_are_quoted_back, tls_uses_those_files_of_docker_that_are_there,
          a_context_says_where_and_how, a_context_that_cannot_be_used_is_told,
          an_address_and_a_context_are_one_too_many)
