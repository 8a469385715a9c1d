/* git.c — where git says that it is at work on the files of a path. A checkout takes as long as it takes;
 * what it leaves half done is not worth acting upon. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "arena.h"
#include "tree.h"

/* A worktree's .git is a file, "gitdir: PATH". */
static char *named_in(const char *file, const char *dir)
{
    char line[4096];
    FILE *f = fopen(file, "re");
    bool got = f && fgets(line, sizeof(line), f);
    if (f)
        fclose(f);
    if (!got || strncmp(line, "gitdir: ", 8) != 0)
        return NULL;
    line[strcspn(line, "\r\n")] = 0;
    return line[8] == '/' ? stk_printf("%s/index.lock", line + 8)
                          : stk_printf("%s/%s/index.lock", dir, line + 8);
}

char *git_lock_of(const char *path)
{
    STK_CLEANUP(stk_charp) char *dir = stk_strdup(path);
    for (;;) {
        STK_CLEANUP(stk_charp) char *git = stk_printf("%s/.git", dir);
        struct stat st;
        if (stat(git, &st) == 0)
            return S_ISDIR(st.st_mode) ? stk_printf("%s/index.lock", git) : named_in(git, dir);
        char *slash = strrchr(dir, '/');
        if (!slash)
            return NULL;
        *slash = 0;
    }
}
