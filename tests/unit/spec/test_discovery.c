/* Which files are loaded, what the project is called, which services take part. */
#include "given.h"

#define ONE "services: {a: {image: one}}\n"
#define TWO "services: {a: {image: two}}\n"

/* Loads from a directory below the given one. */
static const struct stk_spec *from(struct given *g, const char *dir)
{
    static char cwd[256];
    snprintf(cwd, sizeof(cwd), "%s%s", g->dir, dir);
    g->opts.cwd = cwd;
    return given_loads(g);
}

START_TEST(the_first_name_wins_and_the_others_are_told)
{
    static const char *const names[] = { "docker-compose.yaml", "docker-compose.yml", "compose.yml",
                                         "compose.yaml" };
    struct given g = given();
    for (size_t i = 0; i < 4; i++) {
        given_file(&g, names[i], ONE);
        ck_assert(strstr(given_loads(&g)->files.v[0], names[i]) != NULL);
        ck_assert_uint_eq(g.diags.n, i > 0);
    }
    given_end(&g);
}
END_TEST

START_TEST(directories_above_are_looked_at_and_the_override_beside_is_taken)
{
    struct given g = given();
    given_file(&g, "compose.yaml", ONE);
    given_file(&g, "compose.override.yml", TWO);
    given_file(&g, "sub/deep/x", "");
    const struct stk_spec *spec = from(&g, "/sub/deep");
    ck_assert_uint_eq(spec->files.n, 2);
    ck_assert_str_eq(spec->services[0].image, "two");
    ck_assert_str_eq(spec->dir, g.dir);
    given_end(&g);
}
END_TEST

START_TEST(given_files_are_taken_as_they_are_without_an_override)
{
    struct given g = given();
    given_file(&g, "sub/compose.yaml", ONE);
    given_file(&g, "sub/compose.override.yaml", TWO);
    given_f(&g, "sub/compose.yaml");
    const struct stk_spec *spec = given_loads(&g);
    ck_assert_uint_eq(spec->files.n, 1);
    ck_assert_str_eq(spec->services[0].image, "one");
    ck_assert_str_eq(spec->services[0].src.file, "sub/compose.yaml");
    ck_assert(strstr(spec->dir, "/sub") != NULL);
    given_end(&g);
}
END_TEST

START_TEST(compose_file_names_several_also_from_dot_env)
{
    struct given g = given();
    given_file(&g, "1.yaml", ONE);
    given_file(&g, "2.yaml", TWO);
    given_variable(&g, "COMPOSE_FILE=1.yaml:2.yaml");
    ck_assert_str_eq(given_loads(&g)->services[0].image, "two");
    given_end(&g);
    struct given h = given();
    given_file(&h, "1.yaml", ONE);
    given_file(&h, "2.yaml", TWO);
    given_file(&h, ".env", "COMPOSE_FILE=2.yaml|1.yaml\nCOMPOSE_PATH_SEPARATOR=|\n");
    ck_assert_str_eq(given_loads(&h)->services[0].image, "one");
    given_end(&h);
}
END_TEST

START_TEST(paths_begin_at_the_project_directory)
{
    struct given g = given();
    given_file(&g, "a/1.yaml", "services: {a: {image: x, volumes: ['./d:/d']}}\n");
    given_file(&g, "b/x", "");
    given_f(&g, "a/1.yaml");
    ck_assert(strstr(given_loads(&g)->services[0].volumes[0].source, "/a/d") != NULL);
    g.opts.project_directory = "b";
    ck_assert(strstr(given_loads(&g)->services[0].volumes[0].source, "/b/d") != NULL);
    ck_assert_str_eq(g.spec->project, "b");
    given_end(&g);
}
END_TEST

START_TEST(files_that_cannot_be_had_are_named)
{
    struct given g = given();
    given_load(&g);
    ck_assert_int_eq(g.rc, -STK_ENOFILE);
    ck_assert(strstr(g.diags.v[0].msg,
                     "compose.yaml, compose.yml, docker-compose.yml and docker-compose.yaml") !=
              NULL);
    ck_assert(strstr(g.diags.v[0].msg, g.dir) != NULL);
    given_file(&g, "d/x", "");
    given_file(&g, "empty.yaml", "# nothing\n");
    given_file(&g, "version.yaml", "version: '3'\n");
    static const char *const rows[][2] = {
        { "gone.yaml", "cannot open 'gone.yaml': No such file or directory" },
        { "d", "cannot read 'd': it is a directory" },
        { "empty.yaml", "'empty.yaml' is empty" },
        { "version.yaml", "'version.yaml' is empty" },
        { "/dev/null", "'/dev/null' is empty" }
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        g.opts.files = (struct stk_strs){ true, 1, (const char **)(uintptr_t)rows[i] };
        given_load(&g);
        ck_assert_int_eq(g.rc, -STK_ENOFILE);
        ck_assert_str_eq(g.diags.v[0].msg, rows[i][1]);
    }
    given_end(&g);
}
END_TEST

