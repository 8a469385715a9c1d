/* watch_rules.c — from develop.watch and x-stackctl.watch to trees that are watched: which paths count, and
 * what was told of them. What is done about it is watch_run.c's. */
#include "watch_rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "command.h"
#include "signals.h"
#include "text.h"

/* What editors and tools leave for a moment beside the files they write; git's own. */
static const char noise[] =
    "**/.git\n**/.idea\n**/*___jb_tmp___\n**/*___jb_old___\n**/.#*\n**/#*#\n"
    "**/4913\n**/*~\n**/.*.sw[a-z]\n**/.*.kate-swp\n**/*-go-tmp-umask\n";

static const struct {
    const char *word;
    unsigned what;
} actions[] = {
    { "sync", DO_SYNC },
    { "sync+restart", DO_SYNC | DO_RESTART },
    { "sync+exec", DO_SYNC | DO_EXEC },
    { "restart", DO_RESTART },
    { "rebuild", DO_REBUILD },
    { "signal", DO_SIGNAL },
    { "exec", DO_EXEC },
    { "recreate", DO_RECREATE },
};

void watch_say(const char *fmt, ...)
{
    va_list ap;
    char *line = NULL;
    va_start(ap, fmt);
    if (vasprintf(&line, fmt, ap) < 0)
        stk_out_of_memory();
    va_end(ap);
    stk_say(stdout, "%s", line);
    free(line);
    fflush(stdout);
}

const char *watch_rule_word(const struct watch_rule *rule)
{
    return rule->spec->action;
}

/* --- which paths count --- */

static bool is_out(const struct stk_ignore *ignore, const char *path, bool folder)
{
    return ignore && stk_ignored(ignore, path) && !(folder && stk_ignore_looks_into(ignore, path));
}

static bool skips(void *data, const char *rel, bool folder)
{
    const struct watch_rule *rule = data;
    if (is_out(rule->ignore, rel, folder))
        return true;
    if (!folder && rule->include && !stk_ignored(rule->include, rel))
        return true;
    if (!rule->context)
        return false;
    STK_CLEANUP(stk_charp) char *path = stk_printf("%s/%s", rule->spec->path, rel);
    size_t n = strlen(rule->context_dir);
    return strncmp(path, rule->context_dir, n) == 0 && path[n] == '/' &&
           is_out(rule->context, path + n + 1, folder);
}

const char *watch_shown(const struct cli *cli, const char *path)
{
    size_t n = strlen(cli->spec->dir);
    bool below = strncmp(path, cli->spec->dir, n) == 0 && path[n] == '/' && path[n + 1];
    return below ? path + n + 1 : path;
}

static void explain(const struct watch_rule *rule, const char *rel, enum stk_file_change what)
{
    static const char *const words[] = { "is new", "changed", "is gone",
                                         "was touched and is as it was", "is ignored" };
    bool acts = what != STK_FILE_SAME && what != STK_FILE_SKIPPED;
    watch_say("%s%s%s %s: %s%s%s", watch_shown(rule->rules->cli, rule->spec->path), *rel ? "/" : "",
              rel, words[what], acts ? watch_rule_word(rule) : "nothing is done for",
              acts ? " of " : " ", rule->service->name);
}

static void changed(void *data, const char *rel, bool folder, enum stk_file_change what)
{
    struct watch_rule *rule = data;
    if (rule->rules->explain)
        explain(rule, rel, what);
    if (what == STK_FILE_SAME || what == STK_FILE_SKIPPED || (folder && rule->include))
        return;
    if (!*rel && what == STK_FILE_REMOVED)
        stk_warn("%s:%u: '%s' is gone; it is watched for", rule->spec->src.file,
                 rule->spec->src.line, rule->spec->path);
    if (!*rel && folder && rule->what & DO_SYNC)
        return; /* the container's own, which may hold more; its contents are told one by one */
    rule->unsaved |= what != STK_FILE_CHANGED && rule->what & DO_SYNC;
    if (what == STK_FILE_REMOVED && rule->what & DO_SYNC)
        watch_rule_gone(rule, rel);
    rule->changes = stk_grow(rule->changes, rule->n, &rule->cap, sizeof(*rule->changes));
    rule->changes[rule->n++] =
        (struct watch_change){ .rel = stk_strdup(rel), .removed = what == STK_FILE_REMOVED };
}

