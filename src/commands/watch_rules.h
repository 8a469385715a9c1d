/* watch_rules.h — what is to be done when which files change: the rules of a stack, each with its tree. */
#ifndef STK_WATCH_RULES_H
#define STK_WATCH_RULES_H

#include "command.h"
#include "ignore.h"
#include "watcher.h"

enum {
    DO_SYNC = 1,
    DO_RESTART = 2,
    DO_SIGNAL = 4,
    DO_EXEC = 8,
    DO_RECREATE = 16,
    DO_REBUILD = 32,
};

struct watch_change {
    char *rel;
    bool removed; /* at least for a while */
};

struct watch_rules;
struct watch_rule {
    struct watch_rules *rules;
    const struct stk_service *service;
    const struct stk_watch *spec;
    unsigned what;              /* DO_* */
    int signal;                 /* DO_SIGNAL */
    struct stk_ignore *ignore;  /* below the path: editors' noise, and what the rule says */
    struct stk_ignore *include; /* or NULL: all */
    struct stk_ignore *context; /* the .dockerignore of what it is built from, or NULL */
    const char *context_dir;
    struct stk_tree *tree;
    struct watch_change *changes; /* since they were last taken; the last one of a path counts */
    size_t n, cap;
    /* Of a sync: what was there once and may not be any more, which a container made later may have. */
    char **gone;
    size_t n_gone, cap_gone;
    bool unsaved; /* files came or went since that was remembered */
};

struct watch_rules {
    struct stk_watcher *watcher;
    struct cli *cli;
    bool explain;
    struct watch_rule *v;
    size_t n;
};

/* Those of the named services; *rules may hold those of an older spec, whose trees are kept where a rule is
 * the same. 0 or the exit status after telling. */
int watch_rules_make(struct watch_rules *rules, struct cli *cli);
void watch_rules_clear(struct watch_rules *rules);
/* The changes, sorted, each path once; the rule has none then. */
struct watch_change *watch_rule_take(struct watch_rule *rule, size_t *ret_n);
/* Takes n changes, which are then due as if told just now. */
void watch_rule_give_back(struct watch_rule *rule, struct watch_change *changes, size_t n);
/* Sorts, and makes one of those of a path; how many are left. */
size_t watch_changes_sort(struct watch_change *v, size_t n);
void watch_changes_free(struct watch_change *changes, size_t n);
/* watch_memory.c: rel was there once. */
void watch_rule_gone(struct watch_rule *rule, const char *rel);
/* "sync+restart". */
const char *watch_rule_word(const struct watch_rule *rule);

/* A path as it is shown: from the project's directory on when it is below. */
const char *watch_shown(const struct cli *cli, const char *path);
/* One line on standard output, at once. */
void watch_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
