/* The canonical form: how a file is written must not show in it, what it means must. And the hash, which
 * must be Docker Compose's. */
#include "given.h"

enum { FORM_MAX = 2000 };

static void form_of(const char *service, char ret[FORM_MAX])
{
    struct given g = given();
    char text[2000];
    snprintf(text, sizeof(text),
             "name: p\nservices:\n  a: %s\n  b: {image: x}\nnetworks: {n: , m: }\nvolumes: {db: }\n"
             "secrets: {s: {file: /s}}\nconfigs: {c: {content: one}, d: {content: two}}\n",
             service);
    given_file(&g, "compose.yaml", text);
    const char *form = given_loads(&g)->services[0].config;
    ck_assert_uint_lt(strlen(form), FORM_MAX);
    strcpy(ret, form);
    given_end(&g);
}

START_TEST(the_way_it_is_written_does_not_show)
{
    static const char *const rows[][2] = {
        { "{image: x, user: u}", "{user: 'u', image: \"x\"}" },
        { "{image: x, environment: {B: 1, A: x}}", "{image: x, environment: [A=x, B=1]}" },
        { "{image: x, labels: {a: true, b: }}", "{image: x, labels: [b=, a=true]}" },
        { "{image: x, command: sleep 10}", "{image: x, command: [sleep, '10']}" },
        { "{image: x, ports: ['80:81']}", "{image: x, ports: [{target: 81, published: 80}]}" },
        { "{image: x, ports: ['80-81:80-81']}", "{image: x, ports: ['80:80', '81:81']}" },
        { "{image: x, volumes: ['db:/x:ro']}",
          "{image: x, volumes: [{type: volume, source: db, target: /x, read_only: true}]}" },
        { "{image: x, networks: [n, m]}", "{image: x, networks: {m: {}, n: }}" },
        { "{image: x}", "{image: x, networks: [default]}" },
        { "{image: x, dns: 1.1.1.1}", "{image: x, dns: [1.1.1.1]}" },
        { "{image: x, extra_hosts: ['b:1.1.1.1', 'a:::1']}",
          "{image: x, extra_hosts: {a: '[::1]', b: 1.1.1.1}}" },
        { "{image: x, mem_limit: 1m}", "{image: x, mem_limit: 1048576}" },
        { "{image: x, stop_grace_period: 90s}", "{image: x, stop_grace_period: 1m30s}" },
        { "{image: x, ulimits: {nofile: 5}}", "{image: x, ulimits: {nofile: {soft: 5, hard: 5}}}" },
        { "{image: x, healthcheck: {test: 'true'}}",
          "{image: x, healthcheck: {test: [CMD-SHELL, 'true']}}" },
        { "{image: x, privileged: false}", "{image: x}" },
        { "{image: x, depends_on: [b]}", "{image: x}" },
        { "{image: x, scale: 3}", "{image: x, deploy: {replicas: 2, mode: replicated}}" },
        { "{image: x, pull_policy: always}", "{image: x}" },
        { "{image: 'x$$y'}", "{image: 'x${NO-$$}y'}" },
        { "{image: x, build: .}", "{image: x}" },
        { "{image: x, attach: false}", "{image: x}" },
        { "{image: x, develop: {watch: []}}", "{image: x}" },
        { "{image: x, deploy: {labels: [a], placement: {constraints: [a]}}}", "{image: x}" },
        { "{image: x, devices: [/dev/a]}",
          "{image: x, devices: [{source: /dev/a, target: /dev/a, permissions: rwm}]}" },
        { "{image: x, configs: [c]}", "{image: x, configs: [{source: c, target: /c}]}" },
        { "{image: x, gpus: all}", "{image: x, gpus: [{count: all}]}" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char one[FORM_MAX], two[FORM_MAX];
        form_of(rows[i][0], one);
        form_of(rows[i][1], two);
        ck_assert_msg(strcmp(one, two) == 0, "%s and %s differ", rows[i][0], rows[i][1]);
    }
}
END_TEST

START_TEST(what_it_means_shows)
{
    static const char *const rows[] = {
        "{image: x}",
        "{image: y}",
        "{image: x, command: []}",
        "{image: x, command: [a]}",
        "{image: x, entrypoint: [a]}",
        "{image: x, environment: {A: 1}}",
        "{image: x, environment: {A: 2}}",
        "{image: x, environment: {A: }}",
        "{image: x, environment: {A: ''}}",
        "{image: x, ports: [80]}",
        "{image: x, ports: ['80:80']}",
        "{image: x, ports: ['80:80/udp']}",
        "{image: x, volumes: ['/x']}",
        "{image: x, volumes: ['db:/x']}",
        "{image: x, volumes: ['./db:/x']}",
        "{image: x, networks: [n]}",
        "{image: x, networks: [n, m]}",
        "{image: x, networks: {n: {aliases: [q]}}}",
        "{image: x, healthcheck: {test: [CMD, a]}}",
        "{image: x, healthcheck: {disable: true}}",
        "{image: x, restart: always}",
        "{image: x, init: true}",
        "{image: x, init: false}",
        "{image: x, tty: true}",
        "{image: x, deploy: {resources: {limits: {memory: 1m}}}}",
        "{image: x, logging: {driver: none}}",
        "{image: x, stop_signal: SIGINT}",
        "{image: x, cap_add: [A]}",
        "{image: x, cap_drop: [A]}",
        "{image: x, labels: [a]}",
        "{image: x, annotations: [a]}",
        "{image: x, blkio_config: {weight: 5}}",
        "{image: x, cgroup: host}",
        "{image: x, cpu_shares: 5}",
        "{image: x, cpu_count: 5}",
        "{image: x, cpu_percent: 5}",
        "{image: x, isolation: process}",
        "{image: x, use_api_socket: true}",
        "{image: x, cpuset: '0'}",
        "{image: x, devices: [/dev/a]}",
        "{image: x, gpus: all}",
        "{image: x, deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}}",
        "{image: x, deploy: {restart_policy: {condition: any}}}",
        "{image: x, group_add: [5]}",
        "{image: x, ipc: host}",
        "{image: x, pid: host}",
        "{image: x, uts: host}",
        "{image: x, userns_mode: host}",
        "{image: x, network_mode: host}",
        "{image: x, network_mode: 'service:b'}",
        "{image: x, links: [b]}",
        "{image: x, volumes_from: [b]}",
        "{image: x, mac_address: 'a'}",
        "{image: x, networks: {n: {mac_address: a}}}",
        "{image: x, networks: {n: {driver_opts: {a: b}}}}",
        "{image: x, memswap_limit: -1}",
        "{image: x, mem_reservation: 1m}",
        "{image: x, oom_score_adj: 5}",
        "{image: x, pids_limit: 5}",
        "{image: x, platform: linux/arm64}",
        "{image: x, runtime: r}",
        "{image: x, storage_opt: {size: 1}}",
        "{image: x, secrets: [s]}",
        "{image: x, secrets: [{source: s, mode: 0400}]}",
        "{image: x, secrets: [{source: s, uid: '5'}]}",
        "{image: x, configs: [c]}",
        "{image: x, configs: [d]}",
        "{image: x, volumes: [{type: image, source: i, target: /i}]}",
    };
    enum { N = sizeof(rows) / sizeof(rows[0]) };
    static char forms[N][FORM_MAX];
    for (size_t i = 0; i < N; i++) {
        form_of(rows[i], forms[i]);
        for (size_t k = 0; k < i; k++)
            ck_assert_msg(strcmp(forms[i], forms[k]) != 0, "%s and %s are the same", rows[i],
                          rows[k]);
    }
}
END_TEST

/* What `docker compose config --hash` of 2.40.3 says, and the labels of what it made. */
START_TEST(the_hash_is_that_of_docker_compose)
{
    struct given g = given();
    given_file(
        &g, "compose.yaml",
        "name: nv\n"
        "services:\n"
        "  plain: { image: \"busybox:1.36\" }\n"
        "  full:\n"
        "    image: \"nginx:alpine\"\n"
        "    command: [\"sh\", \"-c\", \"echo <a> & $$HOME\"]\n"
        "    environment: { B: \"2\", A: null, C: \"ü\" }\n"
        "    healthcheck: { test: \"true\", interval: 5s, retries: 3, timeout: 1m30s }\n"
        "    labels: [x=y]\n"
        "    ports: [\"127.0.0.1:8080:80\", \"53:53/udp\"]\n"
        "    ulimits: { nofile: { soft: 1, hard: 2 }, nproc: 3 }\n"
        "    deploy: { replicas: 1, resources: { limits: { memory: 64m, cpus: \"0.5\" } } }\n"
        "    networks: { front: { aliases: [w] } }\n"
        "    volumes: [\"data:/data:ro\", \"/tmp:/host\", \"v1:/a\", \"v2:/b\"]\n"
        "    depends_on: [plain]\n"
        "networks:\n"
        "  front: { internal: true, labels: { a: b } }\n"
        "  default:\n"
        "volumes: { data: , v1: , v2: { labels: {k: v}, driver_opts: {type: tmpfs, device: tmpfs, "
        "o: size=1m} } }\n");
    const struct stk_spec *spec = given_loads(&g);
    ck_assert_str_eq(stk_spec_service(spec, "plain")->hash,
                     "2e94361de13f4ede1889a18375145f95942baa5a678cb5c631e105c972584a2a");
    ck_assert_str_eq(stk_spec_service(spec, "full")->hash,
                     "3ab0fc891585e362adc4790431ec7f2f1364b228d70f1b41baf0cef375b15657");
    ck_assert_str_eq(stk_spec_network(spec, "front")->hash,
                     "f6e3954a03937a5c0605ce8159ae9b282abc5cec465fdb2d2e8ad0e1462df676");
    ck_assert_str_eq(stk_spec_volume(spec, "v1")->hash,
                     "823ae641f5622f1a0949df97cc148bdd0b60044598420ce0d4f8dabac587c6b4");
    ck_assert_str_eq(stk_spec_volume(spec, "v2")->hash,
                     "5424961665f44847a8496bf837027bf9cc26ae9084c6540c38924a1b707297ec");
    given_end(&g);
}
END_TEST

START_TEST(it_is_compact_json_with_sorted_keys)
{
    struct given g = given();
    given_file(&g, "compose.yaml", "services: {a: {user: u, image: x, environment: [B=$$, A]}}\n");
    ck_assert_str_eq(given_loads(&g)->services[0].config,
                     "{\"command\":null,\"entrypoint\":null,\"environment\":{\"A\":null,\"B\":\"$"
                     "\"},\"image\":\"x\","
                     "\"networks\":{\"default\":null},\"user\":\"u\"}");
    given_end(&g);
}
END_TEST

START_TEST(networks_and_volumes_have_theirs)
{
    struct given g = given();
    given_file(&g, "compose.yaml",
               "name: p\nservices: {a: {image: x, networks: [n], volumes: ['v:/v']}}\n"
               "networks: {n: {internal: true, driver_opts: {b: 1, a: 2}}}\nvolumes: {v: {labels: "
               "[x=1]}}\n");
    const struct stk_spec *spec = given_loads(&g);
    ck_assert_str_eq(
        spec->networks[0].config,
        "{\"driver_opts\":{\"a\":\"2\",\"b\":\"1\"},\"internal\":true,\"name\":\"p_n\"}");
    ck_assert_str_eq(spec->volumes[0].config, "{\"labels\":{\"x\":\"1\"},\"name\":\"p_v\"}");
    ck_assert_uint_eq(strlen(spec->volumes[0].hash), 64);
    given_end(&g);
}
END_TEST

STK_TESTS("canon", the_hash_is_that_of_docker_compose, the_way_it_is_written_does_not_show,
          what_it_means_shows, it_is_compact_json_with_sorted_keys,
          networks_and_volumes_have_theirs)
