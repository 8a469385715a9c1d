/* cp.c — cp: files between this machine and a service's containers, by docker cp's rules of names. The
 * archive goes through a file without a name: neither a large tree nor a lost engine leaves half of it in
 * memory or at the target. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "pack.h"
#include "pick.h"
#include "stackctl/docker/copy.h"
#include "text.h"
#include "together.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "index", 0, OPT_COUNT, AT(index), "N", "Which of several instances" },
    { "all", 0, OPT_FLAG, AT(all), NULL, "Copy into containers that 'run' made, too" },
    { "archive", 'a', OPT_FLAG, AT(archive), NULL, "Keep the owners of what is copied out" },
    { "follow-link", 'L', OPT_FLAG, AT(follow), NULL, "Copy what a link leads to, not the link" },
    { 0 },
};

enum { LINKS_MAX = 40 }; /* as many as the kernel follows */

static const struct stk_src nowhere;

struct cp {
    struct cli *cli;
    const struct stk_status *status; /* the container of this turn */
    const char *here, *there;        /* the two paths; here "-": a stream */
    int fd;                          /* the archive */
    int error;
    struct stk_copy_in_req in;
    struct stk_copy_out_req out;
};

/* ---- names ---- */

/* The path below SERVICE:, or NULL for one of this machine. */
static const char *container_path(const char *arg)
{
    const char *colon = strchr(arg, ':'), *slash = strchr(arg, '/');
    bool local = !colon || colon == arg || *arg == '.' || (slash && slash < colon);
    return local ? NULL : colon + 1;
}

static bool wants_folder(const char *path)
{
    return stk_ends(path, "/") || stk_ends(path, "/.") || strcmp(path, ".") == 0;
}

static bool wants_contents(const char *path)
{
    return stk_ends(path, "/.") || strcmp(path, ".") == 0;
}

/* Without slashes at its end. */
static const char *trimmed(const struct cp *cp, const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    return stk_arena_strndup(cp->cli->arena, path, n);
}

static const char *last_of(const struct cp *cp, const char *path)
{
    const char *plain = trimmed(cp, path), *slash = strrchr(plain, '/');
    return slash && slash[1] ? slash + 1 : plain;
}

static const char *folder_of(const struct cp *cp, const char *path)
{
    const char *plain = trimmed(cp, path), *slash = strrchr(plain, '/');
    if (!slash)
        return ".";
    return slash == plain ? "/" : stk_arena_strndup(cp->cli->arena, plain, (size_t)(slash - plain));
}

/* ---- telling ---- */

static int tell(struct cp *cp, struct stk_error *err)
{
    int rc = stk_report_error(cp->cli, err);
    stk_error_clear(err);
    return rc;
}

static int refuse(struct cp *cp, const char *what, const char *path)
{
    struct stk_error err = { 0 };
    stk_fail(&err, STK_EFAIL, nowhere, "%s: '%s'", what, path);
    return tell(cp, &err);
}

static void say(const struct cp *cp, const char *word, bool in)
{
    const char *name = cp->status->name;
    if (strcmp(cp->here, "-") != 0)
        stk_say(stderr, " %s copy %s%s%s to %s%s%s %s", name, in ? cp->here : name, in ? "" : ":",
                in ? "" : cp->there, in ? name : cp->here, in ? ":" : "", in ? cp->there : "",
                word);
}

static int run_one(struct cp *cp, struct stk_op *op, void (*submit)(struct cp *cp))
{
    struct together together = { .cli = cp->cli };
    together_add(&together, op);
    submit(cp);
    return together_run(&together);
}

/* ---- looking ---- */

static int look(struct cp *cp, const char *path, struct stk_copy_look_req *ret)
{
    struct together together = { .cli = cp->cli };
    *ret = (struct stk_copy_look_req){ .id = cp->status->ref.id, .path = trimmed(cp, path) };
    together_add(&together, &ret->op);
    stk_docker_copy_look(cp->cli->docker, ret);
    int rc = together_run(&together);
    if (!rc && ret->op.err.code)
        rc = tell(cp, &ret->op.err);
    return rc;
}

/* What is at *path after all links, which then is where they lead. */
static int look_through(struct cp *cp, const char **path, struct stk_copy_look_req *ret)
{
    for (int links = 0; links < LINKS_MAX; links++) {
        int rc = look(cp, *path, ret);
        if (rc || !ret->link)
            return rc;
        *path = *ret->link == '/'
                    ? stk_arena_strdup(cp->cli->arena, ret->link)
                    : stk_arena_printf(cp->cli->arena, "%s/%s", folder_of(cp, *path), ret->link);
        free(ret->link);
    }
    return refuse(cp, "too many links", *path);
}

/* ---- out of a container ---- */

static bool bytes_came(struct stk_copy_out_req *req, const char *bytes, size_t size)
{
    struct cp *cp = STK_CONTAINER(req, struct cp, out);
    while (size) {
        ssize_t n = write(cp->fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            cp->error = errno;
            return false;
        }
        bytes += n;
        size -= (size_t)n;
    }
    return true;
}

