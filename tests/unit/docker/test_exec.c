/* test_exec.c — commands and health checks run through a small engine that plays what the name of
 * the container says. */
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "docker.h"
#include "judge.h"
#include "probe.h"
#include "text.h"

/* ---- the engine: one request a connection, and its number is the exec's ---- */

enum { LOUD = 100000, HOLD_US = 60000 };

static char dir[64], path[96];
static int listener = -1;
static pthread_t acceptor;
static atomic_int starts, now_running, most_running, asked; /* asked: how an exec ended */
static char described[512];                                 /* what the exec "noted" is made of */

static void put(int fd, const char *bytes, size_t n)
{
    while (n) {
        ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes += sent;
        n -= (size_t)sent;
    }
}

static void answer(int fd, const char *status, const char *body)
{
    char text[512];
    snprintf(text, sizeof(text), "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", status,
             strlen(body), body);
    put(fd, text, strlen(text));
}

static void frame(int fd, char stream, const char *bytes, size_t n)
{
    char head[8] = { stream, 0, 0, 0, (char)(n >> 24), (char)(n >> 16), (char)(n >> 8), (char)n };
    put(fd, head, sizeof(head));
    put(fd, bytes, n);
}

static void wait_for_close(int fd)
{
    char byte;
    while (read(fd, &byte, 1) > 0)
        ;
}

static void play_start(int fd, const char *request)
{
    static char loud[LOUD];
    const char *head = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n";
    int running = ++now_running;
    starts++;
    if (running > most_running)
        most_running = running;
    if (strstr(request, "/exec/refused/")) {
        answer(fd, "500 Internal Server Error", "{\"message\":\"no such program\"}");
        now_running--;
        return;
    }
    put(fd, head, strlen(head));
    if (strstr(request, "/exec/hang/"))
        wait_for_close(fd);
    if (strstr(request, "/exec/hold/"))
        usleep(HOLD_US);
    if (strstr(request, "/exec/loud/"))
        frame(fd, 1, loud, sizeof(loud));
    if (strstr(request, "/exec/broken/"))
        put(fd, "this is no frame", 16);
    frame(fd, 1, "out\n", 4);
    frame(fd, 2, "err\n", 4);
    now_running--;
}

static void play_ask(int fd, const char *request)
{
    int times = ++asked;
    if (strstr(request, "/exec/hang/"))
        answer(fd, "200 OK", "{\"Running\":true,\"ExitCode\":null}");
    else if (strstr(request, "/exec/late/") && times < 3)
        answer(fd, "200 OK", "{\"Running\":true,\"ExitCode\":null}");
    else if (strstr(request, "/exec/ill/") || (strstr(request, "/exec/third/") && times < 3))
        answer(fd, "200 OK", "{\"Running\":false,\"ExitCode\":7}");
    else
        answer(fd, "200 OK", "{\"Running\":false,\"ExitCode\":0}");
}

/* POST /v1.41/containers/NAME/exec gives the exec the container's name. */
static void play_make(int fd, const char *request)
{
    char body[128], name[32] = "";
    sscanf(strstr(request, "/containers/"), "/containers/%31[a-z]", name);
    snprintf(body, sizeof(body), "{\"Id\":\"%s\"}", name);
    if (strcmp(name, "noted") == 0)
        snprintf(described, sizeof(described), "%s", strstr(request, "\r\n\r\n") + 4);
    if (strcmp(name, "gone") == 0)
        answer(fd, "409 Conflict", "{\"message\":\"container gone is not running\"}");
    else if (strcmp(name, "nameless") == 0)
        answer(fd, "201 Created", "{}");
    else
        answer(fd, "201 Created", body);
}

static void play(int fd, const char *request)
{
    const char *pong = "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 0\r\n\r\n";
    if (strstr(request, "/_ping"))
        put(fd, pong, strlen(pong));
    else if (strstr(request, "/start "))
        play_start(fd, request);
    else if (strstr(request, "/containers/"))
        play_make(fd, request);
    else
        play_ask(fd, request);
}

static void *serve(void *data)
{
    int fd = (int)(intptr_t)data;
    char request[2048] = "";
    size_t have = 0;
    ssize_t n;
    while ((n = read(fd, request + have, sizeof(request) - 1 - have)) > 0) {
        have += (size_t)n;
        request[have] = '\0';
        const char *end = strstr(request, "\r\n\r\n");
        const char *length = strstr(request, "Content-Length: ");
        size_t body = length ? strtoul(length + strlen("Content-Length: "), NULL, 10) : 0;
        if (!end || strlen(end + 4) < body)
            continue;
        play(fd, request);
        have = 0;
        if (strstr(request, "/start "))
            break;
    }
    close(fd);
    return NULL;
}

static void *accept_all(void *data)
{
    (void)data;
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            return NULL;
        pthread_t thread;
        pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd);
        pthread_detach(thread);
    }
}

/* ---- the backend ---- */

