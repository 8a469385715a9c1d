/* notify.c — inotify: which folders the kernel tells about, and marks on what it told. Comparing is tree.c's. */
#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "arena.h"
#include "text.h"
#include "tree.h"

/* Never reads (ACCESS) nor modes and times (ATTRIB): they change no content. */
enum {
    MASK = IN_CLOSE_WRITE | IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
           IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK,
};

struct notify {
    struct stk_watcher *watcher;
    int fd;
    struct event *event;
    struct node **by_wd; /* the kernel counts them up and never uses one again */
    size_t n, cap;
    size_t watches;
};

static void readable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct notify *notify = arg;
    if (notify_drain(notify))
        watcher_hint(notify->watcher);
}

struct notify *notify_new(struct stk_watcher *watcher)
{
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0)
        return NULL;
    struct notify *notify = stk_alloc(sizeof(*notify));
    notify->watcher = watcher;
    notify->fd = fd;
    notify->event =
        event_new(stk_loop_base(watcher->loop), fd, EV_READ | EV_PERSIST, readable, notify);
    if (!notify->event)
        stk_out_of_memory();
    event_add(notify->event, NULL);
    return notify;
}

void notify_free(struct notify *notify)
{
    if (!notify)
        return;
    event_free(notify->event);
    close(notify->fd);
    free(notify->by_wd);
    free(notify);
}

static void too_many(struct notify *notify, int err)
{
    watcher_poll(notify->watcher, err == ENOSPC ? "too many folders are watched" : strerror(err),
                 "fs.inotify.max_user_watches=1048576");
}

static void put(struct notify *notify, int wd, struct node *node)
{
    while ((size_t)wd >= notify->n) {
        notify->by_wd = stk_grow(notify->by_wd, notify->n, &notify->cap, sizeof(*notify->by_wd));
        notify->by_wd[notify->n++] = NULL;
    }
    notify->watches += notify->by_wd[wd] == NULL;
    node->wd = wd;
    node->next_wd = notify->by_wd[wd];
    notify->by_wd[wd] = node;
}

void notify_add(struct notify *notify, struct node *node, const char *path)
{
    if (!notify || node->wd >= 0)
        return;
    size_t most = notify->watcher->opts.max_watches;
    int wd = -1;
    errno = ENOSPC;
    if (!most || notify->watches < most)
        wd = inotify_add_watch(notify->fd, path, MASK);
    if (wd >= 0)
        put(notify, wd, node);
    else if (errno == ENOSPC || errno == ENOMEM)
        too_many(notify, errno);
    /* else it has just gone, or may not be read: its parent's events tell when that changes */
}

void notify_remove(struct notify *notify, struct node *node)
{
    if (!notify || node->wd < 0)
        return;
    struct node **at = &notify->by_wd[node->wd];
    while (*at != node)
        at = &(*at)->next_wd;
    *at = node->next_wd;
    if (!notify->by_wd[node->wd]) {
        notify->watches--;
        inotify_rm_watch(notify->fd, node->wd); /* fails when the folder is gone: as good */
    }
    node->wd = -1;
    node->next_wd = NULL;
}

/* The kernel tells no more about it: gone, or unmounted. */
static void forget(struct notify *notify, int wd)
{
    struct node *next;
    notify->watches -= notify->by_wd[wd] != NULL;
    for (struct node *node = notify->by_wd[wd]; node; node = next) {
        next = node->next_wd;
        node->wd = -1;
        node->next_wd = NULL;
        if (node->is_anchor || !node->parent)
            node->tree->root_dirty = true;
        else
            node_mark(node);
    }
    notify->by_wd[wd] = NULL;
}

static bool is_skipped(const struct node *node, const struct inotify_event *ev)
{
    struct stk_tree *tree = node->tree;
    if (!ev->len || !tree->opts.skips)
        return false;
    STK_CLEANUP(stk_charp) char *rel = node_rel(node, ev->name);
    if (!tree->opts.skips(tree->opts.data, rel, ev->mask & IN_ISDIR))
        return false;
    tree->opts.changed(tree->opts.data, rel, ev->mask & IN_ISDIR, STK_FILE_SKIPPED);
    return true;
}

/* It came and went between two looks: its content may have other names, and the kernel tells of a write
 * by the name that it was done through only. */
static bool was_passing(struct node *node, const struct inotify_event *ev)
{
    return ev->mask & IN_DELETE && !(ev->mask & IN_ISDIR) && !node_has(node, ev->name);
}

static bool mark(struct node *node, const struct inotify_event *ev)
{
    if (node->is_anchor) {
        bool ours = !ev->len || stk_streq(ev->name, node->tree->anchor_child);
        node->tree->root_dirty |= ours;
        return ours;
    }
    if (is_skipped(node, ev))
        return false;
    node->tree->deep |= was_passing(node, ev);
    node_mark(node);
    return true;
}

static bool overflowed(struct notify *notify)
{
    for (struct stk_tree *tree = notify->watcher->first; tree; tree = tree->next)
        tree->deep = true;
    notify->watcher->opts.limited(
        notify->watcher->opts.data,
        "more happened than the kernel keeps, so everything is looked at "
        "again; 'sysctl fs.inotify.max_queued_events=131072' lets it keep more");
    return true;
}

static bool take(struct notify *notify, const struct inotify_event *ev)
{
    bool hint = false;
    if (ev->mask & IN_Q_OVERFLOW)
        return overflowed(notify);
    if (ev->wd < 0 || (size_t)ev->wd >= notify->n || !notify->by_wd[ev->wd])
        return false;
    if (ev->mask & IN_IGNORED) {
        forget(notify, ev->wd);
        return true;
    }
    for (struct node *node = notify->by_wd[ev->wd]; node; node = node->next_wd)
        hint |= mark(node, ev);
    if (hint && ev->mask & IN_MODIFY) {
        watcher_written(notify->watcher);
        return false;
    }
    return hint;
}

bool notify_drain(struct notify *notify)
{
    char bytes[64 * 1024] __attribute__((aligned(__alignof__(struct inotify_event))));
    bool hint = false;
    for (ssize_t n; notify && (n = read(notify->fd, bytes, sizeof(bytes))) > 0;)
        for (char *at = bytes; at < bytes + n;) {
            const struct inotify_event *ev = (const struct inotify_event *)(void *)at;
            hint |= take(notify, ev);
            at += sizeof(*ev) + ev->len;
        }
    return hint;
}

size_t notify_count(const struct notify *notify)
{
    return notify ? notify->watches : 0;
}
