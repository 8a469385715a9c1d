/* The views of one story: what people, scripts and programs are shown. */
#include <jansson.h>
#include <stdio.h>

#include "buf.h"
#include "capture.h"
#include "failure.h"
#include "loop.h"
#include "test.h"
#include "view.h"

static const struct stk_ref db = { .kind = STK_SERVICE, .name = "db", .index = 1 };
static const struct stk_ref web = { .kind = STK_SERVICE, .name = "web", .index = 1 };
static const struct stk_ref image = { .kind = STK_IMAGE, .name = "postgres:16" };
static const struct stk_ref network = { .kind = STK_NETWORK, .name = "default" };

static void tell(struct stk_sink *sink, struct stk_event ev)
{
    sink->event(sink, &ev);
}

static void tell_pull(struct stk_sink *sink, const char *item, const char *phase, int64_t current,
                      int64_t total)
{
    struct stk_progress progress = { item, phase, current, total };
    tell(sink, (struct stk_event){ .type = STK_EV_PROGRESS,
                                   .phase = STK_PHASE_PULL,
                                   .ref = image,
                                   .name = "postgres:16",
                                   .progress = &progress });
}

static struct stk_event failure_of_db(void)
{
    static const struct stk_status status = {
        .state = STK_EXITED,
        .exit_code = 3,
        .health = STK_HEALTH_UNHEALTHY,
        .probe_command = "pg_isready",
        .probe_exit = 1,
        .probe_output = "connection refused\n",
    };
    return (struct stk_event){
        .type = STK_EV_FAILED,
        .phase = STK_PHASE_WAIT_HEALTHY,
        .ref = db,
        .name = "shop-db-1",
        .elapsed_ms = 1500,
        .message = "exited with code 3",
        .code = STK_ENOTREADY,
        .src = { "compose.yaml", 14, 3 },
        .status = &status,
        .chain = "web → api → db",
        .log_tail = "starting\n\033[31mFATAL\033[0m: password \033[2Jmissing\r\nno end",
    };
}

static void tell_story(struct stk_sink *sink)
{
    tell(sink, (struct stk_event){ .phase = STK_PHASE_PULL, .ref = image, .name = "postgres:16" });
    tell_pull(sink, "aaaa", "Downloading", 1000, 12300000);
    tell_pull(sink, "bbbb", "Downloading", 5, 100);
    tell_pull(sink, "aaaa", "Extracting", 10, 12300000);
    tell(sink, (struct stk_event){ .type = STK_EV_DONE,
                                   .phase = STK_PHASE_PULL,
                                   .ref = image,
                                   .name = "postgres:16",
                                   .elapsed_ms = 3210 });
    tell(sink,
         (struct stk_event){ .phase = STK_PHASE_CREATE, .ref = network, .name = "shop_default" });
    tell(sink, (struct stk_event){ .type = STK_EV_DONE,
                                   .phase = STK_PHASE_CREATE,
                                   .ref = network,
                                   .name = "shop_default" });
    tell(sink,
         (struct stk_event){ .phase = STK_PHASE_WAIT_HEALTHY, .ref = db, .name = "shop-db-1" });
    tell(sink, failure_of_db());
    tell(sink, (struct stk_event){ .type = STK_EV_SKIPPED,
                                   .phase = STK_PHASE_START,
                                   .ref = web,
                                   .name = "shop-web-1",
                                   .message = "'db' failed" });
    tell(sink, (struct stk_event){ .type = STK_EV_DONE,
                                   .phase = STK_PHASE_KEEP,
                                   .ref = { .kind = STK_SERVICE, .name = "cache", .index = 1 },
                                   .name = "shop-cache-1" });
    static const struct stk_status done = { .state = STK_EXITED };
    tell(sink, (struct stk_event){ .type = STK_EV_DONE,
                                   .phase = STK_PHASE_KEEP,
                                   .ref = { .kind = STK_SERVICE, .name = "seed", .index = 1 },
                                   .name = "shop-seed-1",
                                   .status = &done });
    tell(sink, (struct stk_event){ .type = STK_EV_WARNING, .message = "an orphan: 'old'" });
}

