/* pack.c — see pack.h. libarchive does the work; what is ours are the names within an archive. */
#include "pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "archive_late.h"
#include "text.h"

enum { PIECE = 65536 };

static const struct stk_src nowhere;

static int failed(struct archive *a, const char *what, const char *path, struct stk_error *reterr)
{
    const char *why = archive_error_string(a);
    return stk_fail(reterr, STK_EFAIL, nowhere, "cannot %s '%s': %s", what, path,
                    why ? why : "unknown reason");
}

static int copy_data(struct archive *out, const char *path, struct stk_error *reterr)
{
    char piece[PIECE];
    ssize_t n = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    while (fd >= 0 && (n = read(fd, piece, sizeof(piece))) > 0)
        if (archive_write_data(out, piece, (size_t)n) < 0)
            break;
    int error = errno;
    if (fd >= 0)
        close(fd);
    return fd >= 0 && n == 0 ? 0
                             : stk_fail(reterr, STK_EFAIL, nowhere, "cannot read '%s': %s", path,
                                        strerror(error));
}

static int pack_entry(struct archive *disk, struct archive *out, struct archive_entry *entry,
                      const char *from, const char *name, struct stk_error *reterr)
{
    const char *path = archive_entry_sourcepath(entry);
    const char *rest = path + strlen(from);
    STK_CLEANUP(stk_charp) char *inside = stk_printf("%s%s", name, rest);
    archive_entry_copy_pathname(entry, inside);
    if (archive_entry_filetype(entry) == AE_IFSOCK)
        return 0;
    if (archive_entry_filetype(entry) == AE_IFDIR)
        archive_read_disk_descend(disk);
    if (archive_write_header(out, entry) < ARCHIVE_WARN)
        return failed(out, "pack", path, reterr);
    bool has_data = archive_entry_filetype(entry) == AE_IFREG && archive_entry_size(entry) > 0;
    return has_data ? copy_data(out, path, reterr) : 0;
}

static int pack_all(struct archive *disk, struct archive *out, const char *from, const char *name,
                    struct stk_error *reterr)
{
    struct archive_entry *entry = archive_entry_new();
    int code = 0, got;
    if (archive_read_disk_open(disk, from) != ARCHIVE_OK)
        code = failed(disk, "read", from, reterr);
    while (!code && (got = archive_read_next_header2(disk, entry)) != ARCHIVE_EOF) {
        if (got < ARCHIVE_WARN)
            code = failed(disk, "read", from, reterr);
        else
            code = pack_entry(disk, out, entry, from, name, reterr);
        archive_entry_clear(entry);
    }
    archive_entry_free(entry);
    if (!code && archive_write_close(out) != ARCHIVE_OK)
        code = failed(out, "pack", from, reterr);
    return code;
}

/* The path that names are counted from: without a slash or "/." at its end. */
static char *trimmed(const char *path, bool follow, struct stk_error *reterr)
{
    char *from = follow ? realpath(path, NULL) : stk_strdup(path);
    if (!from) {
        stk_fail(reterr, STK_EFAIL, nowhere, "cannot read '%s': %s", path, strerror(errno));
        return NULL;
    }
    for (size_t n = strlen(from); n > 1 && (from[n - 1] == '/' || stk_ends(from, "/.")); n--)
        from[n - 1] = '\0';
    return from;
}

int stk_pack(const char *path, const char *name, bool follow, int fd, struct stk_error *reterr)
{
    STK_CLEANUP(stk_charp) char *from = trimmed(path, follow, reterr);
    if (!from)
        return -STK_EFAIL;
    stk_archive_load();
    struct archive *disk = archive_read_disk_new(), *out = archive_write_new();
    archive_read_disk_set_symlink_physical(disk);
    archive_write_set_format_pax_restricted(out);
    int code = archive_write_open_fd(out, fd) == ARCHIVE_OK
                   ? pack_all(disk, out, from, name, reterr)
                   : failed(out, "pack", path, reterr);
    archive_read_free(disk);
    archive_write_free(out);
    return code;
}

