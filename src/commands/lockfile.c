/* lockfile.c — see lockfile.h. Whole or not at all, and what is not one is told. */
#include "lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "text.h"

enum { VERSION = 1 };
#define ENDING ".lock.json"

static const struct stk_src nowhere;

static int tell(const struct cli *cli, struct stk_error *err)
{
    int rc = stk_report_error(cli, err);
    stk_error_clear(err);
    return rc;
}

const char *lockfile_path(struct cli *cli)
{
    const struct stk_spec *spec = cli->spec;
    const char *file = spec->files.n ? spec->files.v[0] : "-";
    if (stk_streq(file, "-"))
        return stk_arena_printf(cli->arena, "%s/compose" ENDING, spec->dir);
    const char *slash = strrchr(file, '/'), *dot = strrchr(slash ? slash : file, '.');
    bool yaml = dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
    int n = (int)(yaml ? (size_t)(dot - file) : strlen(file));
    return stk_arena_printf(cli->arena, "%.*s" ENDING, n, file);
}

static bool is_digest(const char *text)
{
    static const char algorithm[] = "sha256:";
    enum { HEX = 64 };
    if (!text || !stk_starts(text, algorithm))
        return false;
    text += strlen(algorithm);
    return strlen(text) == HEX && strspn(text, "0123456789abcdef") == HEX;
}

static int take(const char *path, const json_t *file, json_t **ret, struct stk_error *reterr)
{
    const char *name;
    json_t *entry;
    if (json_integer_value(json_object_get(file, "version")) != VERSION)
        return stk_fail(reterr, STK_ECONFIG, nowhere,
                        "'%s' is not a lock file of version %d; write it anew with 'stackctl lock'",
                        path, VERSION);
    json_t *digests = json_object();
    json_object_foreach(json_object_get(file, "images"), name, entry)
    {
        const char *digest = json_string_value(json_object_get(entry, "digest"));
        if (!is_digest(digest)) {
            json_decref(digests);
            return stk_fail(reterr, STK_ECONFIG, nowhere,
                            "'%s' has no digest for image '%s'; write it anew with 'stackctl lock'",
                            path, name);
        }
        json_object_set_new(digests, name, json_string(digest));
    }
    *ret = digests;
    return 0;
}

int lockfile_read(struct cli *cli, json_t **ret)
{
    const char *path = lockfile_path(cli);
    struct stk_error err = { 0 };
    json_error_t why;
    *ret = NULL;
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return 0;
    json_t *file = json_load_file(path, 0, &why);
    if (!file && json_error_code(&why) == json_error_cannot_open_file)
        stk_fail(&err, STK_ENOFILE, nowhere, "cannot read '%s': %s", path, strerror(errno));
    else if (!file)
        stk_fail(&err, STK_ECONFIG,
                 (struct stk_src){ .file = path,
                                   .line = (unsigned)why.line,
                                   .col = why.column > 0 ? (unsigned)why.column : 1 },
                 "it is not JSON: %s", why.text);
    else
        take(path, file, ret, &err);
    json_decref(file);
    return err.code ? tell(cli, &err) : 0;
}

static char *text_of(const json_t *images)
{
    json_t *list = json_object();
    const char *name;
    json_t *digest;
    json_object_foreach((json_t *)(uintptr_t)images, name, digest)
        json_object_set_new(list, name, json_pack("{s:O}", "digest", digest));
    json_t *file = json_pack("{s:i, s:o}", "version", VERSION, "images", list);
    char *text = json_dumps(file, JSON_INDENT(2) | JSON_SORT_KEYS);
    json_decref(file);
    if (!text)
        stk_out_of_memory();
    return text;
}

/* As any file that a shell's > makes; mkstemp lets nobody else read it. */
static bool write_all(int fd, const char *text)
{
    mode_t mask = umask(0);
    umask(mask);
    (void)fchmod(fd, 0666 & ~mask); /* best effort: a file system may have no modes */
    FILE *f = fdopen(fd, "w");
    bool ok = f && fputs(text, f) >= 0 && fputc('\n', f) != EOF;
    if (f)
        ok = fclose(f) == 0 && ok;
    else
        close(fd);
    return ok;
}

int lockfile_write(struct cli *cli, const json_t *images)
{
    const char *path = lockfile_path(cli);
    STK_CLEANUP(stk_charp) char *temporary = stk_printf("%s.XXXXXX", path);
    STK_CLEANUP(stk_charp) char *text = text_of(images);
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd >= 0 && write_all(fd, text) && rename(temporary, path) == 0)
        return 0;
    struct stk_error err = { 0 };
    stk_fail(&err, STK_EFAIL, nowhere, "cannot write '%s': %s", path, strerror(errno));
    if (fd >= 0)
        (void)unlink(temporary); /* best effort */
    return tell(cli, &err);
}
