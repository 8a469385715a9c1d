/* tree.h — what the files of this folder share: a tree of what was seen, and where the kernel's hints go. */
#ifndef STK_WATCH_TREE_H
#define STK_WATCH_TREE_H

#include <stdint.h>
#include <sys/types.h>

#include "loop.h"
#include "watcher.h"

/* One file as it was seen. */
struct look {
    enum stk_file_type type;
    int64_t size, mtime_ns, ctime_ns;
    ino_t ino;
    bool racy;   /* written so shortly before that a later write need not show in its times */
    bool summed; /* sum is of its content */
    bool linked; /* a file with other names, which a write through this one changes, too */
    unsigned char sum[16];
};

struct node {
    struct stk_tree *tree;
    struct node *parent;
    char *name;
    struct look look;
    /* of folders */
    struct node **kids; /* sorted by name */
    size_t n, cap;
    int wd;               /* -1: the kernel does not tell about it */
    struct node *next_wd; /* the next one of the same wd */
    bool dirty, dirty_below;
    bool is_anchor;
};

struct stk_tree {
    struct stk_watcher *watcher;
    struct stk_tree_opts opts;
    char *path;
    struct node root;      /* STK_FILE_NONE: nothing is there */
    struct node anchor;    /* the nearest folder above it, where it comes and goes */
    char *anchor_child;    /* what of the anchor leads to the path */
    bool root_unsure;      /* whether the path is there was found to be otherwise */
    bool root_dirty, deep; /* to be looked at: the path itself, everything */
    struct stk_tree *next;
};

struct notify; /* notify.c: the kernel's side */
struct stk_watcher {
    struct stk_loop *loop;
    struct stk_watcher_opts opts;
    struct notify *notify;
    struct stk_tree *first;
    struct stk_timer settle, poll, written;
    bool unsettled, polls;
    int64_t since_ms; /* the first event of the batch */
    size_t to_sum;    /* bytes that may still be read only to know content beforehand */
};

/* look.c */
void look_at(const char *path, bool follow, struct look *ret);
/* Reads the content for its sum when it is small; *budget bytes at most, and less afterwards. */
void look_sum(const char *path, struct look *look, size_t *budget);
/* Compares; STK_FILE_SAME also updates *then. Returns false when nothing at all is different. */
bool look_differs(const char *path, struct look *then, struct look *now, enum stk_file_change *ret);
#define LOOK_SUM_MAX ((int64_t)1 << 20)

/* tree.c */
struct stk_tree *tree_new(struct stk_watcher *watcher, const struct stk_tree_opts *opts);
void tree_free(struct stk_tree *tree);
/* Looks at what is marked and tells what changed, unless it is quiet about it. */
void tree_update(struct stk_tree *tree, bool quiet);
void node_mark(struct node *node);
bool node_has(struct node *folder, const char *name);
/* The path of the node below the tree's, malloc'd; "" for the root. name NULL: its own. */
char *node_rel(const struct node *node, const char *name);

/* notify.c: none when the kernel has no more instances; then all is polled. */
struct notify *notify_new(struct stk_watcher *watcher);
void notify_free(struct notify *notify);
void notify_add(struct notify *notify, struct node *node, const char *path);
void notify_remove(struct notify *notify, struct node *node);
/* Takes what is waiting. True when there was something. */
bool notify_drain(struct notify *notify);
size_t notify_count(const struct notify *notify);

/* watcher.c */
void watcher_hint(struct stk_watcher *watcher);
/* Written to and still open: its end is waited for, though not for ever. */
void watcher_written(struct stk_watcher *watcher);
void watcher_poll(struct stk_watcher *watcher, const char *why, const char *sysctl);

/* git.c: malloc'd, or NULL when the path is in no repository. */
char *git_lock_of(const char *path);

#endif
