/* outlet.c — writes what is left when the descriptor can take it. The descriptor is shared with others,
 * a shell perhaps, so it must not be made non-blocking: small pieces that are known to fit do as well. */
#include "outlet.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is held back stays below a few times the limit of whoever adds. */
#define LEFT_MAX (64 * STK_MIB)

static bool takes_some(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLOUT };
    return poll(&p, 1, 0) == 1;
}

/* A file never makes us wait; of anything else a pipe's atomic write is what is sure to fit. */
static size_t piece_of(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? STK_MIB : PIPE_BUF;
}

static void drain(struct outlet *outlet)
{
    size_t most = piece_of(outlet->fd);
    while (outlet_left(outlet) && takes_some(outlet->fd)) {
        size_t left = outlet_left(outlet), piece = left < most ? left : most;
        ssize_t n = write(outlet->fd, outlet->left.bytes + outlet->at, piece);
        if (n < 0 && errno != EINTR && errno != EAGAIN) {
            outlet->error = errno;
            break;
        }
        outlet->at += n > 0 ? (size_t)n : 0;
    }
    if (outlet->error || !outlet_left(outlet)) {
        stk_buf_reset(&outlet->left);
        outlet->at = 0;
    }
    if (outlet_left(outlet))
        stk_poll_start(outlet->loop, &outlet->watch, outlet->fd, STK_POLL_WRITE);
}

static void on_writable(struct stk_poll *poll)
{
    struct outlet *outlet = poll->data;
    drain(outlet);
    outlet->moved(outlet);
}

void outlet_init(struct outlet *outlet, struct stk_loop *loop, int fd)
{
    *outlet = (struct outlet){ .fd = fd, .loop = loop };
    outlet->watch = (struct stk_poll){ .ready = on_writable, .data = outlet };
    stk_buf_init(&outlet->left, LEFT_MAX);
}

void outlet_clear(struct outlet *outlet)
{
    stk_poll_stop(&outlet->watch);
    stk_buf_clear(&outlet->left);
}

void outlet_add(struct outlet *outlet, const char *bytes, size_t size)
{
    if (outlet->error)
        return;
    bool waits = outlet_left(outlet) > 0;
    stk_buf_add(&outlet->left, bytes, size);
    if (!waits)
        drain(outlet);
    if (outlet->error) /* told from the loop, where it may end things */
        stk_poll_start(outlet->loop, &outlet->watch, outlet->fd, STK_POLL_WRITE);
}

size_t outlet_left(const struct outlet *outlet)
{
    return outlet->left.size - outlet->at;
}
