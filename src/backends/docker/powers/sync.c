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

enum { WORDS_MAX = 96 * 1024, BLOCK = 512, MODES = 07777 };

enum step { BEGIN, REMOVE, SEND };
static const char *const steps[] = { "BEGIN", "REMOVE", "SEND" };
struct sync {
    struct stk_task task;
    struct stk_sync_req *req;
    struct stk_exec exec;
    json_t *words;
    size_t at, n_words;  /* the next item; how many the rm under way is about */
    struct stk_buf head; /* of the stream: what goes out before the next bytes of a file */
    size_t sent;         /* of it */
    int fd;              /* the file that goes out, or -1 */
    size_t size, left;   /* what its head says, and what of it is still to come */
    bool ended;          /* the end of the stream is in head */
};

static void close_file(struct sync *sync)
{
    if (sync->fd >= 0)
        close(sync->fd);
    sync->fd = -1;
}

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

static void note_unreadable(struct sync *sync, const char *path)
{
    if (!sync->req->cannot_read)
        sync->req->cannot_read = stk_printf("'%s': %s", path, strerror(errno));
}

/* What cannot be read is told, and is no reason to keep back the others; what has just gone is nothing. */
static bool open_file(struct sync *sync, struct stk_sync_item *item, const char *path,
                      struct stat *st)
{
    sync->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (sync->fd >= 0 && fstat(sync->fd, st) == 0 && S_ISREG(st->st_mode))
        return true;
    if (sync->fd < 0 && errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
        note_unreadable(sync, path);
    else
        item->found = STK_SYNC_NOTHING;
    close_file(sync);
    return false;
}

/* The head of the item, when there is something to be sent for it. */
static void begin_item(struct sync *sync, struct stk_sync_item *item)
{
    struct stat st;
    char target[PATH_MAX] = "";
    STK_CLEANUP(stk_charp) char *path = path_of(sync->req->from, item->rel);
    STK_CLEANUP(stk_charp) char *to = path_of(sync->req->to, item->rel);
    look(sync->req, item, path, &st);
    if (item->found == STK_SYNC_FOLDER && !*item->rel)
        return; /* the container's own; its contents are what is brought over */
    if (item->found == STK_SYNC_FILE && !open_file(sync, item, path, &st))
        return;
    if (item->found == STK_SYNC_LINK && readlink(path, target, sizeof(target) - 1) < 0)
        item->found = STK_SYNC_NOTHING;
    if (item->found == STK_SYNC_NOTHING)
        return;
    sync->left = sync->fd >= 0 ? (size_t)st.st_size : 0;
    sync->size = sync->left;
    stk_archive_head(&sync->head, &(struct stk_archived){ .path = to,
                                                          .mode = st.st_mode & MODES,
                                                          .mtime = st.st_mtime,
                                                          .size = sync->left,
                                                          .folder = item->found == STK_SYNC_FOLDER,
                                                          .link = *target ? target : NULL });
    sync->req->copied++;
}

/* What is sent next has a head, or nothing is left. */
static void begin_next(struct sync *sync)
{
    stk_buf_reset(&sync->head);
    sync->sent = 0;
    while (sync->head.size == 0 && sync->at < sync->req->n)
        begin_item(sync, &sync->req->items[sync->at++]);
}

static size_t feed_head(struct sync *sync, char *to, size_t room)
{
    size_t n = sync->head.size - sync->sent;
    n = n < room ? n : room;
    memcpy(to, sync->head.bytes + sync->sent, n);
    sync->sent += n;
    return n;
}

/* A file that became shorter meanwhile is filled up: its head is out, and it will be told as changed. */
static size_t feed_file(struct sync *sync, char *to, size_t room)
{
    size_t most = sync->left < room ? sync->left : room;
    ssize_t n = read(sync->fd, to, most);
    if (n <= 0) {
        n = (ssize_t)most;
        memset(to, 0, most);
    }
    sync->left -= (size_t)n;
    return (size_t)n;
}

static size_t feed(struct stk_call *call, char *to, size_t room)
{
    struct sync *sync = call->data;
    if (sync->sent == sync->head.size && sync->left == 0 && !sync->ended) {
        bool padded = sync->fd >= 0 && sync->size % BLOCK != 0;
        close_file(sync);
        if (padded) {
            stk_buf_reset(&sync->head);
            sync->sent = 0;
            stk_archive_pad(&sync->head, sync->size);
        } else {
            begin_next(sync);
        }
        if (sync->head.size == 0) {
            stk_archive_end(&sync->head);
            sync->ended = true;
        }
    }
    if (sync->sent < sync->head.size)
        return feed_head(sync, to, room);
    return sync->left ? feed_file(sync, to, room) : 0;
}

/* All of it in one stream, each file read as it goes out. */
static void send_all(struct sync *sync)
{
    begin_next(sync);
    if (sync->head.size == 0) {
        stk_task_end(&sync->task, NULL);
        return;
    }
    sync->task.call.feed = feed;
    sync->task.call.data = sync;
    sync->task.call.wait_ms = STK_FOREVER; /* as long as the files take */
    stk_task_go(&sync->task, SEND, "PUT", NULL, "/containers/%s/archive?path=/&copyUIDGID=true",
                sync->req->id);
}

/* --- one after the other --- */

static void go_on(struct sync *sync)
{
    collect(sync);
    if (sync->n_words) {
        run_rm(sync);
        return;
    }
    sync->at = 0;
    send_all(sync);
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
    if (task->step != SEND)
        go_on(sync);
    else if (task->call.op.err.code)
        stk_task_fail(task);
    else
        stk_task_end(task, NULL);
}

static void clear(struct stk_task *task)
{
    struct sync *sync = (struct sync *)task;
    stk_exec_clear(&sync->exec);
    json_decref(sync->words);
    stk_buf_clear(&sync->head);
    close_file(sync);
}

void stk_docker_sync(struct stk_docker *docker, struct stk_sync_req *req)
{
    struct sync *sync = stk_task_new(docker, sizeof(*sync), &req->op, req->id, steps, next, clear);
    sync->req = req;
    sync->fd = -1;
    stk_buf_init(&sync->head, STK_MIB);
    req->copied = req->removed = 0;
    req->cannot_remove = req->cannot_read = NULL;
    go_on(sync);
}

void stk_sync_clear(struct stk_sync_req *req)
{
    free(TAKE(req->cannot_remove));
    free(TAKE(req->cannot_read));
    stk_error_clear(&req->op.err);
}
