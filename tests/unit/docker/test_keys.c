/* test_keys.c — what the rarer keys of a service become in the body of POST /containers/create. */
#include "test.h"

#include <stdio.h>

#include "create.h"
#include "engine.h"
#include "network.h"
#include "shares.h"

static struct stk_network networks[] = {
    { .key = "default", .name = "shop_default" },
    { .key = "back", .name = "shop_back" },
    { .key = "legacy", .name = "bridge", .external = true },
};
static struct stk_volume volumes[] = { { .key = "data", .name = "shop_data" } };
static struct stk_spec spec = { .project = "shop",
                                .dir = "/shop",
                                .networks = networks,
                                .n_networks = 3,
                                .volumes = volumes,
                                .n_volumes = 1 };

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

static json_t *body_with(struct stk_service *service, unsigned minor, const json_t *parents,
                         const char *socket)
{
    struct stk_unit unit = unit_of(service);
    struct stk_create create = {
        .unit = &unit, .tool = "9.9", .parents = parents, .socket = socket, .api_minor = minor
    };
    return stk_create_body(&create);
}

static json_t *body_of(struct stk_service *service, unsigned minor)
{
    return body_with(service, minor, NULL, NULL);
}

static void expect(const json_t *body, const char *first, const char *second, const char *want)
{
    const json_t *at = stk_json_get(body, first);
    if (second)
        at = stk_json_get(at, second);
    char *text =
        at ? json_dumps(at, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY) : stk_strdup("");
    ck_assert_msg(strcmp(text, want) == 0, "%s.%s is %s, not %s", first, second ? second : "", text,
                  want);
    free(text);
}

static void expect_host(const json_t *body, const char *key, const char *want)
{
    expect(body, "HostConfig", key, want);
}

START_TEST(limits_are_told_one_by_one)
{
    struct stk_device_rate rate[] = { { "/dev/sda", { true, 1024 } } };
    struct stk_service service = {
        .blkio = { .set = true,
                   .weight = { true, 300 },
                   .weight_device = { .v = rate, .n = 1 },
                   .read_bps = { .v = rate, .n = 1 },
                   .read_iops = { .v = rate, .n = 1 },
                   .write_bps = { .v = rate, .n = 1 },
                   .write_iops = { .v = rate, .n = 1 } },
        .cpu_count = { true, 2 },
        .cpu_percent = { true, 12.5 },
        .cpu_shares = { true, 512 },
        .cpu_period = { true, 50000 },
        .cpu_quota = { true, 25000 },
        .cpu_rt_period = { true, 1000 },
        .cpu_rt_runtime = { true, 500 },
        .cpuset = "0-1",
        .mem_reservation = { true, 7 },
        .memswap_limit = { true, -1 },
        .mem_swappiness = { true, 0 },
        .oom_kill_disable = { true, 1 },
        .oom_score_adj = { true, -5 },
        .pids_limit = { true, 50 },
        .cgroup_parent = "parent",
    };
    json_t *body = body_of(&service, 41);
    static const char *const want[][2] = {
        { "BlkioWeight", "300" },
        { "BlkioWeightDevice", "[{\"Path\":\"/dev/sda\",\"Weight\":1024}]" },
        { "BlkioDeviceReadBps", "[{\"Path\":\"/dev/sda\",\"Rate\":1024}]" },
        { "BlkioDeviceReadIOps", "[{\"Path\":\"/dev/sda\",\"Rate\":1024}]" },
        { "BlkioDeviceWriteBps", "[{\"Path\":\"/dev/sda\",\"Rate\":1024}]" },
        { "BlkioDeviceWriteIOps", "[{\"Path\":\"/dev/sda\",\"Rate\":1024}]" },
        { "CpuCount", "2" },
        { "CpuPercent", "1250" },
        { "CpuShares", "512" },
        { "CpuPeriod", "50000" },
        { "CpuQuota", "25000" },
        { "CpuRealtimePeriod", "1000" },
        { "CpuRealtimeRuntime", "500" },
        { "CpusetCpus", "\"0-1\"" },
        { "MemoryReservation", "7" },
        { "MemorySwap", "-1" },
        { "MemorySwappiness", "0" },
        { "OomKillDisable", "true" },
        { "OomScoreAdj", "-5" },
        { "PidsLimit", "50" },
        { "CgroupParent", "\"parent\"" },
    };
    for (size_t i = 0; i < STK_LEN(want); i++)
        expect_host(body, want[i][0], want[i][1]);
    json_decref(body);
}
END_TEST

