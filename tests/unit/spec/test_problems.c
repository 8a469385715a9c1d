/* What is told about each kind of mistake, and where: the golden list of messages. */
#include "given.h"

struct row {
    const char *text;
    unsigned line, col;
    const char *msg;
    const char *hint; /* NULL: any */
    unsigned other;   /* line of the second place, 0: none */
};

#define A "services:\n  a:\n    image: x\n"

static const struct row rows[] = {
    /* YAML */
    { "services:\n\ta: {}\n", 2, 1, "a tab is used for indentation", "YAML takes spaces only", 0 },
    { "services:\n  a: {image: x\n", 3, 1, "a mapping in { } is not closed", NULL, 2 },
    { "services:\n  a:\n    image: x: y\n", 3, 13, "a mapping cannot begin here", NULL, 0 },
    { "services:\n  a:\n    image: \"x\n", 4, 1, "the file ends inside a quoted value", NULL, 3 },
    { "services:\n  a:\n    image: @x\n", 3, 12, "a value cannot begin with this character",
      "put it in quotes", 0 },
    { "services:\n  a:\n    image: x\n    image: y\n", 4, 5,
      "key 'image' is there twice (first at line 3)", NULL, 3 },
    { "services: {a: {image: *b}}\n", 1, 23, "unknown alias '*b'", NULL, 0 },
    { "a: &a [*a]\n", 1, 8, "alias '*a' is inside of what it stands for", NULL, 0 },
    { "services: {a: {image: x, 80: y}}\n", 1, 26, "a key must be a string, not a number",
      "put it in quotes", 0 },
    { "services: {? [a] : b}\n", 1, 14, "a key must be a string", NULL, 0 },
    { "- a\n", 1, 1, "a stack file must be a mapping, not a list", NULL, 0 },
    { "services: {a: {image: \xff}}\n", 1, 23, "byte 0xff is not UTF-8", NULL, 0 },
    { "\xc3\xa9: x\n\xe2\x82\xac: \xff\n", 2, 4, "byte 0xff is not UTF-8", NULL, 0 },
    /* variables */
    { "services: {\xc3\xa9: {image: \"a${B\"}}\n", 1, 25,
      "a variable '${' is not closed by '}'; write $$ for a $ that is meant so", NULL, 0 },
    { A "    user: ${NO?set it}\n", 4, 11, "required variable NO is missing a value: set it", NULL,
      0 },
    /* keys */
    { "services:\n  a:\n    imgae: x\n", 3, 5, "unknown key 'imgae' in service 'a'",
      "did you mean 'image'?", 0 },
    { A "    network_mode: host\n    networks: [default]\n", 4, 5,
      "service 'a' has both 'network_mode' and 'networks'", NULL, 5 },
    { A "    oom_score_adj: 2000\n", 4, 20,
      "'oom_score_adj' of service 'a' must be a number from -1000 to 1000, not a number '2000'",
      NULL, 0 },
    { "include: [b.yaml]\n" A, 1, 11, "cannot include 'b.yaml': there is no such file", NULL, 0 },
    { "sevices: {}\n", 1, 1, "unknown key 'sevices'", "did you mean 'services'?", 0 },
    { A "    healthcheck: {intervall: 1s}\n", 4, 19,
      "unknown key 'intervall' in healthcheck of service 'a'", "did you mean 'interval'?", 0 },
    { A "    image2:\n", 4, 5, "unknown key 'image2' in service 'a'", NULL, 0 },
    { A "networks: {n: {ipam: {drivr: x}}}\n", 4, 23, "unknown key 'drivr' in ipam of network 'n'",
      "did you mean 'driver'?", 0 },
    /* types */
    { "services:\n  a:\n    image: [x]\n", 3, 12,
      "'image' of service 'a' must be a string, not a list", NULL, 0 },
    { A "    user: 1000\n", 4, 11, "'user' of service 'a' must be a string, not a number '1000'",
      "put it in quotes", 0 },
    { A "    tty: maybe\n", 4, 10, "'tty' of service 'a' must be a boolean, not a string 'maybe'",
      NULL, 0 },
    { A "    scale: many\n", 4, 12,
      "'scale' of service 'a' must be a whole number, not a string 'many'", NULL, 0 },
    { A "    mem_limit: 1 elephant\n", 4, 16,
      "'mem_limit' of service 'a' must be a size such as 512m, not a string '1 elephant'", NULL,
      0 },
    { A "    stop_grace_period: 10\n", 4, 24,
      "'stop_grace_period' of service 'a' must be a duration such as 1m30s, not '10'",
      "'10s' for seconds?", 0 },
    { A "    environment: x\n", 4, 18,
      "'environment' of service 'a' must be a mapping or a list of 'NAME=VALUE', not a string 'x'",
      NULL, 0 },
    { A "    environment: {D: 2020-01-01}\n", 4, 22,
      "'D' in 'environment' of service 'a' must be a string or a number, not a date",
      "put it in quotes", 0 },
    { A "    environment: [1]\n", 4, 19,
      "an item of 'environment' of service 'a' must be a string 'NAME=VALUE', not a number", NULL,
      0 },
    { A "    command: [sleep, 10]\n", 4, 22,
      "an item of 'command' of service 'a' must be a string, not a number", "put it in quotes", 0 },
    { A "    command: echo \"x\n", 4, 14,
      "a quote or a bracket in this command of service 'a' is not closed", NULL, 0 },
    { A "    ports:\n", 4, 5, "'ports' has no value: it takes a list of ports", NULL, 0 },
    { A "    ulimits: {nofile: {soft: 1}}\n", 4, 23, "a ulimit of service 'a' needs 'hard'", NULL,
      0 },
    { A "    pull_policy: alway\n", 4, 18,
      "'pull_policy' of service 'a' must be always, missing, never, build, daily, weekly, newer "
      "or every_2h, not 'alway'",
      "did you mean 'always'?", 0 },
    { "services: []\n", 1, 1, "'services' must be a mapping of names, not a list", NULL, 0 },
    { "services: {a: }\n", 1, 15, "service 'a' must be a mapping, not nothing", NULL, 0 },
    { "services: {a b: {image: x}}\n", 1, 12,
      "service name 'a b' may hold only letters, digits, '.', '_' and '-'", NULL, 0 },
    { "version: 3\n" A, 1, 1, "'version' must be a string, not a number", NULL, 0 },
    { "name: 5\n" A, 1, 7, "'name' must be a string, not a number", "put it in quotes", 0 },
    { "name: '!'\n" A, 1, 7, "project name '!' must have a letter or a digit", NULL, 0 },
    /* rules */
    { "services:\n  a: {user: x}\n", 2, 3, "service 'a' has no image and no build", NULL, 0 },
    { A "    depends_on: [b, a2]\n  ab: {image: x}\n  c: {image: x}\n", 4, 18,
      "service 'a' depends on 'b', which is not there", "did you mean 'a'?", 0 },
    { A "    depends_on: {c: {condition: service_health}}\n  c: {image: x}\n", 4, 33,
      "'condition' of service 'a' must be one of service_started, service_healthy and "
      "service_completed_successfully, not 'service_health'",
      "did you mean 'service_healthy'?", 0 },
    { A "    depends_on: [c, c]\n  c: {image: x}\n", 4, 21,
      "'c' is there twice in 'depends_on' of service 'a'", NULL, 4 },
    { A "    depends_on: [c]\n  c: {image: x, profiles: [p]}\n", 4, 18,
      "service 'a' depends on 'c', which no active profile enables", "--profile p enables it", 0 },
    { A "    depends_on: [b]\n  b:\n    image: x\n    depends_on:\n      - a\n", 4, 18,
      "dependency cycle: a \xe2\x86\x92 b \xe2\x86\x92 a (lines 4, 8)", NULL, 8 },
    { A "    depends_on: [a]\n", 4, 18, "dependency cycle: a \xe2\x86\x92 a (line 4)", NULL, 0 },
    { A "    networks: [bakc]\nnetworks: {back: }\n", 4, 16,
      "service 'a' is on network 'bakc', which is not there", "did you mean 'back'?", 0 },
    { A "    volumes: ['dat:/x']\nvolumes: {data: }\n", 4, 15,
      "service 'a' uses volume 'dat', which is not there", "did you mean 'data'?", 0 },
    { A "    volumes: ['zzz:/x']\n", 4, 15, "service 'a' uses volume 'zzz', which is not there",
      "name it below 'volumes', or begin a path with './'", 0 },
    { A "    ports: ['80:80']\n  b: {image: x, ports: ['80:81']}\n", 5, 25,
      "port 80/tcp is published twice: by service 'a' and by 'b'", NULL, 4 },
    { A "    scale: 2\n    ports: ['80:8080']\n", 5, 13,
      "port 80 of service 'a' can be held by one container, not by 2",
      "give a range such as 80-81:8080", 2 },
    { A "    scale: 2\n    container_name: n\n", 5, 5,
      "service 'a' has container_name 'n', so it cannot have 2 containers", NULL, 4 },
    { A "    container_name: n\n  b: {image: x, container_name: n}\n", 5, 17,
      "services 'a' and 'b' have the same container_name 'n'", NULL, 4 },
    { A "    scale: 2\n    deploy: {replicas: 3}\n", 4, 5,
      "service 'a' has scale 2, but deploy.replicas 3", NULL, 5 },
    { A "    scale: -1\n", 4, 5,
      "service 'a' cannot have a negative number of containers (scale, replicas)", NULL, 0 },
    { A "    mem_limit: 1m\n    deploy: {resources: {limits: {memory: 2m}}}\n", 4, 5,
      "service 'a' has mem_limit 1048576, but deploy.resources.limits.memory 2097152", NULL, 5 },
    { A "    cpus: 1\n    deploy: {resources: {limits: {cpus: '2'}}}\n", 4, 5,
      "service 'a' has cpus 1, but deploy.resources.limits.cpus 2", NULL, 5 },
    { A "    healthcheck: {test: [curl, x]}\n", 4, 26,
      "'test' of service 'a' must begin with CMD, CMD-SHELL or NONE, not 'curl'", NULL, 0 },
    { A "    tmpfs: /x\n    volumes: ['/x']\n", 5, 15,
      "service 'a' mounts both a volume and a tmpfs at '/x'", NULL, 4 },
    { A "    env_file: gone.env\n", 4, 15, "env_file 'gone.env' of service 'a' is not there", NULL,
      0 },
    { A "volumes: {v: {external: true, driver: d}}\n", 4, 11,
      "volume 'v' is external, so it can have no other key than 'name'", NULL, 0 },
    { A "    platform: p/q\n    build: {context: ., platforms: [r/s]}\n", 5, 25,
      "build.platforms of service 'a' lacks its platform 'p/q'", NULL, 4 },
    { A "    secrets: [s]\nsecrets: {s: {file: f, environment: E}}\n", 5, 24,
      "secret 's' comes from more than one place", NULL, 5 },
    { A "    security_opt: [a, b, a]\n", 4, 26,
      "'a' is there twice in 'security_opt' of service 'a'", NULL, 4 },
};

