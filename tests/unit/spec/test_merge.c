/* Several files into one: what is replaced, appended, merged by name. */
#include "given.h"

/* Loads base and over and gives the canonical form of service a. */
static const char *merged(struct given *g, const char *base, const char *over)
{
    char text[1000];
    snprintf(text, sizeof(text), "services: {a: %s, b: {image: x}}\nnetworks: {n: , m: }\n", base);
    given_file(g, "1.yaml", text);
    snprintf(text, sizeof(text), "services: {a: %s}\n", over);
    given_file(g, "2.yaml", text);
    return given_loads(g)->services[0].config;
}

START_TEST(two_files_mean_the_same_as_one)
{
    static const char *const rows[][3] = {
        /* base, over, the same in one */
        { "{image: x}", "{image: y}", "{image: y}" },
        { "{image: x, user: u}", "{tty: true}", "{image: x, user: u, tty: true}" },
        { "{image: x, user: u}", "{labels: [a=b]}", "{image: x, user: u, labels: [a=b]}" },
        { "{image: x, command: [a, b]}", "{command: [c]}", "{image: x, command: [c]}" },
        { "{image: x, entrypoint: a b}", "{entrypoint: [c]}", "{image: x, entrypoint: [c]}" },
        { "{image: x, command: a}", "{command: }", "{image: x, command: a}" },
        { "{image: x, environment: {A: 1, B: 1}}", "{environment: [B=2, C=3]}",
          "{image: x, environment: [A=1, B=2, C=3]}" },
        { "{image: x, environment: {A: 1}}", "{environment: [A]}", "{image: x, environment: [A]}" },
        { "{image: x, environment: [A=1, A=2]}", "{environment: {B: }}",
          "{image: x, environment: {A: 2, B: }}" },
        { "{image: x, labels: {a: 1}}", "{labels: {a: 2}}", "{image: x, labels: {a: 2}}" },
        { "{image: x, dns: 1.1.1.1}", "{dns: [2.2.2.2, 1.1.1.1]}",
          "{image: x, dns: [1.1.1.1, 2.2.2.2]}" },
        { "{image: x, cap_add: [A]}", "{cap_add: [B, A]}", "{image: x, cap_add: [A, B]}" },
        { "{image: x, ports: ['80:80']}", "{ports: ['81:81', '80:80']}",
          "{image: x, ports: ['80:80', '81:81']}" },
        { "{image: x, volumes: ['/a:/x', '/b:/y']}", "{volumes: ['/c:/x']}",
          "{image: x, volumes: ['/c:/x', '/b:/y']}" },
        { "{image: x, healthcheck: {test: [CMD, a], retries: 2}}", "{healthcheck: {test: b}}",
          "{image: x, healthcheck: {test: b, retries: 2}}" },
        { "{image: x, ulimits: {nofile: {soft: 1, hard: 2}}}", "{ulimits: {nofile: 5, nproc: 6}}",
          "{image: x, ulimits: {nofile: 5, nproc: 6}}" },
        { "{image: x, logging: {driver: d, options: {a: 1}}}", "{logging: {options: {b: 2}}}",
          "{image: x, logging: {driver: d, options: {a: 1, b: 2}}}" },
        { "{image: x, logging: {driver: d, options: {a: 1}}}", "{logging: {driver: e}}",
          "{image: x, logging: {driver: e}}" },
        { "{image: x, networks: [n]}", "{networks: {m: {aliases: [q]}}}",
          "{image: x, networks: {n: , m: {aliases: [q]}}}" },
        { "{image: x, networks: {n: {aliases: [p]}}}", "{networks: {n: {aliases: [q]}}}",
          "{image: x, networks: {n: {aliases: [p, q]}}}" },
        { "{image: x, extra_hosts: ['h=1.1.1.1']}", "{extra_hosts: {h: 2.2.2.2}}",
          "{image: x, extra_hosts: ['h=1.1.1.1', 'h=2.2.2.2']}" },
        { "{image: x, extra_hosts: ['h=1.1.1.1']}", "{extra_hosts: ['h=1.1.1.1']}",
          "{image: x, extra_hosts: ['h=1.1.1.1']}" },
        { "{image: x, user: u, ports: ['80:80']}",
          "{user: !reset null, ports: !override ['81:81']}", "{image: x, ports: ['81:81']}" },
        { "{image: x, environment: {A: 1, B: 2}}", "{environment: {A: !reset null}}",
          "{image: x, environment: {B: 2}}" },
        { "{image: x, deploy: {resources: {limits: {memory: 1m, cpus: 1}}}}",
          "{deploy: {resources: {limits: {cpus: 2}}}}",
          "{image: x, deploy: {resources: {limits: {memory: 1m, cpus: 2}}}}" },
    };
    struct given g = given();
    given_f(&g, "1.yaml");
    given_f(&g, "2.yaml");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *two = stk_strdup(merged(&g, rows[i][0], rows[i][1]));
        const char *one = merged(&g, rows[i][2], "{}");
        ck_assert_msg(strcmp(one, two) == 0, "%s + %s gave\n%s not\n%s", rows[i][0], rows[i][1],
                      two, one);
        free(two);
    }
    given_end(&g);
}
END_TEST

