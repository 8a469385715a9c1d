/* test_pack.c — archives that want to write outside of the folder they are unpacked into are refused, and
 * nothing is there afterwards. */
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pack.h"

struct entry {
    const char *path;
    char type; /* of ustar: 0 a file, 1 a hard link, 2 a symbolic link, 5 a folder */
    const char *link;
};

static void add(int fd, const struct entry *entry)
{
    char block[512] = { 0 }, body[512] = "bad\n";
    size_t size = entry->type == '0' ? 4 : 0;
    unsigned sum = 0;
    snprintf(block, 100, "%s", entry->path);
    snprintf(block + 100, 8, "%07o", entry->type == '5' ? 0755 : 0644);
    snprintf(block + 108, 8, "%07o", 0);
    snprintf(block + 116, 8, "%07o", 0);
    snprintf(block + 124, 12, "%011zo", size);
    snprintf(block + 136, 12, "%011o", 0);
    memset(block + 148, ' ', 8);
    block[156] = entry->type;
    snprintf(block + 157, 100, "%s", entry->link ? entry->link : "");
    memcpy(block + 257, "ustar\00000", 8);
    for (size_t i = 0; i < sizeof(block); i++)
        sum += (unsigned char)block[i];
    snprintf(block + 148, 7, "%06o", sum & 0777777);
    ck_assert_int_eq(write(fd, block, sizeof(block)), sizeof(block));
    if (size)
        ck_assert_int_eq(write(fd, body, sizeof(body)), sizeof(body));
}

/* Unpacks an archive of n entries into a folder "to" of a fresh one, beside which there is a folder "out". */
static int unpack(const struct entry *entries, size_t n, char *top, const char *name)
{
    struct stk_error err = { 0 };
    char to[200], out[200], end[1024] = { 0 };
    strcpy(top, P_tmpdir "/stk-pack-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(top));
    snprintf(to, sizeof(to), "%s/to", top);
    snprintf(out, sizeof(out), "%s/out", top);
    ck_assert_int_eq(mkdir(to, 0755) | mkdir(out, 0755), 0);
    FILE *file = tmpfile();
    int fd = fileno(file);
    for (size_t i = 0; i < n; i++)
        add(fd, &entries[i]);
    ck_assert_int_eq(write(fd, end, sizeof(end)), sizeof(end));
    ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
    int code = stk_unpack(fd, to, name, false, &err);
    ck_assert_int_eq(code != 0, err.code != STK_OK);
    stk_error_clear(&err);
    fclose(file);
    return code;
}

static bool is_there(const char *top, const char *path)
{
    char all[300];
    struct stat st;
    snprintf(all, sizeof(all), "%s/%s", top, path);
    return lstat(all, &st) == 0;
}

static void clear(const char *top)
{
    char command[200];
    snprintf(command, sizeof(command), "rm -rf '%s'", top);
    ck_assert_int_eq(system(command), 0);
}

static void refused(const struct entry *entries, size_t n, const char *outside)
{
    static const char *const names[] = { NULL, "renamed" };
    char top[100];
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_ne(unpack(entries, n, top, names[i]), 0);
        ck_assert_msg(!is_there(top, outside), "%s was written", outside);
        clear(top);
    }
}

START_TEST(what_stays_below_is_written)
{
    static const struct entry fine[] = { { "a", '5', NULL },
                                         { "a/file", '0', NULL },
                                         { "a/link", '2', "/nowhere" } };
    char top[100];
    ck_assert_int_eq(unpack(fine, 3, top, "b"), 0);
    ck_assert(is_there(top, "to/b/file") && is_there(top, "to/b/link"));
    clear(top);
}
END_TEST

START_TEST(a_path_up_is_refused)
{
    refused((struct entry[]){ { "../out/file", '0', NULL } }, 1, "out/file");
    refused((struct entry[]){ { "a/../../out/file", '0', NULL } }, 1, "out/file");
    refused((struct entry[]){ { "a", '5', NULL }, { "a/..", '2', "x" } }, 2, "out/x");
}
END_TEST

START_TEST(an_absolute_path_is_refused)
{
    refused((struct entry[]){ { "/tmp/stk-pack-absolute", '0', NULL } }, 1,
            "../../tmp/stk-pack-absolute");
}
END_TEST

START_TEST(a_file_through_a_link_is_refused)
{
    refused((struct entry[]){ { "a", '5', NULL },
                              { "a/b", '2', "../../out" },
                              { "a/b/file", '0', NULL } },
            3, "out/file");
}
END_TEST

START_TEST(a_hard_link_to_elsewhere_is_refused)
{
    refused((struct entry[]){ { "a", '1', "../out" } }, 1, "to/a");
    refused((struct entry[]){ { "a", '1', "/etc/passwd" } }, 1, "to/a");
}
END_TEST

STK_TESTS("pack", what_stays_below_is_written, a_path_up_is_refused, an_absolute_path_is_refused,
          a_file_through_a_link_is_refused, a_hard_link_to_elsewhere_is_refused)