START_TEST(deploy_wins_over_the_keys_beside_it)
{
    struct stk_service service = {
        .restart = "always",
        .pids_limit = { true, 1 },
        .mem_reservation = { true, 1 },
        .deploy = { .limit_pids = { true, 2 },
                    .reserve_memory = { true, 2 },
                    .restart_policy = { .set = true,
                                        .condition = "on-failure",
                                        .max_attempts = { true, 4 } } },
    };
    json_t *body = body_of(&service, 41);
    expect_host(body, "PidsLimit", "2");
    expect_host(body, "MemoryReservation", "2");
    expect_host(body, "RestartPolicy", "{\"MaximumRetryCount\":4,\"Name\":\"on-failure\"}");
    json_decref(body);
    service.deploy.restart_policy = (struct stk_restart_policy){ .set = true, .condition = "any" };
    body = body_of(&service, 41);
    expect_host(body, "RestartPolicy", "{\"MaximumRetryCount\":0,\"Name\":\"always\"}");
    json_decref(body);
}
END_TEST

START_TEST(devices_are_mapped_and_asked_for)
{
    const char *gpu[] = { "gpu", "utility" }, *ids[] = { "3" };
    struct stk_kv options[] = { { .key = "a", .value = "b" } };
    struct stk_device devices[] = {
        { .source = "/dev/null", .target = "/dev/x", .permissions = "r" },
        { .source = "/dev/zero" },
        { .source = "vendor.com/class=dev" }
    };
    struct stk_device_request reserved[] = { { .driver = "nvidia",
                                               .count = { true, -1 },
                                               .capabilities = { true, 2, gpu },
                                               .options = { 1, options } } };
    struct stk_device_request gpus[] = { { .device_ids = { true, 1, ids } } };
    struct stk_service service = { .devices = devices,
                                   .n_devices = 3,
                                   .gpus = gpus,
                                   .n_gpus = 1,
                                   .deploy = { .devices = reserved, .n_devices = 1 } };
    json_t *body = body_of(&service, 41);
    expect_host(body, "Devices",
                "[{\"CgroupPermissions\":\"r\",\"PathInContainer\":\"/dev/x\","
                "\"PathOnHost\":\"/dev/null\"},{\"CgroupPermissions\":\"rwm\","
                "\"PathInContainer\":\"/dev/zero\",\"PathOnHost\":\"/dev/zero\"}]");
    expect_host(body, "DeviceRequests",
                "[{\"Capabilities\":[[\"gpu\",\"utility\"]],\"Count\":-1,\"Driver\":\"nvidia\","
                "\"Options\":{\"a\":\"b\"}},{\"DeviceIDs\":[\"vendor.com/class=dev\"],"
                "\"Driver\":\"cdi\"},{\"Capabilities\":[[\"gpu\"]],\"DeviceIDs\":[\"3\"]}]");
    json_decref(body);
}
END_TEST

static json_t *db_and_two(void)
{
    return json_pack("{s:[{s:s, s:s}], s:[{s:s, s:s}, {s:s, s:s}]}", "db", "Id", "1d", "Name",
                     "shop-db-1", "two", "Id", "21", "Name", "shop-two-1", "Id", "22", "Name",
                     "shop-two-2");
}

START_TEST(what_is_shared_with_a_service_is_that_of_its_first_container)
{
    const char *from[] = { "two:ro", "db", "container:other:ro" };
    struct stk_service service = { .network_mode = "service:db",
                                   .pid = "service:two",
                                   .ipc = "container:x",
                                   .uts = "host",
                                   .cgroup = "private",
                                   .userns_mode = "host",
                                   .volumes_from = { true, 3, from } };
    json_t *parents = db_and_two(), *body = body_with(&service, 41, parents, NULL);
    expect_host(body, "NetworkMode", "\"container:1d\"");
    expect_host(body, "PidMode", "\"container:21\"");
    expect_host(body, "IpcMode", "\"container:x\"");
    expect_host(body, "UTSMode", "\"host\"");
    expect_host(body, "CgroupnsMode", "\"private\"");
    expect_host(body, "UsernsMode", "\"host\"");
    expect_host(body, "VolumesFrom", "[\"21:ro\",\"1d\",\"other:ro\"]");
    expect(body, "NetworkingConfig", NULL, "");
    json_decref(body);
    json_decref(parents);
}
END_TEST

