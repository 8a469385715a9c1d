/* lock.c — a POSIX record lock on a file named by engine and project. The kernel lets go of it with its
 * holder, so there is nothing to clean up, and it knows who that is; what the file says adds what the
 * holder does, and is believed only when it is the holder's own. */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "text.h"

enum {
    DEFAULT_TIMEOUT_MS = 60000,
    LOOK_AGAIN_MS = 50,
    SIGNED_MS = 5,
    SIGNED_LOOKS = 20,
    WHO_MAX = 256
};

/* Every user of one engine must meet here, so a shared folder goes before a private one. */
static char *lock_path(const struct cli *cli)
{
    static const char *const folders[] = { "/run/lock", "/tmp" };
    const char *folder = folders[access(folders[0], W_OK) == 0 ? 0 : 1];
    STK_CLEANUP(stk_charp)
    char *key = stk_printf("%s\n%s", stk_runtime_address(cli->rt), cli->project);
    char hex[65];
    stk_sha256_hex(key, strlen(key), hex);
    return stk_printf("%s/stackctl-%.16s.lock", folder, hex);
}

static void sign(const struct cli *cli, int fd)
{
    char when[32], text[WHO_MAX];
    time_t now = time(NULL);
    struct tm tm;
    strftime(when, sizeof(when), "%H:%M:%S", localtime_r(&now, &tm));
    int n = snprintf(text, sizeof(text), "pid %d (stackctl %s) since %s", (int)getpid(),
                     cli->command->name, when);
    if (ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)n, 0) < 0)
        return; /* the lock holds all the same */
}

static struct flock all_of_it(void)
{
    return (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET };
}

/* 0: nobody, or somebody whom we cannot see from our namespace. */
static pid_t holder_of(int fd)
{
    struct flock lock = all_of_it();
    return fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK && lock.l_pid > 0 ? lock.l_pid
                                                                                      : 0;
}

static bool signed_by(const char *text, pid_t pid)
{
    int by = 0;
    return sscanf(text, "pid %d ", &by) == 1 && (!pid || by == pid);
}

/* Whoever has just taken it may not have signed yet, and what a former holder wrote stands there still. */
static void read_holder(int fd, char who[WHO_MAX])
{
    pid_t pid = 0;
    for (int look = 0; look < SIGNED_LOOKS; look++) {
        pid = holder_of(fd);
        ssize_t n = pread(fd, who, WHO_MAX - 1, 0);
        who[n > 0 ? n : 0] = '\0';
        if (signed_by(who, pid))
            return;
        nanosleep(&(struct timespec){ .tv_nsec = SIGNED_MS * STK_NS_PER_MS }, NULL);
    }
    if (pid)
        snprintf(who, WHO_MAX, "pid %d", (int)pid);
    else
        snprintf(who, WHO_MAX, "another process");
}

static int give_up(const struct cli *cli, int fd)
{
    struct stk_error err = { 0 };
    char who[WHO_MAX];
    read_holder(fd, who);
    stk_fail(&err, STK_ELOCKED, (struct stk_src){ 0 }, "project '%s' is being changed by %s",
             cli->project, who);
    int rc = stk_report_error(cli, &err);
    stk_error_clear(&err);
    return rc;
}

static bool try_lock(int fd)
{
    struct flock lock = all_of_it();
    int rc;
    do
        rc = fcntl(fd, F_SETLK, &lock);
    while (rc < 0 && errno == EINTR);
    return rc == 0;
}

/* The kernel may refuse O_CREAT on somebody else's file in a shared folder (fs.protected_regular). */
static int open_or_make(const char *path)
{
    int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 || errno != ENOENT)
        return fd;
    return open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
}

int stk_lock_take(struct cli *cli, struct stk_lock *lock)
{
    STK_CLEANUP(stk_charp) char *path = lock_path(cli);
    lock->fd = open_or_make(path);
    if (lock->fd < 0)
        return 0;
    (void)fchmod(lock->fd, 0666); /* other users of the engine, whatever our umask */
    const struct stk_opt *given = &cli->o.lock_timeout;
    int64_t until = stk_monotonic_ms() + (given->set ? given->v : DEFAULT_TIMEOUT_MS);
    for (bool told = false; !try_lock(lock->fd); told = true) {
        if (stk_monotonic_ms() >= until) {
            int rc = give_up(cli, lock->fd);
            stk_lock_release(lock);
            return rc;
        }
        if (!told) {
            char who[WHO_MAX];
            read_holder(lock->fd, who);
            stk_warn("waiting for %s, which changes project '%s'", who, cli->project);
        }
        nanosleep(&(struct timespec){ .tv_nsec = LOOK_AGAIN_MS * STK_NS_PER_MS }, NULL);
    }
    sign(cli, lock->fd);
    return 0;
}

void stk_lock_release(struct stk_lock *lock)
{
    if (lock->fd >= 0)
        close(lock->fd);
    lock->fd = -1;
}
