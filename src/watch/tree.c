/* tree.c — a tree of what was seen, brought up to date where something happened; what is different is told.
 * Links are seen as links and never followed, so there are no loops; only the path itself may be one. */
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "arena.h"
#include "text.h"

static void visit(struct node *folder, const char *path, bool deep, bool quiet);

char *node_rel(const struct node *node, const char *name)
{
    if (!node->parent)
        return stk_strdup(name ? name : "");
    STK_CLEANUP(stk_charp) char *above = node_rel(node->parent, node->name);
    return name ? stk_printf("%s/%s", above, name) : TAKE(above);
}

void node_mark(struct node *node)
{
    node->dirty = true;
    for (struct node *up = node->parent; up && !up->dirty_below; up = up->parent)
        up->dirty_below = true;
}

/* All names of a file are looked at again once one of them was found to be changed or gone. */
static void look_for_links(const struct node *node, bool quiet)
{
    struct stk_watcher *watcher = node->tree->watcher;
    if (quiet || !node->look.linked)
        return;
    for (struct stk_tree *tree = watcher->first; tree; tree = tree->next)
        tree->deep = true;
    watcher_hint(watcher);
}

static void tell(const struct node *node, enum stk_file_change what, bool quiet)
{
    if (quiet)
        return;
    STK_CLEANUP(stk_charp) char *rel = node_rel(node, NULL);
    node->tree->opts.changed(node->tree->opts.data, rel, node->look.type == STK_FILE_FOLDER, what);
}

/* Frees what is in it, telling each when the folder itself is told. */
static void empty(struct node *node, bool quiet)
{
    for (size_t i = 0; i < node->n; i++) {
        struct node *kid = node->kids[i];
        tell(kid, STK_FILE_REMOVED, quiet);
        look_for_links(kid, quiet);
        empty(kid, quiet);
        free(kid->name);
        free(kid);
    }
    notify_remove(node->tree->watcher->notify, node);
    free(node->kids);
    node->kids = NULL;
    node->n = node->cap = 0;
    node->dirty = node->dirty_below = false;
}

/* --- one folder --- */

struct names {
    char **v;
    size_t n, cap;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool list(const char *path, struct names *ret)
{
    DIR *dir = opendir(path);
    if (!dir)
        return false;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (stk_streq(entry->d_name, ".") || stk_streq(entry->d_name, ".."))
            continue;
        ret->v = stk_grow(ret->v, ret->n, &ret->cap, sizeof(*ret->v));
        ret->v[ret->n++] = stk_strdup(entry->d_name);
    }
    closedir(dir);
    if (ret->n)
        qsort(ret->v, ret->n, sizeof(*ret->v), by_name);
    return true;
}

static bool is_left_out(const struct node *folder, const char *name, bool is_folder)
{
    const struct stk_tree *tree = folder->tree;
    if (!tree->opts.skips)
        return false;
    STK_CLEANUP(stk_charp) char *rel = node_rel(folder, name);
    return tree->opts.skips(tree->opts.data, rel, is_folder);
}

/* It is there, and was not before. */
static void begin(struct node *node, const char *path, struct look *look, bool quiet)
{
    struct stk_watcher *watcher = node->tree->watcher;
    size_t one = (size_t)LOOK_SUM_MAX;
    look_sum(path, look, quiet ? &watcher->to_sum : &one);
    node->look = *look;
    tell(node, STK_FILE_ADDED, quiet);
    if (look->type == STK_FILE_FOLDER)
        visit(node, path, true, quiet);
}

/* It is there, and was before. */
static void compare(struct node *node, const char *path, struct look *look, bool deep, bool quiet)
{
    enum stk_file_change what;
    if (look->type != node->look.type) {
        tell(node, STK_FILE_REMOVED, quiet);
        empty(node, quiet);
        begin(node, path, look, quiet);
        return;
    }
    if (look->type != STK_FILE_FOLDER) {
        if (look_differs(path, &node->look, look, &what)) {
            tell(node, what, quiet);
            look_for_links(node, quiet || what == STK_FILE_SAME);
        }
        return;
    }
    bool other = look->ino != node->look.ino;
    node->look = *look;
    if (other)
        notify_remove(node->tree->watcher->notify, node);
    if (deep || other || node->dirty || node->dirty_below || node->wd < 0)
        visit(node, path, deep || other || node->wd < 0, quiet);
}

