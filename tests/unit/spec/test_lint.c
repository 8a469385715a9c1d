/* What only lint warns of: a file with it, and the same file put right, of which nothing is said. */
#include "given.h"

struct row {
    const char *bad, *good;
    enum stk_rule rule;
    unsigned line, col;
    const char *msg;
};

#define A     "services:\n  a:\n    image: x:1\n"
#define B     "  b:\n    image: x:1\n"
#define CHECK "    healthcheck: {test: [CMD, 'true']}\n"

static const struct row rows[] = {
    { "services: {a: {image: x}}\n", "services: {a: {image: 'x:1'}}\n", STK_RULE_IMAGE_TAG, 1, 23,
      "image 'x' of service 'a' has no tag, so what it is changes without notice" },
    { "services: {a: {image: 'h:5000/x:latest'}}\n", "services: {a: {image: 'h:5000/x:1'}}\n",
      STK_RULE_IMAGE_TAG, 1, 23, "image 'h:5000/x:latest' of service 'a' changes without notice" },
    { "services: {a: {image: 'h:5000/x'}}\n",
      "services: {a: {image: 'h:5000/x@sha256:"
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'}}\n",
      STK_RULE_IMAGE_TAG, 1, 23,
      "image 'h:5000/x' of service 'a' has no tag, so what it is changes without notice" },
    { A "    command: sh -c 'a; b'\n", A "    command: sh -c 'a; exec b'\n", STK_RULE_SHELL_PID_1,
      4, 5,
      "service 'a' runs in a shell that keeps SIGTERM from it, so it is only killed when its time "
      "to stop has run out" },
    { A "    entrypoint: [/bin/bash, -ec]\n    command: [run]\n",
      A "    entrypoint: [/bin/bash, -ec]\n    command: [run]\n    init: true\n",
      STK_RULE_SHELL_PID_1, 4, 5,
      "service 'a' runs in a shell that keeps SIGTERM from it, so it is only killed when its time "
      "to stop has run out" },
    { A "    command: [sh, -c, run]\n    restart: always\n",
      A "    command: [sh, -c, run]\n    restart: 'no'\n", STK_RULE_SHELL_PID_1, 4, 5,
      "service 'a' runs in a shell that keeps SIGTERM from it, so it is only killed when its time "
      "to stop has run out" },
    { A "    command: [sh, -c, run]\n" B "    depends_on: [a]\n",
      A "    command: [sh, -c, run]\n" B
        "    depends_on: {a: {condition: service_completed_successfully}}\n",
      STK_RULE_SHELL_PID_1, 4, 5,
      "service 'a' runs in a shell that keeps SIGTERM from it, so it is only killed when its time "
      "to stop has run out" },
    { A "    depends_on: {b: {condition: service_healthy}}\n" B,
      A "    depends_on: {b: {condition: service_healthy}}\n" B CHECK, STK_RULE_NO_HEALTHCHECK, 4,
      18,
      "service 'a' waits for 'b' to be healthy, which fails unless its image has a health check" },
    { A "    depends_on: {b: {condition: service_healthy}}\n" B
        "    healthcheck: {disable: true}\n",
      A "    depends_on: [b]\n" B "    healthcheck: {disable: true}\n", STK_RULE_NO_HEALTHCHECK, 4,
      18, "service 'a' waits for 'b' to be healthy, whose health check is switched off" },
    { A "    depends_on: [b]\n" B CHECK,
      A "    depends_on: {b: {condition: service_healthy}}\n" B CHECK, STK_RULE_NOT_AWAITED, 4, 18,
      "service 'a' depends on 'b' without waiting for its health check" },
    { A "    ports: ['5432:5432']\n", A "    ports: ['127.0.0.1:5432:5432', '80:80']\n",
      STK_RULE_OPEN_PORT, 4, 13,
      "PostgreSQL of service 'a' is published on all addresses of the host, past most firewalls" },
    { A "    environment: {N: 08}\n", A "    environment: {N: '08', M: 8, S: yes}\n",
      STK_RULE_CHANGED_VALUE, 4, 22, "08 of 'N' in 'environment' of service 'a' becomes 8" },
    { A "    labels: {N: 0755}\n", A "    labels: [N=0755]\n", STK_RULE_CHANGED_VALUE, 4, 17,
      "0755 of 'N' in 'labels' of service 'a' becomes 493" },
    { A "    environment: {N: 1e3}\n", A "    environment: {N: 12:34, D: 1.5}\n",
      STK_RULE_CHANGED_VALUE, 4, 22, "1e3 of 'N' in 'environment' of service 'a' becomes 1000" },
    { A "    environment: {N: True}\n", A "    environment: {N: true, M: NO}\n",
      STK_RULE_CHANGED_VALUE, 4, 22, "True of 'N' in 'environment' of service 'a' becomes true" },
    { A "    secrets: [{source: s, mode: 440}]\nsecrets: {s: {file: s}}\n",
      A "    secrets: [{source: s, mode: 0440}]\nsecrets: {s: {file: s}}\n", STK_RULE_DECIMAL_MODE,
      4, 33, "'mode' of service 'a' is the decimal number 440: 0670 as a file mode" },
    { A "volumes: {v: }\n", A "    profiles: [p]\n    volumes: ['v:/x']\nvolumes: {v: }\n",
      STK_RULE_UNUSED, 4, 11, "no service uses volume 'v'" },
    { A "networks: {n: }\n", A "    networks: [n]\nnetworks: {n: }\n", STK_RULE_UNUSED, 4, 12,
      "no service uses network 'n'" },
    { A "    networks: [n]\nnetworks: {n: , default: {internal: true}}\n",
      A "networks: {default: {internal: true}}\n", STK_RULE_UNUSED, 5, 17,
      "no service uses network 'default'" },
    { A "secrets: {s: {file: s}}\n", A "    secrets: [s]\nsecrets: {s: {file: s}}\n",
      STK_RULE_UNUSED, 4, 11, "no service uses secret 's'" },
    { A "configs: {s: {content: s}}\n", A "    configs: [s]\nconfigs: {s: {content: s}}\n",
      STK_RULE_UNUSED, 4, 11, "no service uses config 's'" },
    { A "    deploy: {placement: {max_replicas_per_node: 1}}\n", A "    deploy: {replicas: 1}\n",
      STK_RULE_NO_EFFECT, 4, 14, "'deploy.placement' is not acted upon" },
};

