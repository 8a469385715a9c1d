/* late.c — loads libraries late. Which, and which of their functions, is up to their users. */
#include "late.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void cannot_load(void)
{
    fprintf(stderr, "error: cannot load a library: %s\n", dlerror());
    exit(1);
}

void stk_late_load(const char *library, const char *const *names, size_t n, void *pointers)
{
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        cannot_load();
    for (size_t i = 0; i < n; i++) {
        void *function = dlsym(handle, names[i]);
        if (!function)
            cannot_load();
        memcpy((char *)pointers + i * sizeof(function), &function, sizeof(function));
    }
}