static struct node *child(struct node *folder, char *name)
{
    struct node *node = stk_alloc(sizeof(*node));
    *node = (struct node){ .tree = folder->tree, .parent = folder, .name = name, .wd = -1 };
    return node;
}

static void drop(struct node *node, bool quiet)
{
    tell(node, STK_FILE_REMOVED, quiet);
    look_for_links(node, quiet);
    empty(node, quiet);
    free(node->name);
    free(node);
}

/* What stands under one name: was (or NULL) against what is there; NULL when nothing is. */
static struct node *update(struct node *folder, struct node *was, char *name, const char *above,
                           bool deep, bool quiet)
{
    STK_CLEANUP(stk_charp) char *path = stk_printf("%s/%s", above, name);
    struct look look;
    look_at(path, false, &look);
    if (look.type == STK_FILE_NONE || is_left_out(folder, name, look.type == STK_FILE_FOLDER)) {
        if (was)
            drop(was, quiet);
        free(name);
        return NULL;
    }
    if (was) {
        free(name);
        compare(was, path, &look, deep, quiet);
        return was;
    }
    struct node *node = child(folder, name);
    begin(node, path, &look, quiet);
    return node;
}

static void merge(struct node *folder, struct names *names, const char *path, bool deep, bool quiet)
{
    struct node **old = folder->kids;
    size_t n = folder->n, i = 0;
    folder->kids = NULL;
    folder->n = folder->cap = 0;
    for (size_t k = 0; k < names->n; k++) {
        while (i < n && strcmp(old[i]->name, names->v[k]) < 0)
            drop(old[i++], quiet);
        struct node *was = i < n && stk_streq(old[i]->name, names->v[k]) ? old[i++] : NULL;
        struct node *node = update(folder, was, names->v[k], path, deep, quiet);
        if (!node)
            continue;
        folder->kids = stk_grow(folder->kids, folder->n, &folder->cap, sizeof(*folder->kids));
        folder->kids[folder->n++] = node;
    }
    while (i < n)
        drop(old[i++], quiet);
    free(old);
    free(names->v);
}

/* A folder that something happened in; deep: and all below, whatever happened there. */
static void visit(struct node *folder, const char *path, bool deep, bool quiet)
{
    bool here = deep || folder->dirty || folder->wd < 0;
    folder->dirty = folder->dirty_below = false;
    if (!here) {
        for (size_t i = 0; i < folder->n; i++) {
            struct node *kid = folder->kids[i];
            if (!kid->dirty && !kid->dirty_below)
                continue;
            STK_CLEANUP(stk_charp) char *below = stk_printf("%s/%s", path, kid->name);
            visit(kid, below, false, quiet);
        }
        return;
    }
    struct names names = { 0 };
    notify_add(folder->tree->watcher->notify, folder, path); /* first: what comes later is told */
    if (list(path, &names))
        merge(folder, &names, path, deep, quiet);
    /* else it has gone, and the folder above is told so; or may not be read any more: as it was */
}

/* --- the path itself --- */

/* The nearest folder above that exists: where the path, or what leads to it, comes and goes. */
static void cast_anchor(struct stk_tree *tree)
{
    notify_remove(tree->watcher->notify, &tree->anchor);
    STK_CLEANUP(stk_charp) char *above = stk_strdup(tree->path);
    struct stat st;
    for (char *slash; (slash = strrchr(above, '/'));) {
        free(tree->anchor_child);
        tree->anchor_child = stk_strdup(slash + 1);
        *slash = 0;
        if (stat(*above ? above : "/", &st) == 0 && S_ISDIR(st.st_mode))
            break;
    }
    notify_add(tree->watcher->notify, &tree->anchor, *above ? above : "/");
}

static void update_root(struct stk_tree *tree, bool deep, bool quiet)
{
    struct look look;
    tree->root_dirty = false;
    cast_anchor(tree);
    look_at(tree->path, true, &look);
    bool unsure = tree->root_unsure;
    tree->root_unsure = false;
    if (look.type == STK_FILE_NONE && (unsure || tree->root.look.type != STK_FILE_NONE)) {
        tell(&tree->root, STK_FILE_REMOVED, quiet);
        empty(&tree->root, quiet);
        tree->root.look = look;
    } else if (look.type != STK_FILE_NONE && tree->root.look.type == STK_FILE_NONE) {
        begin(&tree->root, tree->path, &look, quiet);
    } else if (look.type != STK_FILE_NONE) {
        compare(&tree->root, tree->path, &look, deep, quiet);
    }
}