static void submit_out(struct cp *cp)
{
    stk_docker_copy_out(cp->cli->docker, &cp->out);
}

static int fetch(struct cp *cp, const char *path)
{
    cp->out =
        (struct stk_copy_out_req){ .id = cp->status->ref.id, .path = path, .bytes = bytes_came };
    int rc = run_one(cp, &cp->out.op, submit_out);
    struct stk_error *err = &cp->out.op.err;
    if (cp->error)
        stk_fail(err, STK_EFAIL, nowhere, "cannot write the archive: %s", strerror(cp->error));
    if (rc || !err->code)
        return rc;
    stk_wrap(err, "copying '%s' of '%s'", path, cp->status->name);
    return tell(cp, err);
}

/* Where below which folder of this machine it goes; *ret_name NULL: by its own name. */
static int place_here(struct cp *cp, bool folder, const char **ret_folder, const char **ret_name)
{
    struct stat st;
    bool found = stat(cp->here, &st) == 0, contents = wants_contents(cp->there);
    if (found && S_ISDIR(st.st_mode)) {
        *ret_folder = cp->here;
        *ret_name = contents ? "." : NULL;
        return 0;
    }
    if (found && folder)
        return refuse(cp, "cannot copy a folder over a file", cp->here);
    if (!folder && wants_folder(cp->here))
        return refuse(cp, "no such folder", cp->here);
    *ret_folder = folder_of(cp, cp->here);
    *ret_name = last_of(cp, cp->here);
    if (stat(*ret_folder, &st) != 0 || !S_ISDIR(st.st_mode))
        return refuse(cp, "no such folder", *ret_folder);
    return 0;
}

static int unpack(struct cp *cp, bool folder)
{
    const char *to = NULL, *name = NULL;
    struct stk_error err = { 0 };
    int rc = place_here(cp, folder, &to, &name);
    if (rc)
        return rc;
    (void)lseek(cp->fd, 0, SEEK_SET);
    return stk_unpack(cp->fd, to, name, cp->cli->o.archive, &err) ? tell(cp, &err) : 0;
}

static int copy_out(struct cp *cp)
{
    struct stk_copy_look_req at;
    const char *path = cp->there;
    say(cp, "Copying", false);
    int rc = cp->cli->o.follow ? look_through(cp, &path, &at) : look(cp, path, &at);
    if (rc)
        return rc;
    free(at.link);
    if (!at.found || (!at.folder && wants_folder(path)))
        return refuse(cp, at.found ? "not a folder" : "there is no such path in the container",
                      cp->there);
    if (strcmp(cp->here, "-") == 0) {
        cp->fd = STDOUT_FILENO;
        return isatty(cp->fd) ? stk_usage_error(cp->cli, "not writing an archive to a terminal")
                              : fetch(cp, path);
    }
    rc = fetch(cp, path);
    if (!rc)
        rc = unpack(cp, at.folder);
    if (!rc)
        say(cp, "Copied", false);
    return rc;
}

/* ---- into a container ---- */

static size_t bytes_go(struct stk_copy_in_req *req, char *to, size_t room)
{
    struct cp *cp = STK_CONTAINER(req, struct cp, in);
    ssize_t n;
    do
        n = read(cp->fd, to, room);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        cp->error = errno;
    return n < 0 ? (size_t)-1 : (size_t)n;
}

static void submit_in(struct cp *cp)
{
    stk_docker_copy_in(cp->cli->docker, &cp->in);
}

static int deliver(struct cp *cp, const char *folder)
{
    cp->in =
        (struct stk_copy_in_req){ .id = cp->status->ref.id, .folder = folder, .bytes = bytes_go };
    int rc = run_one(cp, &cp->in.op, submit_in);
    struct stk_error *err = &cp->in.op.err;
    if (cp->error)
        stk_fail(err, STK_EFAIL, nowhere, "cannot read the archive: %s", strerror(cp->error));
    if (rc || !err->code)
        return rc;
    stk_wrap(err, "copying to '%s' of '%s'", cp->there, cp->status->name);
    return tell(cp, err);
}

static int place_there(struct cp *cp, bool folder, const char **ret_folder, const char **ret_name)
{
    struct stk_copy_look_req at, above;
    const char *path = cp->there, *parent;
    int rc = look_through(cp, &path, &at);
    if (rc)
        return rc;
    if (at.found && at.folder) {
        *ret_folder = path;
        *ret_name = wants_contents(cp->here) ? "." : last_of(cp, cp->here);
        return 0;
    }
    if (at.found && folder)
        return refuse(cp, "cannot copy a folder over a file", cp->there);
    if (!folder && wants_folder(cp->there))
        return refuse(cp, "no such folder in the container", cp->there);
    *ret_folder = parent = folder_of(cp, path);
    *ret_name = last_of(cp, path);
    rc = look_through(cp, &parent, &above);
    *ret_folder = parent;
    return rc || (above.found && above.folder)
               ? rc
               : refuse(cp, "no such folder in the container", folder_of(cp, cp->there));
}

