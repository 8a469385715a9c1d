/* Every key of a service is printed as Docker Compose prints it, and read back as the same. */
#include "printed.h"

static const char *const around =
    "  b: {image: y, build: x}\n  c: {image: y}\n"
    "secrets: {s: {file: ./s}}\nconfigs: {c: {content: hello}}\nmodels: {m: {model: x}}\n"
    "networks: {n: }\nvolumes: {v: }\n";

static void given_service(struct given *g, const char *keys)
{
    char text[2000];
    snprintf(text, sizeof(text), "name: p\nservices:\n  a: {image: x, %s}\n%s", keys, around);
    given_file(g, "compose.yaml", text);
    g->opts.no_run = true;
}

START_TEST(every_key_is_printed_as_docker_compose_prints_it)
{
    static const char *const rows[][3] = {
        { "annotations: [b=2, a]", "annotations", "{\"a\":\"\",\"b\":\"2\"}" },
        { "attach: false", "attach", "false" },
        { "blkio_config: {weight: 5, device_read_bps: [{path: /d, rate: 1k}]}", "blkio_config",
          "{\"device_read_bps\":[{\"Path\":\"/d\",\"Rate\":\"1024\"}],\"weight\":5}" },
        { "build: https://x.test/y.git", "build",
          "{\"context\":\"https://x.test/y.git\",\"dockerfile\":\"Dockerfile\"}" },
        { "build: {context: /b, args: [A=1, UNSET], ssh: [default, k=/key]}", "build",
          "{\"args\":{\"A\":\"1\"},\"context\":\"/b\",\"dockerfile\":\"Dockerfile\",\"ssh\":"
          "[\"default\",\"k=/key\"]}" },
        { "build: {context: /b, additional_contexts: {o: \"service:b\"}}",
          "build.additional_contexts", "{\"o\":\"service:b\"}" },
        { "cgroup: host", "cgroup", "\"host\"" },
        { "configs: [c]", "configs", "[{\"source\":\"c\"}]" },
        { "cpu_shares: \"90\"", "cpu_shares", "90" },
        { "devices: [/dev/a, \"/dev/b:/dev/c:r\"]", "devices",
          "[{\"permissions\":\"rwm\",\"source\":\"/dev/a\",\"target\":\"/dev/a\"},"
          "{\"permissions\":\"r\",\"source\":\"/dev/b\",\"target\":\"/dev/c\"}]" },
        { "devices: [\"/dev/a:/dev/b:\"]", "devices",
          "[{\"permissions\":\"rwm\",\"source\":\"/dev/a\",\"target\":\"/dev/b\"}]" },
        { "gpus: all", "gpus", "[{\"count\":-1}]" },
        { "group_add: [5, mail]", "group_add", "[\"5\",\"mail\"]" },
        { "mem_swappiness: 60", "mem_swappiness", "\"60\"" },
        { "memswap_limit: -1", "memswap_limit", "\"-1\"" },
        { "models: [m]", "models", "{\"m\":null}" },
        { "network_mode: host", "networks", "(none)" },
        { "networks: {n: {gw_priority: 2, mac_address: m}}", "networks",
          "{\"n\":{\"gw_priority\":2,\"mac_address\":\"m\"}}" },
        { "oom_score_adj: -5", "oom_score_adj", "-5" },
        { "post_start: [{command: a b, user: u}]", "post_start",
          "[{\"command\":[\"a\",\"b\"],\"user\":\"u\"}]" },
        { "pull_policy: every_2d", "pull_policy", "\"every_2d\"" },
        { "secrets: [s, {source: s, target: t, mode: 0440}]", "secrets",
          "[{\"source\":\"s\",\"target\":\"/run/secrets/s\"},"
          "{\"mode\":\"0440\",\"source\":\"s\",\"target\":\"t\"}]" },
        { "storage_opt: {size: 1G}", "storage_opt", "{\"size\":\"1G\"}" },
        { "use_api_socket: true", "use_api_socket", "true" },
        { "volumes: [{type: image, source: i, target: /t, image: {subpath: s}}]", "volumes",
          "[{\"image\":{\"subpath\":\"s\"},\"source\":\"i\",\"target\":\"/t\",\"type\":"
          "\"image\"}]" },
        { "develop: {watch: [{path: /p, action: rebuild}]}", "develop",
          "{\"watch\":[{\"action\":\"rebuild\",\"exec\":{\"command\":null},\"path\":\"/p\"}]}" },
        { "deploy: {restart_policy: {condition: any, max_attempts: 2, window: 2m}}",
          "deploy.restart_policy",
          "{\"condition\":\"any\",\"max_attempts\":2,\"window\":\"2m0s\"}" },
        { "deploy: {placement: {preferences: [{spread: z}]}}", "deploy.placement",
          "{\"preferences\":[{\"spread\":\"z\"}]}" },
        { "links: [\"c:alias\", b]", "depends_on",
          "{\"b\":{\"condition\":\"service_started\",\"required\":true,\"restart\":true},"
          "\"c\":{\"condition\":\"service_started\",\"required\":true,\"restart\":true}}" },
        { "volumes_from: [\"b:ro\", \"container:z\"], pid: \"service:c\"", "depends_on",
          "{\"b\":{\"condition\":\"service_started\",\"required\":true},"
          "\"c\":{\"condition\":\"service_started\",\"required\":true,\"restart\":true}}" },
    };
    struct given g = given();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char path[100];
        given_service(&g, rows[i][0]);
        snprintf(path, sizeof(path), "services.a.%s", rows[i][1]);
        const char *got = printed(given_loads(&g), path);
        ck_assert_msg(strcmp(got, rows[i][2]) == 0, "%s: %s", rows[i][0], got);
    }
    given_end(&g);
}
END_TEST