static int by_rel(const void *a, const void *b)
{
    return strcmp(((const struct watch_change *)a)->rel, ((const struct watch_change *)b)->rel);
}

size_t watch_changes_sort(struct watch_change *v, size_t n_all)
{
    size_t n = 0;
    if (n_all)
        qsort(v, n_all, sizeof(*v), by_rel);
    for (size_t i = 0; i < n_all; i++) {
        if (n && stk_streq(v[n - 1].rel, v[i].rel)) {
            v[n - 1].removed |= v[i].removed;
            free(v[i].rel);
        } else {
            v[n++] = v[i];
        }
    }
    return n;
}

struct watch_change *watch_rule_take(struct watch_rule *rule, size_t *ret_n)
{
    *ret_n = watch_changes_sort(rule->changes, rule->n);
    rule->n = rule->cap = 0;
    return TAKE(rule->changes);
}

void watch_rule_give_back(struct watch_rule *rule, struct watch_change *changes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        rule->changes = stk_grow(rule->changes, rule->n, &rule->cap, sizeof(*rule->changes));
        rule->changes[rule->n++] = changes[i];
    }
    free(changes);
}

void watch_changes_free(struct watch_change *changes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(changes[i].rel);
    free(changes);
}

/* --- making them --- */

static struct stk_ignore *patterns(struct cli *cli, const struct watch_rule *rule,
                                   const char *first, const struct stk_strs *list, int *rc)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf text;
    struct stk_ignore *ret = NULL;
    struct stk_error err = { 0 };
    stk_buf_init(&text, STK_MIB);
    stk_buf_puts(&text, first);
    for (size_t i = 0; i < list->n; i++)
        stk_buf_printf(&text, "%s\n", list->v[i]);
    if (stk_ignore_parse(text.bytes ? text.bytes : "", text.size, &ret, &err) == 0)
        return ret;
    err.src = rule->spec->src;
    *rc = stk_report_error(cli, &err);
    stk_error_clear(&err);
    return NULL;
}

/* The .dockerignore of the folder it is built from, if there is one. */
static struct stk_ignore *of_context(const struct stk_build *build)
{
    STK_CLEANUP(stk_charp) char *path = stk_printf("%s/.dockerignore", build->context);
    STK_CLEANUP(stk_buf_clearp) struct stk_buf text;
    struct stk_ignore *ret = NULL;
    struct stk_error err = { 0 };
    char chunk[4096];
    stk_buf_init(&text, STK_MIB);
    FILE *f = fopen(path, "re");
    for (size_t n; f && (n = fread(chunk, 1, sizeof(chunk), f)) > 0;)
        stk_buf_add(&text, chunk, n);
    if (f)
        fclose(f);
    if (text.size && stk_ignore_parse(text.bytes, text.size, &ret, &err) != 0) {
        stk_warn("'%s' is not heeded: %s", path, err.msg);
        stk_error_clear(&err);
    }
    return ret;
}

/* What is mounted is there already; copying it would write the file that is watched. */
static bool is_mounted(const struct stk_service *service, const struct stk_watch *watch)
{
    for (size_t i = 0; i < service->n_volumes; i++) {
        const struct stk_mount *mount = &service->volumes[i];
        size_t n = mount->source ? strlen(mount->source) : 0;
        if (mount->type == STK_MOUNT_BIND && n && strncmp(watch->path, mount->source, n) == 0 &&
            (watch->path[n] == '/' || watch->path[n] == 0))
            return true;
    }
    return false;
}

static bool same_list(const struct stk_strs *a, const struct stk_strs *b)
{
    bool same = a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++)
        same = stk_streq(a->v[i], b->v[i]);
    return same;
}

/* Would it watch the same paths for the same reason? */
static bool is_same(const struct watch_rule *a, const struct watch_rule *b)
{
    return stk_streq(a->service->name, b->service->name) &&
           stk_streq(a->spec->path, b->spec->path) && stk_streq(a->spec->action, b->spec->action) &&
           stk_streq(a->spec->target, b->spec->target) &&
           same_list(&a->spec->ignore, &b->spec->ignore) &&
           same_list(&a->spec->include, &b->spec->include);
}

