/* sync.c — first removes in a container what is gone here, with the container's own rm, then sends what is
 * here as tar streams over the connection that is open. What is to be brought over is others' business. */
#include "stackctl/docker/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive.h"
#include "engine.h"
#include "exec.h"
#include "text.h"

#define STREAM_FULL (16 * STK_MIB)  /* a stream ends after the file that reaches it */
#define STREAM_MAX  (520 * STK_MIB) /* a file is at most that large */
enum { WORDS_MAX = 96 * 1024, WORK_MS = 600 * 1000, MODES = 07777 };

enum step { BEGIN, REMOVE, SEND };
static const char *const steps[] = { "BEGIN", "REMOVE", "SEND" };
static const struct stk_src nowhere;

struct sync {
    struct stk_task task;
    struct stk_sync_req *req;
    struct stk_exec exec;
    json_t *words;
    size_t at, n_words; /* the next item; how many the rm under way is about */
};

static char *path_of(const char *root, const char *rel)
{
    return stk_printf("%s%s%s", root, *rel ? "/" : "", rel);
}

/* --- what is here --- */

/* A path that leads through a link is not in the tree. */
static bool is_within(const char *root, const char *rel)
{
    for (const char *slash = strchr(rel, '/'); slash; slash = strchr(slash + 1, '/')) {
        struct stat st;
        STK_CLEANUP(stk_charp)
        char *above = stk_printf("%s/%.*s", root, (int)(slash - rel), rel);
        if (lstat(above, &st) != 0 || !S_ISDIR(st.st_mode))
            return false;
    }
    return true;
}

static void look(const struct stk_sync_req *req, struct stk_sync_item *item, const char *path,
                 struct stat *st)
{
    item->found = STK_SYNC_NOTHING;
    if (!is_within(req->from, item->rel) || (*item->rel ? lstat(path, st) : stat(path, st)) != 0)
        return;
    item->found = S_ISREG(st->st_mode)   ? STK_SYNC_FILE
                  : S_ISLNK(st->st_mode) ? STK_SYNC_LINK
                  : S_ISDIR(st->st_mode) ? STK_SYNC_FOLDER
                                         : STK_SYNC_NOTHING;
}

/* --- removing --- */

static bool is_below(const char *rel, const char *above)
{
    size_t n = strlen(above);
    return strncmp(rel, above, n) == 0 && (rel[n] == '/' || rel[n] == 0 || n == 0);
}

static bool goes(const struct stk_sync_req *req, struct stk_sync_item *item)
{
    struct stat st;
    STK_CLEANUP(stk_charp) char *path = path_of(req->from, item->rel);
    look(req, item, path, &st);
    return item->removed || item->found == STK_SYNC_NOTHING;
}

/* As many paths as one command takes; what is below one that goes, goes with it. */
static void collect(struct sync *sync)
{
    struct stk_sync_req *req = sync->req;
    const char *above = NULL;
    size_t size = 0;
    json_decref(sync->words);
    sync->words = json_pack("[s, s, s]", "rm", "-rf", "--");
    sync->n_words = 0;
    for (; sync->at < req->n && size < WORDS_MAX; sync->at++) {
        struct stk_sync_item *item = &req->items[sync->at];
        if (!goes(req, item) || (above && is_below(item->rel, above)))
            continue;
        STK_CLEANUP(stk_charp) char *path = path_of(req->to, item->rel);
        json_array_append_new(sync->words, json_string(path));
        above = item->rel;
        size += strlen(path) + 1;
        sync->n_words++;
    }
}

static void run_rm(struct sync *sync)
{
    stk_exec_clear(&sync->exec);
    sync->exec = (struct stk_exec){ .container = sync->req->id, .command = sync->words };
    stk_task_nest(&sync->task, REMOVE, &sync->exec.op);
    stk_exec_run(sync->task.docker, &sync->exec);
}

/* No such program, or no right: what is copied is worth copying all the same. */
static void note_refusal(struct sync *sync, const char *why)
{
    if (!sync->req->cannot_remove)
        sync->req->cannot_remove = stk_printf("%.*s", (int)strcspn(why, "\n"), why);
}

/* --- sending --- */

static bool read_file(const char *path, const struct stat *st, struct stk_buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    char chunk[64 * 1024];
    ssize_t n = fd < 0 ? -1 : 1;
    while (n > 0 && (n = read(fd, chunk, sizeof(chunk))) > 0)
        if (!stk_buf_add(out, chunk, (size_t)n))
            n = -1;
    (void)st;
    if (fd >= 0)
        close(fd);
    return n == 0;
}