START_TEST(every_service_that_is_needed_is_asked_for_once)
{
    const char *from[] = { "db:ro", "container:x" }, *links[] = { "db", "two:alias" };
    struct stk_service service = { .pid = "service:db",
                                   .ipc = "host",
                                   .volumes_from = { true, 2, from },
                                   .links = { true, 2, links } };
    json_t *wanted = stk_shares_wanted(&service);
    char *text = json_dumps(wanted, JSON_COMPACT);
    ck_assert_str_eq(text, "[\"db\",\"two\"]");
    free(text);
    json_decref(wanted);
}
END_TEST

START_TEST(containers_are_read_by_number_without_leftovers)
{
    json_t *list =
        json_pack("[{s:s, s:[s], s:{s:s}}, {s:s, s:[s, s], s:{s:s}}, {s:s, s:[s], s:{s:s}}]", "Id",
                  "b", "Names", "/shop-db-10", "Labels", "com.docker.compose.container-number",
                  "10", "Id", "a", "Names", "/shop-web-1/db", "/shop-db-2", "Labels",
                  "com.docker.compose.container-number", "2", "Id", "c", "Names",
                  "/0123456789ab_shop-db-1", "Labels", "com.docker.compose.container-number", "1");
    json_t *read = stk_shares_read(list);
    char *text = json_dumps(read, JSON_COMPACT | JSON_SORT_KEYS);
    ck_assert_str_eq(text, "[{\"Id\":\"a\",\"Name\":\"shop-db-2\"},"
                           "{\"Id\":\"b\",\"Name\":\"shop-db-10\"}]");
    free(text);
    json_decref(read);
    json_decref(list);
}
END_TEST

START_TEST(sharing_with_a_service_without_a_container_is_refused)
{
    const char *from[] = { "gone" };
    struct stk_service service = { .network_mode = "service:gone" };
    struct stk_unit unit = unit_of(&service);
    struct stk_error err = { 0 };
    ck_assert_int_eq(stk_shares_check(&unit, NULL, &err), -STK_EFAIL);
    ck_assert_str_eq(err.msg, "cannot share the network of service 'gone' (network_mode): it has "
                              "no container");
    ck_assert_uint_eq(err.src.line, 3);
    stk_error_clear(&err);
    service = (struct stk_service){ .volumes_from = { true, 1, from } };
    ck_assert_int_eq(stk_shares_check(&unit, NULL, &err), -STK_EFAIL);
    ck_assert_ptr_nonnull(strstr(err.msg, "volumes of service 'gone'"));
    stk_error_clear(&err);
}
END_TEST

START_TEST(a_container_that_shares_with_a_replaced_one_is_outdated)
{
    struct stk_service service = { .network_mode = "service:db" };
    json_t *parents = db_and_two();
    json_t *now = json_pack("{s:{s:s}}", "HostConfig", "NetworkMode", "container:1d");
    json_t *old = json_pack("{s:{s:s}}", "HostConfig", "NetworkMode", "container:0");
    ck_assert(!stk_shares_outdated(&service, parents, now));
    ck_assert(stk_shares_outdated(&service, parents, old));
    ck_assert(!stk_shares_outdated(&(struct stk_service){ 0 }, parents, old));
    json_decref(now);
    json_decref(old);
    json_decref(parents);
}
END_TEST