#define BLOCK                                                                                      \
    "compose.yaml:14:3: error: service 'db': exited with code 3\n"                                 \
    "  needed by: web → api → db\n"                                                            \
    "  health check: pg_isready\n"                                                                 \
    "  last probe (exit 1): connection refused\n"                                                  \
    "  last lines of shop-db-1:\n"                                                                 \
    "    | starting\n"                                                                             \
    "    | FATAL: password \\x1b[2Jmissing\n"                                                      \
    "    | no end\n"                                                                               \
    "  all of it: stackctl logs db\n"

static char *shown_by(struct stk_sink *(*make)(const struct view *base))
{
    struct view base = { .project = "shop", .fd = capture_open() };
    struct stk_sink *sink = make(&base);
    tell_story(sink);
    view_of(sink)->free(view_of(sink));
    return capture_take(base.fd);
}

START_TEST(the_plain_view_words_events_as_docker_compose_does)
{
    char *text = shown_by(view_plain_new);
    ck_assert_str_eq(text, " Image postgres:16  Pulling\n"
                           " Image postgres:16  Pulled  3.2s 12.3MB\n"
                           " Network shop_default  Creating\n"
                           " Network shop_default  Created\n"
                           " Container shop-db-1  Waiting\n"
                           " Container shop-db-1  Error\n" BLOCK
                           " Container shop-web-1  Skipped  not started because 'db' failed\n"
                           " Container shop-cache-1  Running\n"
                           " Container shop-seed-1  Exited\n"
                           " warning: an orphan: 'old'\n");
    free(text);
}
END_TEST

START_TEST(the_quiet_view_tells_only_what_went_wrong)
{
    char *text = shown_by(view_quiet_new);
    ck_assert_str_eq(text, BLOCK " warning: an orphan: 'old'\n");
    free(text);
}
END_TEST

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* The n-th line, from 0, as an object. */
static json_t *line_at(const char *text, size_t n)
{
    while (n--)
        text = strchr(text, '\n') + 1;
    json_error_t error;
    json_t *object = json_loadb(text, strcspn(text, "\n"), 0, &error);
    ck_assert_msg(object != NULL, "%s in %s", error.text, text);
    return object;
}

START_TEST(the_json_view_tells_everything_on_one_line_each)
{
    char *text = shown_by(view_json_new);
    size_t lines = 0;
    for (const char *p = text; *p; p = strchr(p, '\n') + 1)
        lines++;
    ck_assert_uint_eq(lines, 13);
    json_t *begin = line_at(text, 0), *done = line_at(text, 4), *skipped = line_at(text, 9);
    ck_assert_str_eq(text_at(begin, "project"), "shop");
    ck_assert_str_eq(text_at(begin, "kind"), "image");
    ck_assert_str_eq(text_at(begin, "phase"), "pull");
    ck_assert_str_eq(text_at(begin, "state"), "begin");
    ck_assert_uint_eq(strlen(text_at(begin, "ts")), strlen("2026-01-31T12:00:00.000Z"));
    ck_assert_ptr_null(json_object_get(begin, "service"));
    ck_assert_int_eq(json_integer_value(json_object_get(done, "elapsed_ms")), 3210);
    ck_assert_str_eq(text_at(skipped, "service"), "web");
    ck_assert_str_eq(text_at(skipped, "name"), "shop-web-1");
    ck_assert_str_eq(text_at(skipped, "state"), "skipped");
    ck_assert_str_eq(text_at(skipped, "message"), "'db' failed");
    json_decref(begin);
    json_decref(done);
    json_decref(skipped);
    free(text);
}
END_TEST