static struct stk_loop *loop;
static struct stk_docker *docker;

static void begin(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct stk_error err = { 0 };
    const char *tmp = getenv("TMPDIR");
    snprintf(dir, sizeof(dir), "%s/stk-exec-XXXXXX", tmp ? tmp : P_tmpdir);
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/sock", dir);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(listener, 64), 0);
    starts = now_running = most_running = asked = 0;
    pthread_create(&acceptor, NULL, accept_all, NULL);
    STK_CLEANUP(stk_charp) char *host = stk_printf("unix://%s", path);
    struct stk_runtime_opts opts = { .host = host };
    void *self = NULL;
    loop = stk_loop_new();
    ck_assert_int_eq(stk_backend_docker.open(loop, &opts, &self, &err), 0);
    docker = self;
}

static void end(void)
{
    stk_backend_docker.close(docker);
    stk_loop_free(loop);
    shutdown(listener, SHUT_RDWR);
    pthread_join(acceptor, NULL);
    close(listener);
    unlink(path);
    rmdir(dir);
}

static void stop_loop(struct stk_timer *timer)
{
    (void)timer;
    stk_loop_stop(loop);
}

static void run_for(unsigned ms)
{
    struct stk_timer timer = { .fire = stop_loop };
    stk_timer_start(loop, &timer, ms);
    stk_loop_run(loop);
    stk_timer_stop(&timer);
}

/* ---- one command ---- */

static void on_exec(struct stk_op *op)
{
    (void)op;
    stk_loop_stop(loop);
}

static struct stk_exec exec;

static enum stk_code run(const char *container, unsigned timeout_ms)
{
    json_t *command = json_pack("[s]", "check");
    exec = (struct stk_exec){ .op = { .done = on_exec, .timeout_ms = timeout_ms },
                              .container = container,
                              .command = command };
    stk_exec_run(docker, &exec);
    stk_loop_run(loop);
    json_decref(command);
    return exec.op.err.code;
}

START_TEST(a_command_tells_its_exit_code_and_both_its_outputs)
{
    begin();
    ck_assert_int_eq(run("ill", 0), STK_OK);
    ck_assert_int_eq(exec.exit_code, 7);
    ck_assert_str_eq(exec.output.bytes, "out\nerr\n");
    stk_exec_clear(&exec);
    end();
}
END_TEST

static char said[64];

static void say(struct stk_exec *said_by, bool is_stderr, const char *bytes, size_t size)
{
    (void)said_by;
    size_t have = strlen(said);
    snprintf(said + have, sizeof(said) - have, "%c:%.*s", is_stderr ? 'e' : 'o', (int)size, bytes);
}

START_TEST(who_runs_it_and_where_is_told_and_what_it_says_is_heard)
{
    begin();
    STK_CLEANUP(stk_jsonp) json_t *command = json_pack("[s]", "check");
    STK_CLEANUP(stk_jsonp) json_t *environment = json_pack("[s]", "A=1");
    said[0] = '\0';
    exec = (struct stk_exec){ .op = { .done = on_exec },
                              .container = "noted",
                              .command = command,
                              .user = "nobody",
                              .working_dir = "/srv",
                              .environment = environment,
                              .privileged = true,
                              .said = say };
    stk_exec_run(docker, &exec);
    stk_loop_run(loop);
    ck_assert_int_eq(exec.op.err.code, STK_OK);
    ck_assert_str_eq(said, "o:out\ne:err\n");
    ck_assert_ptr_nonnull(strstr(described, "\"User\":\"nobody\""));
    ck_assert_ptr_nonnull(strstr(described, "\"WorkingDir\":\"/srv\""));
    ck_assert_ptr_nonnull(strstr(described, "\"Env\":[\"A=1\"]"));
    ck_assert_ptr_nonnull(strstr(described, "\"Privileged\":true"));
    stk_exec_clear(&exec);
    end();
}
END_TEST

START_TEST(an_exit_code_that_comes_late_is_waited_for)
{
    begin();
    ck_assert_int_eq(run("late", 0), STK_OK);
    ck_assert_int_eq(exec.exit_code, 0);
    ck_assert_int_eq(asked, 3);
    stk_exec_clear(&exec);
    end();
}
END_TEST

START_TEST(only_so_much_output_is_kept)
{
    begin();
    ck_assert_int_eq(run("loud", 0), STK_OK);
    ck_assert_uint_eq(exec.output.size, STK_EXEC_OUTPUT);
    stk_exec_clear(&exec);
    end();
}
END_TEST

START_TEST(what_cannot_be_run_fails_in_the_engines_words)
{
    begin();
    ck_assert_int_eq(run("gone", 0), STK_ECONFLICT);
    ck_assert_str_eq(exec.op.err.msg, "container gone is not running");
    stk_exec_clear(&exec);
    ck_assert_int_eq(run("refused", 0), STK_EFAIL);
    ck_assert_str_eq(exec.op.err.msg, "no such program");
    stk_exec_clear(&exec);
    ck_assert_int_eq(run("nameless", 0), STK_EENGINE);
    stk_exec_clear(&exec);
    ck_assert_int_eq(run("broken", 0), STK_EENGINE);
    stk_exec_clear(&exec);
    end();
}
END_TEST

