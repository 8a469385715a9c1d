/* watcher.h — tells what changed below paths, once it has settled. Knows nothing of engines and stacks.
 *
 * What the kernel tells is only taken as a hint where to look; what changed is found by comparing with
 * what was there before. So an event more or less, in whatever order, loses nothing and invents nothing. */
#ifndef STK_WATCHER_H
#define STK_WATCHER_H

#include <stdbool.h>
#include <stddef.h>

struct stk_loop;
struct stk_watcher;
struct stk_tree;

enum stk_file_change {
    STK_FILE_ADDED,
    STK_FILE_CHANGED,
    STK_FILE_REMOVED,
    STK_FILE_SAME,    /* touched, with the content it had: nothing to do */
    STK_FILE_SKIPPED, /* something happened to what is not watched: nothing to do */
};

enum stk_file_type { STK_FILE_NONE, STK_FILE_REGULAR, STK_FILE_LINK, STK_FILE_FOLDER };

struct stk_watcher_opts {
    unsigned quiet_ms; /* nothing happened for so long: it has settled; 0: 50 */
    unsigned late_ms;  /* but it is told at most so long after it began; 0: 500 */
    size_t
        max_watches; /* folders told about by the kernel, all others are looked at; 0: as the kernel allows */
    /* After all changes of a batch were told to their trees. */
    void (*settled)(void *data);
    /* What keeps it from watching as it should, and what to do about it. */
    void (*limited)(void *data, const char *message);
    void *data;
};

struct stk_tree_opts {
    const char *path; /* absolute; a file, a folder, or nothing so far */
    /* Is that left out? rel is below the path; a folder that is left out is not looked into. May be NULL. */
    bool (*skips)(void *data, const char *rel, bool folder);
    /* rel: "" is the path itself. What is in a folder that is gone is told, too, after the folder. What
     * became something else (a folder where a link was) is told as removed, then as added. */
    void (*changed)(void *data, const char *rel, bool folder, enum stk_file_change what);
    void *data;
};

struct stk_watcher *stk_watcher_new(struct stk_loop *loop, const struct stk_watcher_opts *opts);
void stk_watcher_free(struct stk_watcher *watcher); /* with all its trees; NULL is fine */

/* What is there now is what later changes are told against. */
struct stk_tree *stk_watcher_add(struct stk_watcher *watcher, const struct stk_tree_opts *opts);
void stk_watcher_remove(struct stk_watcher *watcher, struct stk_tree *tree);
/* The data of a tree's callbacks, when its owner moves. */
void stk_tree_set_data(struct stk_tree *tree, void *data);
/* Tells every file, link and folder there is. */
void stk_tree_each(const struct stk_tree *tree,
                   void (*one)(void *data, const char *rel, bool folder), void *data);
/* Who acted upon what was told says what it found there. When that is not what was told, or what is there has
 * changed since, it is told anew: else what came and went in between would never be. */
void stk_tree_found(struct stk_tree *tree, const char *rel, enum stk_file_type found);
bool stk_tree_exists(const struct stk_tree *tree);

/* Looks at everything again, now, and tells what it finds. */
void stk_watcher_rescan(struct stk_watcher *watcher);
/* Folders that the kernel tells about. */
size_t stk_watcher_watches(const struct stk_watcher *watcher);

#endif
