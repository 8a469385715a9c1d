/* test_words.c — the engine's own spellings: references, Status texts, labels, versions. */
#include "test.h"

#include "conflict.h"
#include "engine.h"
#include "words.h"

START_TEST(image_references_are_completed_as_docker_does)
{
    static const struct {
        const char *ref, *normal;
    } rows[] = {
        { "nginx", "docker.io/library/nginx:latest" },
        { "nginx:1.25", "docker.io/library/nginx:1.25" },
        { "library/nginx", "docker.io/library/nginx:latest" },
        { "docker.io/library/nginx:latest", "docker.io/library/nginx:latest" },
        { "docker.io/nginx", "docker.io/library/nginx:latest" },
        { "index.docker.io/library/nginx", "docker.io/library/nginx:latest" },
        { "bitnami/redis:7", "docker.io/bitnami/redis:7" },
        { "localhost/app", "localhost/app:latest" },
        { "localhost:5000/app", "localhost:5000/app:latest" },
        { "localhost:5000/app:2", "localhost:5000/app:2" },
        { "ghcr.io/a/b/c:v1", "ghcr.io/a/b/c:v1" },
        { "nginx@sha256:abc", "docker.io/library/nginx@sha256:abc" },
        { "nginx:1@sha256:abc", "docker.io/library/nginx@sha256:abc" },
        { "reg:5000/n@sha256:abc", "reg:5000/n@sha256:abc" },
        { "sha256:abc", "sha256:abc" },
        { "", "docker.io/library/:latest" },
    };
    for (size_t i = 0; i < STK_LEN(rows); i++) {
        char *normal = stk_image_normal(rows[i].ref);
        ck_assert_str_eq(normal, rows[i].normal);
        free(normal);
    }
}
END_TEST

START_TEST(status_texts_tell_health_and_exit_code)
{
    static const struct {
        const char *text;
        enum stk_health health;
        int exit_code;
    } rows[] = {
        { "Up 5 seconds", STK_HEALTH_NONE, 0 },
        { "Up 5 seconds (healthy)", STK_HEALTH_HEALTHY, 0 },
        { "Up About an hour (unhealthy)", STK_HEALTH_UNHEALTHY, 0 },
        { "Up Less than a second (health: starting)", STK_HEALTH_STARTING, 0 },
        { "Up 5 minutes (Paused)", STK_HEALTH_NONE, 0 },
        { "Exited (137) 2 hours ago", STK_HEALTH_NONE, 137 },
        { "Exited (0) 2 hours ago", STK_HEALTH_NONE, 0 },
        { "Restarting (1) 3 seconds ago", STK_HEALTH_NONE, 1 },
        { "Created", STK_HEALTH_NONE, 0 },
        { "Dead", STK_HEALTH_NONE, 0 },
        { "Exited (", STK_HEALTH_NONE, 0 },
        { NULL, STK_HEALTH_NONE, 0 },
    };
    for (size_t i = 0; i < STK_LEN(rows); i++) {
        enum stk_health health = STK_HEALTH_NONE;
        int exit_code = 0;
        stk_status_text(rows[i].text, &health, &exit_code);
        ck_assert_msg(health == rows[i].health && exit_code == rows[i].exit_code, "%s",
                      rows[i].text);
    }
}
END_TEST

START_TEST(the_depends_on_label_is_read_whatever_it_holds)
{
    struct stk_arena *arena = stk_arena_new();
    struct stk_depend *deps;
    size_t n;
    stk_depends_parse(arena, "db:service_healthy:false,job:service_completed_successfully:true",
                      &deps, &n);
    ck_assert_uint_eq(n, 2);
    ck_assert_str_eq(deps[0].service, "db");
    ck_assert_int_eq(deps[0].until, STK_UNTIL_HEALTHY);
    ck_assert(!deps[0].restart && deps[0].required);
    ck_assert_int_eq(deps[1].until, STK_UNTIL_COMPLETED);
    ck_assert(deps[1].restart);
    stk_depends_parse(arena, "a,,:b,c:nonsense:true:more,", &deps, &n);
    ck_assert_uint_eq(n, 2);
    ck_assert_str_eq(deps[0].service, "a");
    ck_assert_str_eq(deps[1].service, "c");
    ck_assert_int_eq(deps[1].until, STK_UNTIL_STARTED);
    stk_depends_parse(arena, NULL, &deps, &n);
    ck_assert_uint_eq(n, 0);
    stk_arena_free(arena);
}
END_TEST

