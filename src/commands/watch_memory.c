/* watch_memory.c — remembers between runs which files there were to bring over, so that those that went meanwhile
 * go in the containers, too. Only what was seen here once is ever removed there: a container's own files are
 * nobody's to guess about. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "state_folder.h"
#include "text.h"
#include "watch_private.h"

static char *path_of(const struct watch_run *run, const char *folder)
{
    const struct cli *cli = run->cli;
    STK_CLEANUP(stk_charp)
    char *key = stk_printf("%s\n%s", stk_runtime_address(cli->rt), cli->project);
    char hex[65];
    stk_sha256_hex(key, strlen(key), hex);
    return stk_printf("%s/watch/%s-%.16s.json", folder, cli->project, hex);
}

static char *key_of(const struct watch_rule *rule)
{
    return stk_printf("%s\n%s\n%s", rule->service->name, rule->spec->path, rule->spec->target);
}

void watch_rule_gone(struct watch_rule *rule, const char *rel)
{
    rule->gone = stk_grow(rule->gone, rule->n_gone, &rule->cap_gone, sizeof(*rule->gone));
    rule->gone[rule->n_gone++] = stk_strdup(rel);
}

bool watch_is_gone(const struct watch_rule *rule, const char *rel)
{
    struct stat st;
    STK_CLEANUP(stk_charp)
    char *path = stk_printf("%s%s%s", rule->spec->path, *rel ? "/" : "", rel);
    return lstat(path, &st) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* --- from one run to the next --- */

static json_t *known_at(const char *path)
{
    json_t *known = json_load_file(path, 0, NULL);
    if (json_is_object(known))
        return known;
    json_decref(known);
    return json_object();
}

/* Without the path itself nothing is said to be gone: it may be on a disk that is not there now. */
static void recall(struct watch_rule *rule, const json_t *known)
{
    size_t i;
    json_t *item;
    STK_CLEANUP(stk_charp) char *key = key_of(rule);
    if (!stk_tree_exists(rule->tree))
        return;
    json_array_foreach(json_object_get(known, key), i, item)
    {
        const char *rel = json_string_value(item);
        if (rel && *rel && watch_is_gone(rule, rel))
            watch_rule_gone(rule, rel);
    }
}

void watch_memory_load(struct watch_run *run)
{
    STK_CLEANUP(stk_charp) char *folder = stk_state_folder();
    if (!folder)
        return;
    STK_CLEANUP(stk_charp) char *path = path_of(run, folder);
    json_t *known = known_at(path);
    for (size_t i = 0; i < run->rules.n; i++)
        if (run->rules.v[i].what & DO_SYNC)
            recall(&run->rules.v[i], known);
    json_decref(known);
}

/* A name that is no text cannot be told in JSON: it is not remembered. */
static void list(void *data, const char *rel, bool folder)
{
    json_t *item = json_string(rel);
    (void)folder;
    if (item)
        json_array_append_new(data, item);
}

/* What was told and is not brought over yet is for later. */
static bool is_to_save(const struct watch_rule *rule)
{
    return rule->unsaved && rule->n == 0;
}

static void save_rule(struct watch_rule *rule, json_t *known)
{
    STK_CLEANUP(stk_charp) char *key = key_of(rule);
    json_t *items = json_array();
    stk_tree_each(rule->tree, list, items);
    json_object_set_new(known, key, items);
    rule->unsaved = false;
}

/* Those of services that are not watched now stay as they are. */
void watch_memory_save(struct watch_run *run)
{
    bool any = false;
    for (size_t i = 0; i < run->rules.n; i++)
        any |= is_to_save(&run->rules.v[i]);
    STK_CLEANUP(stk_charp) char *folder = any ? stk_state_folder() : NULL;
    if (!folder)
        return;
    STK_CLEANUP(stk_charp) char *path = path_of(run, folder);
    STK_CLEANUP(stk_charp) char *fresh = stk_printf("%s.%ld", path, (long)getpid());
    STK_CLEANUP(stk_charp) char *parent = stk_printf("%s/watch", folder);
    json_t *known = known_at(path);
    for (size_t i = 0; i < run->rules.n; i++)
        if (is_to_save(&run->rules.v[i]))
            save_rule(&run->rules.v[i], known);
    if (!stk_make_state_folder(parent) || json_dump_file(known, fresh, JSON_INDENT(0)) != 0 ||
        rename(fresh, path) != 0)
        (void)unlink(fresh); /* what goes while nobody watches is not caught up then */
    json_decref(known);
}
