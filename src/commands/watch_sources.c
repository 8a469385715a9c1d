/* watch_sources.c — the files that the stack itself is made from: watched one by one, read again together. */
#include <stdlib.h>

#include "arena.h"
#include "text.h"
#include "watch_private.h"

static void changed(void *data, const char *rel, bool folder, enum stk_file_change what)
{
    struct watch_source *source = data;
    (void)rel, (void)folder;
    if (what == STK_FILE_SAME || what == STK_FILE_SKIPPED)
        return;
    source->changed = true;
    watch_say("%s changed", watch_shown(source->run->cli, source->path));
}

/* A folder that is mounted as a secret is not looked into. */
static bool is_inside(void *data, const char *rel, bool folder)
{
    (void)data, (void)folder;
    return *rel != 0;
}

static void clear_one(struct watch_source *source)
{
    if (source->tree)
        stk_watcher_remove(source->run->watcher, source->tree);
    free(source->path);
}

/* The same file is watched on, so that nothing of it is missed. */
static struct stk_tree *take_tree(struct watch_source *old, size_t n, struct watch_source *to)
{
    for (size_t i = 0; i < n; i++)
        if (stk_streq(old[i].path, to->path)) {
            to->changed = old[i].changed;
            stk_tree_set_data(old[i].tree, to);
            return TAKE(old[i].tree);
        }
    return stk_watcher_add(to->run->watcher, &(struct stk_tree_opts){ .path = to->path,
                                                                      .skips = is_inside,
                                                                      .changed = changed,
                                                                      .data = to });
}

void watch_sources_make(struct watch_run *run)
{
    struct watch_source *old = run->sources;
    size_t n_old = run->n_sources;
    struct stk_strs paths = stk_spec_sources(run->cli->spec);
    run->sources = stk_alloc((paths.n + 1) * sizeof(*run->sources));
    run->n_sources = paths.n;
    for (size_t i = 0; i < paths.n; i++) {
        struct watch_source *source = &run->sources[i];
        *source = (struct watch_source){ .run = run, .path = stk_strdup(paths.v[i]) };
        source->tree = take_tree(old, n_old, source);
    }
    for (size_t i = 0; i < n_old; i++)
        clear_one(&old[i]);
    free(old);
}

void watch_sources_clear(struct watch_run *run)
{
    for (size_t i = 0; i < run->n_sources; i++)
        clear_one(&run->sources[i]);
    free(TAKE(run->sources));
    run->n_sources = 0;
}

bool watch_reload(struct watch_run *run)
{
    if (stk_cli_reload(run->cli) == 0)
        return true;
    watch_say("what runs is left as it is until the files can be read again");
    return false;
}