START_TEST(links_have_three_names_each_and_reach_every_container)
{
    const char *links[] = { "two:t", "gone" }, *external[] = { "other:o", "plain" };
    struct stk_attachment at[] = { { .network = "default" } };
    struct stk_service service = { .links = { true, 2, links },
                                   .networks = at,
                                   .n_networks = 1,
                                   .external_links = { true, 2, external } };
    json_t *parents = db_and_two(), *body = body_with(&service, 41, parents, NULL);
    static const char want[] =
        "[\"shop-two-1:t\",\"shop-two-1:two-2\",\"shop-two-1:shop-two-2\",\"shop-two-2:t\","
        "\"shop-two-2:two-2\",\"shop-two-2:shop-two-2\",\"other:o\",\"plain:plain\"]";
    expect_host(body, "Links", want);
    const json_t *endpoints =
        stk_json_get(stk_json_get(body, "NetworkingConfig"), "EndpointsConfig");
    expect(stk_json_get(endpoints, "shop_default"), "Links", NULL, want);
    json_decref(body);
    json_decref(parents);
}
END_TEST

START_TEST(an_endpoint_has_all_that_the_engine_takes)
{
    const char *local[] = { "169.254.1.1" };
    struct stk_kv options[] = { { .key = "x", .value = "y" } };
    struct stk_attachment at[] = {
        { .network = "back",
          .ipv6_address = "fd00::2",
          .link_local_ips = { true, 1, local },
          .driver_opts = { 1, options },
          .gw_priority = { true, 5 },
          .interface_name = "eth7" },
        { .network = "legacy", .mac_address = "02:00:00:00:00:02" },
    };
    struct stk_service service = { .networks = at,
                                   .n_networks = 2,
                                   .mac_address = "02:00:00:00:00:01" };
    json_t *body = body_of(&service, 49);
    expect(body, "NetworkingConfig", NULL,
           "{\"EndpointsConfig\":{\"bridge\":{\"MacAddress\":\"02:00:00:00:00:02\"},"
           "\"shop_back\":{\"Aliases\":[\"shop-web-2\",\"web\"],"
           "\"DriverOpts\":{\"com.docker.network.endpoint.ifname\":\"eth7\",\"x\":\"y\"},"
           "\"GwPriority\":5,\"IPAMConfig\":{\"IPv6Address\":\"fd00::2\","
           "\"LinkLocalIPs\":[\"169.254.1.1\"]},\"MacAddress\":\"02:00:00:00:00:01\"}}}");
    expect(body, "MacAddress", NULL, "");
    json_decref(body);
}
END_TEST

START_TEST(before_api_1_44_the_container_has_the_address_of_its_first_network)
{
    struct stk_attachment at[] = { { .network = "back", .mac_address = "02:00:00:00:00:02" },
                                   { .network = "default" } };
    struct stk_service service = { .networks = at, .n_networks = 2 };
    json_t *body = body_of(&service, 43);
    expect(body, "MacAddress", NULL, "\"02:00:00:00:00:02\"");
    json_decref(body);
    service = (struct stk_service){ .network_mode = "bridge", .mac_address = "02:00:00:00:00:01" };
    body = body_of(&service, 43);
    expect(body, "MacAddress", NULL, "\"02:00:00:00:00:01\"");
    expect_host(body, "NetworkMode", "\"bridge\"");
    expect(body, "NetworkingConfig", NULL, "");
    json_decref(body);
    body = body_of(&service, 44);
    expect(body, "MacAddress", NULL, "");
    expect(body, "NetworkingConfig", NULL,
           "{\"EndpointsConfig\":{\"bridge\":{\"MacAddress\":\"02:00:00:00:00:01\"}}}");
    json_decref(body);
}
END_TEST

