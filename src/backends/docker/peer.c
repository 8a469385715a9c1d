/* peer.c — whether an engine at a socket of this machine has this process's network, so that what listens
 * here keeps ports from it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "engine.h"

static void closep(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* The process at the other end, 0 when it is not one that we can see (a container has the socket of
 * an engine outside it). */
static pid_t peer_of(const char *socket_path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct ucred peer = { 0 };
    socklen_t size = sizeof(peer);
    if (strlen(socket_path) >= sizeof(address.sun_path))
        return 0;
    strcpy(address.sun_path, socket_path);
    STK_CLEANUP(closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return 0;
    return peer.pid;
}

bool stk_host_shares_network(const char *socket_path)
{
    char path[64], theirs[64], ours[64];
    pid_t pid = peer_of(socket_path);
    if (pid <= 0)
        return false;
    snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
    ssize_t n = readlink(path, theirs, sizeof(theirs)),
            m = readlink("/proc/self/ns/net", ours, sizeof(ours));
    if (n < 0 || m < 0)
        return errno == EACCES || errno == EPERM; /* root's: then most likely */
    return n == m && memcmp(theirs, ours, (size_t)n) == 0;
}
