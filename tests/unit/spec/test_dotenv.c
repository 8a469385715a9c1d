/* The grammar of env files, and which value wins. */
#include "given.h"

static const char *stack = "services: {a: {image: x, env_file: a.env}}\n";

START_TEST(every_line_gives_what_docker_compose_reads)
{
    static const char *const rows[][3] = {
        /* file, name, value */
        { "A=1\n", "A", "1" },
        { "A=1", "A", "1" },
        { "export A=1\n", "A", "1" },
        { "A: 1\n", "A", "1" },
        { "  A = 1  \n", "A", "1" },
        { "A=1 # c\n", "A", "1" },
        { "A=1#c\n", "A", "1#c" },
        { "# c\n\nA=1\r\n", "A", "1" },
        { "\xef\xbb\xbf"
          "A=1\n",
          "A", "1" },
        { "A=\n", "A", "" },
        { "A=x y\n", "A", "x y" },
        { "A=a\\nb\n", "A", "a\\nb" },
        { "A=\"a\\nb\"\n", "A", "a\nb" },
        { "A=\"a\nb\"\nB=2\n", "A", "a\nb" },
        { "A=\"a\nb\"\nB=2\n", "B", "2" },
        { "A=\"x\" # c\nB=2\n", "B", "2" },
        { "A='a\\nb$B'\n", "A", "a\\nb$B" },
        { "A='it\\'s'\n", "A", "it's" },
        { "A=\"\\\"q\\\"\"\n", "A", "\"q\"" },
        { "A=\"\\$HOME\"\n", "A", "$HOME" },
        { "A=\"\\0101\"\n", "A", "A" },
        { "A=$$x\n", "A", "$x" },
        { "B=2\nA=$B\n", "A", "2" },
        { "B=2\nA=\"${B}3\"\n", "A", "23" },
        { "A=${B:-d}\n", "A", "d" },
        { "A=$HOME\n", "A", "/home/me" },
        { "A=1\nA=2\n", "A", "2" },
        { "HOME\n", "HOME", "/home/me" },
        { "NOWHERE\nA=1\n", "NOWHERE", NULL },
        { "a.b-c[0]=1\n", "a.b-c[0]", "1" },
    };
    struct given g = given();
    given_file(&g, "compose.yaml", stack);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        given_file(&g, "a.env", rows[i][0]);
        const char *v = variable_of(&given_loads(&g)->services[0], rows[i][1]);
        ck_assert_msg(v == rows[i][2] || (v && rows[i][2] && strcmp(v, rows[i][2]) == 0),
                      "%s gave %s", rows[i][0], v);
    }
    given_end(&g);
}
END_TEST

START_TEST(wrong_lines_are_told_with_their_places)
{
    static const struct {
        const char *text, *msg;
        unsigned line, col;
    } rows[] = {
        { "A=1\nB!=2\n", "unexpected character '!'", 2, 2 },
        { "A B=2\n", "cannot contain a space", 1, 1 },
        { "=2\n", "unexpected character '='", 1, 1 },
        { "A=\"x\n\n", "a quote is not closed", 1, 3 },
        { "\nA=${B\n", "not closed", 2, 3 },
        { "A=${B?gone}\n", "required variable B is missing a value: gone", 1, 3 },
        { "A=\xff\n", "not UTF-8", 1, 3 },
    };
    struct given g = given();
    given_file(&g, "compose.yaml", stack);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        given_file(&g, "a.env", rows[i].text);
        given_load(&g);
        ck_assert_msg(g.rc == -STK_ECONFIG, "%s was taken", rows[i].text);
        const struct stk_diag *d = &g.diags.v[0];
        ck_assert_msg(strstr(d->msg, rows[i].msg) && d->src.line == rows[i].line &&
                          d->src.col == rows[i].col,
                      "%s: %u:%u: %s", rows[i].text, d->src.line, d->src.col, d->msg);
        ck_assert_str_eq(d->src.file, "a.env");
    }
    given_end(&g);
}
END_TEST

