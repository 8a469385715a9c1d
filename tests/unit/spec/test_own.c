/* The keys of x-stackctl: read with their places, kept out of what Docker Compose hashes and out of what a
 * container is made from, shown by `config` where Docker Compose shows such keys. */
#include "printed.h"

static void given_own(struct given *g, const char *keys)
{
    char text[1000];
    snprintf(text, sizeof(text), "name: p\nservices: {a: {image: x%s%s}}\n", *keys ? ", " : "",
             keys);
    given_file(g, "compose.yaml", text);
}

START_TEST(they_are_read)
{
    struct given g = given();
    given_own(&g, "expose: [8080], x-stackctl: {kind: service, settle: 1500ms, accelerated: false, "
                  "watch: [{path: /p, action: signal, signal: HUP}], ready: "
                  "{tcp: 5432, http: {path: /up, status: 204}, log: '^ready', file: /run/up, "
                  "timeout: 30s}}");
    const struct stk_own *own = &given_loads(&g)->services[0].own;
    ck_assert_str_eq(own->kind, "service");
    ck_assert_int_eq(own->settle.v, 1500000000);
    ck_assert(own->accelerated.set && !own->accelerated.v);
    ck_assert_str_eq(own->ready.tcp, "5432");
    ck_assert_str_eq(own->ready.http.path, "/up");
    ck_assert_int_eq(own->ready.http.port.v, 8080);
    ck_assert_int_eq(own->ready.http.status.v, 204);
    ck_assert_str_eq(own->ready.log, "^ready");
    ck_assert_str_eq(own->ready.file, "/run/up");
    ck_assert_int_eq(own->ready.timeout.v, 30000000000);
    ck_assert_uint_eq(own->n_watch, 1); /* and no part of what a container is labelled with */
    ck_assert_str_eq(own->watch[0].signal, "HUP");
    ck_assert_str_eq(g.spec->services[0].own_config,
                     "{\"accelerated\":false,\"kind\":\"service\",\"ready\":{\"file\":\"/run/up\","
                     "\"http\":{\"path\":\"/up\",\"port\":8080,\"status\":204},\"log\":\"^ready\","
                     "\"tcp\":\"5432\",\"timeout\":\"30s\"},\"settle\":\"1.5s\"}");
    given_end(&g);
}
END_TEST

START_TEST(they_are_no_part_of_what_a_container_is_made_from)
{
    struct given with = given(), without = given();
    given_own(&with, "x-stackctl: {kind: job, once: true}");
    given_own(&without, "");
    const struct stk_service *a = &given_loads(&with)->services[0];
    const struct stk_service *b = &given_loads(&without)->services[0];
    ck_assert_str_eq(a->hash, b->hash);
    ck_assert_str_eq(a->config, b->config);
    ck_assert_str_eq(a->own_config, "{\"kind\":\"job\",\"once\":true}");
    ck_assert_ptr_null(b->own_config);
    given_end(&with);
    given_end(&without);
}
END_TEST

START_TEST(config_shows_them_as_docker_compose_shows_such_keys)
{
    struct given g = given();
    char *text = NULL;
    given_own(&g, "x-stackctl: {kind: job}");
    ck_assert_str_eq(printed(given_loads(&g), "services.a.x-stackctl"), "(none)");
    stk_spec_print(g.spec, STK_FORMAT_YAML, &text);
    ck_assert_ptr_nonnull(strstr(text, "    x-stackctl:\n      kind: job\n"));
    free(text);
    given_end(&g);
}
END_TEST

START_TEST(an_http_check_has_the_only_port_there_is)
{
    static const char *const rows[][2] = {
        { "ports: ['8080:80']", "80" },
        { "ports: ['8080:80', '8081:80'], expose: [80]", "80" },
        { "ports: ['8080:80', '8443:443']", NULL },
        { "expose: [80, 81]", NULL },
        { "user: u", NULL },
    };
    for (size_t i = 0; i < STK_LEN(rows); i++) {
        struct given g = given();
        char keys[200];
        snprintf(keys, sizeof(keys), "%s, x-stackctl: {ready: {http: /}}", rows[i][0]);
        given_own(&g, keys);
        given_load(&g);
        ck_assert_int_eq(g.rc == 0, rows[i][1] != NULL);
        if (rows[i][1])
            ck_assert_int_eq(g.spec->services[0].own.ready.http.port.v, atoi(rows[i][1]));
        else
            ck_assert_str_eq(
                g.diags.v[0].msg,
                "'ready.http' of service 'a' needs a port, since it has not exactly one");
        given_end(&g);
    }
}
END_TEST