static int add(struct sync *sync, struct stk_sync_item *item, struct stk_buf *out,
               struct stk_error *reterr)
{
    struct stat st;
    char target[PATH_MAX];
    STK_CLEANUP(stk_charp) char *path = path_of(sync->req->from, item->rel);
    STK_CLEANUP(stk_charp) char *to = path_of(sync->req->to, item->rel);
    STK_CLEANUP(stk_buf_clearp) struct stk_buf bytes;
    stk_buf_init(&bytes, STREAM_MAX - STK_MIB);
    look(sync->req, item, path, &st);
    struct stk_archived file = { .path = to };
    if (item->found == STK_SYNC_FOLDER && !*item->rel)
        return 0; /* the container's own; its contents are what is brought over */
    if (item->found == STK_SYNC_FILE && !read_file(path, &st, &bytes)) {
        if (bytes.full)
            return stk_fail(reterr, STK_EFAIL, nowhere, "'%s' is too large: over %zu MiB", path,
                            bytes.max / STK_MIB);
        if (errno == EACCES)
            return stk_fail(reterr, STK_EFAIL, nowhere, "cannot read '%s': %s", path,
                            strerror(errno));
        item->found = STK_SYNC_NOTHING; /* it has just gone */
    }
    ssize_t n = item->found == STK_SYNC_LINK ? readlink(path, target, sizeof(target) - 1) : 0;
    if (n < 0)
        item->found = STK_SYNC_NOTHING;
    if (item->found == STK_SYNC_NOTHING)
        return 0;
    target[n] = 0;
    file.mode = st.st_mode & MODES;
    file.mtime = st.st_mtime;
    file.bytes = bytes.bytes;
    file.size = bytes.size;
    file.folder = item->found == STK_SYNC_FOLDER;
    file.link = item->found == STK_SYNC_LINK ? target : NULL;
    stk_archive_add(out, &file);
    sync->req->copied++;
    return 0;
}

static void end_sync(struct sync *sync, struct stk_error *err)
{
    stk_task_end(&sync->task, err);
}

static void send_next(struct sync *sync)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf out;
    struct stk_error err = { 0 };
    stk_buf_init(&out, STREAM_MAX);
    for (; sync->at < sync->req->n && out.size < STREAM_FULL; sync->at++)
        if (add(sync, &sync->req->items[sync->at], &out, &err)) {
            end_sync(sync, &err);
            return;
        }
    if (out.size == 0) {
        end_sync(sync, NULL);
        return;
    }
    stk_archive_end(&out);
    sync->task.call.tar_size = out.size;
    sync->task.call.tar = stk_buf_take(&out);
    sync->task.call.wait_ms = WORK_MS;
    stk_task_go(&sync->task, SEND, "PUT", NULL, "/containers/%s/archive?path=/&copyUIDGID=true",
                sync->req->id);
}

/* --- one after the other --- */

static void go_on(struct sync *sync)
{
    if (sync->task.step != SEND) {
        collect(sync);
        if (sync->n_words) {
            run_rm(sync);
            return;
        }
        sync->at = 0;
        stk_task_step(&sync->task, SEND);
    }
    send_next(sync);
}

static void rm_ended(struct sync *sync)
{
    const struct stk_exec *exec = &sync->exec;
    if (exec->op.err.code == STK_OK && exec->exit_code == 0)
        sync->req->removed += sync->n_words;
    else if (exec->op.err.code)
        note_refusal(sync, exec->op.err.msg);
    else
        note_refusal(sync, exec->output.size ? exec->output.bytes : "rm failed");
}

static void next(struct stk_task *task)
{
    struct sync *sync = (struct sync *)task;
    if (task->step == REMOVE)
        rm_ended(sync);
    if (task->step == SEND && task->call.op.err.code)
        stk_task_fail(task);
    else
        go_on(sync);
}

static void clear(struct stk_task *task)
{
    struct sync *sync = (struct sync *)task;
    stk_exec_clear(&sync->exec);
    json_decref(sync->words);
}

void stk_docker_sync(struct stk_docker *docker, struct stk_sync_req *req)
{
    struct sync *sync = stk_task_new(docker, sizeof(*sync), &req->op, req->id, steps, next, clear);
    sync->req = req;
    req->copied = req->removed = 0;
    req->cannot_remove = NULL;
    go_on(sync);
}

void stk_sync_clear(struct stk_sync_req *req)
{
    free(TAKE(req->cannot_remove));
    stk_error_clear(&req->op.err);
}
