/* files.c — finding the stack files as Docker Compose does, and reading any file within limits. */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "dotenv.h"
#include "text.h"

#define MAX_FILE  (8 * STK_MIB)
#define MAX_FILES (32 * STK_MIB)

static const char *const names[] = { "compose.yaml", "compose.yml", "docker-compose.yml",
                                     "docker-compose.yaml" };
static const char *const overrides[] = { "compose.override.yml", "compose.override.yaml",
                                         "docker-compose.override.yml",
                                         "docker-compose.override.yaml" };

static void fail_file(struct load *ld, const char *fmt, ...) STK_PRINTF(2, 3);
static void fail_file(struct load *ld, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    STK_CLEANUP(stk_charp) char *msg = NULL;
    if (vasprintf(&msg, fmt, ap) < 0)
        stk_out_of_memory();
    va_end(ap);
    struct stk_diag d = { .severity = STK_ERROR, .code = STK_ENOFILE, .rule = STK_RULE_UNREADABLE };
    stk_diags_add(ld->diags, &d, "%s", msg);
}

static void closep(int *fd)
{
    if (*fd > STDERR_FILENO)
        (void)close(*fd);
}

/* All of fd into buf; false with errno on failure, and with buf->full when it is too large. */
static bool read_all(int fd, struct stk_buf *buf)
{
    char chunk[64 * 1024];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof(chunk));
        if (n == 0)
            return true;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || !stk_buf_add(buf, chunk, (size_t)n))
            return false;
    }
}

static struct source *keep(struct load *ld, const char *path, const struct stk_buf *buf)
{
    const char *text = buf->size ? buf->bytes : "";
    size_t size = buf->size;
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        size -= 3;
    }
    char *copy = stk_arena_alloc(ld->arena, size + 1); /* not strndup: NULs must be seen */
    memcpy(copy, text, size);
    const char *name = stk_streq(path, "-") ? "<stdin>" : path_shown(ld, path);
    return load_source(ld, name, path, copy, size);
}

struct source *file_read(struct load *ld, const char *path, bool *ret_absent)
{
    if (ret_absent)
        *ret_absent = false;
    bool from_stdin = stk_streq(path, "-");
    const char *shown = from_stdin ? "standard input" : path_shown(ld, path);
    /* O_NONBLOCK: opening a FIFO must not wait for a writer */
    STK_CLEANUP(closep)
    int fd = from_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    if (fd < 0 && ret_absent && (errno == ENOENT || errno == ENOTDIR)) {
        *ret_absent = true;
        return NULL;
    }
    if (fd < 0 || fstat(fd, &st) < 0) {
        fail_file(ld, "cannot open '%s': %s", shown, strerror(errno));
        return NULL;
    }
    if (!from_stdin && !S_ISREG(st.st_mode) && !stk_streq(path, "/dev/null")) {
        fail_file(ld, "cannot read '%s': %s", shown,
                  S_ISDIR(st.st_mode) ? "it is a directory" : "it is not a regular file");
        return NULL;
    }
    STK_CLEANUP(stk_buf_clearp) struct stk_buf buf;
    stk_buf_init(&buf, MAX_FILE);
    if (!read_all(fd, &buf)) {
        if (buf.full)
            fail_file(ld, "cannot read '%s': larger than %zu MiB", shown, MAX_FILE / STK_MIB);
        else
            fail_file(ld, "cannot read '%s': %s", shown, strerror(errno));
        return NULL;
    }
    ld->read_bytes += buf.size;
    if (ld->read_bytes > MAX_FILES) {
        fail_file(ld, "cannot read '%s': the files are larger than %zu MiB together", shown,
                  MAX_FILES / STK_MIB);
        return NULL;
    }
    return keep(ld, path, &buf);
}

