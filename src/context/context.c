/* context.c — walks a build context in the order of its names and packs it with libarchive as the
 * engine asks for more. What is left out is ignore.c's to say; links are packed, never followed, so
 * that loops are none; sockets have no place in an archive and are passed over, as Docker does. */
#include "context.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive_late.h"
#include "arena.h"
#include "buf.h"
#include "ignore.h"
#include "text.h"

enum { PIECE = 64 * 1024 };
#define PENDING_MAX (16 * STK_MIB)
#define FILE_MAX    (4 * STK_MIB) /* of a Dockerfile or an ignore file */

static const struct stk_src nowhere;

/* One folder under way: its names, sorted, and how far we are. */
struct level {
    char *path; /* from the root, "" for itself */
    struct dirent **names;
    int n, next;
};

struct stk_context {
    char *root;
    struct stk_ignore *ignore;
    char *dockerfile;   /* as the engine is to call it */
    char *text;         /* of the Dockerfile */
    char *extra_ignore; /* the .dockerignore sent in the place of the folder's; NULL: that one */
    bool extra;         /* the Dockerfile is not in the folder: sent under a name of ours */
    struct archive *out;
    struct stk_buf pending; /* packed, not read yet */
    size_t read;            /* of pending */
    struct level *levels;
    size_t depth, cap;
    int fd; /* the file under way, or -1 */
    char *name;
    int64_t left; /* of it */
    int64_t sent;
    bool extras_sent, over, unwanted;
    struct stk_error err;
};

/* ---- what is read before ---- */

static char *join(const char *folder, const char *name)
{
    return *name == '/' ? stk_strdup(name) : stk_printf("%s/%s", folder, name);
}

/* NULL when it cannot be read; errno says why. */
static char *read_text(const char *path, size_t *ret_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
        return NULL;
    }
    struct stk_buf text;
    stk_buf_init(&text, FILE_MAX);
    char piece[4096];
    ssize_t n;
    while ((n = read(fd, piece, sizeof(piece))) > 0)
        stk_buf_add(&text, piece, (size_t)n);
    int saved = text.full ? EFBIG : errno;
    close(fd);
    *ret_size = text.size;
    if (n == 0 && !text.full)
        return stk_buf_take(&text);
    stk_buf_clear(&text);
    errno = saved;
    return NULL;
}

/* The path from the folder when the file is in it, else NULL; malloc'd. */
static char *within(const char *folder, const char *file)
{
    STK_CLEANUP(stk_charp) char *real_folder = realpath(folder, NULL);
    STK_CLEANUP(stk_charp) char *parent = stk_strdup(file);
    char *slash = strrchr(parent, '/');
    const char *name = slash ? slash + 1 : file;
    if (slash)
        slash[slash == parent] = '\0';
    STK_CLEANUP(stk_charp) char *real_parent = realpath(slash ? parent : ".", NULL);
    size_t n = real_folder ? strlen(real_folder) : 0;
    if (!n || !real_parent || !stk_starts(real_parent, real_folder))
        return NULL;
    n -= real_folder[n - 1] == '/';
    if (real_parent[n] && real_parent[n] != '/')
        return NULL;
    const char *between = real_parent + n + (real_parent[n] == '/');
    return stk_printf("%s%s%s", between, *between ? "/" : "", name);
}

static int fail_dockerfile(const char *path, struct stk_error *reterr)
{
    return stk_fail(reterr, STK_EBUILD, nowhere, "cannot read Dockerfile '%s': %s", path,
                    strerror(errno));
}

/* A name that no file of the folder has. */
static char *own_name(const char *text)
{
    char hex[65];
    stk_sha256_hex(text, strlen(text), hex);
    return stk_printf(".dockerfile.%.20s", hex);
}