START_TEST(standard_input_can_be_the_file)
{
    struct given g = given();
    given_file(&g, "in", ONE);
    char path[256];
    snprintf(path, sizeof(path), "%s/in", g.dir);
    ck_assert_ptr_nonnull(freopen(path, "r", stdin));
    given_f(&g, "-");
    const struct stk_spec *spec = given_loads(&g);
    ck_assert_str_eq(spec->files.v[0], "-");
    ck_assert_str_eq(spec->dir, g.dir);
    ck_assert_str_eq(spec->services[0].src.file, "<stdin>");
    given_end(&g);
}
END_TEST

START_TEST(the_name_comes_from_p_then_the_variable_then_the_file_then_the_directory)
{
    struct given g = given();
    given_file(&g, "My.Dir-1/compose.yaml", ONE);
    ck_assert_str_eq(from(&g, "/My.Dir-1")->project, "mydir-1");
    given_file(&g, "My.Dir-1/compose.yaml", "name: Foo ${X-Bar}\n" ONE);
    ck_assert_str_eq(from(&g, "/My.Dir-1")->project, "foobar");
    given_file(&g, "My.Dir-1/.env", "COMPOSE_PROJECT_NAME=dotenv\n");
    ck_assert_str_eq(from(&g, "/My.Dir-1")->project, "dotenv");
    given_variable(&g, "COMPOSE_PROJECT_NAME=variable");
    ck_assert_str_eq(from(&g, "/My.Dir-1")->project, "variable");
    g.opts.project = "given";
    ck_assert_str_eq(from(&g, "/My.Dir-1")->project, "given");
    char *name = NULL;
    ck_assert_int_eq(stk_spec_project_name(&g.opts, &name, &g.diags), 0);
    ck_assert_str_eq(name, "given");
    free(name);
    g.opts.project = "Not OK";
    given_load(&g);
    ck_assert_int_eq(g.rc, -STK_ECONFIG);
    ck_assert_str_eq(g.diags.v[0].hint, "did you mean 'notok'?");
    given_end(&g);
}
END_TEST

START_TEST(the_name_alone_needs_no_file)
{
    struct given g = given();
    char *name = NULL;
    g.opts.cwd = g.dir;
    g.opts.environ = (char *const *)(uintptr_t)g.environ;
    ck_assert_int_eq(stk_spec_project_name(&g.opts, &name, &g.diags), 0);
    ck_assert(strncmp(name, "stackctl-spec-", 14) == 0);
    free(name);
    given_file(&g, "compose.yaml", "name: inside\n" ONE);
    ck_assert_int_eq(stk_spec_project_name(&g.opts, &name, &g.diags), 0);
    ck_assert_str_eq(name, "inside");
    free(name);
    given_f(&g, "gone.yaml");
    ck_assert_int_eq(stk_spec_project_name(&g.opts, &name, &g.diags), -STK_ENOFILE);
    given_variable(&g, "COMPOSE_PROJECT_NAME=variable");
    ck_assert_int_eq(stk_spec_project_name(&g.opts, &name, &g.diags), 0);
    ck_assert_str_eq(name, "variable");
    free(name);
    given_end(&g);
}
END_TEST

START_TEST(the_name_is_a_variable_of_the_file)
{
    struct given g = given();
    given_file(&g, "compose.yaml",
               "name: p\nservices: {a: {image: 'x:${COMPOSE_PROJECT_NAME}', environment: "
               "[COMPOSE_PROJECT_NAME]}}\n");
    ck_assert_str_eq(given_loads(&g)->services[0].image, "x:p");
    ck_assert_str_eq(variable_of(&g.spec->services[0], "COMPOSE_PROJECT_NAME"), "p");
    given_end(&g);
}
END_TEST

