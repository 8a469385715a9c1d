/* listener.c — see listener.h. What /proc does not show to this user is not told. */
#include "listener.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "arena.h"
#include "text.h"

static void closep(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static void fclosep(FILE **file)
{
    if (*file)
        fclose(*file);
}

static void closedirp(DIR **dir)
{
    if (*dir)
        closedir(*dir);
}

bool stk_port_is_free(const char *ip, unsigned port, const char *protocol)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
    bool six = ip && strchr(ip, ':');
    bool tcp = stk_streq(protocol, "tcp");
    int on = 1;
    if (!tcp && !stk_streq(protocol, "udp"))
        return true;
    if (ip && *ip &&
        inet_pton(six ? AF_INET6 : AF_INET, ip,
                  six ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr) != 1)
        return true;
    STK_CLEANUP(closep)
    int fd = socket(six ? AF_INET6 : AF_INET, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return true;
    if (tcp) /* a connection that has just ended keeps nobody from listening */
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    int failed = six ? bind(fd, (struct sockaddr *)&v6, sizeof(v6))
                     : bind(fd, (struct sockaddr *)&v4, sizeof(v4));
    if (!failed && tcp) /* the kernel lets two bind that only listen conflicts */
        failed = listen(fd, 1);
    return !failed || errno != EADDRINUSE;
}

/* The inode of a socket bound to that port, 0: there is none. Only those that listen, for tcp. */
static unsigned long inode_in(const char *table, unsigned port, bool tcp)
{
    enum { LISTEN = 10 };
    STK_CLEANUP(fclosep) FILE *file = fopen(table, "re");
    char line[512];
    while (file && fgets(line, sizeof(line), file)) {
        unsigned local, state;
        unsigned long inode;
        if (sscanf(line, " %*d: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %*u %*u %lu",
                   &local, &state, &inode) == 3 &&
            local == port && inode && (!tcp || state == LISTEN))
            return inode;
    }
    return 0;
}

static bool has_socket(const char *pid, unsigned long inode)
{
    STK_CLEANUP(stk_charp) char *wanted = stk_printf("socket:[%lu]", inode);
    STK_CLEANUP(stk_charp) char *folder = stk_printf("/proc/%s/fd", pid);
    STK_CLEANUP(closedirp) DIR *dir = opendir(folder);
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        char target[64];
        ssize_t n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
        if (n > 0 && (target[n] = '\0', stk_streq(target, wanted)))
            return true;
    }
    return false;
}

static char *name_of(const char *pid)
{
    STK_CLEANUP(stk_charp) char *path = stk_printf("/proc/%s/comm", pid);
    STK_CLEANUP(fclosep) FILE *file = fopen(path, "re");
    char name[64] = "?";
    if (file && fgets(name, sizeof(name), file))
        name[strcspn(name, "\n")] = '\0';
    return stk_printf("pid %s (%s)", pid, name);
}

char *stk_port_listener(unsigned port, const char *protocol)
{
    bool tcp = stk_streq(protocol, "tcp");
    unsigned long inode = inode_in(tcp ? "/proc/net/tcp" : "/proc/net/udp", port, tcp);
    if (!inode)
        inode = inode_in(tcp ? "/proc/net/tcp6" : "/proc/net/udp6", port, tcp);
    STK_CLEANUP(closedirp) DIR *dir = inode ? opendir("/proc") : NULL;
    struct dirent *entry;
    while (dir && (entry = readdir(dir)))
        if (isdigit((unsigned char)*entry->d_name) && has_socket(entry->d_name, inode))
            return name_of(entry->d_name);
    return NULL;
}