START_TEST(mounts_have_the_options_of_their_kind)
{
    struct stk_kv labels[] = { { .key = "x", .value = "y" } };
    struct stk_mount mounts[] = {
        { .type = STK_MOUNT_BIND, .source = "/a", .target = "/1", .recursive = "disabled" },
        { .type = STK_MOUNT_BIND, .source = "/a", .target = "/2", .recursive = "writable" },
        { .type = STK_MOUNT_BIND, .source = "/a", .target = "/3", .recursive = "readonly" },
        { .type = STK_MOUNT_VOLUME, .target = "/4", .volume_labels = { 1, labels } },
        { .type = STK_MOUNT_VOLUME, .source = "data", .target = "/5", .subpath = "s" },
        { .type = STK_MOUNT_IMAGE, .source = "busybox", .target = "/6", .image_subpath = "bin" },
    };
    struct stk_service service = { .volumes = mounts, .n_volumes = 6 };
    json_t *body = body_of(&service, 48);
    expect_host(
        body, "Mounts",
        "[{\"BindOptions\":{\"CreateMountpoint\":true,\"NonRecursive\":true},\"Source\":\"/a\","
        "\"Target\":\"/1\",\"Type\":\"bind\"},"
        "{\"BindOptions\":{\"CreateMountpoint\":true,\"ReadOnlyNonRecursive\":true},"
        "\"Source\":\"/a\",\"Target\":\"/2\",\"Type\":\"bind\"},"
        "{\"BindOptions\":{\"CreateMountpoint\":true,\"ReadOnlyForceRecursive\":true},"
        "\"Source\":\"/a\",\"Target\":\"/3\",\"Type\":\"bind\"},"
        "{\"Target\":\"/4\",\"Type\":\"volume\",\"VolumeOptions\":{\"Labels\":{\"x\":\"y\"}}},"
        "{\"Source\":\"shop_data\",\"Target\":\"/5\",\"Type\":\"volume\","
        "\"VolumeOptions\":{\"Subpath\":\"s\"}},"
        "{\"ImageOptions\":{\"Subpath\":\"bin\"},\"Source\":\"busybox\",\"Target\":\"/6\","
        "\"Type\":\"image\"}]");
    json_decref(body);
}
END_TEST

START_TEST(what_is_here_must_be_there_when_the_engine_is_elsewhere)
{
    struct stk_mount binds[] = {
        { .type = STK_MOUNT_BIND, .source = P_tmpdir, .target = "/a" },
        { .type = STK_MOUNT_BIND, .source = "/not/here", .target = "/b" },
    };
    struct stk_service service = { .volumes = binds, .n_volumes = 2 };
    json_t *near = body_with(&service, 41, NULL, "/run/docker.sock");
    expect_host(near, "Binds", "[\"" P_tmpdir ":/a:rw\",\"/not/here:/b:rw\"]");
    json_decref(near);
    json_t *far = body_with(&service, 41, NULL, NULL);
    expect_host(far, "Binds", "[\"/not/here:/b:rw\"]");
    expect_host(far, "Mounts",
                "[{\"Source\":\"" P_tmpdir "\",\"Target\":\"/a\",\"Type\":\"bind\"}]");
    json_decref(far);
}
END_TEST

START_TEST(files_of_the_host_are_mounted_and_never_shadow_a_volume)
{
    struct stk_file key = { .key = "key", .file = "/host/key" };
    struct stk_file text = { .key = "text", .content = "value" };
    struct stk_file_ref secrets[] = {
        { .source = "key", .path = "/run/secrets/key", .file = &key },
        { .source = "key", .path = "/data", .file = &key },
        { .source = "text", .path = "/run/secrets/t", .file = &text }
    };
    struct stk_file_ref configs[] = {
        { .source = "key", .path = "/run/secrets/key", .file = &key },
        { .source = "key", .path = "/key", .file = &key, .mode = { true, 0400 } }
    };
    struct stk_mount volume[] = { { .type = STK_MOUNT_VOLUME, .target = "/data" } };
    struct stk_service service = { .secrets = secrets,
                                   .n_secrets = 3,
                                   .configs = configs,
                                   .n_configs = 2,
                                   .volumes = volume,
                                   .n_volumes = 1 };
    json_t *body = body_with(&service, 41, NULL, "/run/docker.sock");
    expect_host(body, "Mounts",
                "[{\"Target\":\"/data\",\"Type\":\"volume\"},{\"ReadOnly\":true,"
                "\"Source\":\"/host/key\",\"Target\":\"/run/secrets/key\",\"Type\":\"bind\"}]");
    char *all = json_dumps(body, 0);
    ck_assert_ptr_null(strstr(all, "value"));
    free(all);
    json_decref(body);
}
END_TEST

START_TEST(the_socket_of_the_engine_is_mounted_when_asked_for)
{
    struct stk_service service = { .use_api_socket = { true, 1 } };
    json_t *body = body_with(&service, 41, NULL, "/run/engine.sock");
    expect_host(body, "Binds", "[\"/run/engine.sock:/var/run/docker.sock:rw\"]");
    expect(body, "Env", NULL, "[\"DOCKER_CONFIG=/run/secrets/docker\"]");
    json_decref(body);
}
END_TEST

