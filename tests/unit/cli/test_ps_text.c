/* One container worded for people and for programs. */
#include <time.h>

#include "json_text.h"
#include "ps_text.h"
#include "test.h"
#include "text.h"

#define NOW INT64_C(1700000000000)

static struct stk_published ports[] = {
    { 80, 8080, "0.0.0.0", "tcp" }, { 80, 8080, "::", "tcp" }, { 53, 53, "0.0.0.0", "udp" },
    { 54, 54, "0.0.0.0", "udp" },   { 9000, 0, NULL, "tcp" },  { 9001, 0, NULL, "tcp" },
};
static struct stk_kv labels[] = { { .key = "a.b", .value = "x=y" }, { .key = "c", .value = "" } };
static const char *mounts[] = { "shop_a_very_long_name", "/srv/data" };
static const char *networks[] = { "shop_back", "shop_default" };

static struct stk_status web(void)
{
    return (struct stk_status){
        .ref = { .kind = STK_SERVICE,
                 .name = "web",
                 .index = 1,
                 .id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" },
        .project = "shop",
        .name = "shop-web-1",
        .state = STK_RUNNING,
        .health = STK_HEALTH_HEALTHY,
        .created_ms = NOW - 240 * 1000,
        .started_ms = NOW - 180 * 1000,
        .image = "nginx:1.25",
        .command = "sh -c 'echo \"hello\" world'",
        .ports = ports,
        .n_ports = sizeof(ports) / sizeof(ports[0]),
        .mounts = { true, 2, mounts },
        .networks = { true, 2, networks },
        .labels = { 2, labels },
    };
}

static void assert_status(struct stk_status st, const char *wanted)
{
    struct stk_buf out;
    stk_buf_init(&out, 1000);
    ps_status(&out, &st, NOW);
    ck_assert_str_eq(out.bytes, wanted);
    stk_buf_clear(&out);
}

START_TEST(the_status_tells_state_health_exit_code_and_time)
{
    struct stk_status st = web();
    assert_status(st, "Up 3 minutes (healthy)");
    st.health = STK_HEALTH_STARTING;
    assert_status(st, "Up 3 minutes (health: starting)");
    st.state = STK_PAUSED;
    assert_status(st, "Up 3 minutes (Paused)");
    st.state = STK_EXITED;
    st.exit_code = 3;
    st.finished_ms = NOW - 120 * 1000;
    assert_status(st, "Exited (3) 2 minutes ago");
    st.state = STK_CREATED;
    assert_status(st, "Created");
    st.status_text = "Up 5 weeks";
    assert_status(st, "Up 5 weeks");
}
END_TEST

START_TEST(ports_are_worded_as_docker_words_them)
{
    struct stk_status st = web();
    struct stk_buf out;
    stk_buf_init(&out, 1000);
    ps_ports(&out, &st);
    ck_assert_str_eq(out.bytes, "0.0.0.0:53-54->53-54/udp, 0.0.0.0:8080->80/tcp, "
                                "[::]:8080->80/tcp, 9000-9001/tcp");
    stk_buf_clear(&out);
}
END_TEST

START_TEST(the_table_has_a_row_for_each_container)
{
    struct stk_status one = web(), two = web();
    one.n_ports = 0;
    two.n_ports = 1;
    two.name = "shop-web-2";
    const struct stk_status *v[] = { &one, &two };
    char *text = ps_table(v, 2, NOW);
    ck_assert_str_eq(text, "NAME         IMAGE        COMMAND                    SERVICE   CREATED "
                           "        STATUS           "
                           "        PORTS\n"
                           "shop-web-1   nginx:1.25   \"sh -c 'echo \\\"hello\\\"…\"   web       4 "
                           "minutes ago   Up 3 minutes "
                           "(healthy)\n"
                           "shop-web-2   nginx:1.25   \"sh -c 'echo \\\"hello\\\"…\"   web       4 "
                           "minutes ago   Up 3 minutes "
                           "(healthy)   0.0.0.0:8080->80/tcp\n");
    free(text);
}
END_TEST

static void assert_field(const json_t *object, const char *key, const char *wanted)
{
    const char *value = json_string_value(json_object_get(object, key));
    ck_assert_msg(value && strcmp(value, wanted) == 0, "%s is %s, not %s", key,
                  value ? value : "not there", wanted);
}

START_TEST(the_json_has_the_fields_of_docker_compose)
{
    static const char *const fields[] = {
        "Command",      "CreatedAt",  "ExitCode", "Health", "ID",       "Image",  "Labels",
        "LocalVolumes", "Mounts",     "Name",     "Names",  "Networks", "Ports",  "Project",
        "Publishers",   "RunningFor", "Service",  "Size",   "State",    "Status",
    };
    setenv("TZ", "UTC0", 1);
    tzset();
    struct stk_status st = web();
    json_t *object = ps_json(&st, NOW, false);
    size_t n = 0;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) ck_assert_str_eq(key, fields[n++]);
    ck_assert_uint_eq(n, sizeof(fields) / sizeof(fields[0]));
    assert_field(object, "Command", "\"sh -c 'echo \\\"hello\\\"…\"");
    assert_field(object, "CreatedAt", "2023-11-14 22:09:20 +0000 UTC");
    assert_field(object, "Health", "healthy");
    assert_field(object, "ID", "0123456789ab");
    assert_field(object, "Labels", "a.b=x=y,c=");
    assert_field(object, "LocalVolumes", "1");
    assert_field(object, "Mounts", "shop_a_very_lo…,/srv/data");
    assert_field(object, "Networks", "shop_back,shop_default");
    assert_field(object, "RunningFor", "4 minutes ago");
    assert_field(object, "State", "running");
    ck_assert_uint_eq(json_array_size(json_object_get(object, "Publishers")), 6);
    json_decref(object);
}
END_TEST

START_TEST(nothing_is_shortened_when_all_is_asked_for)
{
    struct stk_status st = web();
    json_t *object = ps_json(&st, NOW, true);
    assert_field(object, "ID", st.ref.id);
    assert_field(object, "Command", "\"sh -c 'echo \\\"hello\\\" world'\"");
    assert_field(object, "Mounts", "shop_a_very_long_name,/srv/data");
    json_decref(object);
}
END_TEST

START_TEST(labels_that_are_no_utf8_do_not_break_the_json)
{
    struct stk_kv bad = { .key = "k", .value = "\xff\xc3(" };
    struct stk_status st = web();
    st.labels = (struct stk_kvs){ 1, &bad };
    char *line = stk_json_line(ps_json(&st, NOW, false));
    json_t *parsed = json_loads(line, 0, NULL);
    assert_field(parsed, "Labels", "k=\xef\xbf\xbd\xef\xbf\xbd(");
    json_decref(parsed);
    free(line);
}
END_TEST

STK_TESTS("ps", the_status_tells_state_health_exit_code_and_time,
          ports_are_worded_as_docker_words_them, the_table_has_a_row_for_each_container,
          the_json_has_the_fields_of_docker_compose, nothing_is_shortened_when_all_is_asked_for,
          labels_that_are_no_utf8_do_not_break_the_json)