START_TEST(every_mistake_is_told_in_plain_words_at_its_place)
{
    struct given g = given();
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *r = &rows[i];
        given_file(&g, "compose.yaml", r->text);
        given_load(&g);
        const struct stk_diag *d = g.diags.n ? &g.diags.v[g.diags.n - 1] : NULL;
        for (size_t k = 0;
             k < g.diags.n && (d->severity != STK_ERROR || strcmp(d->msg, r->msg) != 0); k++)
            d = &g.diags.v[k];
        bool fine = g.rc == -STK_ECONFIG && d && strcmp(d->msg, r->msg) == 0 &&
                    d->src.line == r->line && d->src.col == r->col && d->other.line == r->other &&
                    d->len >= 1 && (!r->hint || (d->hint && strcmp(d->hint, r->hint) == 0)) &&
                    strcmp(d->src.file, "compose.yaml") == 0;
        if (fine)
            continue;
        wrong++;
        printf("%s--- wanted %u:%u: %s (%s) other %u; rc %d\n", r->text, r->line, r->col, r->msg,
               r->hint ? r->hint : "", r->other, g.rc);
        for (size_t k = 0; k < g.diags.n; k++)
            printf("    got %u:%u: %s (%s) other %u\n", g.diags.v[k].src.line, g.diags.v[k].src.col,
                   g.diags.v[k].msg, g.diags.v[k].hint ? g.diags.v[k].hint : "",
                   g.diags.v[k].other.line);
    }
    fflush(stdout); /* the assertion ends the process */
    ck_assert_uint_eq(wrong, 0);
    given_end(&g);
}
END_TEST