START_TEST(mistakes_are_told_at_their_places)
{
    static const struct {
        const char *keys, *msg;
    } rows[] = {
        { "x-stackctl: {kind: jop}", "'kind' of service 'a' must be job or service, not 'jop'" },
        { "x-stackctl: {knd: job}", "unknown key 'knd' in x-stackctl of service 'a'" },
        { "x-stackctl: {ready: {}}",
          "'ready' of service 'a' needs 'tcp', 'http', 'log' or 'file'" },
        { "x-stackctl: {ready: {log: '('}}",
          "'log' of service 'a' is no regular expression: Unmatched ( or \\(" },
        { "x-stackctl: {ready: {tcp: 70000}}",
          "'tcp' of service 'a' must be a port or HOST:PORT, not '70000'" },
        { "x-stackctl: {ready: {tcp: ':80'}}",
          "'tcp' of service 'a' must be a port or HOST:PORT, not ':80'" },
        { "x-stackctl: {ready: {file: x}}",
          "'file' of service 'a' must be a path that begins with '/', not 'x'" },
        { "x-stackctl: {ready: {http: x}}",
          "'http' of service 'a' must be a path that begins with '/', not 'x'" },
        { "x-stackctl: {ready: {http: {port: 0}}}",
          "'port' of ready.http of service 'a' must be from 1 to 65535" },
        { "x-stackctl: {ready: {http: {port: 80, status: 20}}}",
          "'status' of ready.http of service 'a' must be from 100 to 599" },
        { "restart: always, x-stackctl: {kind: job}",
          "service 'a' is a job, and its restart policy starts it again when it is done" },
        { "deploy: {restart_policy: {condition: any}}, x-stackctl: {once: true}",
          "service 'a' is a job, and its restart policy starts it again when it is done" },
        { "x-stackctl: {kind: job, ready: {tcp: 80}}",
          "service 'a' is a job, which is ready when it is done: it can have no 'ready'" },
        { "x-stackctl: {kind: service, once: true}",
          "'once' of service 'a' is for jobs, and its kind is 'service'" },
        { "x-stackctl: {watch: [{path: /p, action: sync}]}",
          "'action' of service 'a' must be restart, signal, exec or recreate, not 'sync'" },
        { "x-stackctl: {watch: [{path: /p, action: signal}]}",
          "a rule of 'watch' of service 'a' with action 'signal' needs 'signal'" },
        { "x-stackctl: {watch: [{path: /p, action: signal, signal: FOO}]}",
          "'signal' of 'watch' of service 'a': there is no signal 'FOO'" },
        { "x-stackctl: {watch: [{path: /p, action: exec}]}",
          "a rule of 'watch' of service 'a' with action 'exec' needs 'exec.command'" },
    };
    for (size_t i = 0; i < STK_LEN(rows); i++) {
        struct given g = given();
        given_own(&g, rows[i].keys);
        given_load(&g);
        ck_assert_msg(g.rc < 0, "taken: %s", rows[i].keys);
        ck_assert_str_eq(g.diags.v[0].msg, rows[i].msg);
        ck_assert_uint_eq(g.diags.v[0].src.line, 2);
        ck_assert_uint_gt(g.diags.v[0].src.col, 25);
        given_end(&g);
    }
}
END_TEST

STK_TESTS("own", they_are_read, they_are_no_part_of_what_a_container_is_made_from,
          config_shows_them_as_docker_compose_shows_such_keys,
          an_http_check_has_the_only_port_there_is, mistakes_are_told_at_their_places)