static void load(struct given *g, const char *text)
{
    given_file(g, "compose.yaml", text);
    (void)given_loads(g);
}

static void print_all(const struct given *g, const char *text)
{
    printf("%s", text);
    for (size_t i = 0; i < g->diags.n; i++)
        printf("    got %u:%u: %s [%s]\n", g->diags.v[i].src.line, g->diags.v[i].src.col,
               g->diags.v[i].msg, stk_rule_info(g->diags.v[i].rule)->id);
}

static bool has(const struct given *g, const struct row *r)
{
    for (size_t i = 0; i < g->diags.n; i++) {
        const struct stk_diag *d = &g->diags.v[i];
        if (d->rule == r->rule && d->severity == STK_WARNING && d->src.line == r->line &&
            d->src.col == r->col && strcmp(d->msg, r->msg) == 0 && d->line)
            return true;
    }
    return false;
}

static bool has_rule(const struct given *g, enum stk_rule rule)
{
    for (size_t i = 0; i < g->diags.n; i++)
        if (g->diags.v[i].rule == rule)
            return true;
    return false;
}

START_TEST(each_rule_is_told_at_its_place_and_not_of_what_was_put_right)
{
    struct given g = given();
    unsigned wrong = 0;
    g.opts.lint = true;
    given_file(&g, "s", "");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        load(&g, rows[i].bad);
        if (!has(&g, &rows[i])) {
            printf("--- wanted %u:%u: %s\n", rows[i].line, rows[i].col, rows[i].msg);
            print_all(&g, rows[i].bad);
            wrong++;
        }
        load(&g, rows[i].good);
        if (has_rule(&g, rows[i].rule)) {
            printf("--- unwanted: %s\n", stk_rule_info(rows[i].rule)->id);
            print_all(&g, rows[i].good);
            wrong++;
        }
    }
    fflush(stdout); /* the assertion ends the process */
    ck_assert_uint_eq(wrong, 0);
    given_end(&g);
}
END_TEST