static int take_dockerfile(struct stk_context *c, const struct stk_context_opts *opts,
                           char **ret_path, struct stk_error *reterr)
{
    size_t size;
    if (opts->dockerfile_inline) {
        c->text = stk_strdup(opts->dockerfile_inline);
        c->extra = true;
        c->dockerfile = own_name(c->text);
        return 0;
    }
    const char *name = opts->dockerfile ? opts->dockerfile : "Dockerfile";
    *ret_path = join(c->root, name);
    c->text = read_text(*ret_path, &size);
    if (!c->text)
        return fail_dockerfile(*ret_path, reterr);
    c->dockerfile = within(c->root, *ret_path);
    c->extra = !c->dockerfile;
    if (c->extra)
        c->dockerfile = own_name(c->text);
    return 0;
}

/* The Dockerfile's own ignore file, "Dockerfile.dockerignore" beside it, counts before the
 * folder's. */
static char *read_ignore(const char *root, const char *dockerfile, char **ret_path,
                         size_t *ret_size)
{
    char *text = NULL;
    if (dockerfile) {
        *ret_path = stk_printf("%s.dockerignore", dockerfile);
        text = read_text(*ret_path, ret_size);
        if (text || errno != ENOENT)
            return text;
        free(*ret_path);
    }
    *ret_path = join(root, ".dockerignore");
    return read_text(*ret_path, ret_size);
}

static int take_ignore(struct stk_context *c, const char *dockerfile, struct stk_error *reterr)
{
    STK_CLEANUP(stk_charp) char *path = NULL;
    size_t size = 0;
    STK_CLEANUP(stk_charp) char *text = read_ignore(c->root, dockerfile, &path, &size);
    if (!text && errno != ENOENT)
        return stk_fail(reterr, STK_EBUILD, nowhere, "cannot read '%s': %s", path, strerror(errno));
    int code = stk_ignore_parse(text ? text : "", size, &c->ignore, reterr);
    if (code)
        return code;
    if (stk_ignored(c->ignore, ".dockerignore")) /* the engine wants them; it drops them itself */
        stk_ignore_keep(c->ignore, ".dockerignore");
    if (!c->extra && stk_ignored(c->ignore, c->dockerfile))
        stk_ignore_keep(c->ignore, c->dockerfile);
    /* What we add is nothing that a COPY should find. */
    if (c->extra)
        c->extra_ignore = stk_printf("%s\n%s%s\n", text ? text : "", text ? "" : ".dockerignore\n",
                                     c->dockerfile);
    return 0;
}

static ssize_t keep_pending(struct archive *out, void *data, const void *bytes, size_t size)
{
    struct stk_context *c = data;
    (void)out;
    if (c->unwanted)
        return -1; /* or an archive that is given up would be padded to its end */
    return stk_buf_add(&c->pending, bytes, size) ? (ssize_t)size : -1;
}

static void open_archive(struct stk_context *c)
{
    stk_archive_load();
    c->out = archive_write_new();
    if (!c->out)
        stk_out_of_memory();
    archive_write_set_format_gnutar(c->out); /* names go as they are, whatever the locale */
    archive_write_set_bytes_per_block(c->out, 0);
    archive_write_open(c->out, c, NULL, keep_pending, NULL);
}

static int enter_folder(struct stk_context *c, const char *path)
{
    STK_CLEANUP(stk_charp) char *full = *path ? join(c->root, path) : stk_strdup(c->root);
    struct level level = { .path = stk_strdup(path) };
    level.n = scandir(full, &level.names, NULL, alphasort);
    if (level.n < 0) {
        free(level.path);
        return stk_fail(&c->err, STK_EBUILD, nowhere, "cannot read '%s': %s", full,
                        strerror(errno));
    }
    c->levels = stk_grow(c->levels, c->depth, &c->cap, sizeof(*c->levels));
    c->levels[c->depth++] = level;
    return 0;
}

static void leave_folder(struct stk_context *c)
{
    struct level *level = &c->levels[--c->depth];
    for (int i = 0; i < level->n; i++)
        free(level->names[i]);
    free(level->names);
    free(level->path);
}

