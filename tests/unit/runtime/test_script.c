/* The fake's script: what is wrong in it is told with its place. */
#include <stdio.h>
#include <unistd.h>

#include "arena.h"
#include "fake.h"
#include "loop.h"
#include "test.h"

static char *write_script(const char *text)
{
    char *path = stk_strdup("/tmp/stackctl-script-XXXXXX");
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    return path;
}

/* Opens a fake with that script; *ret is NULL when it failed. */
static struct stk_error open_with(const char *text, struct stk_loop *loop, struct stk_runtime **ret)
{
    struct stk_error err = { 0 };
    char *path = write_script(text);
    struct stk_runtime_opts opts = { .backend = "fake", .project = "t", .script = path };
    *ret = NULL;
    stk_runtime_open(loop, &opts, ret, &err);
    unlink(path);
    free(path);
    return err;
}

static void refused(const char *text, enum stk_code code, const char *words)
{
    struct stk_loop *loop = stk_loop_new();
    struct stk_runtime *rt;
    struct stk_error err = open_with(text, loop, &rt);
    ck_assert_msg(!rt, "'%s' was accepted", text);
    ck_assert_int_eq(err.code, code);
    ck_assert_msg(strstr(err.msg, words), "'%s' does not say '%s'", err.msg, words);
    stk_error_clear(&err);
    stk_loop_free(loop);
}

START_TEST(broken_json_is_told_with_its_line)
{
    refused("{\n  \"speed\": 1,\n  oops\n}", STK_EUSAGE, "line 3");
    refused("", STK_EUSAGE, "line 1");
    refused("{ \"speed\": 1, \"speed\": 2 }", STK_EUSAGE, "duplicate");
}
END_TEST

START_TEST(a_script_that_is_not_there_is_told_by_name)
{
    struct stk_loop *loop = stk_loop_new();
    struct stk_error err = { 0 };
    struct stk_runtime *rt = NULL;
    struct stk_runtime_opts opts = { .backend = "fake", .script = "/nowhere/script.json" };
    ck_assert_int_eq(stk_runtime_open(loop, &opts, &rt, &err), -STK_ENOFILE);
    ck_assert_ptr_nonnull(strstr(err.msg, "/nowhere/script.json"));
    stk_error_clear(&err);
    stk_loop_free(loop);
}
END_TEST

START_TEST(an_unknown_key_is_told_with_its_path_and_the_nearest_one)
{
    refused("{ \"sped\": 1 }", STK_EUSAGE, "unknown key 'sped', did you mean 'speed'?");
    refused("{ \"services\": { \"db\": { \"exit_md\": 1 } } }", STK_EUSAGE,
            "services.db: unknown key 'exit_md', did you mean 'exit_ms'?");
    refused("{ \"units\": [ { \"name\": \"a\" }, { \"nmae\": \"b\" } ] }", STK_EUSAGE,
            "units[1]: unknown key 'nmae'");
}
END_TEST

START_TEST(a_value_of_the_wrong_kind_is_told_with_its_path)
{
    refused("[]", STK_EUSAGE, "must be an object");
    refused("{ \"speed\": -1 }", STK_EUSAGE, "speed: must be a number, not below 0");
    refused("{ \"services\": { \"db\": { \"exit_ms\": \"soon\" } } }", STK_EUSAGE,
            "services.db.exit_ms: must be a whole number");
    refused("{ \"services\": { \"db\": { \"health\": [ { \"is\": \"ill\" } ] } } }", STK_EUSAGE,
            "services.db.health[0].is: unknown word 'ill'");
    refused("{ \"fail\": [ { \"request\": \"crate\" } ] }", STK_EUSAGE,
            "unknown request 'crate', did you mean 'create'?");
    refused("{ \"fail\": [ { \"code\": \"engin\" } ] }", STK_EUSAGE, "did you mean 'engine'?");
    refused("{ \"images\": { \"a\": { \"volumes\": [1] } } }", STK_EUSAGE,
            "images.a.volumes: must be a list of strings");
}
END_TEST

START_TEST(every_documented_key_is_read)
{
    static const char text[] =
        "{ \"speed\": 10, \"delays\": { \"create\": 5 }, \"busy_ports\": [8080],"
        "  \"images\": { \"postgres:*\": { \"present\": true, \"pull_ms\": 50, \"error\": "
        "\"manifest unknown\","
        "                                  \"volumes\": [\"/data\"] } },"
        "  \"services\": { \"db\": { \"start_ms\": 20, \"start_error\": \"no\", \"start_code\": "
        "\"failed\","
        "    \"exit_ms\": 100, \"exit_code\": 1, \"signal\": 9, \"oom\": true, \"runs\": 2,"
        "    \"health\": [ { \"ms\": 30, \"is\": \"healthy\" } ], \"probe_output\": \"refused\","
        "    \"probe_exit\": 1, \"stop_ms\": 5, \"stop_code\": 143, \"ignores_stop\": true,"
        "    \"logs\": [ { \"ms\": 5, \"text\": \"ready\\n\", \"stderr\": true } ] } },"
        "  \"units\": [ { \"kind\": \"container\", \"name\": \"old-web-1\", \"project\": \"old\", "
        "\"service\": \"web\","
        "    \"index\": 1, \"image\": \"nginx:1\", \"state\": \"running\","
        "    \"ports\": [ { \"target\": 80, \"published\": 8080 } ], \"networks\": "
        "[\"old_default\"],"
        "    \"mounts\": [ { \"volume\": \"old_data\", \"target\": \"/data\" } ] },"
        "    { \"kind\": \"network\", \"name\": \"old_default\", \"project\": \"old\", \"key\": "
        "\"default\" } ],"
        "  \"fail\": [ { \"request\": \"create\", \"unit\": \"web-*\", \"nth\": 2, \"times\": 1,"
        "    \"code\": \"engine\", \"message\": \"no route\" } ] }";
    struct stk_loop *loop = stk_loop_new();
    struct stk_runtime *rt;
    struct stk_error err = open_with(text, loop, &rt);
    ck_assert_msg(rt != NULL, "%s", err.msg);
    ck_assert_str_eq(stk_runtime_backend(rt), "fake");
    stk_runtime_close(rt);
    stk_loop_free(loop);
}
END_TEST

START_TEST(an_unknown_runtime_is_told_with_those_there_are)
{
    struct stk_loop *loop = stk_loop_new();
    struct stk_error err = { 0 };
    struct stk_runtime *rt = NULL;
    struct stk_runtime_opts opts = { .backend = "dokcer" };
    ck_assert_int_eq(stk_runtime_open(loop, &opts, &rt, &err), -STK_EUSAGE);
    ck_assert_ptr_nonnull(strstr(err.msg, "unknown runtime 'dokcer', there are: "));
    ck_assert_ptr_nonnull(strstr(err.msg, "fake"));
    stk_error_clear(&err);
    stk_loop_free(loop);
}
END_TEST

STK_TESTS("script", broken_json_is_told_with_its_line, a_script_that_is_not_there_is_told_by_name,
          an_unknown_key_is_told_with_its_path_and_the_nearest_one,
          a_value_of_the_wrong_kind_is_told_with_its_path, every_documented_key_is_read,
          an_unknown_runtime_is_told_with_those_there_are)