START_TEST(what_cannot_be_is_told)
{
    static const char *const rows[][2] = {
        { "secrets: [q]", "uses secret 'q', which is not there" },
        { "configs: [q]", "uses config 'q', which is not there" },
        { "models: [q]", "uses model 'q', which is not there" },
        { "links: [q]", "depends on 'q', which is not there" },
        { "cgroup: shared", "must be host or private" },
        { "devices: [\"a:b:c:d\"]", "too many ':'" },
        { "gpus: [{count: 1, device_ids: [a]}]", "not both" },
        { "build: {dockerfile: a, dockerfile_inline: b}", "has both" },
        { "build: {context: ., platforms: [linux/arm64]}, platform: linux/amd64",
          "lacks its platform" },
        { "build: {context: ., additional_contexts: {c: \"service:c\"}}", "which is not built" },
        { "develop: {watch: [{path: ., action: sync}]}", "needs 'target'" },
        { "provider: {options: {}}", "needs 'type'" },
        { "pids_limit: 5, deploy: {resources: {limits: {pids: 6}}}", "has pids_limit 5" },
        { "group_add: [a, a]", "is there twice" },
    };
    struct given g = given();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        given_service(&g, rows[i][0]);
        given_load(&g);
        ck_assert_msg(g.rc == -STK_ECONFIG, "%s was taken", rows[i][0]);
        ck_assert_msg(strstr(g.diags.v[0].msg, rows[i][1]) != NULL, "%s: %s", rows[i][0],
                      g.diags.v[0].msg);
        ck_assert_uint_eq(g.diags.v[0].src.line, 3);
    }
    given_end(&g);
}
END_TEST

START_TEST(a_service_that_is_only_built_has_the_name_of_its_image)
{
    struct given g = given();
    given_file(&g, "compose.yaml", "name: p\nservices:\n  a:\n    build: .\n");
    const struct stk_service *s = &given_loads(&g)->services[0];
    ck_assert_str_eq(s->image, "p-a");
    ck_assert_uint_eq(s->image_src.line, 4);
    ck_assert_str_eq(s->pull_policy, "build");
    ck_assert_str_eq(printed(g.spec, "services.a.image"), "(none)");
    ck_assert_str_eq(printed(g.spec, "services.a.pull_policy"), "(none)");
    given_end(&g);
}
END_TEST

START_TEST(what_up_does_nothing_about_is_named_once_with_its_place)
{
    struct given g = given();
    given_file(&g, "compose.yaml",
               "services:\n  a:\n    image: x\n    deploy: {placement: {constraints: [a]}}\n"
               "    credential_spec: {}\n  b:\n    image: x\n    credential_spec: {}\n"
               "  c: {image: x, profiles: [p], develop: {}}\n");
    const struct stk_spec *spec = given_loads(&g);
    ck_assert_uint_eq(spec->n_not_acted, 2);
    ck_assert_str_eq(spec->not_acted[0].key, "deploy.placement");
    ck_assert_str_eq(spec->not_acted[1].key, "credential_spec");
    ck_assert_str_eq(spec->not_acted[1].service, "a");
    ck_assert_uint_eq(spec->not_acted[1].src.line, 5);
    given_end(&g);
}
END_TEST

START_TEST(secrets_and_configs_come_with_what_they_deliver)
{
    struct given g = given();
    given_variable(&g, "TOKEN=t");
    given_file(&g, "compose.yaml",
               "services: {a: {image: x, secrets: [f, {source: e, target: sub/e}], configs: [c]}}\n"
               "secrets: {f: {file: ./f}, e: {environment: TOKEN}}\nconfigs: {c: {content: hi}}\n");
    const struct stk_service *s = &given_loads(&g)->services[0];
    ck_assert_str_eq(s->secrets[0].path, "/run/secrets/f");
    ck_assert_ptr_null(s->secrets[0].file->content);
    ck_assert_str_eq(s->secrets[1].path, "/run/secrets/sub/e");
    ck_assert_str_eq(s->secrets[1].file->content, "t");
    ck_assert_str_eq(s->configs[0].path, "/c");
    ck_assert_str_eq(s->configs[0].file->content, "hi");
    ck_assert_str_eq(printed(g.spec, "secrets.e.environment"), "\"TOKEN\"");
    ck_assert_str_eq(printed(g.spec, "secrets.e.content"), "(none)");
    given_end(&g);
}
END_TEST

START_TEST(labels_of_files_are_below_those_of_the_service)
{
    struct given g = given();
    given_file(&g, "l", "a=1\nb=2\nc=\"${HOME}${a}\"\n");
    given_file(&g, "compose.yaml", "services: {a: {image: x, label_file: l, labels: [b=own]}}\n");
    ck_assert_str_eq(printed(given_loads(&g), "services.a.labels"),
                     "{\"a\":\"1\",\"b\":\"own\",\"c\":\"1\"}");
    given_end(&g);
}
END_TEST

STK_TESTS("service_keys", every_key_is_printed_as_docker_compose_prints_it, what_cannot_be_is_told,
          a_service_that_is_only_built_has_the_name_of_its_image,
          what_up_does_nothing_about_is_named_once_with_its_place,
          secrets_and_configs_come_with_what_they_deliver,
          labels_of_files_are_below_those_of_the_service)
