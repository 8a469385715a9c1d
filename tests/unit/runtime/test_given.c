/* test_given.c — which secrets and configs are mounted, which are copied, and which cannot be had. */
#include "test.h"

#include <stdio.h>
#include <unistd.h>

#include "buf.h"
#include "given.h"

static char path[] = P_tmpdir "/stk-given-XXXXXX";

static void make_file(void)
{
    memcpy(path + strlen(path) - 6, "XXXXXX", 6);
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, "text\n", 5), 5);
    close(fd);
}

/* The refusal of a service with this one secret. */
static void expect_refusal(const struct stk_file *file, struct stk_file_ref ref, bool read_only,
                           const char *want, unsigned line)
{
    ref.source = "key";
    ref.file = file;
    ref.path = "/run/secrets/key";
    ref.src = (struct stk_src){ "compose.yaml", 5, 9 };
    struct stk_service service = {
        .name = "web", .secrets = &ref, .n_secrets = 1, .read_only = { read_only, read_only }
    };
    struct stk_unit unit = { .ref = { STK_SERVICE, "web", 1, NULL }, .service = &service };
    struct stk_error err = { 0 };
    stk_given_check(&unit, true, &err);
    ck_assert_msg(*want ? err.msg && strstr(err.msg, want) : !err.msg, "'%s', not '%s'",
                  err.msg ? err.msg : "", want);
    ck_assert_uint_eq(err.src.line, line);
    stk_error_clear(&err);
}

#define AT20 .key = "key", .src = { "compose.yaml", 20, 3 }
static const struct stk_file_ref plain, with_uid = { .uid = "33" }, bad = { .gid = "wheel" };

START_TEST(what_cannot_be_had_is_refused_where_it_is_declared)
{
    expect_refusal(&(struct stk_file){ AT20, .external = true }, plain, false,
                   "secret 'key' is external", 20);
    expect_refusal(&(struct stk_file){ AT20, .driver = "vault" }, plain, false,
                   "has a driver, which is not supported", 20);
    expect_refusal(&(struct stk_file){ AT20, .environment = "KEY" }, plain, false,
                   "the environment variable 'KEY' that secret 'key' needs is not set", 20);
    expect_refusal(&(struct stk_file){ AT20, .file = "/nowhere/key" }, plain, false,
                   "the file '/nowhere/key' of secret 'key' cannot be read: No such file", 20);
}
END_TEST

START_TEST(what_cannot_be_copied_is_refused_where_it_is_used)
{
    struct stk_file text = { AT20, .content = "x" };
    expect_refusal(&text, plain, false, "", 0);
    expect_refusal(&text, bad, false, "the gid of secret 'key' in service 'web' is not a number",
                   5);
    expect_refusal(&text, plain, true, "cannot be copied into service 'web', which is read_only",
                   5);
}
END_TEST

START_TEST(a_file_is_mounted_unless_it_is_to_have_another_owner)
{
    make_file();
    struct stk_service service = { 0 }, read_only = { .read_only = { true, true } };
    struct stk_file host = { AT20, .file = path }, text = { AT20, .content = "" };
    struct stk_file folder = { AT20, .file = P_tmpdir };
    struct stk_file_ref ref = { .file = &host };
    ck_assert(stk_given_is_mounted(&service, &ref, true));
    ck_assert(!stk_given_is_ignored(&service, &ref, true));
    ref.mode = (struct stk_opt){ true, 0400 };
    ck_assert(!stk_given_is_mounted(&service, &ref, true));
    ck_assert(stk_given_is_mounted(&read_only, &ref, true));
    ck_assert(stk_given_is_ignored(&read_only, &ref, true));
    expect_refusal(&host, with_uid, true, "", 0);
    ref.file = &folder;
    ck_assert(stk_given_is_mounted(&service, &ref, true));
    ref = (struct stk_file_ref){ .file = &text };
    ck_assert(!stk_given_is_mounted(&service, &ref, true));
    service.configs = &ref;
    service.n_configs = 1;
    ck_assert(stk_given_copies(&service, true));
    unlink(path);
}
END_TEST

START_TEST(an_engine_that_does_not_see_our_files_is_given_copies)
{
    make_file();
    struct stk_service service = { 0 };
    struct stk_file host = { AT20, .file = path }, folder = { AT20, .file = P_tmpdir };
    struct stk_file_ref ref = { .file = &host };
    service.secrets = &ref;
    service.n_secrets = 1;
    ck_assert(!stk_given_copies(&service, true));
    ck_assert(stk_given_copies(&service, false));
    ref.mode = (struct stk_opt){ true, 0400 };
    ck_assert(!stk_given_is_ignored(&service, &ref, false));
    ref.file = &folder;
    ck_assert(!stk_given_copies(&service, false));
    unlink(path);
}
END_TEST

START_TEST(copies_have_what_the_file_says)
{
    make_file();
    struct stk_error err = { 0 };
    struct stk_file host = { AT20, .file = path };
    struct stk_file_ref ref = { .file = &host, .uid = "33", .gid = "0", .mode = { true, 0440 } };
    struct stk_buf out;
    stk_buf_init(&out, STK_MIB);
    ck_assert_int_eq(stk_given_read(&ref, "config", &out, &err), 0);
    ck_assert_str_eq(out.bytes, "text\n");
    stk_buf_clear(&out);
    ck_assert_uint_eq(stk_given_uid(&ref), 33);
    ck_assert_uint_eq(stk_given_gid(&ref), 0);
    ck_assert_uint_eq(stk_given_mode(&ref), 0440);
    ck_assert_uint_eq(stk_given_mode(&plain), 0444);
    stk_buf_init(&out, 3);
    ck_assert_int_eq(stk_given_read(&ref, "config", &out, &err), -STK_ECONFIG);
    ck_assert_ptr_nonnull(strstr(err.msg, "config 'key' is larger"));
    stk_error_clear(&err);
    stk_buf_clear(&out);
    unlink(path);
}
END_TEST

START_TEST(secrets_come_before_configs)
{
    struct stk_file_ref secret = { .source = "s" }, config = { .source = "c" };
    struct stk_service service = {
        .secrets = &secret, .n_secrets = 1, .configs = &config, .n_configs = 1
    };
    const char *what;
    ck_assert_uint_eq(stk_given_count(&service), 2);
    ck_assert_str_eq(stk_given_at(&service, 0, &what)->source, "s");
    ck_assert_str_eq(what, "secret");
    ck_assert_str_eq(stk_given_at(&service, 1, &what)->source, "c");
    ck_assert_str_eq(what, "config");
}
END_TEST

STK_TESTS("given", what_cannot_be_had_is_refused_where_it_is_declared,
          what_cannot_be_copied_is_refused_where_it_is_used,
          a_file_is_mounted_unless_it_is_to_have_another_owner,
          an_engine_that_does_not_see_our_files_is_given_copies, copies_have_what_the_file_says,
          secrets_come_before_configs)
