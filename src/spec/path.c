/* path.c — paths as text: cleaned as Go cleans them, joined, and shown as users type them. */
#include <string.h>

#include "arena.h"
#include "load.h"
#include "text.h"

/* Whether out (n bytes so far) ends in a component that ".." may take away. */
static bool may_go_up(const char *out, size_t n, bool rooted)
{
    if (n == 0 || (rooted && n == 1))
        return false;
    return !(n >= 2 && out[n - 1] == '.' && out[n - 2] == '.' && (n == 2 || out[n - 3] == '/'));
}

const char *path_clean(struct load *ld, const char *path)
{
    bool rooted = *path == '/';
    char *out = stk_arena_alloc(ld->arena, strlen(path) + 2);
    size_t n = 0;
    if (rooted)
        out[n++] = '/';
    for (const char *p = path; *p;) {
        p += strspn(p, "/");
        size_t len = strcspn(p, "/");
        if (len == 0 || (len == 1 && p[0] == '.')) {
            p += len;
            continue;
        }
        bool up = len == 2 && p[0] == '.' && p[1] == '.';
        if (up && may_go_up(out, n, rooted)) {
            while (n > (rooted ? 1U : 0U) && out[n - 1] != '/')
                n--;
            if (n > 1 || (n == 1 && !rooted))
                n--;
        } else if (!(up && rooted)) {
            if (n > (rooted ? 1U : 0U))
                out[n++] = '/';
            memcpy(out + n, p, len);
            n += len;
        }
        p += len;
    }
    if (n == 0)
        out[n++] = '.';
    out[n] = '\0';
    return out;
}

const char *path_join(struct load *ld, const char *dir, const char *path)
{
    if (*path == '/')
        return path_clean(ld, path);
    return path_clean(ld, load_printf(ld, "%s/%s", dir, path));
}

const char *path_base(struct load *ld, const struct scope *scope, const char *path)
{
    const char *home = *path == '~' ? load_var(ld, "HOME") : NULL;
    if (home && (!path[1] || path[1] == '/'))
        return path_clean(ld, load_printf(ld, "%s%s", home, path + 1));
    return path_join(ld, scope ? scope->dir : ld->dir, path);
}

const char *path_resolve(struct load *ld, const struct scope *scope, const char *path)
{
    return ld->opts->no_path_resolution || *path == '/' ? path : path_base(ld, scope, path);
}

const char *path_dir(struct load *ld, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return "/";
    return stk_arena_strndup(ld->arena, path, (size_t)(slash - path));
}

const char *path_shown(struct load *ld, const char *path)
{
    size_t n = strlen(ld->cwd);
    if (stk_streq(ld->cwd, "/") || strncmp(path, ld->cwd, n) != 0 || path[n] != '/')
        return path;
    return path + n + 1;
}