START_TEST(a_failure_in_json_has_its_code_place_status_and_log)
{
    char *text = shown_by(view_json_new);
    json_t *failed = line_at(text, 8);
    json_t *error = json_object_get(failed, "error"), *place = json_object_get(failed, "place");
    json_t *status = json_object_get(failed, "status"), *log = json_object_get(failed, "log_tail");
    ck_assert_str_eq(text_at(failed, "state"), "failed");
    ck_assert_int_eq(json_integer_value(json_object_get(failed, "elapsed_ms")), 1500);
    ck_assert_int_eq(json_integer_value(json_object_get(error, "code")), 5);
    ck_assert_str_eq(text_at(error, "name"), "not-ready");
    ck_assert_str_eq(text_at(error, "message"), "exited with code 3");
    ck_assert_str_eq(text_at(place, "file"), "compose.yaml");
    ck_assert_int_eq(json_integer_value(json_object_get(place, "line")), 14);
    ck_assert_int_eq(json_integer_value(json_object_get(place, "column")), 3);
    ck_assert_str_eq(text_at(status, "state"), "exited");
    ck_assert_str_eq(text_at(status, "health"), "unhealthy");
    ck_assert_str_eq(text_at(status, "probe_command"), "pg_isready");
    ck_assert_str_eq(text_at(status, "probe_output"), "connection refused\n");
    ck_assert_uint_eq(json_array_size(log), 3);
    ck_assert_str_eq(json_string_value(json_array_get(log, 2)), "no end");
    json_decref(failed);
    free(text);
}
END_TEST

static void assert_block(const struct stk_event *ev, bool colour, const char *wanted)
{
    struct stk_buf out;
    stk_buf_init(&out, STK_MIB);
    stk_failure(&out, NULL, ev, colour);
    ck_assert_str_eq(out.bytes, wanted);
    stk_buf_clear(&out);
}

START_TEST(the_failure_block_reads_as_a_sentence)
{
    assert_block(&(struct stk_event){ .ref = db, .message = "is unhealthy", .code = STK_ENOTREADY },
                 false, "error: service 'db' is unhealthy\n");
    assert_block(&(struct stk_event){ .ref = image, .message = "manifest unknown" }, true,
                 "\033[1;31merror:\033[0m image 'postgres:16': manifest unknown\n");
    assert_block(&(struct stk_event){ .code = STK_EENGINE }, false,
                 "error: no engine answers, or it is too old or too new\n");
}
END_TEST

START_TEST(a_probe_that_passed_is_not_blamed)
{
    struct stk_status status = { .health = STK_HEALTH_HEALTHY, .probe_output = "fine" };
    assert_block(&(struct stk_event){ .ref = db, .message = "exited", .status = &status }, false,
                 "error: service 'db': exited\n");
}
END_TEST

START_TEST(further_lines_of_a_probe_are_set_off)
{
    struct stk_status status = { .health = STK_HEALTH_STARTING,
                                 .probe_command = "curl -f http://localhost",
                                 .probe_exit = 7,
                                 .probe_output = "one\ntwo\n" };
    assert_block(&(struct stk_event){ .ref = db, .message = "not ready", .status = &status }, false,
                 "error: service 'db': not ready\n"
                 "  health check: curl -f http://localhost\n"
                 "  last probe (exit 7): one\n"
                 "    | two\n");
}
END_TEST

/* The sentence is one line all the same. Words stay whole; what is quoted is broken anywhere. */
START_TEST(below_its_sentence_the_failure_block_is_no_wider_than_a_terminal)
{
    struct stk_status status = { .health = STK_HEALTH_UNHEALTHY,
                                 .probe_command = "mysqladmin ping --password=hunter2 -h 127.0.0.1 "
                                                  "--connect-timeout 3 --silent",
                                 .probe_exit = 1,
                                 .probe_output = "no" };
    assert_block(
        &(struct stk_event){ .ref = db,
                             .message = "is unhealthy, which takes many words to say and is still "
                                        "one line",
                             .status = &status,
                             .name = "shop-db-1",
                             .log_tail = "{\"a\":\"012345678901234567890123456789012345678901"
                                         "23456789012345678901234567890123456789\"}\nend\n" },
        false,
        "error: service 'db' is unhealthy, which takes many words to say and is still one "
        "line\n"
        "  health check: mysqladmin ping --password=******* -h 127.0.0.1\n"
        "    --connect-timeout 3 --silent\n"
        "  last probe (exit 1): no\n"
        "  last lines of shop-db-1:\n"
        "    | {\"a\":\"01234567890123456789012345678901234567890123456789012345678901234567\n"
        "    | 890123456789\"}\n"
        "    | end\n"
        "  all of it: stackctl logs db\n");
}
END_TEST

