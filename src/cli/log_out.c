/* log_out.c — gathers lines and writes many at once. A line longer than is worth keeping in memory is
 * written in pieces, and holds the descriptor meanwhile; others' lines wait, up to a bound. */
#include "log_out.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"

/* A few ms gather what comes at one time, and nobody sees them. */
enum { READY_ENOUGH = 64 * 1024, WAITING_ENOUGH = 1024 * 1024, GATHER_MS = 5 };

static void flush_later(struct stk_timer *timer)
{
    struct log_out *out = timer->data;
    out->armed = false;
    log_out_flush(out);
}

void log_out_init(struct log_out *out, struct stk_loop *loop, int fd)
{
    *out = (struct log_out){ .fd = fd, .loop = loop };
    out->timer = (struct stk_timer){ .fire = flush_later, .data = out };
    stk_buf_init(&out->ready, 16 * STK_MIB);
    stk_buf_init(&out->waiting, 16 * STK_MIB);
}

/* A reader that went away is no error: we end as if it had been told to us by the signal. */
static _Noreturn void cannot_write(int error)
{
    if (error == EPIPE) {
        sigset_t pipe;
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        sigprocmask(SIG_UNBLOCK, &pipe, NULL);
        signal(SIGPIPE, SIG_DFL);
        raise(SIGPIPE);
        _exit(128 + SIGPIPE);
    }
    fprintf(stderr, "error: cannot write logs: %s\n", strerror(error));
    _exit(1);
}

void log_out_flush(struct log_out *out)
{
    for (size_t at = 0; at < out->ready.size;) {
        ssize_t n = write(out->fd, out->ready.bytes + at, out->ready.size - at);
        if (n >= 0)
            at += (size_t)n;
        else if (errno == EAGAIN)
            poll(&(struct pollfd){ .fd = out->fd, .events = POLLOUT }, 1, -1);
        else if (errno != EINTR)
            cannot_write(errno);
    }
    stk_buf_reset(&out->ready);
}

void log_out_check(const struct log_out *out)
{
    struct pollfd fd = { .fd = out->fd };
    if (poll(&fd, 1, 0) == 1 && fd.revents & POLLERR)
        cannot_write(EPIPE);
}

static void reader_left(struct stk_poll *poll)
{
    log_out_check(poll->data);
}

/* Only a pipe tells: its writing end can be read when nobody has the other any more. */
void log_out_watch(struct log_out *out)
{
    struct stat st;
    bool writes_only = (fcntl(out->fd, F_GETFL) & O_ACCMODE) == O_WRONLY;
    if (!writes_only || fstat(out->fd, &st) != 0 || !S_ISFIFO(st.st_mode))
        return;
    out->reader = (struct stk_poll){ .ready = reader_left, .data = out };
    stk_poll_start(out->loop, &out->reader, out->fd, STK_POLL_READ);
}

static void maybe_flush(struct log_out *out)
{
    if (out->ready.size >= READY_ENOUGH) {
        log_out_flush(out);
    } else if (out->ready.size && out->loop && !out->armed) {
        out->armed = true;
        stk_timer_start(out->loop, &out->timer, GATHER_MS);
    }
}

static void release(struct log_out *out)
{
    out->holder = NULL;
    stk_buf_add(&out->ready, out->waiting.bytes, out->waiting.size);
    stk_buf_reset(&out->waiting);
}

/* The begun line ends here, whatever of it is still to come. */
static void break_line(struct log_out *out)
{
    stk_buf_putc(&out->ready, '\n');
    release(out);
}

void log_out_add(struct log_out *out, const void *who, const struct stk_buf *bytes, bool ends)
{
    bool other_holds = out->holder && out->holder != who;
    if (other_holds && (!ends || out->waiting.size + bytes->size > WAITING_ENOUGH)) {
        break_line(out);
        other_holds = false;
    }
    stk_buf_add(other_holds ? &out->waiting : &out->ready, bytes->bytes, bytes->size);
    if (!other_holds && ends)
        release(out);
    else if (!other_holds)
        out->holder = who;
    maybe_flush(out);
}

bool log_out_holds(const struct log_out *out, const void *who)
{
    return out->holder == who;
}

void log_out_clear(struct log_out *out)
{
    if (out->holder)
        break_line(out);
    stk_timer_stop(&out->timer);
    stk_poll_stop(&out->reader);
    log_out_flush(out);
    stk_buf_clear(&out->ready);
    stk_buf_clear(&out->waiting);
}