START_TEST(networks_and_volumes_get_their_names)
{
    struct given g = given();
    given_file(&g, "compose.yaml",
               "name: p\nservices: {a: {image: x, networks: [n1, n2, n3, n4], volumes: ['v1:/1', "
               "'v2:/2']}}\n"
               "networks: {n1: , n2: {name: two}, n3: {external: true}, n4: {external: true, name: "
               "four}, unused: }\n"
               "volumes: {v1: , v2: {external: {name: old}}}\n");
    const struct stk_spec *spec = given_loads(&g);
    ck_assert_uint_eq(spec->n_networks, 4);
    ck_assert_str_eq(stk_spec_network(spec, "n1")->name, "p_n1");
    ck_assert_str_eq(stk_spec_network(spec, "n2")->name, "two");
    ck_assert_str_eq(stk_spec_network(spec, "n3")->name, "n3");
    ck_assert_str_eq(stk_spec_network(spec, "n4")->name, "four");
    ck_assert_str_eq(stk_spec_volume(spec, "v1")->name, "p_v1");
    ck_assert_str_eq(stk_spec_volume(spec, "v2")->name, "old");
    ck_assert_ptr_null(stk_spec_network(spec, "unused"));
    given_end(&g);
}
END_TEST

static size_t n_enabled(struct given *g, const char *profile, const char *service,
                        const char *variable)
{
    const char *profiles[] = { profile }, *services[] = { service };
    g->opts.profiles = (struct stk_strs){ true, profile != NULL, profiles };
    g->opts.services = (struct stk_strs){ true, service != NULL, services };
    g->environ[1] = variable;
    size_t n = given_loads(g)->n_services;
    ck_assert_uint_eq(n + g->spec->disabled.n, 4);
    ck_assert_uint_eq(g->spec->all_profiles.n, 3);
    return n;
}

START_TEST(profiles_choose_the_services)
{
    struct given g = given();
    given_file(
        &g, "compose.yaml",
        "services: {a: {image: x}, b: {image: x, profiles: [p]}, c: {image: x, profiles: [p, q]},\n"
        "  d: {image: x, profiles: [r], depends_on: {a: {condition: service_started, required: "
        "false}}}}\n");
    ck_assert_uint_eq(n_enabled(&g, NULL, NULL, NULL), 1);
    ck_assert_uint_eq(n_enabled(&g, "p", NULL, NULL), 3);
    ck_assert_uint_eq(n_enabled(&g, "q", NULL, NULL), 2);
    ck_assert_uint_eq(n_enabled(&g, "*", NULL, NULL), 4);
    ck_assert_uint_eq(n_enabled(&g, NULL, "c", NULL), 3);
    ck_assert_uint_eq(n_enabled(&g, NULL, "[cd]", NULL), 4);
    ck_assert_uint_eq(n_enabled(&g, NULL, NULL, "COMPOSE_PROFILES=q,r"), 3);
    ck_assert_uint_eq(n_enabled(&g, "q", NULL, "COMPOSE_PROFILES=r"), 2);
    given_end(&g);
}
END_TEST

START_TEST(scale_on_the_command_line_beats_the_file)
{
    struct given g = given();
    struct stk_kv scale = { .key = "a", .value = "5" };
    given_file(&g, "compose.yaml",
               "services: {a: {image: x, scale: 2, deploy: {replicas: 2}}, b: {image: x, deploy: "
               "{replicas: 0}}}\n");
    given_loads(&g);
    ck_assert_uint_eq(g.spec->services[0].replicas, 2);
    ck_assert_uint_eq(g.spec->services[1].replicas, 0);
    g.opts.scale = &scale;
    g.opts.n_scale = 1;
    ck_assert_uint_eq(given_loads(&g)->services[0].replicas, 5);
    given_end(&g);
}
END_TEST

STK_TESTS("discovery", the_first_name_wins_and_the_others_are_told,
          directories_above_are_looked_at_and_the_override_beside_is_taken,
          given_files_are_taken_as_they_are_without_an_override,
          compose_file_names_several_also_from_dot_env, paths_begin_at_the_project_directory,
          files_that_cannot_be_had_are_named, standard_input_can_be_the_file,
          the_name_comes_from_p_then_the_variable_then_the_file_then_the_directory,
          the_name_alone_needs_no_file, the_name_is_a_variable_of_the_file,
          networks_and_volumes_get_their_names, profiles_choose_the_services,
          scale_on_the_command_line_beats_the_file)