bool file_is_there(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

const char *file_override(size_t i)
{
    return i < STK_LEN(overrides) ? overrides[i] : NULL;
}

static void add(struct load *ld, struct stk_strs *list, const char *path)
{
    const char **v = stk_arena_array(ld->arena, list->n + 1, sizeof(*v));
    if (list->n)
        memcpy(v, list->v, list->n * sizeof(*v));
    v[list->n++] = path;
    list->v = v;
    list->set = true;
}

/* The first of the names that is in dir, or NULL; *ret_more counts the others. */
static const char *first_of(struct load *ld, const char *dir, const char *const *v, size_t n,
                            unsigned *ret_more)
{
    const char *found = NULL;
    *ret_more = 0;
    for (size_t i = 0; i < n; i++) {
        const char *path = path_join(ld, dir, v[i]);
        if (!file_is_there(path))
            continue;
        if (found)
            (*ret_more)++;
        else
            found = path;
    }
    return found;
}

/* Where looking for a file begins. */
static const char *start_of(struct load *ld)
{
    if (ld->opts->project_directory)
        return path_join(ld, ld->cwd, ld->opts->project_directory);
    return ld->cwd;
}

bool files_are_there(struct load *ld)
{
    unsigned more;
    const char *dir = start_of(ld);
    while (!first_of(ld, dir, names, STK_LEN(names), &more)) {
        if (stk_streq(dir, "/"))
            return false;
        dir = path_dir(ld, dir);
    }
    return true;
}

static bool discover(struct load *ld, struct stk_strs *ret)
{
    struct stk_diag warning = { .severity = STK_WARNING, .rule = STK_RULE_SEVERAL_FILES };
    const char *start = start_of(ld);
    for (const char *dir = start;; dir = path_dir(ld, dir)) {
        unsigned more;
        const char *found = first_of(ld, dir, names, STK_LEN(names), &more);
        if (found) {
            ld->more->discovered = true;
            if (more)
                stk_diags_add(ld->diags, &warning, "several stack files in '%s': using '%s'", dir,
                              path_shown(ld, found));
            add(ld, ret, found);
            const char *over = first_of(ld, dir, overrides, STK_LEN(overrides), &more);
            if (over)
                add(ld, ret, over);
            return true;
        }
        if (stk_streq(dir, "/"))
            break;
    }
    fail_file(ld,
              "no stack file: looked for %s, %s, %s and %s in '%s' and the directories above it",
              names[0], names[1], names[2], names[3], start);
    return false;
}

/* COMPOSE_FILE: several paths, separated by COMPOSE_PATH_SEPARATOR. */
static void split(struct load *ld, const char *list, const char *separator, struct stk_strs *ret)
{
    size_t n = strlen(separator);
    while (*list) {
        const char *end = strstr(list, separator);
        size_t len = end ? (size_t)(end - list) : strlen(list);
        if (len)
            add(ld, ret, stk_arena_strndup(ld->arena, list, len));
        list += len + (end ? n : 0);
    }
}

static void make_absolute(struct load *ld, struct stk_strs *list)
{
    for (size_t i = 0; i < list->n; i++)
        if (!stk_streq(list->v[i], "-"))
            list->v[i] = path_join(ld, ld->cwd, list->v[i]);
}

bool files_find(struct load *ld, struct stk_strs *ret)
{
    for (size_t i = 0; i < ld->opts->files.n; i++)
        add(ld, ret, ld->opts->files.v[i]);
    const char *listed = load_var(ld, "COMPOSE_FILE");
    const char *separator = load_var(ld, "COMPOSE_PATH_SEPARATOR");
    if (ret->n == 0 && listed)
        split(ld, listed, separator && *separator ? separator : ":", ret);
    make_absolute(ld, ret);
    if (ret->n == 0 && !discover(ld, ret))
        return false;
    if (ld->opts->project_directory)
        ld->dir = path_join(ld, ld->cwd, ld->opts->project_directory);
    else
        ld->dir = stk_streq(ret->v[0], "-") ? ld->cwd : path_dir(ld, ret->v[0]);
    return true;
}

static bool is_true(const char *s)
{
    return s && (strcasecmp(s, "true") == 0 || stk_streq(s, "1") || strcasecmp(s, "yes") == 0 ||
                 strcasecmp(s, "t") == 0);
}

bool files_read_variables(struct load *ld, const char *path, struct map *into)
{
    struct source *source = file_read(ld, path_join(ld, ld->cwd, path), NULL);
    return source && dotenv_read(ld, source, DOTENV_PLAIN, into);
}

/* Adds a file's variables to what is there: later files win. */
static bool read_env_file(struct load *ld, const char *path, bool absent_ok)
{
    bool absent;
    struct source *source = file_read(ld, path, absent_ok ? &absent : NULL);
    if (!source)
        return absent_ok && absent;
    return dotenv_read(ld, source, DOTENV_PLAIN, &ld->dotenv);
}

bool files_read_env(struct load *ld, const char *dir)
{
    struct stk_strs given = { 0 };
    for (size_t i = 0; i < ld->opts->env_files.n; i++)
        add(ld, &given, ld->opts->env_files.v[i]);
    const char *listed = map_get(&ld->process, "COMPOSE_ENV_FILES");
    if (given.n == 0 && listed)
        split(ld, listed, ",", &given);
    make_absolute(ld, &given);
    bool ok = true;
    if (given.n) {
        if (!ld->spec->env_files.set)
            for (size_t i = 0; i < given.n; i++)
                ok &= read_env_file(ld, given.v[i], false);
        ld->spec->env_files = given;
        return ok;
    }
    if (is_true(map_get(&ld->process, "COMPOSE_DISABLE_ENV_FILE")))
        return true;
    return read_env_file(ld, path_join(ld, dir, ".env"), true);
}