/* What a terminal would show in the end: cursor movement carried out, on lines of any length. */
static char *screen_of(const char *text)
{
    struct stk_buf all;
    char lines[64][256] = { "" };
    size_t row = 0, col = 0, last = 0;
    for (const char *p = text; *p; p++) {
        if (*p == '\n') {
            row++;
            col = 0;
        } else if (*p == '\r') {
            col = 0;
        } else if (*p == '\033') {
            size_t n = strcspn(p + 1, "AJKhlm");
            if (p[1 + n] == 'A')
                row -= (size_t)atoi(p + 2);
            if (p[1 + n] == 'K')
                lines[row][col] = '\0';
            if (p[1 + n] == 'J')
                for (size_t i = row; i < 64; i++)
                    lines[i][i == row ? col : 0] = '\0';
            p += 1 + n;
        } else {
            lines[row][col++] = *p;
        }
        last = row > last ? row : last;
        ck_assert(row < 64 && col < 256);
    }
    stk_buf_init(&all, STK_MIB);
    for (size_t i = 0; i < last; i++)
        stk_buf_printf(&all, "%s\n", lines[i]);
    return stk_buf_take(&all);
}

START_TEST(the_live_view_leaves_its_last_picture_below_what_failed)
{
    setenv("COLUMNS", "60", 1);
    char *text = shown_by(view_tty_new), *screen = screen_of(text);
    ck_assert_str_eq(screen, BLOCK "warning: an orphan: 'old'\n"
                                   "[+] Running 4/6\n"
                                   " ✔ Image postgres:16       Pulled  3.2s\n"
                                   " ✔ Network shop_default    Created  0.0s\n"
                                   " ✘ Container shop-db-1     Error  1.5s\n"
                                   " - Container shop-web-1    Skipped  not started because 'd…\n"
                                   " ✔ Container shop-cache-1  Running\n"
                                   " ✔ Container shop-seed-1   Exited\n");
    free(screen);
    free(text);
}
END_TEST

START_TEST(the_live_view_hides_the_cursor_only_while_it_draws)
{
    char *text = shown_by(view_tty_new);
    const char *hide = "\033[?25l", *show = "\033[?25h";
    bool hidden = false;
    for (const char *p = text; *p; p++) {
        if (strncmp(p, hide, strlen(hide)) == 0)
            hidden = true;
        if (strncmp(p, show, strlen(show)) == 0)
            hidden = false;
    }
    ck_assert(!hidden);
    ck_assert(strncmp(text, hide, strlen(hide)) == 0);
    free(text);
}
END_TEST

struct watch {
    struct stk_timer timer;
    struct stk_loop *loop;
    int fd;
};

/* Ends the loop once something was drawn. */
static void look_for_picture(struct stk_timer *timer)
{
    struct watch *watch = timer->data;
    if (lseek(watch->fd, 0, SEEK_END) > 0)
        stk_loop_stop(watch->loop);
    else
        stk_timer_start(watch->loop, timer, 5);
}

START_TEST(the_live_view_tells_how_long_a_stop_may_take)
{
    struct stk_loop *loop = stk_loop_new();
    struct view base = { .fd = capture_open(), .loop = loop, .ascii = true };
    struct watch watch = { .loop = loop, .fd = base.fd };
    watch.timer = (struct stk_timer){ .fire = look_for_picture, .data = &watch };
    struct stk_sink *sink = view_tty_new(&base);
    tell(sink, (struct stk_event){
                   .phase = STK_PHASE_STOP, .ref = web, .name = "shop-web-1", .grace_ms = 2500 });
    stk_timer_start(loop, &watch.timer, 5);
    stk_loop_run(loop);
    tell(sink, (struct stk_event){ .type = STK_EV_DONE,
                                   .phase = STK_PHASE_STOP,
                                   .ref = web,
                                   .name = "shop-web-1",
                                   .elapsed_ms = 400 });
    stk_loop_run(loop); /* ends by itself: nothing changes any more */
    view_of(sink)->free(view_of(sink));
    stk_loop_free(loop);
    char *text = capture_take(base.fd);
    ck_assert_ptr_nonnull(strstr(text, "Container shop-web-1  Stopping  0."));
    ck_assert_ptr_nonnull(strstr(text, "s (killed after 2.5s)"));
    char *screen = screen_of(text);
    ck_assert_str_eq(screen, "[+] Running 1/1\n + Container shop-web-1  Stopped  0.4s\n");
    free(screen);
    free(text);
}
END_TEST

