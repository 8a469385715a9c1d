/* fuzz.h — what a fuzz target gives, and files that are only in memory. */
#ifndef STK_FUZZ_H
#define STK_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory_file {
    int fd;
    char path[64];
};

static inline struct memory_file memory_file(const void *data, size_t size)
{
    struct memory_file f = { .fd = memfd_create("fuzz", MFD_CLOEXEC) };
    if (f.fd < 0 || write(f.fd, data, size) != (ssize_t)size)
        abort();
    snprintf(f.path, sizeof(f.path), "/proc/self/fd/%d", f.fd);
    return f;
}

#endif
