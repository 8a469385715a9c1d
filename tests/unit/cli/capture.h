/* capture.h — a temporary file that something writes to, and what it wrote. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <stdlib.h>
#include <unistd.h>

#include "arena.h"

static inline int capture_open(void)
{
    char path[] = "/tmp/stk-cli-XXXXXX";
    int fd = mkstemp(path);
    unlink(path);
    return fd;
}

/* Everything that was written, malloc'd; fd is closed. */
static inline char *capture_take(int fd)
{
    off_t size = lseek(fd, 0, SEEK_END);
    char *text = stk_alloc((size_t)size + 1);
    if (pread(fd, text, (size_t)size, 0) != size)
        text[0] = '\0';
    close(fd);
    return text;
}

#endif
