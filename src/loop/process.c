/* process.c — see process.h. The end of a program is the end of its process: what it left running may hold
 * its pipes open for as long as it likes. */
#include "process.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"
#include "op.h"

enum { GRACE_MS = 1000, PIECE = 16 * 1024 };
#define KEPT (64 * STK_KIB)

extern char **environ;
static const struct stk_src nowhere;

struct stream {
    struct stk_process *process;
    int fd; /* ours, -1: closed */
    struct event *event;
};

struct stk_process {
    struct stk_process_req *req;
    struct stk_loop *loop;
    pid_t pid;
    struct stream streams[2]; /* output, errors */
    struct stk_signal *ended; /* SIGCHLD */
    struct stk_timer grace;
};

static void close_stream(struct stream *stream)
{
    if (stream->event)
        event_free(stream->event);
    if (stream->fd >= 0)
        close(stream->fd);
    stream->event = NULL;
    stream->fd = -1;
}

static void take(struct stream *stream, const char *bytes, size_t size)
{
    struct stk_process_req *req = stream->process->req;
    bool is_stderr = stream == &stream->process->streams[1];
    struct stk_buf *to = is_stderr ? &req->err : &req->out;
    size_t room = to->max - to->size;
    if (req->on_output)
        req->on_output(req, is_stderr, bytes, size);
    else
        stk_buf_add(to, bytes, size < room ? size : room);
}

/* All there is now. */
static void drain(struct stream *stream)
{
    char bytes[PIECE];
    while (stream->fd >= 0) {
        ssize_t n = read(stream->fd, bytes, sizeof(bytes));
        if (n > 0)
            take(stream, bytes, (size_t)n);
        else if (n < 0 && errno == EINTR)
            continue;
        else if (n < 0 && errno == EAGAIN)
            return;
        else
            close_stream(stream);
    }
}

static void on_readable(evutil_socket_t fd, short what, void *data)
{
    (void)fd, (void)what;
    drain(data);
}

static void end(struct stk_process *process, struct stk_error *err)
{
    struct stk_process_req *req = process->req;
    for (size_t i = 0; i < 2; i++)
        close_stream(&process->streams[i]);
    stk_timer_stop(&process->grace);
    stk_signal_free(process->ended);
    free(process);
    req->process = NULL;
    stk_op_end(&req->op, err);
}

static void on_child(int signo, void *data)
{
    (void)signo;
    struct stk_process *process = data;
    int status;
    if (waitpid(process->pid, &status, WNOHANG) != process->pid)
        return;
    struct stk_error err = { 0 };
    struct stk_process_req *req = process->req;
    for (size_t i = 0; i < 2; i++)
        drain(&process->streams[i]);
    req->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    if (req->op.canceled || req->op.timed_out) {
        (void)kill(-process->pid, SIGKILL); /* whoever it left behind */
        stk_fail(&err, STK_ECANCELED, nowhere, "canceled");
    }
    end(process, &err);
}

static void on_grace_over(struct stk_timer *timer)
{
    struct stk_process *process = timer->data;
    (void)kill(-process->pid, SIGKILL);
}

static void on_cancel(struct stk_op *op)
{
    struct stk_process_req *req = STK_CONTAINER(op, struct stk_process_req, op);
    struct stk_process *process = req->process;
    if (!process)
        return; /* it never began: its end is on the way */
    (void)kill(-process->pid, SIGTERM);
    stk_timer_start(process->loop, &process->grace, GRACE_MS);
}

/* Its own group, no signal ignored or blocked: nothing of ours. */
static void set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(attributes);
    posix_spawnattr_setpgroup(attributes, 0);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                             POSIX_SPAWN_SETSIGDEF);
}

static size_t count(const char *const *v)
{
    size_t n = 0;
    while (v && v[n])
        n++;
    return n;
}

/* Ours and what the request adds, which comes first: that is what is found. */
static const char **environment(const char *const *more)
{
    size_t n = count(more), ours = count((const char *const *)environ);
    const char **all = stk_alloc((n + ours + 1) * sizeof(*all));
    if (n)
        memcpy(all, more, n * sizeof(*all));
    memcpy(all + n, environ, ours * sizeof(*all));
    return all;
}

static int spawn(struct stk_process *process, int input, int output, int errors)
{
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t files;
    set_attributes(&attributes);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, input, 0);
    posix_spawn_file_actions_adddup2(&files, output, 1);
    posix_spawn_file_actions_adddup2(&files, errors, 2);
    const char *const *argv = process->req->argv;
    const char **env = environment(process->req->env);
    int failed = posix_spawnp(&process->pid, argv[0], &files, &attributes,
                              (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)env);
    free(env);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return failed;
}

static void listen_to(struct stk_process *process, size_t i, int fd)
{
    struct stream *stream = &process->streams[i];
    *stream = (struct stream){ .process = process, .fd = fd };
    fcntl(fd, F_SETFL, O_NONBLOCK);
    stream->event =
        event_new(stk_loop_base(process->loop), fd, EV_READ | EV_PERSIST, on_readable, stream);
    if (!stream->event)
        stk_out_of_memory();
    event_add(stream->event, NULL);
}

/* A program that does not read its input is no reason to fail: it says so itself. */
static void give_input(int fd, const char *input)
{
    if (input)
        (void)send(fd, input, strlen(input), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static int begin(struct stk_process *process)
{
    int in[2] = { -1, -1 }, out[2] = { -1, -1 }, err[2] = { -1, -1 };
    int failed = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) || pipe2(out, O_CLOEXEC) ||
                         pipe2(err, O_CLOEXEC)
                     ? errno
                     : spawn(process, in[0], out[1], err[1]);
    if (!failed) {
        give_input(in[1], process->req->input);
        listen_to(process, 0, out[0]);
        listen_to(process, 1, err[0]);
    }
    int ours[] = { in[0], in[1], out[1], err[1], failed ? out[0] : -1, failed ? err[0] : -1 };
    for (size_t i = 0; i < STK_LEN(ours); i++)
        if (ours[i] >= 0)
            close(ours[i]);
    return failed;
}

void stk_process_run(struct stk_loop *loop, struct stk_process_req *req)
{
    struct stk_process *process = stk_alloc(sizeof(*process));
    *process = (struct stk_process){ .req = req,
                                     .loop = loop,
                                     .streams = { { .fd = -1 }, { .fd = -1 } },
                                     .grace = { .fire = on_grace_over, .data = process } };
    stk_buf_init(&req->out, req->max ? req->max : KEPT);
    stk_buf_init(&req->err, req->max ? req->max : KEPT);
    req->status = 0;
    req->not_found = false;
    req->process = process;
    stk_op_begin(&req->op, loop, on_cancel);
    process->ended = stk_signal_new(loop, SIGCHLD, on_child, process); /* before it can end */
    int failed = begin(process);
    if (!failed)
        return;
    struct stk_error err = { 0 };
    req->not_found = failed == ENOENT;
    stk_fail(&err, STK_EFAIL, nowhere, "cannot run '%s': %s", req->argv[0], strerror(failed));
    end(process, &err);
}

void stk_process_clear(struct stk_process_req *req)
{
    stk_buf_clear(&req->out);
    stk_buf_clear(&req->err);
    stk_error_clear(&req->op.err);
}