START_TEST(all_problems_of_a_file_are_told_at_once_with_their_lines)
{
    struct given g = given();
    given_file(
        &g, "compose.yaml",
        "services:\n  a:\n    imgae: x\n    tty: 5\n  b: {image: y, depends_on: [c]}\nfoo: 1\n");
    given_load(&g);
    ck_assert_int_eq(g.rc, -STK_ECONFIG);
    ck_assert_uint_eq(g.diags.errors, 4);
    for (size_t i = 0; i < g.diags.n; i++)
        ck_assert_ptr_nonnull(g.diags.v[i].line);
    for (size_t i = 1; i < g.diags.n; i++)
        ck_assert_uint_lt(g.diags.v[i - 1].src.line, g.diags.v[i].src.line);
    ck_assert_str_eq(g.diags.v[0].line, "    imgae: x");
    ck_assert_uint_eq(g.diags.v[0].len, 5);
    given_end(&g);
}
END_TEST

START_TEST(an_unset_variable_is_told_once_with_its_place)
{
    struct given g = given();
    given_file(&g, "compose.yaml", "services:\n  a:\n    image: \"x$NO\"\n    user: $NO\n");
    given_loads(&g);
    ck_assert_uint_eq(g.diags.n, 1);
    ck_assert_int_eq(g.diags.v[0].severity, STK_WARNING);
    ck_assert_str_eq(g.diags.v[0].msg, "variable 'NO' is not set, so it is left blank");
    ck_assert_uint_eq(g.diags.v[0].src.line, 3);
    ck_assert_uint_eq(g.diags.v[0].src.col, 14);
    ck_assert_uint_eq(g.diags.v[0].len, 3);
    given_end(&g);
}
END_TEST

