/* `config`: the shape of the JSON, and YAML that reads back as the same model. */
#include <jansson.h>

#include "given.h"

static const char *everything =
    "name: all\n"
    "x-top: {a: [1, 2.5, true, null, 'x$$y']}\n"
    "services:\n"
    "  a:\n"
    "    image: 'x:1'\n"
    "    command: ['-c', 'echo $$HOME', '', 'yes', '12', 'a: b', '# c', \"two\\nlines\", '*x', "
    "'~', '1e3', \"tab\\t\"]\n"
    "    entrypoint: []\n"
    "    environment: {A: '1', B: , C: '', D: 'null', E: \"\\u00e9\\n\"}\n"
    "    ports: ['80', '127.0.0.1:8080-8081:8080-8081/udp', '9000-9010:90', {target: 1, name: n, "
    "app_protocol: h, mode: host}]\n"
    "    expose: [80, '53/udp']\n"
    "    volumes: ['/anon', 'db:/db:nocopy', './x:/x:ro,z', {type: tmpfs, target: /t, tmpfs: "
    "{size: 1m, mode: 0755}},\n"
    "      {type: bind, source: /b, target: /b, bind: {propagation: rshared, create_host_path: "
    "false}},\n"
    "      {type: volume, source: db, target: /db2, volume: {subpath: s}}]\n"
    "    networks: {n: {aliases: [q, p], ipv4_address: 10.0.0.2, priority: 5}, m: , o: {}}\n"
    "    depends_on: {b: {condition: service_healthy, restart: true}, c: {condition: "
    "service_started, required: false}}\n"
    "    healthcheck: {test: x, interval: 1m30s, timeout: 500ms, retries: 3, start_period: 1h, "
    "start_interval: 2s}\n"
    "    restart: on-failure:3\n"
    "    labels: {l: 'v$$', 'k': }\n"
    "    user: '1000'\n    working_dir: /w\n    init: false\n    tty: true\n    stdin_open: true\n "
    "   hostname: h\n"
    "    container_name: cn\n    stop_signal: SIGINT\n    stop_grace_period: 1500ms\n    "
    "read_only: true\n"
    "    tmpfs: /tmp1\n    cap_add: [A]\n    cap_drop: [B]\n    privileged: true\n    extra_hosts: "
    "['h:1.1.1.1', 'i=::1']\n"
    "    dns: 1.1.1.1\n    dns_search: [a, b]\n    dns_opt: [o]\n    ulimits: {nofile: 5, nproc: "
    "{soft: 1, hard: 2}}\n"
    "    shm_size: 64m\n    sysctls: [net.x=1]\n    security_opt: [s]\n    mem_limit: 1g\n    "
    "cpus: 0.5\n"
    "    deploy: {mode: replicated, replicas: 1, resources: {limits: {cpus: '0.5', memory: 1g, "
    "pids: 9},\n"
    "      reservations: {cpus: 0.25, memory: 1m}}}\n"
    "    profiles: [p]\n    pull_policy: if_not_present\n    logging: {driver: json-file, options: "
    "{max-size: 1m, n: 3}}\n"
    "  b: {image: y, healthcheck: {disable: true}, scale: 2}\n"
    "  c: {image: z, profiles: [q]}\n"
    "networks: {n: {driver: bridge, driver_opts: {a: 1}, internal: true, attachable: true, "
    "enable_ipv6: false, labels: [x=y]},\n"
    "  m: {external: true, name: ext}, o: }\n"
    "volumes: {db: {driver: local, driver_opts: {o: bind, device: ./d}, labels: {a: b}}}\n";

static char *print(const struct stk_spec *spec, enum stk_format format)
{
    char *text = NULL;
    ck_assert_int_eq(stk_spec_print(spec, format, &text), 0);
    return text;
}

static void everything_given(struct given *g)
{
    static const char *profiles[] = { "p" };
    given_file(g, "compose.yaml", everything);
    g->opts.profiles = (struct stk_strs){ true, 1, profiles };
}

/* Long texts: only where they begin to differ is told. */
static void same(const char *got, const char *wanted)
{
    size_t at = 0;
    while (got[at] && got[at] == wanted[at])
        at++;
    ck_assert_msg(got[at] == wanted[at], "got '%.80s', not '%.80s'", got + at, wanted + at);
}

