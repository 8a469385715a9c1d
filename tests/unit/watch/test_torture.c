/* Whatever is done to a tree, by several at a time, a copy that follows what is told is the same at the end.
 * WATCH_ROUNDS and WATCH_SEED say how often and how. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "loop.h"
#include "test.h"
#include "text.h"
#include "watcher.h"

enum { PROCESSES = 3, STEPS = 1500, ROUNDS = 3 };

static struct stk_loop *loop;
static struct stk_tree *tree;
static char top[64];
static unsigned last_change;

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void remove_all(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- who does it: few names, so that they meet --- */

static unsigned seed;
static unsigned pick(unsigned n)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % n;
}

static void name_one(char *to, size_t size)
{
    int n = snprintf(to, size, "%s/src", top);
    for (unsigned depth = 1 + pick(3); depth; depth--)
        n += snprintf(to + n, size - (size_t)n, "/%c", 'a' + (char)pick(6));
}

static void save_one(const char *path, bool by_rename)
{
    char other[160];
    snprintf(other, sizeof(other), "%s%s", path, by_rename ? ".new" : "");
    int fd = open(other, O_WRONLY | O_CREAT | (pick(4) ? O_TRUNC : O_APPEND), 0644);
    if (fd < 0)
        return;
    for (unsigned n = pick(4); n; n--) {
        char bytes[64];
        memset(bytes, 'a' + (int)pick(26), sizeof(bytes));
        if (write(fd, bytes, 1 + pick(63)) < 0)
            break;
    }
    close(fd);
    if (by_rename && rename(other, path) != 0)
        unlink(other);
}

static void step(void)
{
    char a[128], b[128];
    name_one(a, sizeof(a));
    name_one(b, sizeof(b));
    switch (pick(9)) {
    case 0:
    case 1:
        save_one(a, false);
        break;
    case 2:
        save_one(a, true);
        break;
    case 3:
    case 4:
        mkdir(a, 0755);
        break;
    case 5:
        rename(a, b);
        break;
    case 6:
        unlink(a);
        break;
    case 7:
        if (pick(3) == 0)
            remove_all(a);
        else if (symlink(b, a) != 0)
            chmod(a, 0644 + 0111 * (pick(2)));
        break;
    case 8:
        if (pick(2))
            utimensat(AT_FDCWD, a, NULL, 0);
        else if (link(a, b) != 0)
            if (truncate(a, 0) != 0)
                unlink(a);
        break;
    }
    if (pick(50) == 0)
        nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
}

static void go_wild(unsigned from)
{
    seed = from;
    for (int i = 0; i < STEPS; i++)
        step();
    _exit(0);
}

/* --- who follows: only paths, and what is there when a batch is complete --- */

struct told {
    char *rel;
    bool removed;
} * told;
static size_t n_told, cap_told;

static void changed(void *data, const char *rel, bool folder, enum stk_file_change what)
{
    (void)data, (void)folder;
    if (what == STK_FILE_SAME || what == STK_FILE_SKIPPED)
        return;
    told = stk_grow(told, n_told, &cap_told, sizeof(*told));
    told[n_told++] = (struct told){ stk_strdup(rel), what == STK_FILE_REMOVED };
}

static void copy_file(const char *from, const char *to)
{
    char bytes[4096];
    int in = open(from, O_RDONLY | O_NOFOLLOW), out = -1;
    if (in >= 0)
        out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    for (ssize_t n; out >= 0 && (n = read(in, bytes, sizeof(bytes))) > 0;)
        ck_assert_int_eq(write(out, bytes, (size_t)n), n);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
}