START_TEST(a_replacements_temporary_name_is_known)
{
    ck_assert_str_eq(stk_replaced_name("0123456789ab_shop-web-1"), "shop-web-1");
    ck_assert_ptr_null(stk_replaced_name("shop-web-1"));
    ck_assert_ptr_null(stk_replaced_name("0123456789ab_"));
    ck_assert_ptr_null(stk_replaced_name("0123456789abc_x"));
    ck_assert_ptr_null(stk_replaced_name(NULL));
}
END_TEST

START_TEST(the_lower_of_the_two_newest_versions_is_spoken)
{
    struct stk_error err = { 0 };
    ck_assert_int_eq(stk_version_choose("1.41", &err), 41);
    ck_assert_int_eq(stk_version_choose("1.52", &err), 52);
    ck_assert_int_eq(stk_version_choose("1.99", &err), 52);
    ck_assert_int_eq(stk_version_choose("1.40", &err), 40);
    ck_assert_int_eq(stk_version_choose("1.12", &err), -STK_EENGINE);
    ck_assert_str_eq(
        err.msg,
        "it is too old: it speaks API version 1.12, needed is 1.40 or later (Docker 19.03); "
        "update it, or name another with -H or DOCKER_HOST");
    stk_error_clear(&err);
    ck_assert_int_eq(stk_version_choose("2.0", &err), -STK_EENGINE);
    stk_error_clear(&err);
    ck_assert_int_eq(stk_version_choose("", &err), -STK_EENGINE);
    stk_error_clear(&err);
}
END_TEST

START_TEST(the_port_is_found_in_what_the_engine_says)
{
    ck_assert_uint_eq(
        stk_conflict_port("driver failed programming external connectivity on endpoint "
                          "a-1 (abc): Bind for 0.0.0.0:8080 failed: port is already "
                          "allocated"),
        8080);
    ck_assert_uint_eq(
        stk_conflict_port("Error starting userland proxy: listen tcp4 127.0.0.1:18080: "
                          "bind: address already in use"),
        18080);
    ck_assert_uint_eq(stk_conflict_port("listen tcp6 [::]:9: bind: address already in use"), 9);
    ck_assert_uint_eq(stk_conflict_port("port is already allocated"), 0);
    ck_assert_uint_eq(stk_conflict_port(": bind: address already in use"), 0);
}
END_TEST

START_TEST(the_holder_of_a_port_is_told_with_his_project)
{
    json_t *list = json_loads("[{\"Names\":[\"/me-1\"],\"Labels\":{}}, null, {\"Names\":[]},"
                              "{\"Names\":[\"/blog-web-1\"],\"Labels\":"
                              "{\"com.docker.compose.project\":\"blog\"}}]",
                              0, NULL);
    struct stk_error err = { 0 };
    ck_assert(stk_conflict_holder(list, 8080, "me-1", &err));
    ck_assert_str_eq(err.msg, "port 8080 is held by container 'blog-web-1' (project 'blog')");
    stk_error_clear(&err);
    ck_assert(!stk_conflict_holder(NULL, 8080, "me-1", &err));
    json_decref(list);
}
END_TEST

STK_TESTS("words", image_references_are_completed_as_docker_does,
          status_texts_tell_health_and_exit_code, the_depends_on_label_is_read_whatever_it_holds,
          a_replacements_temporary_name_is_known, the_lower_of_the_two_newest_versions_is_spoken,
          the_port_is_found_in_what_the_engine_says, the_holder_of_a_port_is_told_with_his_project)