static void clear_rule(struct watch_rule *rule)
{
    if (rule->tree)
        stk_watcher_remove(rule->rules->watcher, rule->tree);
    stk_ignore_free(rule->ignore);
    stk_ignore_free(rule->include);
    stk_ignore_free(rule->context);
    watch_changes_free(rule->changes, rule->n);
    for (size_t i = 0; i < rule->n_gone; i++)
        free(rule->gone[i]);
    free(rule->gone);
}

static void inherit(struct watch_rule *rule, struct watch_rule *old, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!old[i].tree || !is_same(rule, &old[i]))
            continue;
        rule->tree = TAKE(old[i].tree);
        rule->changes = TAKE(old[i].changes);
        rule->n = old[i].n;
        rule->cap = old[i].cap;
        old[i].n = old[i].cap = 0;
        rule->gone = TAKE(old[i].gone);
        rule->n_gone = old[i].n_gone;
        rule->cap_gone = old[i].cap_gone;
        rule->unsaved = old[i].unsaved;
        old[i].n_gone = old[i].cap_gone = 0;
        stk_tree_set_data(rule->tree, rule);
        return;
    }
}

static int make_rule(struct cli *cli, struct watch_rule *rule, struct watch_rule *old, size_t n_old)
{
    int rc = 0;
    const struct stk_watch *spec = rule->spec;
    for (size_t i = 0; i < STK_LEN(actions); i++)
        if (stk_streq(spec->action, actions[i].word))
            rule->what = actions[i].what;
    if (rule->what & DO_SIGNAL)
        stk_signal_parse(spec->signal, &rule->signal);
    rule->ignore = patterns(cli, rule, noise, &spec->ignore, &rc);
    if (!rc && spec->include.n)
        rule->include = patterns(cli, rule, "", &spec->include, &rc);
    if (rc)
        return rc;
    if (rule->service->build.set && rule->service->build.context &&
        *rule->service->build.context == '/') {
        rule->context_dir = rule->service->build.context;
        rule->context = of_context(&rule->service->build);
    }
    inherit(rule, old, n_old);
    bool is_new = !rule->tree;
    if (is_new)
        rule->tree = stk_watcher_add(rule->rules->watcher, &(struct stk_tree_opts){
                                                               .path = spec->path,
                                                               .skips = skips,
                                                               .changed = changed,
                                                               .data = rule,
                                                           });
    rule->unsaved |= is_new && rule->what & DO_SYNC;
    if (!stk_tree_exists(rule->tree))
        stk_warn("%s:%u: '%s' is not there; it is watched for", spec->src.file, spec->src.line,
                 spec->path);
    return 0;
}

static void add(struct watch_rules *rules, size_t *cap, const struct stk_service *service,
                const struct stk_watch *spec)
{
    if (strstr(spec->action, "sync") && is_mounted(service, spec)) {
        stk_warn(
            "%s:%u: '%s' is mounted into service '%s', so it is not copied: action 'restart' of "
            "x-stackctl.watch fits",
            spec->src.file, spec->src.line, spec->path, service->name);
        return;
    }
    rules->v = stk_grow(rules->v, rules->n, cap, sizeof(*rules->v));
    rules->v[rules->n++] = (struct watch_rule){ .rules = rules, .service = service, .spec = spec };
}

int watch_rules_make(struct watch_rules *rules, struct cli *cli)
{
    struct watch_rule *old = TAKE(rules->v);
    size_t n_old = rules->n, cap = 0;
    int rc = 0;
    rules->n = 0;
    rules->cli = cli;
    for (size_t i = 0; i < cli->spec->n_services; i++) {
        const struct stk_service *service = &cli->spec->services[i];
        if (!stk_is_named(cli, service->name))
            continue;
        for (size_t k = 0; k < service->develop.n; k++)
            add(rules, &cap, service, &service->develop.v[k]);
        for (size_t k = 0; k < service->own.n_watch; k++)
            add(rules, &cap, service, &service->own.watch[k]);
    }
    for (size_t i = 0; !rc && i < rules->n; i++)
        rc = make_rule(cli, &rules->v[i], old, n_old);
    for (size_t i = 0; i < n_old; i++)
        clear_rule(&old[i]);
    free(old);
    return rc;
}

void watch_rules_clear(struct watch_rules *rules)
{
    for (size_t i = 0; i < rules->n; i++)
        clear_rule(&rules->v[i]);
    free(rules->v);
    rules->v = NULL;
    rules->n = 0;
}