START_TEST(what_only_running_trips_over_is_a_warning_when_nothing_will_run)
{
    struct given g = given();
    given_file(&g, "compose.yaml", A "    ports: ['80:80']\n  b: {image: x, ports: ['80:80']}\n");
    g.opts.no_run = true;
    given_loads(&g);
    ck_assert_uint_eq(g.diags.n, 1);
    ck_assert_int_eq(g.diags.v[0].severity, STK_WARNING);
    given_end(&g);
}
END_TEST

START_TEST(different_addresses_and_protocols_may_share_a_port)
{
    struct given g = given();
    given_file(&g, "compose.yaml",
               A "    ports: ['127.0.0.1:80:80', '80:80/udp']\n  b: {image: x, ports: "
                 "['127.0.0.2:80:80', '90-99:80']}\n"
                 "  c: {image: x, scale: 3, ports: ['90-99:80', '80']}\n");
    given_loads(&g);
    ck_assert_uint_eq(g.diags.n, 0);
    given_end(&g);
}
END_TEST

START_TEST(a_spec_gives_the_line_of_a_place)
{
    struct given g = given();
    given_file(&g, "compose.yaml", A);
    const struct stk_spec *spec = given_loads(&g);
    ck_assert_str_eq(stk_spec_line(spec, spec->services[0].image_src), "    image: x");
    ck_assert_ptr_null(stk_spec_line(spec, (struct stk_src){ "compose.yaml", 99, 1 }));
    ck_assert_ptr_null(stk_spec_line(spec, (struct stk_src){ "other.yaml", 1, 1 }));
    ck_assert_ptr_null(stk_spec_line(spec, (struct stk_src){ 0 }));
    given_end(&g);
}
END_TEST

STK_TESTS("problems", every_mistake_is_told_in_plain_words_at_its_place,
          all_problems_of_a_file_are_told_at_once_with_their_lines,
          an_unset_variable_is_told_once_with_its_place,
          what_only_running_trips_over_is_a_warning_when_nothing_will_run,
          different_addresses_and_protocols_may_share_a_port, a_spec_gives_the_line_of_a_place)