/* Where an entry goes, below the folder; malloc'd. NULL: it wants to go elsewhere. */
static char *placed(const char *path, const char *name)
{
    if (!path || *path == '/')
        return NULL;
    for (const char *at = path; *at; at += strcspn(at, "/"), at += *at == '/')
        if (strncmp(at, "..", 2) == 0 && (at[2] == '/' || !at[2]))
            return NULL;
    const char *rest = path + strcspn(path, "/");
    return name ? stk_printf("%s%s", name, rest) : stk_strdup(path);
}

static int place(struct archive_entry *entry, const char *name, struct stk_error *reterr)
{
    const char *path = archive_entry_pathname(entry), *hard = archive_entry_hardlink(entry);
    STK_CLEANUP(stk_charp) char *to = placed(path, name);
    STK_CLEANUP(stk_charp) char *of = hard ? placed(hard, name) : NULL;
    if (!to || (hard && !of))
        return stk_fail(reterr, STK_EFAIL, nowhere,
                        "refused '%s': the archive would write outside of the target",
                        path ? path : "");
    archive_entry_copy_pathname(entry, to);
    if (hard)
        archive_entry_copy_hardlink(entry, of);
    return 0;
}

static int unpack_entry(struct archive *in, struct archive *disk, struct archive_entry *entry,
                        struct stk_error *reterr)
{
    const void *piece;
    size_t size;
    int64_t offset;
    int got = ARCHIVE_OK;
    const char *path = archive_entry_pathname(entry);
    if (archive_write_header(disk, entry) < ARCHIVE_WARN)
        return failed(disk, "write", path, reterr);
    while ((got = archive_read_data_block(in, &piece, &size, &offset)) == ARCHIVE_OK)
        if (archive_write_data_block(disk, piece, size, offset) < ARCHIVE_WARN)
            return failed(disk, "write", path, reterr);
    if (got != ARCHIVE_EOF)
        return failed(in, "read", path, reterr);
    return archive_write_finish_entry(disk) < ARCHIVE_WARN ? failed(disk, "write", path, reterr)
                                                           : 0;
}

static int unpack_all(struct archive *in, struct archive *disk, const char *name,
                      struct stk_error *reterr)
{
    struct archive_entry *entry;
    int code = 0, got;
    while (!code && (got = archive_read_next_header(in, &entry)) != ARCHIVE_EOF) {
        if (got < ARCHIVE_WARN)
            return failed(in, "read", "the archive", reterr);
        code = place(entry, name, reterr);
        if (!code)
            code = unpack_entry(in, disk, entry, reterr);
    }
    if (!code && archive_write_close(disk) < ARCHIVE_WARN)
        code = failed(disk, "write", "the last of the files", reterr);
    return code;
}

/* From within the folder, so that its own path may pass links, and nothing below it may. */
int stk_unpack(int fd, const char *folder, const char *name, bool owners, struct stk_error *reterr)
{
    int back = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (chdir(folder) != 0) {
        stk_fail(reterr, STK_EFAIL, nowhere, "cannot write to '%s': %s", folder, strerror(errno));
        if (back >= 0)
            close(back);
        return -STK_EFAIL;
    }
    stk_archive_load();
    struct archive *in = archive_read_new(), *disk = archive_write_disk_new();
    archive_read_support_format_tar(in);
    archive_write_disk_set_options(
        disk, ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_SECURE_SYMLINKS |
                  ARCHIVE_EXTRACT_SECURE_NODOTDOT | (owners ? ARCHIVE_EXTRACT_OWNER : 0));
    int code = archive_read_open_fd(in, fd, PIECE) == ARCHIVE_OK
                   ? unpack_all(in, disk, name, reterr)
                   : failed(in, "read", "the archive", reterr);
    archive_read_free(in);
    archive_write_free(disk);
    if (back >= 0 && fchdir(back) != 0)
        code = code ? code
                    : stk_fail(reterr, STK_EFAIL, nowhere, "cannot go back: %s", strerror(errno));
    if (back >= 0)
        close(back);
    return code;
}
