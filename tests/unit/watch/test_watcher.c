/* What happens to files is told once it settled; what changes nothing is not; nothing is lost. */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "loop.h"
#include "test.h"
#include "text.h"
#include "watcher.h"

static struct stk_loop *loop;
static struct stk_watcher *watcher;
static struct stk_tree *tree;
static struct stk_buf told; /* "+ a/b\n- c\n" */
static unsigned batches, limits;
static char top[64], limit[256];

static void changed(void *data, const char *rel, bool folder, enum stk_file_change what)
{
    static const char signs[] = "+*-=!";
    (void)data;
    stk_buf_printf(&told, "%c %s%s\n", signs[what], rel, folder ? "/" : "");
}

static bool skips(void *data, const char *rel, bool folder)
{
    (void)data, (void)folder;
    return stk_ends(rel, ".swp") || stk_streq(rel, "node_modules");
}

static void settled(void *data)
{
    (void)data;
    batches++;
    stk_loop_stop(loop);
}

static void limited(void *data, const char *message)
{
    (void)data;
    snprintf(limit, sizeof(limit), "%s", message);
    limits++;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static char *at(const char *rel)
{
    static char paths[8][256];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, 256, "%s/%s", top, rel);
    return path;
}

static void save(const char *rel, const char *text)
{
    FILE *f = fopen(at(rel), "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}

static void watch_path(const char *path, size_t max_watches)
{
    watcher = stk_watcher_new(loop, &(struct stk_watcher_opts){ .quiet_ms = 20,
                                                                .max_watches = max_watches,
                                                                .settled = settled,
                                                                .limited = limited });
    tree = stk_watcher_add(
        watcher, &(struct stk_tree_opts){ .path = path, .skips = skips, .changed = changed });
}

static void setup(void)
{
    snprintf(top, sizeof(top), "/tmp/test-watcher-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(top));
    loop = stk_loop_new();
    stk_buf_init(&told, STK_MIB);
    batches = limits = 0;
    mkdir(at("src"), 0755);
    save("src/a", "one");
}

static void teardown(void)
{
    stk_watcher_free(watcher);
    stk_loop_free(loop);
    stk_buf_clear(&told);
    nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The next batch, or what there is after a while without any. */
static void gave_up(struct stk_timer *timer)
{
    (void)timer;
    stk_loop_stop(loop);
}
static const char *next(unsigned ms)
{
    struct stk_timer timer = { .fire = gave_up };
    stk_buf_reset(&told);
    stk_timer_start(loop, &timer, ms);
    stk_loop_run(loop);
    stk_timer_stop(&timer);
    return told.bytes ? told.bytes : "";
}
enum { SOON = 3000, NEVER = 200 };

START_TEST(a_file_that_is_saved_is_told_once)
{
    setup();
    watch_path(at("src"), 0);
    save("src/a", "two");
    save("src/a", "three");
    ck_assert_str_eq(next(SOON), "* a\n");
    ck_assert_uint_eq(batches, 1);
    teardown();
}
END_TEST

START_TEST(two_writes_of_one_size_within_a_tick_are_both_seen)
{
    setup();
    watch_path(at("src"), 0);
    for (int i = 0; i < 50; i++) {
        save("src/a", i % 2 ? "aaa" : "bbb");
        ck_assert_str_eq(next(SOON), "* a\n");
    }
    teardown();
}
END_TEST

START_TEST(what_is_cut_short_or_left_open_is_told_after_a_while)
{
    setup();
    watch_path(at("src"), 0);
    ck_assert_int_eq(truncate(at("src/a"), 1), 0);
    ck_assert_str_eq(next(SOON), "* a\n");
    FILE *f = fopen(at("src/a"), "a");
    fputs("more", f);
    fflush(f);
    ck_assert_str_eq(next(SOON), "* a\n");
    fclose(f);
    teardown();
}
END_TEST

START_TEST(a_file_with_two_names_changes_under_both)
{
    setup();
    mkdir(at("src/other"), 0755);
    ck_assert_int_eq(link(at("src/a"), at("src/other/b")), 0);
    watch_path(at("src"), 0);
    save("src/other/b", "two");
    ck_assert_str_eq(next(SOON), "* other/b\n");
    ck_assert_str_eq(next(SOON), "* a\n");

    /* and when the other name came and went meanwhile */
    unlink(at("src/other/b"));
    ck_assert_str_eq(next(SOON), "- other/b\n");
    ck_assert_int_eq(link(at("src/a"), at("src/other/c")), 0);
    save("src/other/c", "three");
    unlink(at("src/other/c"));
    ck_assert_str_eq(next(SOON), "* a\n");
    teardown();
}
END_TEST

START_TEST(reads_modes_and_touches_are_no_changes)
{
    setup();
    char byte;
    watch_path(at("src"), 0);
    int fd = open(at("src/a"), O_RDONLY);
    ck_assert_int_eq(read(fd, &byte, 1), 1);
    close(fd);
    chmod(at("src/a"), 0600);
    ck_assert_str_eq(next(NEVER), "");
    fd = open(at("src/a"), O_WRONLY);
    ck_assert_int_eq(futimens(fd, NULL), 0);
    close(fd);
    ck_assert_str_eq(next(SOON), "= a\n");
    save("src/a", "one");
    ck_assert_str_eq(next(SOON), "= a\n");
    teardown();
}
END_TEST

START_TEST(an_editor_that_replaces_by_rename_changes_one_file)
{
    setup();
    watch_path(at("src"), 0);
    save("src/.a.swp", "x");
    save("src/a.new", "two");
    rename(at("src/a.new"), at("src/a"));
    unlink(at("src/.a.swp"));
    const char *all = next(SOON);
    ck_assert_ptr_nonnull(strstr(all, "* a\n"));
    ck_assert_ptr_null(strstr(all, "a.new"));
    ck_assert_ptr_null(strstr(all, "+"));
    teardown();
}
END_TEST

START_TEST(folders_are_followed_wherever_they_come_from)
{
    setup();
    watch_path(at("src"), 0);
    mkdir(at("new"), 0755);
    mkdir(at("new/deep"), 0755);
    save("new/deep/b", "b");
    rename(at("new"), at("src/new"));
    ck_assert_str_eq(next(SOON), "+ new/\n+ new/deep/\n+ new/deep/b\n");
    save("src/new/deep/b", "c");
    ck_assert_str_eq(next(SOON), "* new/deep/b\n");
    rename(at("src/new/deep"), at("src/moved"));
    ck_assert_str_eq(next(SOON), "+ moved/\n+ moved/b\n- new/deep/\n- new/deep/b\n");
    save("src/moved/b", "d");
    ck_assert_str_eq(next(SOON), "* moved/b\n");
    rename(at("src/moved"), at("out"));
    ck_assert_str_eq(next(SOON), "- moved/\n- moved/b\n");
    save("out/b", "e");
    ck_assert_str_eq(next(NEVER), "");
    teardown();
}
END_TEST

START_TEST(a_folder_that_was_made_anew_is_watched_again)
{
    setup();
    mkdir(at("src/d"), 0755);
    save("src/d/x", "x");
    watch_path(at("src"), 0);
    unlink(at("src/d/x"));
    rmdir(at("src/d"));
    mkdir(at("src/d"), 0755);
    save("src/d/y", "y");
    const char *all = next(SOON);
    ck_assert_ptr_nonnull(strstr(all, "- d/x\n"));
    ck_assert_ptr_nonnull(strstr(all, "+ d/y\n"));
    save("src/d/y", "z");
    ck_assert_str_eq(next(SOON), "* d/y\n");
    teardown();
}
END_TEST

START_TEST(a_path_may_be_a_file_or_come_later)
{
    setup();
    watch_path(at("late/one/file"), 0);
    ck_assert(!stk_tree_exists(tree));
    mkdir(at("late"), 0755);
    next(SOON);
    mkdir(at("late/one"), 0755);
    next(SOON);
    save("late/one/file", "x");
    ck_assert_str_eq(next(SOON), "+ \n");
    save("late/one/other", "x");
    ck_assert_str_eq(next(NEVER), "");
    save("late/one/file", "y");
    ck_assert_str_eq(next(SOON), "* \n");
    unlink(at("late/one/file"));
    ck_assert_str_eq(next(SOON), "- \n");
    save("late/one/file", "y");
    ck_assert_str_eq(next(SOON), "+ \n");
    teardown();
}
END_TEST

START_TEST(a_path_that_vanishes_and_comes_again_is_found)
{
    setup();
    watch_path(at("src"), 0);
    rename(at("src"), at("away"));
    ck_assert_str_eq(next(SOON), "- /\n- a\n");
    ck_assert(!stk_tree_exists(tree));
    mkdir(at("src"), 0755);
    save("src/b", "b");
    const char *all = next(SOON);
    ck_assert_ptr_nonnull(strstr(all, "+ /\n"));
    if (!strstr(all, "+ b\n"))
        ck_assert_str_eq(next(SOON), "+ b\n");
    teardown();
}
END_TEST

START_TEST(what_is_left_out_costs_no_watches)
{
    setup();
    mkdir(at("src/node_modules"), 0755);
    for (int i = 0; i < 50; i++) {
        char name[64];
        snprintf(name, sizeof(name), "src/node_modules/%d", i);
        mkdir(at(name), 0755);
    }
    watch_path(at("src"), 0);
    ck_assert_uint_le(stk_watcher_watches(watcher), 2);
    save("src/node_modules/x", "x");
    save("src/.a.swp", "x");
    next(NEVER);
    ck_assert_uint_eq(batches, 0);
    teardown();
}
END_TEST

START_TEST(links_are_told_as_links_and_never_followed)
{
    setup();
    watch_path(at("src"), 0);
    ck_assert_int_eq(symlink("..", at("src/loop")), 0);
    ck_assert_str_eq(next(SOON), "+ loop\n");
    unlink(at("src/loop"));
    ck_assert_int_eq(symlink("/", at("src/loop")), 0);
    ck_assert_str_eq(next(SOON), "* loop\n");
    mkfifo(at("src/pipe"), 0600);
    ck_assert_str_eq(next(SOON), "");
    teardown();
}
END_TEST

START_TEST(what_the_kernel_does_not_tell_is_found_by_looking)
{
    setup();
    mkdir(at("src/deep"), 0755);
    save("src/deep/b", "b");
    watch_path(at("src"), 1); /* the anchor takes it */
    ck_assert_uint_eq(limits, 1);
    ck_assert_ptr_nonnull(strstr(limit, "sysctl fs.inotify.max_user_watches="));
    save("src/deep/b", "c");
    while (told.size == 0)
        next(SOON);
    ck_assert_str_eq(told.bytes, "* deep/b\n");
    ck_assert_uint_eq(limits, 1);
    teardown();
}
END_TEST

/* More than the kernel keeps of events that nobody has read yet: it drops all that come after. */
START_TEST(an_overflow_of_the_kernels_events_loses_nothing)
{
    long kept = 16384;
    FILE *f = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
    if (f && fscanf(f, "%ld", &kept) != 1)
        kept = 16384;
    if (f)
        fclose(f);
    setup();
    mkdir(at("src/late"), 0755);
    watch_path(at("src"), 0);
    for (long i = 0; i < kept / 2 + 8; i++) { /* two events each */
        unlink(at("src/a"));
        save("src/a", "two");
    }
    save("src/late/b", "b"); /* in a folder of which no event is left */
    next(SOON);
    ck_assert_str_eq(told.bytes, "* a\n+ late/b\n");
    ck_assert_str_eq(next(NEVER), "");
    ck_assert_uint_eq(limits, 1);
    ck_assert_ptr_nonnull(strstr(limit, "sysctl fs.inotify.max_queued_events="));
    teardown();
}
END_TEST

START_TEST(while_git_is_at_work_nothing_is_told)
{
    setup();
    mkdir(at(".git"), 0755);
    watch_path(at("src"), 0);
    save(".git/index.lock", "");
    save("src/a", "two");
    ck_assert_str_eq(next(NEVER), "");
    unlink(at(".git/index.lock"));
    ck_assert_str_eq(next(SOON), "* a\n");
    teardown();
}
END_TEST

STK_TESTS("watcher", an_overflow_of_the_kernels_events_loses_nothing,
          a_file_that_is_saved_is_told_once, two_writes_of_one_size_within_a_tick_are_both_seen,
          what_is_cut_short_or_left_open_is_told_after_a_while,
          a_file_with_two_names_changes_under_both, reads_modes_and_touches_are_no_changes,
          an_editor_that_replaces_by_rename_changes_one_file,
          folders_are_followed_wherever_they_come_from,
          a_folder_that_was_made_anew_is_watched_again, a_path_may_be_a_file_or_come_later,
          a_path_that_vanishes_and_comes_again_is_found, what_is_left_out_costs_no_watches,
          links_are_told_as_links_and_never_followed,
          what_the_kernel_does_not_tell_is_found_by_looking, while_git_is_at_work_nothing_is_told)
