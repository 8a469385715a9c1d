/* export.c — export: a container's files as a tar archive, whole or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "pick.h"
#include "stackctl/docker/copy.h"
#include "together.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "index", 0, OPT_COUNT, AT(index), "N", "Which of several instances" },
    { "output", 'o', OPT_STRING, AT(output), "FILE", "Where to, instead of standard output" },
    { 0 },
};

struct export
{
    struct stk_copy_out_req req;
    const char *path; /* what was asked for; NULL: standard output */
    char *temporary;  /* beside it, until it is whole; NULL: written directly */
    int fd, error;
};

/* A pipe or a device is written directly: there is nothing to put in its place. */
static int open_output(struct cli *cli, struct export *export)
{
    struct stat st;
    export->path = cli->o.output;
    export->fd = STDOUT_FILENO;
    if (!export->path && isatty(STDOUT_FILENO))
        return stk_usage_error(cli, "not writing an archive to a terminal: use --output FILE");
    if (!export->path)
        return 0;
    bool direct = stat(export->path, &st) == 0 && !S_ISREG(st.st_mode);
    export->temporary = direct ? NULL : stk_printf("%s.XXXXXX", export->path);
    export->fd =
        direct ? open(export->path, O_WRONLY | O_CLOEXEC) : mkostemp(export->temporary, O_CLOEXEC);
    if (export->fd >= 0)
        return 0;
    stk_charp(&export->temporary);
    struct stk_error err = { 0 };
    stk_fail(&err, STK_EFAIL, (struct stk_src){ 0 }, "cannot write '%s': %s", export->path,
             strerror(errno));
    int rc = stk_report_error(cli, &err);
    stk_error_clear(&err);
    return rc;
}

/* As any file that a shell's > makes; mkostemp lets nobody else read it. */
static void allow_reading(int fd)
{
    mode_t mask = umask(0);
    umask(mask);
    (void)fchmod(fd, 0666 & ~mask); /* best effort: a file system may have no modes */
}

static bool bytes_came(struct stk_copy_out_req *req, const char *bytes, size_t size)
{
    struct export *export = STK_CONTAINER(req, struct export, req);
    while (size) {
        ssize_t n = write(export->fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            export->error = errno;
            return false;
        }
        bytes += n;
        size -= (size_t)n;
    }
    return true;
}

/* Puts a whole archive in its place, and leaves nothing of one that is not. */
static void close_output(struct export *export, bool whole)
{
    if (export->temporary) {
        allow_reading(export->fd);
        bool kept = whole && close(export->fd) == 0 && rename(export->temporary, export->path) == 0;
        if (whole && !kept)
            export->error = errno;
        if (!kept)
            (void)unlink(export->temporary); /* best effort */
    } else if (export->fd != STDOUT_FILENO) {
        close(export->fd);
    }
    stk_charp(&export->temporary);
}

static int export_one(struct cli *cli, const struct stk_status *status, struct export *export)
{
    struct together together = { .cli = cli };
    struct stk_error *err = &export->req.op.err;
    export->req.id = status->ref.id;
    export->req.bytes = bytes_came;
    together_add(&together, &export->req.op);
    stk_docker_copy_out(cli->docker, &export->req);
    int rc = together_run(&together);
    close_output(export, !rc && !err->code);
    if (export->error)
        stk_fail(err, STK_EFAIL, (struct stk_src){ 0 }, "cannot write '%s': %s",
                 export->path ? export->path : "standard output", strerror(export->error));
    if (!rc && err->code) {
        stk_wrap(err, "exporting '%s'", status->name);
        rc = stk_report_error(cli, err);
    } else if (!rc && export->path) {
        stk_say(stderr, " Container %s  Exported to %s", status->name, export->path);
    }
    stk_error_clear(err);
    return rc;
}

static int run(struct cli *cli)
{
    struct stk_seen *seen = NULL;
    const struct stk_status *status = NULL;
    struct export export = { 0 };
    if (cli->args.n == 0)
        return stk_usage_error(cli, "export needs a service");
    int rc = pick_one(cli, cli->args.v[0], 0, &seen, &status);
    if (!rc && !cli->o.dry_run)
        rc = open_output(cli, &export);
    if (!rc && cli->o.dry_run)
        stk_say(stdout, "would export container %s", status->name);
    else if (!rc)
        rc = export_one(cli, status, &export);
    stk_seen_free(seen);
    return rc;
}

const struct command stk_cmd_export = {
    .name = "export",
    .args = "SERVICE",
    .help = "Write a container's files as a tar archive",
    .more = "A container that is stopped will do. What is in volumes is not part of it.\n",
    .needs = NEEDS_PROJECT | NEEDS_ENGINE | NEEDS_DOCKER,
    .max_args = 1,
    .options = options,
    .run = run,
};