START_TEST(other_commands_say_nothing_of_it)
{
    struct given g = given();
    given_file(&g, "s", "");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        load(&g, rows[i].bad);
        ck_assert_msg(g.diags.n == 0, "%s: %s", rows[i].bad, g.diags.n ? g.diags.v[0].msg : "");
    }
    given_end(&g);
}
END_TEST

START_TEST(what_several_services_have_from_one_place_is_told_once)
{
    struct given g = given();
    given_file(&g, "compose.yaml",
               "services:\n  base: &b\n    image: x:1\n    tyt: true\n  a: {extends: base}\n"
               "  c: *b\n  d: {extends: a, imgae: y}\n");
    given_load(&g);
    ck_assert_int_eq(g.rc, -STK_ECONFIG);
    ck_assert_uint_eq(g.diags.errors, 2);
    ck_assert_uint_eq(g.diags.n, 2);
    given_end(&g);
}
END_TEST

START_TEST(a_mount_that_replaces_another_is_told_with_both_places)
{
    struct given g = given();
    given_file(&g, "compose.yaml", A "    volumes:\n      - /a:/x\n      - /b:/x\n");
    (void)given_loads(&g);
    ck_assert_uint_eq(g.diags.n, 1);
    const struct stk_diag *d = &g.diags.v[0];
    ck_assert_int_eq(d->rule, STK_RULE_REPLACED);
    ck_assert_uint_eq(d->src.line, 6);
    ck_assert_uint_eq(d->len, 5);
    ck_assert_uint_eq(d->other.line, 5);
    ck_assert_uint_eq(d->other_len, 5);
    ck_assert_str_eq(d->other_line, "      - /a:/x");
    given_end(&g);
}
END_TEST

START_TEST(what_cannot_be_merged_hides_nothing_else)
{
    struct given g = given();
    given_file(&g, "compose.yaml", A "    expose: ['1']\n    tyt: true\n");
    given_file(&g, "over.yaml", "services: {a: {expose: {x: 1}, imgae: y}, b: {user: u}}\n");
    given_f(&g, "compose.yaml");
    given_f(&g, "over.yaml");
    given_load(&g);
    static const enum stk_rule wanted[] = { STK_RULE_UNKNOWN_KEY, STK_RULE_MERGE,
                                            STK_RULE_UNKNOWN_KEY, STK_RULE_NO_IMAGE };
    ck_assert_uint_eq(g.diags.n, 4);
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(g.diags.v[i].rule, wanted[i]);
    ck_assert_ptr_nonnull(g.diags.v[1].other_line);
    given_end(&g);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_leaves_the_others_told_without_what_may_be_in_it)
{
    struct given g = given();
    given_file(&g, "compose.yaml", A "    tyt: true\n    depends_on: [b]\n");
    given_file(&g, "over.yaml", "services: {b: {image: [}}\n");
    given_f(&g, "compose.yaml");
    given_f(&g, "over.yaml");
    given_load(&g);
    ck_assert_uint_eq(g.diags.n, 2);
    ck_assert_int_eq(g.diags.v[0].rule, STK_RULE_UNKNOWN_KEY);
    ck_assert_int_eq(g.diags.v[1].rule, STK_RULE_SYNTAX);
    given_end(&g);
}
END_TEST

STK_TESTS("lint", each_rule_is_told_at_its_place_and_not_of_what_was_put_right,
          other_commands_say_nothing_of_it, what_several_services_have_from_one_place_is_told_once,
          a_mount_that_replaces_another_is_told_with_both_places,
          what_cannot_be_merged_hides_nothing_else,
          a_file_that_cannot_be_read_leaves_the_others_told_without_what_may_be_in_it)
