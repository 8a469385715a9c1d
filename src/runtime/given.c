/* given.c — see given.h. Reads the files of the host that are to be copied; how they get into a
 * container is a backend's business. */
#include "given.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "arena.h"
#include "buf.h"
#include "text.h"

enum { DEFAULT_MODE = 0444, ID_MAX = 0x7fffffff };

size_t stk_given_count(const struct stk_service *service)
{
    return service->n_secrets + service->n_configs;
}

const struct stk_file_ref *stk_given_at(const struct stk_service *service, size_t i,
                                        const char **ret_what)
{
    bool secret = i < service->n_secrets;
    *ret_what = secret ? "secret" : "config";
    return secret ? &service->secrets[i] : &service->configs[i - service->n_secrets];
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_on_host(const struct stk_file *file)
{
    return file->file && !file->content && !file->environment;
}

bool stk_given_is_file(const struct stk_file_ref *ref)
{
    return is_on_host(ref->file);
}

static bool asks_for_owner(const struct stk_file_ref *ref)
{
    return ref->uid || ref->gid || ref->mode.set;
}

bool stk_given_is_mounted(const struct stk_service *service, const struct stk_file_ref *ref,
                          bool local)
{
    if (!is_on_host(ref->file))
        return false;
    if (is_folder(ref->file->file))
        return true;
    bool read_only = service->read_only.set && service->read_only.v;
    return local && (!asks_for_owner(ref) || read_only);
}

bool stk_given_copies(const struct stk_service *service, bool local)
{
    const char *what;
    for (size_t i = 0; i < stk_given_count(service); i++)
        if (!stk_given_is_mounted(service, stk_given_at(service, i, &what), local))
            return true;
    return false;
}

bool stk_given_is_ignored(const struct stk_service *service, const struct stk_file_ref *ref,
                          bool local)
{
    return asks_for_owner(ref) && stk_given_is_mounted(service, ref, local);
}

static bool is_id(const char *text)
{
    int64_t v;
    return !text || (stk_parse_int(text, &v) && v >= 0 && v <= ID_MAX);
}

static unsigned id_of(const char *text)
{
    int64_t v = 0;
    return text && stk_parse_int(text, &v) ? (unsigned)v : 0;
}

unsigned stk_given_uid(const struct stk_file_ref *ref)
{
    return id_of(ref->uid);
}

unsigned stk_given_gid(const struct stk_file_ref *ref)
{
    return id_of(ref->gid);
}

unsigned stk_given_mode(const struct stk_file_ref *ref)
{
    return ref->mode.set ? (unsigned)ref->mode.v & 07777 : DEFAULT_MODE;
}

/* What no engine without a store of its own can give. */
static int check_source(const struct stk_file_ref *ref, const char *what, struct stk_error *reterr)
{
    const struct stk_file *file = ref->file;
    if (file->external)
        return stk_fail(reterr, STK_ECONFIG, file->src,
                        "%s '%s' is external, and this engine keeps no %ss: give it as file: or "
                        "environment:",
                        what, file->key, what);
    if (file->driver || file->template_driver)
        return stk_fail(reterr, STK_ECONFIG, file->src, "%s '%s' has a %s, which is not supported",
                        what, file->key, file->driver ? "driver" : "template_driver");
    if (file->environment && !file->content)
        return stk_fail(reterr, STK_ECONFIG, file->src,
                        "the environment variable '%s' that %s '%s' needs is not set",
                        file->environment, what, file->key);
    return 0;
}

static int check_copy(const struct stk_unit *unit, const struct stk_file_ref *ref, const char *what,
                      struct stk_error *reterr)
{
    const struct stk_service *service = unit->service;
    if (!is_id(ref->uid) || !is_id(ref->gid))
        return stk_fail(reterr, STK_ECONFIG, ref->src,
                        "the %s of %s '%s' in service '%s' is not a number: '%s'",
                        is_id(ref->uid) ? "gid" : "uid", what, ref->source, service->name,
                        is_id(ref->uid) ? ref->gid : ref->uid);
    if (!service->read_only.set || !service->read_only.v)
        return 0;
    return stk_fail(reterr, STK_ECONFIG, ref->src,
                    "%s '%s' cannot be copied into service '%s', which is read_only%s", what,
                    ref->source, service->name,
                    is_on_host(ref->file) ? ", and the engine does not see our files"
                                          : ": give it as file:");
}

static int check_one(const struct stk_unit *unit, const struct stk_file_ref *ref, const char *what,
                     bool local, struct stk_error *reterr)
{
    struct stat st;
    int code = check_source(ref, what, reterr);
    if (code)
        return code;
    bool mounted = stk_given_is_mounted(unit->service, ref, local);
    const char *path = is_on_host(ref->file) ? ref->file->file : NULL;
    if (path && (local || !mounted) && stat(path, &st) != 0)
        return stk_fail(reterr, STK_ECONFIG, ref->file->src,
                        "the file '%s' of %s '%s' cannot be read: %s", path, what, ref->file->key,
                        strerror(errno));
    return mounted ? 0 : check_copy(unit, ref, what, reterr);
}

int stk_given_check(const struct stk_unit *unit, bool local, struct stk_error *reterr)
{
    for (size_t i = 0; i < stk_given_count(unit->service); i++) {
        const char *what;
        const struct stk_file_ref *ref = stk_given_at(unit->service, i, &what);
        int code = check_one(unit, ref, what, local, reterr);
        if (code)
            return code;
    }
    return 0;
}

static void closep(FILE **file)
{
    if (*file)
        fclose(*file);
}

int stk_given_read(const struct stk_file_ref *ref, const char *what, struct stk_buf *ret,
                   struct stk_error *reterr)
{
    const struct stk_file *file = ref->file;
    if (!is_on_host(file)) {
        if (!stk_buf_puts(ret, file->content ? file->content : ""))
            return stk_fail(reterr, STK_ECONFIG, file->src, "%s '%s' is larger than %zu MiB", what,
                            file->key, ret->max / STK_MIB);
        return 0;
    }
    STK_CLEANUP(closep) FILE *in = fopen(file->file, "re");
    char piece[16384];
    size_t n = 0;
    while (in && (n = fread(piece, 1, sizeof(piece), in)) > 0)
        if (!stk_buf_add(ret, piece, n))
            return stk_fail(reterr, STK_ECONFIG, file->src, "%s '%s' is larger than %zu MiB", what,
                            file->key, ret->max / STK_MIB);
    if (in && !ferror(in))
        return 0;
    return stk_fail(reterr, STK_ECONFIG, file->src, "the file '%s' of %s '%s' cannot be read: %s",
                    file->file, what, file->key, strerror(errno));
}
