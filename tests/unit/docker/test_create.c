/* test_create.c — what services built by hand become as the body of POST /containers/create. */
#include "test.h"

#include <stdio.h>
#include <unistd.h>

#include "create.h"
#include "engine.h"
#include "labels.h"

static struct stk_network networks[] = { { .key = "default", .name = "shop_default" },
                                         { .key = "back", .name = "shop_back" } };
static struct stk_volume volumes[] = { { .key = "data", .name = "shop_data" } };
static const char *files[] = { "/shop/compose.yaml", "/shop/override.yaml" };
static struct stk_spec spec = { .project = "shop",
                                .dir = "/shop",
                                .files = { .set = true, .n = 2, .v = files },
                                .networks = networks,
                                .n_networks = 2,
                                .volumes = volumes,
                                .n_volumes = 1 };

static json_t *body_of(struct stk_service *service, unsigned minor, const json_t *inherit)
{
    service->name = "web";
    service->image = "nginx:1";
    struct stk_unit unit = { .ref = { STK_SERVICE, "web", 1, NULL },
                             .name = "shop-web-1",
                             .config = "{}",
                             .hash = "abc",
                             .spec = &spec,
                             .service = service };
    struct stk_create create = { .unit = &unit,
                                 .tool = "9.9",
                                 .image_id = "sha256:1",
                                 .replaces = inherit ? "shop-web-1" : NULL,
                                 .inherit = inherit,
                                 .api_minor = minor };
    return stk_create_body(&create);
}

/* The part of the body at a path of keys, as compact text; "" when there is none. */
static char *part(const json_t *body, const char *first, const char *second)
{
    const json_t *at = stk_json_get(body, first);
    if (second)
        at = stk_json_get(at, second);
    return at ? json_dumps(at, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY) : stk_strdup("");
}

static void expect(const json_t *body, const char *first, const char *second, const char *want)
{
    char *text = part(body, first, second);
    ck_assert_msg(strcmp(text, want) == 0, "%s.%s is %s, not %s", first, second ? second : "", text,
                  want);
    free(text);
}

START_TEST(labels_are_those_of_compose_and_our_own)
{
    struct stk_depend deps[] = {
        { .service = "db", .until = STK_UNTIL_HEALTHY },
        { .service = "job", .until = STK_UNTIL_COMPLETED, .restart = true }
    };
    struct stk_kv own[] = { { .key = "team", .value = "blue" } };
    struct stk_service service = { .depends_on = deps, .n_depends_on = 2, .labels = { 1, own } };
    json_t *body = body_of(&service, 41, NULL);
    expect(body, "Labels", NULL,
           "{\"com.docker.compose.config-hash\":\"abc\","
           "\"com.docker.compose.container-number\":\"1\","
           "\"com.docker.compose.depends_on\":"
           "\"db:service_healthy:false,job:service_completed_successfully:true\","
           "\"com.docker.compose.image\":\"sha256:1\","
           "\"com.docker.compose.oneoff\":\"False\","
           "\"com.docker.compose.project\":\"shop\","
           "\"com.docker.compose.project.config_files\":\"/shop/compose.yaml,/shop/override.yaml\","
           "\"com.docker.compose.project.working_dir\":\"/shop\","
           "\"com.docker.compose.service\":\"web\","
           "\"com.docker.compose.version\":\"9.9\","
           "\"io.stackctl.config\":\"{}\",\"team\":\"blue\"}");
    json_decref(body);
}
END_TEST

START_TEST(networks_and_volumes_are_labelled_with_their_key)
{
    struct stk_unit unit = { .ref = { STK_NETWORK, "back", 0, NULL },
                             .config = "{}",
                             .hash = "h",
                             .spec = &spec,
                             .network = &networks[1] };
    json_t *labels = stk_labels(&unit, "9.9");
    ck_assert_str_eq(stk_json_str(labels, "com.docker.compose.network"), "back");
    ck_assert_str_eq(stk_json_str(labels, "com.docker.compose.project"), "shop");
    ck_assert_str_eq(stk_json_str(labels, "com.docker.compose.config-hash"), "h");
    ck_assert_ptr_null(stk_json_get(labels, "com.docker.compose.service"));
    json_decref(labels);
}
END_TEST