static int check_folder(const char *folder, struct stk_error *reterr)
{
    struct stat st;
    if (stat(folder, &st) != 0)
        return stk_fail(reterr, STK_EBUILD, nowhere, "build context '%s': %s", folder,
                        strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return stk_fail(reterr, STK_EBUILD, nowhere, "build context '%s' is not a folder", folder);
    return 0;
}

int stk_context_open(const struct stk_context_opts *opts, struct stk_context **ret,
                     struct stk_error *reterr)
{
    STK_CLEANUP(stk_charp) char *dockerfile = NULL;
    int code = check_folder(opts->folder, reterr);
    if (code)
        return code;
    struct stk_context *c = stk_alloc(sizeof(*c));
    c->fd = -1;
    c->root = stk_strdup(opts->folder);
    stk_buf_init(&c->pending, PENDING_MAX);
    code = take_dockerfile(c, opts, &dockerfile, reterr);
    if (!code)
        code = take_ignore(c, dockerfile, reterr);
    if (!code && enter_folder(c, ""))
        code = stk_error_move(reterr, &c->err);
    if (code) {
        stk_context_close(c);
        return code;
    }
    open_archive(c);
    *ret = c;
    return 0;
}

void stk_context_close(struct stk_context *c)
{
    if (!c)
        return;
    while (c->depth)
        leave_folder(c);
    if (c->fd >= 0)
        close(c->fd);
    c->unwanted = true;
    if (c->out)
        archive_write_free(c->out);
    stk_ignore_free(c->ignore);
    stk_buf_clear(&c->pending);
    stk_error_clear(&c->err);
    free(c->levels);
    free(c->root);
    free(c->dockerfile);
    free(c->text);
    free(c->extra_ignore);
    free(c->name);
    free(c);
}

const char *stk_context_dockerfile(const struct stk_context *context)
{
    return context->dockerfile;
}

const char *stk_context_text(const struct stk_context *context)
{
    return context->text;
}

const struct stk_error *stk_context_error(const struct stk_context *context)
{
    return &context->err;
}

int64_t stk_context_sent(const struct stk_context *context)
{
    return context->sent;
}

/* ---- packing, a step at a time ---- */

static int fail_at(struct stk_context *c, const char *path, const char *why)
{
    return stk_fail(&c->err, STK_EBUILD, nowhere, "build context: '%s': %s", path,
                    why ? why : "it cannot be packed");
}

/* Everything belongs to root, as Docker sends it: who owns it here means nothing there. */
static int put_header(struct stk_context *c, const char *path, const struct stat *st,
                      const char *link)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_copy_stat(entry, st);
    archive_entry_set_pathname(entry, path);
    archive_entry_set_uid(entry, 0);
    archive_entry_set_gid(entry, 0);
    archive_entry_set_nlink(entry, 1);
    archive_entry_unset_atime(entry);
    archive_entry_unset_ctime(entry);
    archive_entry_unset_birthtime(entry);
    archive_entry_set_mtime(entry, st->st_mtim.tv_sec, 0);
    if (link)
        archive_entry_set_symlink(entry, link);
    if (!S_ISREG(st->st_mode))
        archive_entry_set_size(entry, 0);
    int rc = archive_write_header(c->out, entry);
    archive_entry_free(entry);
    return rc < ARCHIVE_WARN ? fail_at(c, path, archive_error_string(c->out)) : 0;
}

