/* What `config` may switch off, and what it tells besides the model. */
#include "printed.h"

static const char *const stack = "name: p\n"
                                 "services:\n"
                                 "  a:\n"
                                 "    image: x:${TAG:-1}\n"
                                 "    ports: ['${PORT:?say which}:80']\n"
                                 "    build: ./b\n"
                                 "    env_file: [a.env, {path: no.env, required: false}]\n"
                                 "    volumes: ['./d:/d']\n"
                                 "    links: [c]\n"
                                 "    user: '${USER_ID:+1000}'\n"
                                 "  c: {image: y}\n"
                                 "volumes: {unused: }\n";

static struct given given_stack(void)
{
    struct given g = given();
    given_file(&g, "a.env", "A=1\n");
    given_file(&g, ".env", "DOT=env\n");
    given_file(&g, "compose.yaml", stack);
    given_variable(&g, "PORT=90");
    g.opts.no_run = true;
    return g;
}

START_TEST(without_interpolation_everything_stays_as_it_is_written)
{
    struct given g = given_stack();
    g.environ[1] = NULL; /* not even what is required is asked for */
    g.opts.no_interpolate = true;
    ck_assert_str_eq(printed(given_loads(&g), "services.a.image"), "\"x:${TAG:-1}\"");
    ck_assert_str_eq(printed(g.spec, "services.a.ports"), "[\"${PORT:?say which}:80\"]");
    ck_assert_uint_eq(g.spec->n_services, 2);
    given_end(&g);
}
END_TEST

START_TEST(variables_are_told_with_what_stands_in_for_them)
{
    struct given g = given_stack();
    const struct stk_variable *v;
    g.opts.no_interpolate = true;
    ck_assert_uint_eq(stk_spec_variables(given_loads(&g), &v), 3);
    ck_assert_str_eq(v[0].name, "PORT");
    ck_assert(v[0].required);
    ck_assert_str_eq(v[1].name, "TAG");
    ck_assert_str_eq(v[1].fallback, "1");
    ck_assert_str_eq(v[2].name, "USER_ID");
    ck_assert_str_eq(v[2].alternate, "1000");
    given_end(&g);
}
END_TEST

START_TEST(without_normalisation_nothing_is_added)
{
    struct given g = given_stack();
    g.opts.no_normalize = true;
    ck_assert_str_eq(printed(given_loads(&g), "services.a.depends_on"), "(none)");
    ck_assert_str_eq(printed(g.spec, "services.a.networks"), "(none)");
    ck_assert_str_eq(printed(g.spec, "services.a.build.dockerfile"), "(none)");
    given_end(&g);
}
END_TEST

START_TEST(without_path_resolution_paths_stay_relative)
{
    struct given g = given_stack();
    g.opts.no_path_resolution = true;
    ck_assert_str_eq(printed(given_loads(&g), "services.a.build.context"), "\"./b\"");
    ck_assert_str_eq(g.spec->services[0].volumes[0].source, "./d");
    given_end(&g);
}
END_TEST

START_TEST(without_env_resolution_env_files_are_only_named)
{
    struct given g = given_stack();
    g.opts.no_env_resolution = true;
    ck_assert_ptr_null(variable_of(&given_loads(&g)->services[0], "A"));
    ck_assert_uint_eq(g.spec->services[0].n_env_files, 2);
    ck_assert(!g.spec->services[0].env_files[1].required);
    given_end(&g);
}
END_TEST

START_TEST(without_consistency_names_may_be_unknown)
{
    struct given g = given();
    given_file(&g, "compose.yaml",
               "services: {a: {image: x, volumes: ['no:/v'], depends_on: [q]}}\n");
    given_load(&g);
    ck_assert_int_ne(g.rc, 0);
    g.opts.no_consistency = true;
    given_loads(&g);
    given_end(&g);
}
END_TEST

START_TEST(all_resources_keeps_what_nobody_uses)
{
    struct given g = given_stack();
    ck_assert_uint_eq(given_loads(&g)->n_volumes, 0);
    g.opts.all_resources = true;
    ck_assert_uint_eq(given_loads(&g)->n_volumes, 1);
    given_end(&g);
}
END_TEST

START_TEST(the_environment_is_that_of_the_process_then_of_dot_env)
{
    struct given g = given_stack();
    const struct stk_kvs *env = stk_spec_environment(given_loads(&g));
    ck_assert_uint_eq(env->n, 4);
    ck_assert_str_eq(env->v[0].key, "COMPOSE_PROJECT_NAME");
    ck_assert_str_eq(env->v[1].key, "DOT");
    ck_assert_str_eq(env->v[1].value, "env");
    ck_assert_str_eq(env->v[3].key, "PORT");
    given_end(&g);
}
END_TEST

STK_TESTS("switches", without_interpolation_everything_stays_as_it_is_written,
          variables_are_told_with_what_stands_in_for_them, without_normalisation_nothing_is_added,
          without_path_resolution_paths_stay_relative,
          without_env_resolution_env_files_are_only_named, without_consistency_names_may_be_unknown,
          all_resources_keeps_what_nobody_uses,
          the_environment_is_that_of_the_process_then_of_dot_env)
