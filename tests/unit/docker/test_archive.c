/* test_archive.c — the tar streams are what tar reads back. */
#include "test.h"

#include <stdio.h>
#include <unistd.h>

#include "archive.h"
#include "arena.h"
#include "buf.h"
#include "credentials.h"

/* What the program tar tells of the stream: one line a file. */
static char *listing(const struct stk_buf *stream, const char *flags)
{
    char path[] = P_tmpdir "/stk-archive-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, stream->bytes, stream->size), (ssize_t)stream->size);
    close(fd);
    STK_CLEANUP(stk_charp) char *command = stk_printf("TZ=UTC tar %s -f %s 2>&1", flags, path);
    FILE *tar = popen(command, "r");
    struct stk_buf out;
    char piece[4096];
    size_t n;
    stk_buf_init(&out, STK_MIB);
    while ((n = fread(piece, 1, sizeof(piece), tar)) > 0)
        stk_buf_add(&out, piece, n);
    pclose(tar);
    unlink(path);
    return stk_buf_take(&out);
}

START_TEST(owner_mode_and_content_survive)
{
    struct stk_buf stream;
    stk_buf_init(&stream, STK_MIB);
    stk_archive_add(&stream, &(struct stk_archived){ .path = "/run/secrets/key",
                                                     .uid = 33,
                                                     .gid = 4000000,
                                                     .mode = 0440,
                                                     .mtime = 1700000000,
                                                     .bytes = "secret",
                                                     .size = 6 });
    stk_archive_add(&stream, &(struct stk_archived){ .path = "empty", .mode = 04755 });
    stk_archive_end(&stream);
    ck_assert_uint_eq(stream.size % 512, 0);
    STK_CLEANUP(stk_charp) char *list = listing(&stream, "-tv --numeric-owner");
    ck_assert_str_eq(list, "-r--r----- 33/4000000        6 2023-11-14 22:13 run/secrets/key\n"
                           "-rwsr-xr-x 0/0               0 1970-01-01 00:00 empty\n");
    STK_CLEANUP(stk_charp) char *content = listing(&stream, "-x -O");
    ck_assert_str_eq(content, "secret");
    stk_buf_clear(&stream);
}
END_TEST

START_TEST(a_file_may_go_out_in_pieces)
{
    struct stk_buf whole, pieces;
    char bytes[700];
    memset(bytes, 'x', sizeof(bytes));
    struct stk_archived file = { .path = "/app/file", .mode = 0644, .size = sizeof(bytes) };
    stk_buf_init(&whole, STK_MIB);
    stk_buf_init(&pieces, STK_MIB);
    stk_archive_head(&pieces, &file);
    stk_buf_add(&pieces, bytes, sizeof(bytes));
    stk_archive_pad(&pieces, sizeof(bytes));
    file.bytes = bytes;
    stk_archive_add(&whole, &file);
    ck_assert_uint_eq(pieces.size, whole.size);
    ck_assert_mem_eq(pieces.bytes, whole.bytes, whole.size);
    stk_buf_clear(&whole);
    stk_buf_clear(&pieces);
}
END_TEST

START_TEST(long_names_are_kept_whole)
{
    char path[400];
    for (size_t length = 98; length < sizeof(path); length += 151) {
        struct stk_buf stream;
        stk_buf_init(&stream, STK_MIB);
        memset(path, 'a', length);
        path[10] = '/';
        path[length] = '\0';
        stk_archive_add(&stream, &(struct stk_archived){ .path = path, .bytes = "x", .size = 1 });
        stk_archive_end(&stream);
        STK_CLEANUP(stk_charp) char *list = listing(&stream, "-t");
        list[strcspn(list, "\n")] = '\0';
        ck_assert_str_eq(list, path);
        stk_buf_clear(&stream);
    }
}
END_TEST

START_TEST(numbers_too_large_for_octal_survive)
{
    struct stk_buf stream;
    stk_buf_init(&stream, STK_MIB);
    stk_archive_add(&stream, &(struct stk_archived){ .path = "a", .uid = 0x7ffffffe });
    stk_archive_end(&stream);
    STK_CLEANUP(stk_charp) char *list = listing(&stream, "-tv --numeric-owner");
    ck_assert_ptr_nonnull(strstr(list, "2147483646/0"));
    stk_buf_clear(&stream);
}
END_TEST

START_TEST(only_the_logins_of_the_user_are_given_on)
{
    char dir[] = P_tmpdir "/stk-login-XXXXXX";
    bool hidden;
    ck_assert_ptr_nonnull(mkdtemp(dir));
    STK_CLEANUP(stk_charp) char *path = stk_printf("%s/config.json", dir);
    FILE *file = fopen(path, "w");
    fputs("{\"auths\": {\"r.example\": {\"auth\": \"QQ==\"}}, \"proxies\": {}}", file);
    fclose(file);
    STK_CLEANUP(stk_charp) char *text = stk_credentials("/nowhere", dir, &hidden);
    ck_assert_ptr_nonnull(strstr(text, "r.example"));
    ck_assert_ptr_null(strstr(text, "proxies"));
    ck_assert(!hidden);
    file = fopen(path, "w");
    fputs("{\"credsStore\": \"pass\"}", file);
    fclose(file);
    STK_CLEANUP(stk_charp) char *none = stk_credentials(NULL, dir, &hidden);
    ck_assert_ptr_nonnull(strstr(none, "\"auths\": {}"));
    ck_assert(hidden);
    unlink(path);
    rmdir(dir);
    STK_CLEANUP(stk_charp) char *gone = stk_credentials(dir, NULL, &hidden);
    ck_assert_ptr_nonnull(strstr(gone, "\"auths\": {}"));
    ck_assert(!hidden);
}
END_TEST

STK_TESTS("archive", owner_mode_and_content_survive, a_file_may_go_out_in_pieces,
          long_names_are_kept_whole, numbers_too_large_for_octal_survive,
          only_the_logins_of_the_user_are_given_on)