void tree_update(struct stk_tree *tree, bool quiet)
{
    bool deep = tree->deep;
    tree->deep = false; /* what is found may ask for another look at all of it */
    if (tree->root_dirty || deep)
        update_root(tree, deep, quiet);
    else if (tree->root.dirty || tree->root.dirty_below)
        visit(&tree->root, tree->path, false, quiet);
}

struct stk_tree *tree_new(struct stk_watcher *watcher, const struct stk_tree_opts *opts)
{
    struct stk_tree *tree = stk_alloc(sizeof(*tree));
    tree->watcher = watcher;
    tree->opts = *opts;
    tree->path = stk_strdup(opts->path);
    tree->root = (struct node){ .tree = tree, .wd = -1 };
    tree->anchor = (struct node){ .tree = tree, .wd = -1, .is_anchor = true };
    tree->deep = true;
    tree_update(tree, true);
    return tree;
}

void tree_free(struct stk_tree *tree)
{
    empty(&tree->root, true);
    notify_remove(tree->watcher->notify, &tree->anchor);
    free(tree->anchor_child);
    free(tree->path);
    free(tree);
}

void stk_tree_set_data(struct stk_tree *tree, void *data)
{
    tree->opts.data = data;
}

bool stk_tree_exists(const struct stk_tree *tree)
{
    return tree->root.look.type != STK_FILE_NONE;
}

/* Where name stands, or would, among the kids. */
static size_t place_of(const struct node *folder, const char *name, size_t len)
{
    size_t low = 0, high = folder->n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = strncmp(folder->kids[mid]->name, name, len);
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static struct node *kid_of(struct node *folder, const char *name, size_t len, bool make)
{
    size_t at = place_of(folder, name, len);
    if (at < folder->n && strncmp(folder->kids[at]->name, name, len) == 0 &&
        folder->kids[at]->name[len] == 0)
        return folder->kids[at];
    if (!make)
        return NULL;
    folder->kids = stk_grow(folder->kids, folder->n, &folder->cap, sizeof(*folder->kids));
    memmove(&folder->kids[at + 1], &folder->kids[at], (folder->n - at) * sizeof(*folder->kids));
    folder->n++;
    return folder->kids[at] = child(folder, stk_strndup(name, len));
}

bool node_has(struct node *folder, const char *name)
{
    return kid_of(folder, name, strlen(name), false) != NULL;
}

/* Something is there that is not known: what is next told of it is that it is gone, or new. */
static void doubt(struct node *node)
{
    struct stk_tree *tree = node->tree;
    empty(node, true);
    node->look = (struct look){ 0 };
    if (node->parent)
        node_mark(node->parent);
    else
        tree->root_dirty = tree->root_unsure = true;
    watcher_hint(tree->watcher);
}

static bool is_as_told(const struct node *node, const char *rel, enum stk_file_type found)
{
    STK_CLEANUP(stk_charp)
    char *path = stk_printf("%s%s%s", node->tree->path, *rel ? "/" : "", rel);
    struct look now;
    if (node->look.type != found)
        return false;
    if (found == STK_FILE_FOLDER)
        return true;
    look_at(path, !node->parent, &now);
    return !node->look.racy && now.type == found && now.ino == node->look.ino &&
           now.ctime_ns == node->look.ctime_ns;
}

void stk_tree_found(struct stk_tree *tree, const char *rel, enum stk_file_type found)
{
    struct node *node = &tree->root;
    for (const char *at = rel; *at;) {
        size_t len = strcspn(at, "/");
        struct node *kid = kid_of(node, at, len, found != STK_FILE_NONE);
        if (!kid)
            return; /* gone, as it was found */
        node = kid;
        at += len + (at[len] == '/');
        if (node->look.type != STK_FILE_FOLDER)
            break;
    }
    if (!is_as_told(node, rel, found))
        doubt(node);
}

static void each(const struct node *node, void (*one)(void *data, const char *rel, bool folder),
                 void *data)
{
    STK_CLEANUP(stk_charp) char *rel = node_rel(node, NULL);
    if (node->look.type == STK_FILE_NONE)
        return;
    one(data, rel, node->look.type == STK_FILE_FOLDER);
    for (size_t i = 0; i < node->n; i++)
        each(node->kids[i], one, data);
}

void stk_tree_each(const struct stk_tree *tree,
                   void (*one)(void *data, const char *rel, bool folder), void *data)
{
    if (stk_tree_exists(tree))
        each(&tree->root, one, data);
}