static void reads_back(enum stk_format format)
{
    struct given g = given();
    everything_given(&g);
    if (format == STK_FORMAT_JSON) /* its shape names services that take no part */
        g.opts.profiles.v[0] = "*";
    char *first = print(given_loads(&g), format);
    char *config = stk_strdup(g.spec->services[0].config);
    given_file(&g, "compose.yaml", first);
    char *second = print(given_loads(&g), format);
    same(second, first);
    same(g.spec->services[0].config, config);
    free(first), free(second), free(config);
    given_end(&g);
}

START_TEST(yaml_reads_back_as_the_same_model)
{
    reads_back(STK_FORMAT_YAML);
}
END_TEST

START_TEST(json_reads_back_as_the_same_model)
{
    reads_back(STK_FORMAT_JSON);
}
END_TEST

static const char *value_at(const json_t *root, const char *path)
{
    static char text[200];
    char copy[200], *save = NULL;
    snprintf(copy, sizeof(copy), "%s", path);
    for (char *part = strtok_r(copy, "/", &save); part && root; part = strtok_r(NULL, "/", &save))
        root = json_is_array(root) ? json_array_get(root, (size_t)atoi(part))
                                   : json_object_get(root, part);
    if (!root)
        return "(absent)";
    char *dump = json_dumps(root, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
    snprintf(text, sizeof(text), "%s", dump);
    free(dump);
    return text;
}

START_TEST(json_has_the_shape_of_docker_compose_config)
{
    static const char *const rows[][2] = {
        { "name", "\"all\"" },
        { "x-top/a", "[1,2.5,true,null,\"x$$y\"]" },
        { "services/a/command/1", "\"echo $$HOME\"" },
        { "services/a/entrypoint", "[]" },
        { "services/b/command", "null" },
        { "services/b/entrypoint", "null" },
        { "services/a/environment/B", "null" },
        { "services/a/labels/l", "\"v$$\"" },
        { "services/a/ports/0", "{\"mode\":\"ingress\",\"protocol\":\"tcp\",\"target\":80}" },
        { "services/a/ports/2", "{\"host_ip\":\"127.0.0.1\",\"mode\":\"ingress\",\"protocol\":"
                                "\"udp\",\"published\":\"8081\",\"target\":8081}" },
        { "services/a/volumes/0", "{\"target\":\"/anon\",\"type\":\"volume\",\"volume\":{}}" },
        { "services/a/volumes/3/tmpfs", "{\"mode\":493,\"size\":\"1048576\"}" },
        { "services/a/networks", "{\"m\":null,\"n\":{\"aliases\":[\"q\",\"p\"],\"ipv4_address\":"
                                 "\"10.0.0.2\",\"priority\":5},\"o\":{}}" },
        { "services/a/depends_on/b",
          "{\"condition\":\"service_healthy\",\"required\":true,\"restart\":true}" },
        { "services/a/depends_on/c", "{\"condition\":\"service_started\",\"required\":false}" },
        { "services/a/healthcheck/interval", "\"1m30s\"" },
        { "services/a/healthcheck/start_period", "\"1h0m0s\"" },
        { "services/a/stop_grace_period", "\"1.5s\"" },
        { "services/a/init", "false" },
        { "services/a/mem_limit", "\"1073741824\"" },
        { "services/a/cpus", "0.5" },
        { "services/a/pull_policy", "\"missing\"" },
        { "services/a/ulimits", "{\"nofile\":5,\"nproc\":{\"hard\":2,\"soft\":1}}" },
        { "services/a/extra_hosts", "[\"h=1.1.1.1\",\"i=::1\"]" },
        { "services/a/deploy/placement", "{}" },
        { "services/b/deploy", "(absent)" },
        { "services/b/networks", "{\"default\":null}" },
        { "services/c", "(absent)" },
        { "networks/default", "{\"ipam\":{},\"name\":\"all_default\"}" },
        { "networks/m", "{\"external\":true,\"ipam\":{},\"name\":\"ext\"}" },
        { "volumes/db/name", "\"all_db\"" },
    };
    struct given g = given();
    everything_given(&g);
    char *text = print(given_loads(&g), STK_FORMAT_JSON);
    json_t *root = json_loads(text, 0, NULL);
    ck_assert_ptr_nonnull(root);
    ck_assert(strncmp(text, "{\n  \"name\"", 10) == 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_msg(strcmp(value_at(root, rows[i][0]), rows[i][1]) == 0, "%s is %s", rows[i][0],
                      value_at(root, rows[i][0]));
    json_decref(root);
    free(text);
    given_end(&g);
}
END_TEST

STK_TESTS("print", yaml_reads_back_as_the_same_model, json_reads_back_as_the_same_model,
          json_has_the_shape_of_docker_compose_config)