START_TEST(the_rest_is_passed_on)
{
    const char *groups[] = { "audio" }, *rules[] = { "c 1:3 rwm" };
    struct stk_kv map[] = { { .key = "k", .value = "v" } };
    struct stk_service service = { .annotations = { 1, map },
                                   .storage_opt = { 1, map },
                                   .group_add = { true, 1, groups },
                                   .isolation = "default",
                                   .runtime = "runc",
                                   .domainname = "example.org",
                                   .device_cgroup_rules = { true, 1, rules } };
    json_t *body = body_of(&service, 43);
    expect_host(body, "Annotations", "{\"k\":\"v\"}");
    expect_host(body, "StorageOpt", "{\"k\":\"v\"}");
    expect_host(body, "GroupAdd", "[\"audio\"]");
    expect_host(body, "Isolation", "\"default\"");
    expect_host(body, "Runtime", "\"runc\"");
    expect_host(body, "DeviceCgroupRules", "[\"c 1:3 rwm\"]");
    expect(body, "Domainname", NULL, "\"example.org\"");
    json_decref(body);
}
END_TEST

START_TEST(a_network_is_made_as_the_file_says)
{
    struct stk_kv map[] = { { .key = "k", .value = "v" } };
    struct stk_ipam_pool pools[] = { { .subnet = "10.1.0.0/16",
                                       .ip_range = "10.1.1.0/24",
                                       .gateway = "10.1.0.1",
                                       .aux_addresses = { 1, map } },
                                     { .subnet = "fd00::/64" } };
    struct stk_network network = { .key = "n",
                                   .name = "shop_n",
                                   .internal = { true, 1 },
                                   .attachable = { true, 1 },
                                   .enable_ipv6 = { true, 1 },
                                   .enable_ipv4 = { true, 0 },
                                   .driver_opts = { 1, map },
                                   .ipam = { .set = true,
                                             .driver = "default",
                                             .pools = pools,
                                             .n_pools = 2,
                                             .options = { 1, map } } };
    struct stk_unit unit = {
        .ref = { STK_NETWORK, "n", 0, NULL }, .name = "shop_n", .spec = &spec, .network = &network
    };
    json_t *body = stk_network_body(&unit, "9.9", 48);
    expect(body, "IPAM", NULL,
           "{\"Config\":[{\"AuxiliaryAddresses\":{\"k\":\"v\"},\"Gateway\":\"10.1.0.1\","
           "\"IPRange\":\"10.1.1.0/24\",\"Subnet\":\"10.1.0.0/16\"},{\"Subnet\":\"fd00::/64\"}],"
           "\"Driver\":\"default\",\"Options\":{\"k\":\"v\"}}");
    expect(body, "Internal", NULL, "true");
    expect(body, "Attachable", NULL, "true");
    expect(body, "EnableIPv6", NULL, "true");
    expect(body, "EnableIPv4", NULL, "false");
    expect(body, "Options", NULL, "{\"k\":\"v\"}");
    json_decref(body);
}
END_TEST

STK_TESTS("keys", limits_are_told_one_by_one, deploy_wins_over_the_keys_beside_it,
          devices_are_mapped_and_asked_for,
          what_is_shared_with_a_service_is_that_of_its_first_container,
          every_service_that_is_needed_is_asked_for_once,
          containers_are_read_by_number_without_leftovers,
          sharing_with_a_service_without_a_container_is_refused,
          a_container_that_shares_with_a_replaced_one_is_outdated,
          links_have_three_names_each_and_reach_every_container,
          an_endpoint_has_all_that_the_engine_takes,
          before_api_1_44_the_container_has_the_address_of_its_first_network,
          mounts_have_the_options_of_their_kind,
          what_is_here_must_be_there_when_the_engine_is_elsewhere,
          files_of_the_host_are_mounted_and_never_shadow_a_volume,
          the_socket_of_the_engine_is_mounted_when_asked_for, the_rest_is_passed_on,
          a_network_is_made_as_the_file_says)
