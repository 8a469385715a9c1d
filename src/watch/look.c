/* look.c — looks at one file and tells whether it is another than before: by its times and size, and by its
 * content where those alone would tell too much (a touch) or too little (two writes within one tick). */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "text.h"
#include "tree.h"

/* Times of files move in ticks of the kernel, 10 ms at most. */
enum { RACY_MS = 30 };

static int64_t ns_of(struct timespec t)
{
    return (int64_t)t.tv_sec * STK_NS_PER_S + t.tv_nsec;
}

static enum stk_file_type type_of(mode_t mode)
{
    return S_ISREG(mode)   ? STK_FILE_REGULAR
           : S_ISLNK(mode) ? STK_FILE_LINK
           : S_ISDIR(mode) ? STK_FILE_FOLDER
                           : STK_FILE_NONE; /* sockets, pipes and devices are nobody's source */
}

void look_at(const char *path, bool follow, struct look *ret)
{
    struct stat st;
    struct timespec now;
    *ret = (struct look){ 0 };
    /* The clock that files get their times from, and before the look: on a busy machine the other one runs ahead of it,
     * and a write may come between the look and the clock. */
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if ((follow ? stat(path, &st) : lstat(path, &st)) != 0)
        return;
    ret->type = type_of(st.st_mode);
    ret->size = st.st_size;
    ret->mtime_ns = ns_of(st.st_mtim);
    ret->ctime_ns = ns_of(st.st_ctim);
    ret->ino = st.st_ino;
    ret->linked = ret->type == STK_FILE_REGULAR && st.st_nlink > 1;
    ret->racy = ret->ctime_ns > ns_of(now) - RACY_MS * STK_NS_PER_MS;
}

static bool same_times(const struct look *a, const struct look *b)
{
    return a->size == b->size && a->mtime_ns == b->mtime_ns && a->ino == b->ino;
}

static void keep_sum(struct look *look, const void *bytes, size_t size)
{
    char hex[65];
    stk_sha256_hex(bytes, size, hex);
    for (size_t i = 0; i < sizeof(look->sum); i++) {
        char digits[3] = { hex[2 * i], hex[2 * i + 1], 0 };
        look->sum[i] = (unsigned char)strtoul(digits, NULL, 16);
    }
    look->summed = true;
}

static void sum_link(const char *path, struct look *look)
{
    char target[PATH_MAX];
    ssize_t n = readlink(path, target, sizeof(target));
    if (n >= 0)
        keep_sum(look, target, (size_t)n);
}

/* What was written to while it was read has no sum. */
static void sum_file(const char *path, struct look *look)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return;
    STK_CLEANUP(stk_charp) char *bytes = stk_alloc((size_t)look->size + 1);
    size_t n = 0;
    ssize_t got = 1;
    while (got > 0 && n <= (size_t)look->size) {
        got = read(fd, bytes + n, (size_t)look->size + 1 - n);
        n += got > 0 ? (size_t)got : 0;
    }
    struct stat st;
    bool whole = got == 0 && n == (size_t)look->size && fstat(fd, &st) == 0 &&
                 ns_of(st.st_mtim) == look->mtime_ns && st.st_ino == look->ino;
    close(fd);
    if (whole)
        keep_sum(look, bytes, n);
}

void look_sum(const char *path, struct look *look, size_t *budget)
{
    if (look->type == STK_FILE_LINK)
        sum_link(path, look);
    if (look->type != STK_FILE_REGULAR || look->size > LOOK_SUM_MAX || (size_t)look->size > *budget)
        return;
    *budget -= (size_t)look->size;
    sum_file(path, look);
}

bool look_differs(const char *path, struct look *then, struct look *now, enum stk_file_change *ret)
{
    size_t budget = (size_t)LOOK_SUM_MAX;
    bool same_look = same_times(then, now);
    if (same_look && !then->racy && then->ctime_ns == now->ctime_ns)
        return false;
    look_sum(path, now, &budget);
    bool known = then->summed && now->summed;
    bool same =
        known ? memcmp(then->sum, now->sum, sizeof(now->sum)) == 0 : same_look && !then->racy;
    *ret = same ? STK_FILE_SAME : STK_FILE_CHANGED;
    bool touched = then->mtime_ns != now->mtime_ns;
    *then = *now;
    return !same || touched;
}