static int copy_stream_in(struct cp *cp)
{
    struct stk_copy_look_req at;
    const char *path = cp->there;
    int rc = look_through(cp, &path, &at);
    if (rc)
        return rc;
    if (!at.found || !at.folder)
        return refuse(cp, "an archive goes into a folder, and there is none", cp->there);
    cp->fd = STDIN_FILENO;
    return deliver(cp, path);
}

static int copy_in(struct cp *cp)
{
    struct stat st;
    struct stk_error err = { 0 };
    const char *folder = NULL, *name = NULL;
    if (strcmp(cp->here, "-") == 0)
        return copy_stream_in(cp);
    say(cp, "Copying", true);
    bool follow = cp->cli->o.follow || wants_folder(cp->here);
    if ((follow ? stat : lstat)(cp->here, &st) != 0) {
        stk_fail(&err, STK_EFAIL, nowhere, "cannot read '%s': %s", cp->here, strerror(errno));
        return tell(cp, &err);
    }
    if (!S_ISDIR(st.st_mode) && wants_folder(cp->here))
        return refuse(cp, "not a folder", cp->here);
    int rc = place_there(cp, S_ISDIR(st.st_mode), &folder, &name);
    if (rc)
        return rc;
    if (stk_pack(cp->here, name, follow, cp->fd, &err))
        return tell(cp, &err);
    (void)lseek(cp->fd, 0, SEEK_SET);
    rc = deliver(cp, folder);
    if (!rc)
        say(cp, "Copied", true);
    return rc;
}

/* ---- which containers ---- */

static int open_archive(struct cp *cp)
{
    const char *folder = getenv("TMPDIR");
    cp->fd = open(folder && *folder ? folder : "/tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
    if (cp->fd >= 0)
        return 0;
    struct stk_error err = { 0 };
    stk_fail(&err, STK_EFAIL, nowhere, "cannot make a temporary file: %s", strerror(errno));
    return tell(cp, &err);
}

static int copy_one(struct cp *cp, const struct stk_status *status, int (*copy)(struct cp *))
{
    cp->status = status;
    cp->error = 0;
    int rc = open_archive(cp), fd = cp->fd;
    if (rc)
        return rc;
    rc = copy(cp);
    close(fd);
    return rc;
}

/* Into all instances, unless one is named; an archive from a pipe can be read once only. */
static int copy_into(struct cp *cp, const char *service)
{
    struct stk_seen *seen = NULL;
    const struct stk_status *const *all = NULL, *one = NULL;
    size_t n = 1;
    bool single = cp->cli->o.index.set || strcmp(cp->here, "-") == 0;
    cp->cli->args = (struct stk_strs){ .n = 1, .v = &service };
    int rc = single ? pick_one(cp->cli, service, 0, &seen, &one)
                    : pick_named(cp->cli, cp->cli->o.all ? PICK_ONE_OFFS : 0, &seen, &all, &n);
    if (!rc && n == 0)
        rc = refuse(cp, "the service has no container", service);
    for (size_t i = 0; i < n && !rc; i++)
        rc = copy_one(cp, single ? one : all[i], copy_in);
    stk_seen_free(seen);
    return rc;
}

static int copy_from(struct cp *cp, const char *service)
{
    struct stk_seen *seen = NULL;
    const struct stk_status *one = NULL;
    int rc = pick_one(cp->cli, service, 0, &seen, &one);
    if (!rc)
        rc = copy_one(cp, one, copy_out);
    stk_seen_free(seen);
    return rc;
}

static int run(struct cli *cli)
{
    if (cli->args.n != 2)
        return stk_usage_error(cli, "cp takes two paths: SERVICE:PATH and one of this machine");
    const char *from = cli->args.v[0], *to = cli->args.v[1];
    const char *in_from = container_path(from), *in_to = container_path(to);
    if (!in_from == !in_to)
        return stk_usage_error(cli, in_from ? "cannot copy from service to service"
                                            : "one of the two paths must be SERVICE:PATH");
    const char *arg = in_from ? from : to, *path = in_from ? in_from : in_to;
    struct cp cp = { .cli = cli, .here = in_from ? to : from, .there = *path ? path : "/" };
    if (*cp.there != '/')
        cp.there = stk_arena_printf(cli->arena, "/%s", cp.there);
    if (!*cp.here)
        return stk_usage_error(cli, "a path is empty");
    const char *service = stk_arena_strndup(cli->arena, arg, (size_t)(path - arg - 1));
    return in_from ? copy_from(&cp, service) : copy_into(&cp, service);
}

const struct command stk_cmd_cp = {
    .name = "cp",
    .args = "SERVICE:PATH PATH|- | PATH|- SERVICE:PATH",
    .help = "Copy files between this machine and a service's containers",
    .more = "What is copied to a path that is a folder goes into it, else the path is its new "
            "name; a folder\n"
            "that ends in /. is copied without itself. - is a tar archive on standard input or "
            "output.\n",
    .needs = NEEDS_PROJECT | NEEDS_ENGINE | NEEDS_DOCKER,
    .max_args = 2,
    .options = options,
    .run = run,
};
