/* poll.c — descriptors of others as calls from the loop. Reading and writing are left to the caller. */
#include <event2/event.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "arena.h"
#include "op_private.h"

static void came(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct stk_poll *poll = arg;
    stk_poll_stop(poll);
    poll->ready(poll);
}

/* Asked of the kernel itself, for libevent warns on standard error: epoll has EPERM for regular files,
 * /dev/null and whatever else is always ready. */
static bool cannot_be_watched(int fd)
{
    struct epoll_event event = { .events = EPOLLIN };
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0)
        return false;
    bool ret = epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0;
    close(epoll);
    return ret;
}

static struct event *event_for(struct stk_loop *loop, struct stk_poll *poll, int fd, short what)
{
    struct event *event = event_new(loop->base, fd, what, came, poll);
    if (!event)
        stk_out_of_memory();
    return event;
}

void stk_poll_start(struct stk_loop *loop, struct stk_poll *poll, int fd, enum stk_poll_what what)
{
    stk_poll_stop(poll);
    if (!poll->known || poll->fd != fd)
        poll->always = cannot_be_watched(fd);
    poll->known = true;
    poll->fd = fd;
    short events = what == STK_POLL_READ ? EV_READ : EV_WRITE;
    struct event *event = event_for(loop, poll, poll->always ? -1 : fd, poll->always ? 0 : events);
    poll->event = event;
    if (poll->always)
        event_active(event, 0, 0);
    else
        event_add(event, NULL);
}

void stk_poll_stop(struct stk_poll *poll)
{
    if (poll->event)
        event_free(poll->event);
    poll->event = NULL;
}