START_TEST(what_is_not_set_is_left_to_the_engine)
{
    struct stk_service service = { 0 };
    json_t *body = body_of(&service, 41, NULL);
    static const char *const absent[] = { "Cmd",         "Entrypoint", "User",
                                          "Healthcheck", "Hostname",   "StopSignal",
                                          "StopTimeout", "Tty",        "WorkingDir" };
    for (size_t i = 0; i < STK_LEN(absent); i++)
        ck_assert_msg(!stk_json_get(body, absent[i]), "%s", absent[i]);
    expect(body, "Env", NULL, "[]");
    expect(body, "HostConfig", "RestartPolicy", "");
    expect(body, "HostConfig", "NetworkMode", "");
    json_decref(body);
}
END_TEST

START_TEST(commands_tell_an_empty_list_from_none)
{
    const char *words[] = { "sh", "-c", "x" };
    struct stk_service service = { .command = { true, 3, words }, .entrypoint = { .set = true } };
    json_t *body = body_of(&service, 41, NULL);
    expect(body, "Cmd", NULL, "[\"sh\",\"-c\",\"x\"]");
    expect(body, "Entrypoint", NULL, "[]");
    json_decref(body);
}
END_TEST

START_TEST(a_variable_without_a_value_goes_by_its_bare_name)
{
    struct stk_kv env[] = { { .key = "A", .value = "1=2" },
                            { .key = "B", .value = "" },
                            { .key = "C" } };
    struct stk_service service = { .environment = { 3, env } };
    json_t *body = body_of(&service, 41, NULL);
    expect(body, "Env", NULL, "[\"A=1=2\",\"B=\",\"C\"]");
    json_decref(body);
}
END_TEST

START_TEST(ports_are_exposed_and_bound)
{
    const char *exposed[] = { "9000-9001/udp", "70" };
    struct stk_port ports[] = {
        { .target = 80, .published = "8080", .protocol = "tcp" },
        { .target = 80, .published = "8000-8010", .host_ip = "127.0.0.1", .protocol = "tcp" },
        { .target = 53, .protocol = "udp" }
    };
    struct stk_service service = { .expose = { true, 2, exposed }, .ports = ports, .n_ports = 3 };
    json_t *body = body_of(&service, 41, NULL);
    expect(body, "ExposedPorts", NULL,
           "{\"53/udp\":{},\"70/tcp\":{},\"80/tcp\":{},\"9000/udp\":{},\"9001/udp\":{}}");
    expect(body, "HostConfig", "PortBindings",
           "{\"53/udp\":[{\"HostIp\":\"\",\"HostPort\":\"\"}],"
           "\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8080\"},"
           "{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"8000-8010\"}]}");
    json_decref(body);
}
END_TEST

START_TEST(mounts_take_the_form_the_engine_needs)
{
    struct stk_mount mounts[] = {
        { .type = STK_MOUNT_BIND,
          .source = "/src",
          .target = "/a",
          .create_host_path = { true, 1 } },
        { .type = STK_MOUNT_BIND,
          .source = "/src",
          .target = "/b",
          .read_only = true,
          .selinux = "z",
          .propagation = "rslave" },
        { .type = STK_MOUNT_BIND,
          .source = "/src",
          .target = "/c",
          .create_host_path = { true, 0 } },
        { .type = STK_MOUNT_BIND, .source = "/s:c", .target = "/d" },
        { .type = STK_MOUNT_VOLUME, .source = "data", .target = "/e", .nocopy = true },
        { .type = STK_MOUNT_VOLUME, .target = "/f" },
        { .type = STK_MOUNT_TMPFS,
          .target = "/g",
          .tmpfs_size = { true, 64 },
          .tmpfs_mode = { true, 493 } },
    };
    const char *tmpfs[] = { "/run:size=64m", "/tmp" };
    struct stk_service service = { .volumes = mounts, .n_volumes = 7, .tmpfs = { true, 2, tmpfs } };
    json_t *body = body_of(&service, 41, NULL);
    expect(body, "HostConfig", "Binds", "[\"/src:/a:rw\",\"/src:/b:ro,z,rslave\"]");
    expect(
        body, "HostConfig", "Mounts",
        "[{\"Source\":\"/src\",\"Target\":\"/c\",\"Type\":\"bind\"},"
        "{\"Source\":\"/s:c\",\"Target\":\"/d\",\"Type\":\"bind\"},"
        "{\"Source\":\"shop_data\",\"Target\":\"/e\",\"Type\":\"volume\","
        "\"VolumeOptions\":{\"NoCopy\":true}},"
        "{\"Target\":\"/f\",\"Type\":\"volume\"},"
        "{\"Target\":\"/g\",\"TmpfsOptions\":{\"Mode\":493,\"SizeBytes\":64},\"Type\":\"tmpfs\"}]");
    expect(body, "HostConfig", "Tmpfs", "{\"/run\":\"size=64m\",\"/tmp\":\"\"}");
    json_decref(body);
}
END_TEST

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

