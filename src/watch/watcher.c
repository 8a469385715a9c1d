/* watcher.c — when to look: after a quiet time, at the latest some time after it began, and not while git is
 * in the middle of something. Where to look is told by notify.c, what changed is found by tree.c. */
#include "watcher.h"

#include <stdlib.h>
#include <unistd.h>

#include "arena.h"
#include "text.h"
#include "tree.h"

enum {
    QUIET_MS = 50,
    LATE_MS = 500,
    GIT_MS = 30000, /* a lock older than that was left behind */
    POLL_MS = 1000,
    SUM_TOTAL = 64 << 20, /* bytes read at first, to know a touch from a change */
};

static bool git_works(const struct stk_watcher *watcher)
{
    bool works = false;
    for (struct stk_tree *tree = watcher->first; tree && !works; tree = tree->next) {
        STK_CLEANUP(stk_charp) char *lock = git_lock_of(tree->path); /* it may have become one */
        works = lock && access(lock, F_OK) == 0;
    }
    return works;
}

static void settle(struct stk_watcher *watcher)
{
    watcher->unsettled = false;
    stk_timer_stop(&watcher->settle);
    for (struct stk_tree *tree = watcher->first; tree; tree = tree->next)
        tree_update(tree, false);
    watcher->opts.settled(watcher->opts.data);
}

static void quiet(struct stk_timer *timer)
{
    struct stk_watcher *watcher = timer->data;
    notify_drain(watcher->notify);
    if (git_works(watcher) && stk_monotonic_ms() - watcher->since_ms < GIT_MS)
        stk_timer_start(watcher->loop, timer, watcher->opts.quiet_ms);
    else
        settle(watcher);
}

void watcher_hint(struct stk_watcher *watcher)
{
    int64_t now = stk_monotonic_ms();
    if (!watcher->unsettled)
        watcher->since_ms = now;
    watcher->unsettled = true;
    int64_t left = watcher->since_ms + watcher->opts.late_ms - now;
    unsigned ms =
        left < watcher->opts.quiet_ms ? (unsigned)(left > 0 ? left : 0) : watcher->opts.quiet_ms;
    stk_timer_start(watcher->loop, &watcher->settle, ms);
}

static bool is_marked(const struct stk_watcher *watcher)
{
    for (const struct stk_tree *tree = watcher->first; tree; tree = tree->next)
        if (tree->root_dirty || tree->deep || tree->root.dirty || tree->root.dirty_below)
            return true;
    return false;
}

static void left_open(struct stk_timer *timer)
{
    struct stk_watcher *watcher = timer->data;
    if (!watcher->unsettled && is_marked(watcher))
        watcher_hint(watcher);
}

void watcher_written(struct stk_watcher *watcher)
{
    stk_timer_start(watcher->loop, &watcher->written, watcher->opts.late_ms);
}

static void poll_all(struct stk_timer *timer)
{
    struct stk_watcher *watcher = timer->data;
    for (struct stk_tree *tree = watcher->first; tree; tree = tree->next)
        tree->deep = true;
    stk_timer_start(watcher->loop, timer, POLL_MS);
    notify_drain(watcher->notify);
    if (!watcher->unsettled)
        settle(watcher);
}

void watcher_poll(struct stk_watcher *watcher, const char *why, const char *sysctl)
{
    if (watcher->polls)
        return;
    watcher->polls = true;
    STK_CLEANUP(stk_charp)
    char *text =
        stk_printf("the kernel does not tell about all files: %s; they are looked at once a "
                   "second instead; 'sysctl %s' lets it",
                   why, sysctl);
    watcher->opts.limited(watcher->opts.data, text);
    stk_timer_start(watcher->loop, &watcher->poll, POLL_MS);
}

struct stk_watcher *stk_watcher_new(struct stk_loop *loop, const struct stk_watcher_opts *opts)
{
    struct stk_watcher *watcher = stk_alloc(sizeof(*watcher));
    watcher->loop = loop;
    watcher->opts = *opts;
    watcher->opts.quiet_ms = opts->quiet_ms ? opts->quiet_ms : QUIET_MS;
    watcher->opts.late_ms = opts->late_ms ? opts->late_ms : LATE_MS;
    watcher->to_sum = SUM_TOTAL;
    watcher->settle = (struct stk_timer){ .fire = quiet, .data = watcher };
    watcher->poll = (struct stk_timer){ .fire = poll_all, .data = watcher };
    watcher->written = (struct stk_timer){ .fire = left_open, .data = watcher };
    watcher->notify = notify_new(watcher);
    if (!watcher->notify)
        watcher_poll(watcher, "too many programs watch files",
                     "fs.inotify.max_user_instances=1024");
    return watcher;
}

void stk_watcher_free(struct stk_watcher *watcher)
{
    if (!watcher)
        return;
    while (watcher->first)
        stk_watcher_remove(watcher, watcher->first);
    stk_timer_stop(&watcher->settle);
    stk_timer_stop(&watcher->poll);
    stk_timer_stop(&watcher->written);
    notify_free(watcher->notify);
    free(watcher);
}

struct stk_tree *stk_watcher_add(struct stk_watcher *watcher, const struct stk_tree_opts *opts)
{
    struct stk_tree *tree = tree_new(watcher, opts);
    tree->next = watcher->first;
    watcher->first = tree;
    return tree;
}

void stk_watcher_remove(struct stk_watcher *watcher, struct stk_tree *tree)
{
    struct stk_tree **at = &watcher->first;
    while (*at != tree)
        at = &(*at)->next;
    *at = tree->next;
    tree_free(tree);
}

void stk_watcher_rescan(struct stk_watcher *watcher)
{
    for (struct stk_tree *tree = watcher->first; tree; tree = tree->next)
        tree->deep = true;
    settle(watcher);
}

size_t stk_watcher_watches(const struct stk_watcher *watcher)
{
    return notify_count(watcher->notify);
}