START_TEST(the_live_view_shows_those_at_work_when_there_are_more_than_rows)
{
    struct view base = { .fd = capture_open(), .ascii = true };
    struct stk_sink *sink = view_tty_new(&base);
    for (int i = 0; i < 40; i++) {
        STK_CLEANUP(stk_charp) char *name = stk_printf("w-%d", i);
        tell(sink, (struct stk_event){ .phase = STK_PHASE_START, .ref = web, .name = name });
        if (i < 30)
            tell(sink,
                 (struct stk_event){
                     .type = STK_EV_DONE, .phase = STK_PHASE_START, .ref = web, .name = name });
    }
    tell(sink, (struct stk_event){ .type = STK_EV_WARNING, .message = "look" });
    size_t size = (size_t)lseek(base.fd, 0, SEEK_END);
    view_of(sink)->free(view_of(sink));
    char *text = capture_take(base.fd), *last = screen_of(text);
    text[size] = '\0';
    char *screen = screen_of(text);
    ck_assert_ptr_nonnull(strstr(screen, "[+] Running 30/40\n"));
    ck_assert_ptr_nonnull(strstr(screen, "w-29  Started"));
    ck_assert_ptr_nonnull(strstr(screen, "w-30  Starting"));
    ck_assert_ptr_nonnull(strstr(screen, "w-39  Starting"));
    ck_assert_ptr_null(strstr(screen, "w-2  "));
    ck_assert_ptr_nonnull(strstr(screen, "   and 19 more\n"));
    ck_assert_ptr_nonnull(strstr(last, "w-0   Started"));
    free(text);
    free(last);
    free(screen);
}
END_TEST

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

START_TEST(the_failure_block_shows_the_line_of_the_file)
{
    char dir[] = "/tmp/stk-cli-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(dir));
    STK_CLEANUP(stk_charp) char *path = stk_printf("%s/compose.yaml", dir);
    write_file(path, "services:\n  db:\n    image: postgres:16\n");
    const char *files[] = { path };
    struct stk_spec_opts opts = { .files = { true, 1, files }, .project = "shop", .cwd = dir };
    struct stk_diags diags = { 0 };
    struct stk_spec *spec = NULL;
    ck_assert_int_eq(stk_spec_load(&opts, &spec, &diags), 0);
    struct stk_event ev = failure_of_db();
    ev.src = stk_spec_service(spec, "db")->src;
    ev.log_tail = ev.chain = NULL;
    ev.status = NULL;
    struct stk_buf out;
    stk_buf_init(&out, STK_MIB);
    stk_failure(&out, spec, &ev, false);
    ck_assert_str_eq(out.bytes, "compose.yaml:2:3: error: service 'db': exited with code 3\n"
                                "    2 |   db:\n"
                                "      |   ^~\n");
    stk_buf_clear(&out);
    stk_spec_free(spec);
    stk_diags_clear(&diags);
    unlink(path);
    rmdir(dir);
}
END_TEST

STK_TESTS("views", the_plain_view_words_events_as_docker_compose_does,
          the_quiet_view_tells_only_what_went_wrong,
          the_json_view_tells_everything_on_one_line_each,
          a_failure_in_json_has_its_code_place_status_and_log,
          the_failure_block_reads_as_a_sentence, a_probe_that_passed_is_not_blamed,
          further_lines_of_a_probe_are_set_off,
          below_its_sentence_the_failure_block_is_no_wider_than_a_terminal,
          the_live_view_leaves_its_last_picture_below_what_failed,
          the_live_view_hides_the_cursor_only_while_it_draws,
          the_live_view_tells_how_long_a_stop_may_take,
          the_live_view_shows_those_at_work_when_there_are_more_than_rows,
          the_failure_block_shows_the_line_of_the_file)
