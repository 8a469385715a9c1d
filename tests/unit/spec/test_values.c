/* Single values: how YAML's scalars become strings, numbers, commands. */
#include "given.h"

START_TEST(scalars_become_the_strings_docker_compose_makes_of_them)
{
    static const char *const rows[][2] = {
        { "x", "x" },
        { "'1.0'", "1.0" },
        { "1.0", "1" },
        { "1.10", "1.1" },
        { "0644", "420" },
        { "0o644", "420" },
        { "0x1F", "31" },
        { "1_000", "1000" },
        { "1e3", "1000" },
        { "1e21", "1e+21" },
        { "-5", "-5" },
        { "true", "true" },
        { "True", "true" },
        { "yes", "yes" },
        { "on", "on" },
        { "~", "(none)" },
        { "null", "(none)" },
        { "''", "" },
        { "12:30:45", "12:30:45" },
        { "0.0001", "0.0001" },
        { "1.2.3", "1.2.3" },
        { "\"\\u00e9\"", "\xc3\xa9" },
        { "!!str 010", "010" },
        { "08", "8" },
        { "$V", "007" },
        { "1__0", "10" },
        { "0xZZ", "0xZZ" },
        { "-", "-" },
        { ".5", "0.5" },
        { "123456789012345678901", "123456789012345680000" },
    };
    struct given g = given();
    given_variable(&g, "V=007");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[200];
        bool dash = strcmp(rows[i][0], "-") == 0;
        snprintf(text, sizeof(text),
                 "services:\n  a:\n    image: x\n    environment:\n      A: %s\n",
                 dash ? "'-'" : rows[i][0]);
        given_file(&g, "compose.yaml", text);
        const char *v = variable_of(&given_loads(&g)->services[0], "A");
        ck_assert_msg(v && strcmp(v, rows[i][1]) == 0, "%s gave %s", rows[i][0], v);
    }
    given_end(&g);
}
END_TEST

START_TEST(commands_are_split_into_words_but_no_shell_runs)
{
    static const char *const rows[][2] = {
        { "a b  c", "a|b|c|" },      { "a 'b c'", "a|b c|" },     { "a \"b 'c'\"", "a|b 'c'|" },
        { "a b\\ c", "a|b c|" },     { "a \"\" ''", "a|||" },     { "a'b'\"c\"", "abc|" },
        { "a 'b\\c'", "a|b\\c|" },   { "a && b", "a|" },          { "a > b", "a|" },
        { "a 'b;c' ; d", "a|b;c|" }, { "a $(b c)", "a|$(b c)|" }, { "a `b c`", "a|`b c`|" },
    };
    struct given g = given();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stk_buf text, got;
        stk_buf_init(&text, 1000);
        stk_buf_init(&got, 1000);
        stk_buf_puts(&text, "services:\n  a:\n    image: x\n    command: >-\n      ");
        for (const char *p = rows[i][0]; *p; p++)
            stk_buf_printf(&text, *p == '$' ? "$$" : "%c", *p);
        stk_buf_puts(&text, "\n");
        given_file(&g, "compose.yaml", text.bytes);
        const struct stk_strs *c = &given_loads(&g)->services[0].command;
        for (size_t k = 0; k < c->n; k++)
            stk_buf_printf(&got, "%s|", c->v[k]);
        ck_assert_msg(strcmp(got.bytes, rows[i][1]) == 0, "%s gave %s", rows[i][0], got.bytes);
        bool cut = strpbrk(rows[i][0], "&>") || strstr(rows[i][0], " ;");
        ck_assert_uint_eq(g.diags.n, cut);
        stk_buf_clear(&text);
        stk_buf_clear(&got);
    }
    given_end(&g);
}
END_TEST

START_TEST(an_empty_command_is_not_the_same_as_none)
{
    struct given g = given();
    given_file(
        &g, "compose.yaml",
        "services: {a: {image: x, command: []}, b: {image: x}, c: {image: x, command: ''}}\n");
    const struct stk_service *s = given_loads(&g)->services;
    ck_assert(s[0].command.set && s[0].command.n == 0);
    ck_assert(!s[1].command.set);
    ck_assert(s[2].command.set && s[2].command.n == 0);
    given_end(&g);
}
END_TEST

START_TEST(numbers_and_booleans_may_come_from_variables)
{
    struct given g = given();
    given_file(&g, "compose.yaml",
               "services: {a: {image: x, scale: '${N:-3}', tty: \"${T:-yes}\", cpus: '0.5', "
               "shm_size: 1.5k,\n"
               "  stop_grace_period: 1m, healthcheck: {test: [NONE], retries: '${N:-3}'}}}\n");
    const struct stk_service *s = &given_loads(&g)->services[0];
    ck_assert_uint_eq(s->replicas, 3);
    ck_assert_int_eq(s->tty.v, 1);
    ck_assert(s->cpus.v > 0.49 && s->cpus.v < 0.51);
    ck_assert_int_eq(s->shm_size.v, 1536);
    ck_assert_int_eq(s->stop_grace_period.v, INT64_C(60000000000));
    ck_assert_int_eq(s->healthcheck.retries.v, 3);
    ck_assert_str_eq(s->healthcheck.test.v[0], "NONE");
    ck_assert_uint_eq(g.diags.n, 1); /* yes is taken for true */
    given_end(&g);
}
END_TEST

STK_TESTS("values", scalars_become_the_strings_docker_compose_makes_of_them,
          commands_are_split_into_words_but_no_shell_runs, an_empty_command_is_not_the_same_as_none,
          numbers_and_booleans_may_come_from_variables)
