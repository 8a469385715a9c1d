/* test_seen.c — statuses out of answers that hold everything, little, or nonsense. */
#include "test.h"

#include <stdio.h>

#include "pull.h"
#include "seen.h"

static struct stk_seeing seeing;

static struct stk_seen *see(void (*how)(struct stk_seeing *, const json_t *), const char *text)
{
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
    ck_assert_msg(json != NULL, "%s", text);
    how(&seeing, json);
    json_decref(json);
    return stk_seen_finish(&seeing);
}

START_TEST(a_listed_container_tells_all_it_can)
{
    struct stk_seen *seen = see(
        stk_see_listed,
        "{\"Id\":\"abc\",\"Names\":[\"/"
        "shop-web-2\"],\"Image\":\"nginx:1\",\"ImageID\":\"sha256:9\","
        "\"Command\":\"run\",\"Created\":1700000000,\"State\":\"running\","
        "\"Status\":\"Up 5 seconds (healthy)\",\"Ports\":[{\"IP\":\"0.0.0.0\",\"PrivatePort\":80,"
        "\"PublicPort\":8080,\"Type\":\"tcp\"}],\"Labels\":{\"com.docker.compose.project\":"
        "\"shop\","
        "\"com.docker.compose.service\":\"web\",\"com.docker.compose.container-number\":\"2\","
        "\"com.docker.compose.config-hash\":\"h\",\"io.stackctl.config\":\"{}\","
        "\"com.docker.compose.depends_on\":\"db:service_started:false\"},"
        "\"Mounts\":[{\"Name\":\"shop_data\",\"Source\":\"/v\"},{\"Source\":\"/host\"}],"
        "\"NetworkSettings\":{\"Networks\":{\"b\":{},\"a\":{}}}}");
    ck_assert_uint_eq(seen->n, 1);
    const struct stk_status *st = &seen->v[0];
    ck_assert_str_eq(st->ref.name, "web");
    ck_assert_uint_eq(st->ref.index, 2);
    ck_assert_str_eq(st->ref.id, "abc");
    ck_assert_str_eq(st->name, "shop-web-2");
    ck_assert_str_eq(st->project, "shop");
    ck_assert_int_eq(st->state, STK_RUNNING);
    ck_assert_int_eq(st->health, STK_HEALTH_HEALTHY);
    ck_assert_int_eq(st->created_ms, 1700000000000);
    ck_assert_uint_eq(st->ports[0].published, 8080);
    ck_assert_str_eq(st->hash, "h");
    ck_assert_str_eq(st->config, "{}");
    ck_assert_str_eq(st->mounts.v[0], "shop_data");
    ck_assert_str_eq(st->mounts.v[1], "/host");
    ck_assert_str_eq(st->networks.v[0], "a");
    ck_assert_uint_eq(st->n_depends_on, 1);
    stk_seen_free(seen);
}
END_TEST

START_TEST(a_hash_that_docker_compose_made_counts_without_a_form_to_compare)
{
    struct stk_seen *seen =
        see(stk_see_listed, "{\"Id\":\"abc\",\"Labels\":{\"com.docker.compose.project\":\"shop\","
                            "\"com.docker.compose.config-hash\":\"theirs\"}}");
    ck_assert_str_eq(seen->v[0].hash, "theirs");
    ck_assert_ptr_null(seen->v[0].config);
    ck_assert_ptr_null(seen->v[0].config);
    stk_seen_free(seen);
}
END_TEST

START_TEST(answers_that_tell_nothing_are_survived)
{
    static const char *const odd[] = {
        "{}",
        "null",
        "[]",
        "3",
        "\"x\"",
        "{\"Id\":\"ab\",\"Names\":[],\"Labels\":null}",
        "{\"Id\":5}",
        "{\"Id\":\"ab\",\"Names\":null,\"Labels\":{\"com.docker.compose.container-number\""
        ":\"zz\",\"com.docker.compose.service\":7},\"Ports\":{},\"Mounts\":[null,{}],"
        "\"NetworkSettings\":[],\"State\":{},\"Config\":[],\"HostConfig\":null}",
        "{\"Id\":\"ab\",\"Name\":\"/\",\"State\":{\"Status\":\"new\",\"Health\":{\"Log\":[null]}},"
        "\"NetworkSettings\":{\"Ports\":{\"x\":[{}],\"99999/tcp\":null}}}"
    };
    static void (*const hows[])(struct stk_seeing *,
                                const json_t *) = { stk_see_listed, stk_see_detailed,
                                                    stk_see_network, stk_see_volume };
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
        for (size_t k = 0; k < sizeof(hows) / sizeof(hows[0]); k++)
            stk_seen_free(see(hows[k], odd[i]));
}
END_TEST