START_TEST(a_replacement_takes_over_anonymous_volumes_only)
{
    json_t *old = json_loads("[{\"Name\":\"" HEX64 "\",\"Destination\":\"/f\"},"
                             "{\"Name\":\"" HEX64 "\",\"Destination\":\"/image\"},"
                             "{\"Name\":\"shop_old\",\"Destination\":\"/named\"},"
                             "{\"Name\":\"" HEX64 "\",\"Destination\":\"/e\"}, null, {}]",
                             0, NULL);
    struct stk_mount mounts[] = { { .type = STK_MOUNT_VOLUME, .source = "data", .target = "/e" },
                                  { .type = STK_MOUNT_VOLUME, .target = "/f" } };
    struct stk_service service = { .volumes = mounts, .n_volumes = 2 };
    json_t *body = body_of(&service, 41, old);
    expect(body, "HostConfig", "Binds", "[\"shop_data:/e:rw\"]");
    expect(body, "HostConfig", "Mounts",
           "[{\"Source\":\"" HEX64 "\",\"Target\":\"/f\",\"Type\":\"volume\"},"
           "{\"Source\":\"" HEX64 "\",\"Target\":\"/image\",\"Type\":\"volume\"}]");
    ck_assert_str_eq(stk_json_str(stk_json_get(body, "Labels"), "com.docker.compose.replace"),
                     "shop-web-1");
    json_decref(body);
    json_decref(old);
}
END_TEST

START_TEST(checks_limits_and_policies_are_mapped)
{
    const char *test[] = { "CMD-SHELL", "true" };
    const char *hosts[] = { "db=10.0.0.1", "gw=host-gateway" };
    struct stk_ulimit ulimits[] = { { .name = "nofile", .soft = 10, .hard = 20 } };
    struct stk_kv options[] = { { .key = "max-size", .value = "1m" } };
    struct stk_service service = {
        .healthcheck = { .set = true,
                         .test = { true, 2, test },
                         .interval = { true, 5000000000 },
                         .retries = { true, 3 },
                         .start_interval = { true, 1000000000 } },
        .restart = "on-failure:3",
        .stop_grace_period = { true, 500000000 },
        .extra_hosts = { true, 2, hosts },
        .ulimits = ulimits,
        .n_ulimits = 1,
        .mem_limit = { true, 100 },
        .cpus = { true, 0.5 },
        .deploy = { .set = true, .limit_memory = { true, 200 }, .limit_pids = { true, 7 } },
        .logging = { .set = true, .driver = "json-file", .options = { 1, options } },
        .init = { true, 1 },
    };
    json_t *body = body_of(&service, 41, NULL);
    expect(body, "Healthcheck", NULL,
           "{\"Interval\":5000000000,\"Retries\":3,\"Test\":[\"CMD-SHELL\",\"true\"]}");
    expect(body, "StopTimeout", NULL, "1");
    expect(body, "HostConfig", "RestartPolicy",
           "{\"MaximumRetryCount\":3,\"Name\":\"on-failure\"}");
    expect(body, "HostConfig", "ExtraHosts", "[\"db:10.0.0.1\",\"gw:host-gateway\"]");
    expect(body, "HostConfig", "Ulimits", "[{\"Hard\":20,\"Name\":\"nofile\",\"Soft\":10}]");
    expect(body, "HostConfig", "Memory", "200");
    expect(body, "HostConfig", "NanoCpus", "500000000");
    expect(body, "HostConfig", "PidsLimit", "7");
    expect(body, "HostConfig", "LogConfig",
           "{\"Config\":{\"max-size\":\"1m\"},\"Type\":\"json-file\"}");
    expect(body, "HostConfig", "Init", "true");
    json_decref(body);
    service.healthcheck = (struct stk_healthcheck){ .set = true, .disable = true };
    body = body_of(&service, 44, NULL);
    expect(body, "Healthcheck", NULL, "{\"Test\":[\"NONE\"]}");
    json_decref(body);
}
END_TEST