static bool is_folder(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* A path that leads through a link is not in the tree. */
static bool is_in(const char *root, const char *rel)
{
    char path[256];
    for (const char *slash = strchr(rel, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(path, sizeof(path), "%s/%s/%.*s", top, root, (int)(slash - rel), rel);
        if (!is_folder(path))
            return false;
    }
    return true;
}

static enum stk_file_type follow(const char *rel)
{
    char from[256], to[256], target[256];
    struct stat st;
    snprintf(from, sizeof(from), "%s/src/%s", top, rel);
    snprintf(to, sizeof(to), "%s/copy/%s", top, rel);
    if (!is_in("src", rel) || !is_in("copy", rel) || lstat(from, &st) != 0)
        return STK_FILE_NONE;
    if (S_ISDIR(st.st_mode)) {
        if (!is_folder(to))
            unlink(to);
        mkdir(to, 0755);
        return STK_FILE_FOLDER;
    }
    remove_all(to);
    ssize_t n = S_ISLNK(st.st_mode) ? readlink(from, target, sizeof(target) - 1) : -1;
    if (n >= 0) {
        target[n] = 0;
        ck_assert(symlink(target, to) == 0);
        return STK_FILE_LINK;
    }
    copy_file(from, to);
    return STK_FILE_REGULAR;
}

static void drop(const char *rel)
{
    char to[256];
    snprintf(to, sizeof(to), "%s/copy/%s", top, rel);
    if (is_in("copy", rel))
        remove_all(to);
}

static void settled(void *data)
{
    (void)data;
    last_change += n_told > 0;
    for (size_t i = 0; i < n_told; i++)
        if (told[i].removed)
            drop(told[i].rel);
    for (size_t i = 0; i < n_told; i++) {
        stk_tree_found(tree, told[i].rel, follow(told[i].rel));
        free(told[i].rel);
    }
    n_told = 0;
}

static void limited(void *data, const char *message)
{
    (void)data, (void)message;
}

/* --- rounds --- */

static unsigned running, seen_change;
static bool
    resting; /* all had ended when the timer began, and it runs longer than changes may be late */
static void look(struct stk_timer *timer)
{
    while (running && waitpid(-1, NULL, WNOHANG) > 0)
        running--;
    if (resting && seen_change == last_change) {
        stk_loop_stop(loop);
        return;
    }
    resting = !running;
    seen_change = last_change;
    stk_timer_start(loop, timer, running ? 50 : 600);
}

static void compare(unsigned from)
{
    char command[256];
    snprintf(command, sizeof(command), "diff -r --no-dereference %s/src %s/copy", top, top);
    ck_assert_msg(system(command) == 0, "seed %u", from);
}

static void one_round(unsigned from)
{
    char src[80], copy[80];
    snprintf(top, sizeof(top), "/tmp/test-torture-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(top));
    snprintf(src, sizeof(src), "%s/src", top);
    snprintf(copy, sizeof(copy), "%s/copy", top);
    mkdir(src, 0755);
    mkdir(copy, 0755);
    loop = stk_loop_new();
    struct stk_watcher *watcher = stk_watcher_new(
        loop, &(struct stk_watcher_opts){
                  .quiet_ms = 20, .late_ms = 100, .settled = settled, .limited = limited });
    tree = stk_watcher_add(watcher, &(struct stk_tree_opts){ .path = src, .changed = changed });
    running = PROCESSES;
    resting = false;
    for (unsigned i = 0; i < PROCESSES; i++)
        if (fork() == 0)
            go_wild(from * PROCESSES + i);
    struct stk_timer timer = { .fire = look };
    stk_timer_start(loop, &timer, 50);
    stk_loop_run(loop);
    compare(from);
    stk_timer_stop(&timer);
    stk_watcher_free(watcher);
    stk_loop_free(loop);
    remove_all(top);
}

START_TEST(a_copy_that_follows_is_the_same_at_the_end)
{
    const char *rounds = getenv("WATCH_ROUNDS"), *first = getenv("WATCH_SEED");
    int n = rounds ? atoi(rounds) : ROUNDS;
    for (int i = 0; i < n; i++)
        one_round((first ? (unsigned)atoi(first) : 1) + (unsigned)i);
    printf("%d rounds of %d operations, %u batches\n", n, PROCESSES * STEPS, last_change);
    free(told);
}
END_TEST

STK_TESTS("torture", a_copy_that_follows_is_the_same_at_the_end)