static struct stk_seen *detailed(const char *state, const char *policy)
{
    char text[1000];
    snprintf(text, sizeof(text),
             "{\"Id\":\"a\",\"Name\":\"/x\",\"RestartCount\":2,\"State\":{\"Status\":\"%s\","
             "\"ExitCode\":137,\"OOMKilled\":true,\"Error\":\"\",\"StartedAt\":"
             "\"2024-01-02T03:04:05.5Z\",\"FinishedAt\":\"0001-01-01T00:00:00Z\",\"Health\":"
             "{\"Status\":\"unhealthy\",\"Log\":[{\"ExitCode\":0,\"Output\":\"old\"},"
             "{\"ExitCode\":1,\"Output\":\"refused\"}]}},\"Config\":{\"Image\":\"i\"},"
             "\"HostConfig\":{\"RestartPolicy\":{\"Name\":\"%s\"}}}",
             state, policy);
    return see(stk_see_detailed, text);
}

START_TEST(a_single_inspect_tells_the_last_probe)
{
    struct stk_seen *seen = detailed("running", "no");
    const struct stk_status *st = &seen->v[0];
    ck_assert_str_eq(st->probe_output, "refused");
    ck_assert_int_eq(st->probe_exit, 1);
    ck_assert_int_eq(st->health, STK_HEALTH_UNHEALTHY);
    ck_assert_int_eq(st->started_ms, 1704164645500);
    ck_assert_int_eq(st->finished_ms, 0);
    ck_assert_uint_eq(st->restarts, 2);
    ck_assert(st->oom);
    ck_assert_ptr_null(st->error);
    stk_seen_free(seen);
}
END_TEST

START_TEST(only_what_is_up_or_restarting_comes_up_by_itself)
{
    static const struct {
        const char *state, *policy;
        bool self;
    } rows[] = { { "running", "always", true },        { "running", "no", false },
                 { "running", "on-failure", true },    { "exited", "always", false },
                 { "restarting", "on-failure", true }, { "created", "always", false } };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stk_seen *seen = detailed(rows[i].state, rows[i].policy);
        ck_assert_msg(seen->v[0].restarts_itself == rows[i].self, "%zu", i);
        stk_seen_free(seen);
    }
}
END_TEST

START_TEST(images_are_found_by_tag_digest_and_id)
{
    json_t *list = json_loads(
        "[null,{\"Id\":\"sha256:aaaa1\",\"RepoTags\":[\"nginx:latest\",\"reg:5000/x:1\"],"
        "\"RepoDigests\":[\"nginx@sha256:dd\"]},{\"Id\":\"sha256:bbbb2\",\"RepoTags\":null},{}]",
        0, NULL);
    static const struct {
        const char *ref, *id;
    } rows[] = { { "nginx", "sha256:aaaa1" },
                 { "docker.io/library/nginx", "sha256:aaaa1" },
                 { "reg:5000/x:1", "sha256:aaaa1" },
                 { "nginx@sha256:dd", "sha256:aaaa1" },
                 { "nginx:9@sha256:dd", "sha256:aaaa1" },
                 { "sha256:bbbb2", "sha256:bbbb2" },
                 { "bbbb2", "sha256:bbbb2" },
                 { "nginx:1", NULL },
                 { "x:1", NULL },
                 { "cccc", NULL } };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const json_t *found = stk_image_find(list, rows[i].ref);
        ck_assert_pstr_eq(json_string_value(json_object_get(found, "Id")), rows[i].id);
    }
    json_decref(list);
}
END_TEST

START_TEST(a_pull_stream_is_read_however_it_is_split)
{
    static const char text[] =
        "{\"status\":\"Pulling\",\"id\":\"l1\"}\r\n{\"status\":\"Pull complete\"}\n"
        "garbage\n{\"errorDetail\":{\"message\":\"denied\"},\"error\":\"x\"}\n";
    for (size_t cut = 0; cut < sizeof(text) - 1; cut++) {
        struct stk_pull pull = { 0 };
        ck_assert(stk_pull_feed(&pull, text, cut));
        ck_assert(stk_pull_feed(&pull, text + cut, sizeof(text) - 1 - cut));
        ck_assert_str_eq(pull.lines.error, "denied");
        ck_assert(pull.fresh);
        stk_pull_clear(&pull);
    }
}
END_TEST

STK_TESTS("seen", a_listed_container_tells_all_it_can,
          a_hash_that_docker_compose_made_counts_without_a_form_to_compare,
          answers_that_tell_nothing_are_survived, a_single_inspect_tells_the_last_probe,
          only_what_is_up_or_restarting_comes_up_by_itself, images_are_found_by_tag_digest_and_id,
          a_pull_stream_is_read_however_it_is_split)