START_TEST(environment_beats_env_file_even_without_a_value)
{
    struct given g = given();
    given_file(&g, "a.env", "A=file\nB=file\nC=file\n");
    given_file(&g, "b.env", "B=second\nD=${A}!\n");
    given_file(&g, "compose.yaml",
               "services: {a: {image: x, env_file: [a.env, {path: b.env}, {path: no.env, required: "
               "false}],\n"
               "  environment: [C]}}\n");
    const struct stk_service *s = &given_loads(&g)->services[0];
    ck_assert_str_eq(variable_of(s, "A"), "file");
    ck_assert_str_eq(variable_of(s, "B"), "second");
    ck_assert_str_eq(variable_of(s, "C"), "(none)");
    ck_assert_str_eq(variable_of(s, "D"), "file!");
    given_end(&g);
}
END_TEST

START_TEST(raw_files_mean_nothing_but_what_they_say)
{
    struct given g = given();
    given_file(&g, "a.env", "A=\"$HOME\" # c\n# comment\nB= x\n");
    given_file(&g, "compose.yaml",
               "services: {a: {image: x, env_file: [{path: a.env, format: raw}]}}\n");
    const struct stk_service *s = &given_loads(&g)->services[0];
    ck_assert_str_eq(variable_of(s, "A"), "\"$HOME\" # c");
    ck_assert_str_eq(variable_of(s, "B"), " x");
    given_end(&g);
}
END_TEST

START_TEST(the_process_environment_beats_dot_env)
{
    struct given g = given();
    given_file(&g, ".env", "A=file\nB=file\n");
    given_file(&g, "compose.yaml", "services: {a: {image: \"$A-$B\"}}\n");
    given_variable(&g, "A=process");
    ck_assert_str_eq(given_loads(&g)->services[0].image, "process-file");
    given_end(&g);
}
END_TEST

START_TEST(given_env_files_replace_dot_env_and_the_last_one_wins)
{
    struct given g = given();
    const char *files[] = { "1.env", "2.env" };
    given_file(&g, ".env", "A=dot\nD=dot\n");
    given_file(&g, "1.env", "A=1\nB=1\n");
    given_file(&g, "2.env", "A=2\nC=${B}2\n");
    given_file(&g, "compose.yaml", "services: {a: {image: \"$A-$B-$C-${D-none}\"}}\n");
    g.opts.env_files = (struct stk_strs){ true, 2, files };
    ck_assert_str_eq(given_loads(&g)->services[0].image, "2-1-12-none");
    g.opts.env_files.n = 0;
    given_variable(&g, "COMPOSE_ENV_FILES=1.env,2.env");
    ck_assert_str_eq(given_loads(&g)->services[0].image, "2-1-12-none");
    given_end(&g);
}
END_TEST

START_TEST(dot_env_can_be_switched_off_and_a_given_file_must_be_there)
{
    struct given g = given();
    const char *files[] = { "no.env" };
    given_file(&g, ".env", "A=dot\n");
    given_file(&g, "compose.yaml", "services: {a: {image: \"${A-none}\"}}\n");
    given_variable(&g, "COMPOSE_DISABLE_ENV_FILE=true");
    ck_assert_str_eq(given_loads(&g)->services[0].image, "none");
    g.opts.env_files = (struct stk_strs){ true, 1, files };
    given_load(&g);
    ck_assert_int_eq(g.rc, -STK_ENOFILE);
    given_end(&g);
}
END_TEST

STK_TESTS("dotenv", every_line_gives_what_docker_compose_reads,
          wrong_lines_are_told_with_their_places, environment_beats_env_file_even_without_a_value,
          raw_files_mean_nothing_but_what_they_say, the_process_environment_beats_dot_env,
          given_env_files_replace_dot_env_and_the_last_one_wins,
          dot_env_can_be_switched_off_and_a_given_file_must_be_there)
