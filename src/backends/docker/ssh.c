/* ssh.c — see ssh.h. Each connection to the socket is handed to an ssh of its own; all but the first
 * share the first one's login (ControlMaster), so that an engine far away asks for one only. They run
 * in sessions of their own: a Ctrl-C is ours to handle, and there is no terminal to hang on with a
 * question.
 *
 * Nobody listens while nobody connects: a watched descriptor would keep the loop from ending. Who
 * connects says so before (stk_ssh_expect), and is taken in with the loop's next turn. */
#include "ssh.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"

enum { WORDS_MAX = 4096, ARGS_MAX = 16, BACKLOG = 128, LOOK_AGAIN_MS = 5, LOOKS = 200 };

static const struct stk_src nowhere;
extern char **environ;

struct stk_ssh {
    struct stk_loop *loop;
    struct stk_timer timer;
    unsigned looks;             /* left, for the one who is to come */
    char *target, *user, *port; /* arguments */
    char *remote;               /* the command over there */
    char *folder, *socket, *control;
    int listener, words; /* words: where standard error goes */
    pid_t *pids;
    size_t n;
};

static void forget_ended(struct stk_ssh *ssh)
{
    size_t kept = 0;
    for (size_t i = 0; i < ssh->n; i++)
        if (waitpid(ssh->pids[i], NULL, WNOHANG) == 0)
            ssh->pids[kept++] = ssh->pids[i];
    ssh->n = kept;
}

static int spawn(const struct stk_ssh *ssh, int fd, pid_t *ret_pid)
{
    const char *args[ARGS_MAX] = { "ssh", "-T", "-oConnectTimeout=30", "-oControlMaster=auto",
                                   ssh->control };
    size_t n = 5;
    if (ssh->user)
        args[n++] = ssh->user;
    if (ssh->port)
        args[n++] = ssh->port;
    args[n++] = "--";
    args[n++] = ssh->target;
    args[n++] = ssh->remote;
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t none;
    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, fd, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, fd, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, ssh->words, STDERR_FILENO);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
    int failed = posix_spawnp(ret_pid, "ssh", &files, &attr, (char *const *)args, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attr);
    return failed;
}

static void hand_over(struct stk_ssh *ssh, int fd)
{
    pid_t pid;
    forget_ended(ssh);
    int failed = spawn(ssh, fd, &pid);
    close(fd);
    if (!failed) {
        ssh->pids = stk_realloc(ssh->pids, (ssh->n + 1) * sizeof(*ssh->pids));
        ssh->pids[ssh->n++] = pid;
        return;
    }
    dprintf(ssh->words, "cannot run the program ssh: %s\n", strerror(failed));
}

static void look(struct stk_timer *timer)
{
    struct stk_ssh *ssh = timer->data;
    int fd;
    bool came = false;
    while ((fd = accept4(ssh->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        hand_over(ssh, fd);
        came = true;
    }
    if (!came && ssh->looks > 0 && ssh->looks--)
        stk_timer_start(ssh->loop, timer, LOOK_AGAIN_MS);
}

void stk_ssh_expect(void *data)
{
    struct stk_ssh *ssh = data;
    ssh->looks = LOOKS;
    stk_timer_start(ssh->loop, &ssh->timer, 0);
}

static char *private_folder(void)
{
    const char *run = getenv("XDG_RUNTIME_DIR");
    STK_CLEANUP(stk_charp)
    char *folder = stk_printf("%s/stackctl-XXXXXX", run && *run == '/' ? run : "/tmp");
    return mkdtemp(folder) ? TAKE(folder) : NULL;
}

static int listen_at(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof(address.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    close(fd);
    return -1;
}

static bool prepare(struct stk_ssh *ssh)
{
    ssh->words = memfd_create("ssh-words", MFD_CLOEXEC);
    ssh->folder = private_folder();
    if (ssh->words < 0 || !ssh->folder)
        return false;
    ssh->socket = stk_printf("%s/engine", ssh->folder);
    ssh->control = stk_printf("-oControlPath=%s/login", ssh->folder);
    ssh->listener = listen_at(ssh->socket);
    return ssh->listener >= 0;
}

struct stk_ssh *stk_ssh_new(struct stk_loop *loop, const struct stk_host *host,
                            struct stk_error *reterr)
{
    struct stk_ssh *ssh = stk_alloc(sizeof(*ssh));
    ssh->loop = loop;
    ssh->timer = (struct stk_timer){ .fire = look, .data = ssh };
    ssh->listener = ssh->words = -1;
    ssh->target = stk_strdup(host->ssh.host);
    ssh->user = host->ssh.user ? stk_printf("-l%s", host->ssh.user) : NULL;
    ssh->port = host->ssh.port ? stk_printf("-p%s", host->ssh.port) : NULL;
    ssh->remote = host->ssh.socket
                      ? stk_printf("docker --host unix://%s system dial-stdio", host->ssh.socket)
                      : stk_strdup("docker system dial-stdio");
    if (prepare(ssh))
        return ssh;
    stk_fail(reterr, STK_EENGINE, nowhere, "cannot prepare a connection through ssh: %s",
             strerror(errno));
    stk_ssh_free(ssh);
    return NULL;
}

const char *stk_ssh_socket(const struct stk_ssh *ssh)
{
    return ssh->socket;
}

void stk_ssh_words(const struct stk_ssh *ssh, struct stk_buf *out)
{
    char text[WORDS_MAX];
    ssize_t size = pread(ssh->words, text, sizeof(text), 0);
    while (size > 0 && strchr("\r\n ", text[size - 1]))
        size--;
    for (ssize_t i = 0; i < size; i++) {
        if (text[i] == '\n')
            stk_buf_puts(out, "; ");
        else if (text[i] != '\r')
            stk_buf_putc(out, text[i]);
    }
}

static void close_all(struct stk_ssh *ssh)
{
    if (ssh->listener >= 0)
        close(ssh->listener);
    if (ssh->words >= 0)
        close(ssh->words);
    if (ssh->socket)
        unlink(ssh->socket);
    if (ssh->folder)
        rmdir(ssh->folder);
}

void stk_ssh_free(struct stk_ssh *ssh)
{
    if (!ssh)
        return;
    stk_timer_stop(&ssh->timer);
    /* The oldest holds the shared login; the others have lost their connections by now. */
    for (size_t i = ssh->n; i-- > 0;) {
        kill(ssh->pids[i], SIGTERM);
        waitpid(ssh->pids[i], NULL, 0);
    }
    close_all(ssh);
    free(ssh->target);
    free(ssh->user);
    free(ssh->port);
    free(ssh->remote);
    free(ssh->folder);
    free(ssh->socket);
    free(ssh->control);
    free(ssh->pids);
    free(ssh);
}