START_TEST(depends_on_merges_by_name)
{
    struct given g = given();
    given_f(&g, "1.yaml");
    given_f(&g, "2.yaml");
    merged(&g, "{image: x, depends_on: [b]}", "{depends_on: {b: {condition: service_healthy}}}");
    ck_assert_uint_eq(g.spec->services[0].n_depends_on, 1);
    ck_assert_int_eq(g.spec->services[0].depends_on[0].until, STK_UNTIL_HEALTHY);
    given_end(&g);
}
END_TEST

START_TEST(what_cannot_be_merged_is_told_with_both_places)
{
    struct given g = given();
    given_file(&g, "1.yaml", "services:\n  a:\n    image: x\n    cap_add: [A]\n");
    given_file(&g, "2.yaml", "services:\n  a:\n    cap_add: B\n");
    given_f(&g, "1.yaml");
    given_f(&g, "2.yaml");
    given_load(&g);
    ck_assert_int_eq(g.rc, -STK_ECONFIG);
    const struct stk_diag *d = &g.diags.v[0];
    ck_assert_str_eq(d->msg, "'cap_add' cannot be merged: a string here, a list at 1.yaml:4");
    ck_assert_str_eq(d->src.file, "2.yaml");
    ck_assert_uint_eq(d->src.line, 3);
    ck_assert_str_eq(d->other.file, "1.yaml");
    ck_assert_uint_eq(d->other.line, 4);
    given_end(&g);
}
END_TEST

START_TEST(documents_of_one_file_are_merged_in_order)
{
    struct given g = given();
    given_file(&g, "compose.yaml",
               "services: {a: {image: x, user: u}}\n---\nservices: {a: {image: y}}\n---\n");
    ck_assert_str_eq(given_loads(&g)->services[0].image, "y");
    ck_assert_str_eq(g.spec->services[0].user, "u");
    given_end(&g);
}
END_TEST

START_TEST(anchors_and_merge_keys_are_resolved)
{
    struct given g = given();
    given_file(
        &g, "compose.yaml",
        "x-a: &a {image: x, user: one, environment: &e {A: $V}}\nx-b: &b {user: two, tty: true}\n"
        "services:\n  a: {<<: *a, user: own}\n  b: {<<: [*b, *a]}\n  c: {image: y, environment: "
        "{<<: *e, B: 1}}\n");
    given_variable(&g, "V=v");
    const struct stk_spec *spec = given_loads(&g);
    ck_assert_str_eq(spec->services[0].user, "own");
    ck_assert_str_eq(spec->services[0].image, "x");
    ck_assert_str_eq(spec->services[1].user, "two");
    ck_assert_str_eq(variable_of(&spec->services[1], "A"), "v");
    ck_assert_str_eq(variable_of(&spec->services[2], "A"), "v");
    given_end(&g);
}
END_TEST

STK_TESTS("merge", two_files_mean_the_same_as_one, depends_on_merges_by_name,
          what_cannot_be_merged_is_told_with_both_places, documents_of_one_file_are_merged_in_order,
          anchors_and_merge_keys_are_resolved)
