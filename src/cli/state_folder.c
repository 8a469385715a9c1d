/* state_folder.c — see state_folder.h. What is kept there is for those who keep it. */
#include "state_folder.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "arena.h"

bool stk_make_state_folder(const char *path)
{
    STK_CLEANUP(stk_charp) char *part = stk_strdup(path);
    for (char *p = part + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST)
            return false;
        *p = '/';
    }
    return mkdir(part, 0700) == 0 || errno == EEXIST;
}

char *stk_state_folder(void)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (state && *state == '/')
        return stk_printf("%s/stackctl", state);
    return home && *home == '/' ? stk_printf("%s/.local/state/stackctl", home) : NULL;
}