static int begin_file(struct stk_context *c, const char *path, const char *full)
{
    struct stat st;
    c->fd = open(full, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (c->fd < 0 || fstat(c->fd, &st) != 0)
        return fail_at(c, path, strerror(errno));
    c->left = st.st_size;
    free(c->name);
    c->name = stk_strdup(path);
    return put_header(c, path, &st, NULL);
}

static int put_link(struct stk_context *c, const char *path, const char *full,
                    const struct stat *st)
{
    char target[4097];
    ssize_t n = readlink(full, target, sizeof(target) - 1);
    if (n < 0)
        return fail_at(c, path, strerror(errno));
    target[n] = '\0';
    return put_header(c, path, st, target);
}

static int put_entry(struct stk_context *c, const char *path)
{
    STK_CLEANUP(stk_charp) char *full = join(c->root, path);
    struct stat st;
    if (lstat(full, &st) != 0)
        return errno == ENOENT ? 0 : fail_at(c, path, strerror(errno)); /* gone meanwhile */
    bool ignored = stk_ignored(c->ignore, path);
    if (S_ISDIR(st.st_mode)) {
        if (ignored && !stk_ignore_looks_into(c->ignore, path))
            return 0;
        int code = ignored ? 0 : put_header(c, path, &st, NULL);
        return code ? code : enter_folder(c, path);
    }
    if (ignored || S_ISSOCK(st.st_mode) || (c->extra_ignore && strcmp(path, ".dockerignore") == 0))
        return 0;
    if (S_ISREG(st.st_mode))
        return begin_file(c, path, full);
    return S_ISLNK(st.st_mode) ? put_link(c, path, full, &st) : put_header(c, path, &st, NULL);
}

static int next_entry(struct stk_context *c)
{
    struct level *level = &c->levels[c->depth - 1];
    if (level->next == level->n) {
        leave_folder(c);
        return 0;
    }
    const char *name = level->names[level->next++]->d_name;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return 0;
    STK_CLEANUP(stk_charp)
    char *path = *level->path ? stk_printf("%s/%s", level->path, name) : stk_strdup(name);
    return put_entry(c, path);
}

/* A file that shrinks while it is read is filled up: its size has been told already. */
static int next_bytes(struct stk_context *c)
{
    char bytes[PIECE];
    size_t want = c->left < PIECE ? (size_t)c->left : PIECE;
    ssize_t n = want ? read(c->fd, bytes, want) : 0;
    if (n < 0)
        return fail_at(c, c->name, strerror(errno));
    if (n == 0 && want) {
        memset(bytes, 0, want);
        n = (ssize_t)want;
    }
    c->left -= n;
    if (n && archive_write_data(c->out, bytes, (size_t)n) < 0)
        return fail_at(c, c->name, archive_error_string(c->out));
    if (c->left == 0) {
        close(c->fd);
        c->fd = -1;
    }
    return 0;
}

static int put_text(struct stk_context *c, const char *path, const char *text)
{
    struct stat st = { .st_mode = S_IFREG | 0600, .st_size = (off_t)strlen(text) };
    int code = put_header(c, path, &st, NULL);
    if (!code && archive_write_data(c->out, text, strlen(text)) < 0)
        return fail_at(c, path, archive_error_string(c->out));
    return code;
}

static int put_extras(struct stk_context *c)
{
    c->extras_sent = true;
    if (!c->extra)
        return 0;
    int code = put_text(c, c->dockerfile, c->text);
    return code ? code : put_text(c, ".dockerignore", c->extra_ignore);
}

static int step(struct stk_context *c)
{
    if (c->fd >= 0)
        return next_bytes(c);
    if (c->depth)
        return next_entry(c);
    if (!c->extras_sent)
        return put_extras(c);
    c->over = true;
    return archive_write_close(c->out) < ARCHIVE_WARN
               ? fail_at(c, c->root, archive_error_string(c->out))
               : 0;
}

size_t stk_context_read(struct stk_context *c, char *to, size_t room)
{
    stk_buf_drop(&c->pending, c->read);
    c->read = 0;
    while (c->pending.size < room && !c->over)
        if (step(c))
            return (size_t)-1;
    size_t n = c->pending.size < room ? c->pending.size : room;
    if (n)
        memcpy(to, c->pending.bytes, n);
    c->read = n;
    c->sent += (int64_t)n;
    return n;
}