START_TEST(older_engines_get_the_first_network_only)
{
    const char *aliases[] = { "www" };
    struct stk_attachment at[] = { { .network = "default", .aliases = { true, 1, aliases } },
                                   { .network = "back", .ipv4_address = "10.1.0.2" } };
    struct stk_service service = { .networks = at, .n_networks = 2 };
    json_t *body = body_of(&service, 43, NULL);
    expect(body, "HostConfig", "NetworkMode", "\"shop_default\"");
    expect(body, "NetworkingConfig", "EndpointsConfig",
           "{\"shop_default\":{\"Aliases\":[\"shop-web-1\",\"web\",\"www\"]}}");
    json_decref(body);
    body = body_of(&service, 44, NULL);
    expect(body, "NetworkingConfig", "EndpointsConfig",
           "{\"shop_back\":{\"Aliases\":[\"shop-web-1\",\"web\"],"
           "\"IPAMConfig\":{\"IPv4Address\":\"10.1.0.2\"}},"
           "\"shop_default\":{\"Aliases\":[\"shop-web-1\",\"web\",\"www\"]}}");
    json_decref(body);
}
END_TEST

START_TEST(security_options_are_mapped)
{
    const char *opts[] = { "no-new-privileges:true", "seccomp=unconfined",
                           "systempaths=unconfined" };
    struct stk_service service = { .security_opt = { true, 3, opts } };
    json_t *body = body_of(&service, 41, NULL);
    expect(body, "HostConfig", "SecurityOpt",
           "[\"no-new-privileges:true\",\"seccomp=unconfined\"]");
    expect(body, "HostConfig", "MaskedPaths", "[]");
    expect(body, "HostConfig", "ReadonlyPaths", "[]");
    json_decref(body);
}
END_TEST

START_TEST(a_seccomp_profile_is_sent_by_its_text)
{
    char path[] = P_tmpdir "/stk-seccomp-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, "{ \"a\" :\n 1 }", 12), 12);
    close(fd);
    char text[200];
    snprintf(text, sizeof(text), "seccomp=%s", path);
    const char *opts[] = { text, "seccomp=nowhere.json" };
    struct stk_service service = { .security_opt = { true, 2, opts } };
    json_t *body = body_of(&service, 41, NULL);
    expect(body, "HostConfig", "SecurityOpt",
           "[\"seccomp={\\\"a\\\":1}\",\"seccomp=nowhere.json\"]");
    json_decref(body);
    unlink(path);
}
END_TEST

STK_TESTS("create", security_options_are_mapped, a_seccomp_profile_is_sent_by_its_text,
          labels_are_those_of_compose_and_our_own, networks_and_volumes_are_labelled_with_their_key,
          what_is_not_set_is_left_to_the_engine, commands_tell_an_empty_list_from_none,
          a_variable_without_a_value_goes_by_its_bare_name, ports_are_exposed_and_bound,
          mounts_take_the_form_the_engine_needs, a_replacement_takes_over_anonymous_volumes_only,
          checks_limits_and_policies_are_mapped, older_engines_get_the_first_network_only)