START_TEST(a_deadline_lets_go_of_a_command_that_hangs)
{
    begin();
    ck_assert_int_eq(run("hang", 100), STK_ETIMEOUT);
    ck_assert_str_eq(exec.id, "hang");
    stk_exec_clear(&exec);
    end();
}
END_TEST

/* ---- health checks ---- */

enum { MOST = 6 };
static struct stk_probe probes[MOST];
static int passed, wanted;

static void on_passed(struct stk_probe *probe)
{
    (void)probe;
    if (++passed == wanted)
        stk_loop_stop(loop);
}

static void probe_start(struct stk_probe *probe, const char *container, json_int_t timeout_ms)
{
    json_t *look =
        json_pack("{s:s, s:{s:{s:[s,s], s:I}}}", "Id", container, "Config", "Healthcheck", "Test",
                  "CMD", "check", "Timeout", timeout_ms * 1000000);
    *probe = (struct stk_probe){ .passed = on_passed };
    stk_probe_start(docker, probe, look);
    stk_probe_start(docker, probe, look); /* it is on already */
    json_decref(look);
}

static void probes_clear(void)
{
    for (size_t i = 0; i < MOST; i++)
        stk_probe_clear(&probes[i]);
    ck_assert_uint_eq(docker->probes.running, 0);
    ck_assert_ptr_null(docker->probes.first);
    memset(probes, 0, sizeof(probes));
    passed = wanted = 0;
}

START_TEST(a_check_is_run_until_it_passes)
{
    begin();
    wanted = 1;
    probe_start(&probes[0], "third", 0);
    stk_loop_run(loop);
    ck_assert_int_eq(starts, 3);
    ck_assert(probes[0].ran && probes[0].exit_code == 0);
    probes_clear();
    end();
}
END_TEST

START_TEST(a_check_that_cannot_be_run_is_tried_again)
{
    begin();
    probe_start(&probes[0], "refused", 0);
    run_for(400);
    ck_assert_int_ge(starts, 2);
    ck_assert_int_eq(passed, 0);
    probes_clear();
    end();
}
END_TEST

START_TEST(only_a_few_checks_run_at_a_time)
{
    begin();
    wanted = MOST;
    for (size_t i = 0; i < MOST; i++)
        probe_start(&probes[i], "hold", 0);
    stk_loop_run(loop);
    ck_assert_int_eq(passed, MOST);
    ck_assert_int_le(most_running, STK_PROBE_BUDGET);
    probes_clear();
    end();
}
END_TEST

START_TEST(slow_checks_do_not_hold_up_the_others)
{
    begin();
    wanted = 2;
    for (size_t i = 0; i < STK_PROBE_BUDGET; i++)
        probe_start(&probes[i], "hang", 0);
    probe_start(&probes[4], "well", 0);
    probe_start(&probes[5], "well", 0);
    stk_loop_run(loop);
    ck_assert_int_eq(passed, 2);
    probes_clear();
    end();
}
END_TEST

START_TEST(a_check_that_hangs_is_told_and_not_started_beside_itself)
{
    begin();
    probe_start(&probes[0], "hang", 50);
    for (int i = 0; asked < 2 && i < 100; i++)
        run_for(100);
    ck_assert_int_ge(asked, 2);
    ck_assert_int_eq(starts, 1);
    ck_assert_int_eq(probes[0].exit_code, -1);
    ck_assert_str_eq(probes[0].output.bytes, "the check did not end within 0.05 s");
    probes_clear();
    end();
}
END_TEST

START_TEST(a_check_can_be_stopped_at_any_moment)
{
    begin();
    for (unsigned ms = 0; ms < 160; ms += 5) {
        for (size_t i = 0; i < MOST; i++)
            probe_start(&probes[i], i % 2 ? "ill" : "hold", 0);
        if (ms)
            run_for(ms);
        stk_probe_stop(&probes[0]);
        stk_probe_stop(&probes[0]);
        probes_clear();
    }
    end();
}
END_TEST

STK_TESTS("exec", a_command_tells_its_exit_code_and_both_its_outputs,
          who_runs_it_and_where_is_told_and_what_it_says_is_heard,
          an_exit_code_that_comes_late_is_waited_for, only_so_much_output_is_kept,
          what_cannot_be_run_fails_in_the_engines_words, a_deadline_lets_go_of_a_command_that_hangs,
          a_check_is_run_until_it_passes, a_check_that_cannot_be_run_is_tried_again,
          only_a_few_checks_run_at_a_time, slow_checks_do_not_hold_up_the_others,
          a_check_that_hangs_is_told_and_not_started_beside_itself,
          a_check_can_be_stopped_at_any_moment)
