/* test_create_check.c — what an engine cannot be asked for, and what will have no effect with it. */
#include "test.h"

#include "create.h"

static struct stk_spec spec = { .project = "shop", .dir = "/shop" };

static struct stk_unit unit_of(struct stk_service *service)
{
    service->name = "web";
    service->image = "nginx:1";
    return (struct stk_unit){ .ref = { STK_SERVICE, "web", 2, NULL },
                              .name = "shop-web-2",
                              .src = { "compose.yaml", 3, 3 },
                              .config = "{}",
                              .hash = "abc",
                              .spec = &spec,
                              .service = service };
}

/* The refusal; "" when there is none. */
static void expect_refusal(struct stk_service *service, unsigned minor, const char *want,
                           unsigned line)
{
    struct stk_unit unit = unit_of(service);
    struct stk_create create = { .unit = &unit, .api_minor = minor };
    struct stk_error err = { 0 };
    int code = stk_create_check(&create, &err);
    ck_assert_int_eq(code, -(int)err.code);
    ck_assert_msg(*want ? err.msg && strstr(err.msg, want) : !err.msg, "'%s', not '%s'",
                  err.msg ? err.msg : "", want);
    ck_assert_uint_eq(err.src.line, line);
    stk_error_clear(&err);
}

START_TEST(what_the_engine_is_too_old_for_is_refused_at_its_place)
{
    struct stk_src at = { "compose.yaml", 7, 9 };
    struct stk_service health = { .healthcheck = { .set = true,
                                                   .src = at,
                                                   .start_period = { true, 1 },
                                                   .start_interval = { true, 1 } } };
    expect_refusal(&health, 43,
                   "healthcheck.start_interval needs an engine that speaks API version 1.44", 7);
    expect_refusal(&health, 44, "", 0);
    health.healthcheck.start_period.set = false;
    expect_refusal(&health, 44, "start_interval needs a start_period", 7);
    struct stk_mount image = { .type = STK_MOUNT_IMAGE, .target = "/i", .src = at };
    struct stk_mount part = { .type = STK_MOUNT_VOLUME, .target = "/i", .subpath = "s", .src = at };
    struct stk_mount pipe = { .type = STK_MOUNT_NPIPE, .target = "/i", .src = at };
    struct stk_service mounts = { .volumes = &image, .n_volumes = 1 };
    expect_refusal(&mounts, 47, "a volume of type image needs", 7);
    expect_refusal(&mounts, 48, "", 0);
    mounts.volumes = &part;
    expect_refusal(&mounts, 44, "volume.subpath needs", 7);
    mounts.volumes = &pipe;
    expect_refusal(&mounts, 52, "for Windows only", 7);
    struct stk_attachment on[] = {
        { .network = "back", .src = at },
        { .network = "default", .src = at, .mac_address = "02:00:00:00:00:02" }
    };
    struct stk_service net = { .networks = on, .n_networks = 2 };
    expect_refusal(&net, 43, "a mac_address on another than the first network needs", 7);
    expect_refusal(&net, 44, "", 0);
    on[0].interface_name = "eth7";
    expect_refusal(&net, 48, "interface_name needs", 7);
    expect_refusal(&net, 49, "", 0);
    on[0].mac_address = "02:00:00:00:00:03";
    net.mac_address = "02:00:00:00:00:04";
    expect_refusal(&net, 49, "but '02:00:00:00:00:03' on network 'back'", 7);
}
END_TEST

START_TEST(an_engine_elsewhere_has_no_socket_to_give)
{
    struct stk_service service = { .use_api_socket = { true, 1 } };
    expect_refusal(&service, 41, "use_api_socket needs an engine at a unix socket", 0);
}
END_TEST

static void collect(void *data, const char *text)
{
    strcat(data, text);
    strcat(data, "\n");
}

START_TEST(what_has_no_effect_is_told)
{
    char told[1000] = "";
    struct stk_kv map[] = { { .key = "k", .value = "v" } };
    struct stk_attachment on[] = { { .network = "back", .gw_priority = { true, 1 } } };
    struct stk_service service = { .annotations = { 1, map }, .networks = on, .n_networks = 1 };
    struct stk_unit unit = unit_of(&service);
    struct stk_create create = { .unit = &unit, .api_minor = 42 };
    stk_create_unheeded(&create, collect, told);
    ck_assert_ptr_nonnull(strstr(told, "gw_priority has no effect"));
    ck_assert_ptr_nonnull(strstr(told, "annotations has no effect"));
    told[0] = '\0';
    create.api_minor = 48;
    stk_create_unheeded(&create, collect, told);
    ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(a_copy_that_a_tmpfs_hides_is_told)
{
    char told[1000] = "";
    const char *tmpfs[] = { "/run:size=1m" };
    struct stk_file text = { .key = "key", .content = "value" };
    struct stk_file_ref refs[] = { { .source = "key", .path = "/run/secrets/key", .file = &text },
                                   { .source = "other", .path = "/runner", .file = &text },
                                   { .source = "third", .path = "/tmp/x", .file = &text } };
    struct stk_mount mount[] = { { .type = STK_MOUNT_TMPFS, .target = "/tmp" } };
    struct stk_service service = { .tmpfs = { true, 1, tmpfs },
                                   .secrets = refs,
                                   .n_secrets = 3,
                                   .volumes = mount,
                                   .n_volumes = 1 };
    struct stk_unit unit = unit_of(&service);
    struct stk_create create = { .unit = &unit, .api_minor = 41 };
    stk_create_unheeded(&create, collect, told);
    ck_assert_str_eq(told, "secret 'key' at '/run/secrets/key' will be hidden by the tmpfs at "
                           "'/run'\n"
                           "secret 'third' at '/tmp/x' will be hidden by the tmpfs at '/tmp'\n");
}
END_TEST

STK_TESTS("create check", what_the_engine_is_too_old_for_is_refused_at_its_place,
          an_engine_elsewhere_has_no_socket_to_give, what_has_no_effect_is_told,
          a_copy_that_a_tmpfs_hides_is_told)
