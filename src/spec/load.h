/* load.h — what one load carries through its steps, and how they report problems. */
#ifndef STK_SPEC_LOAD_H
#define STK_SPEC_LOAD_H

#include "map.h"
#include "node.h"
#include "stackctl/spec.h"

struct stk_arena;

/* How a file was come by, when not by -f: the place that includes or extends it, the variables that
 * only it has, and where its relative paths begin. */
struct scope {
    const struct scope *parent; /* NULL: the project's */
    const char *dir;
    const struct map *env; /* const char *; or NULL */
    struct stk_src via;
    const char *how; /* "included", "extended" */
};

/* A file that was read, kept for its lines. */
struct source {
    const struct scope *scope; /* NULL: the project's */
    const char *name;          /* as shown to the user; the stk_src.file of all its places */
    const char *path;          /* absolute, or "-" */
    const char *text;
    size_t size;
    const char **marks; /* where every SOURCE_STEP-th line begins */
    unsigned n_lines;
    bool secret; /* an env file: its text is never shown */
};

/* A key that was read and that `up` does nothing about. */
struct not_acted {
    struct stk_not_acted it;
    struct not_acted *next;
};

/* What stk_spec keeps for itself: its sources, and the extensions that `config` prints. */
struct stk_spec_more {
    struct source **sources;
    size_t n_sources, cap_sources;
    struct node *root;
    struct stk_kvs environment;
    struct origins *origins; /* where texts came from; NULL: nobody will ask */
    bool discovered; /* the files were not named */
    bool raw; /* loaded without interpolation: printed as it was merged */
};

struct load {
    struct stk_arena *arena; /* the spec's */
    struct stk_diags *diags;
    const struct stk_spec_opts *opts;
    struct stk_spec *spec;
    struct stk_spec_more *more;
    const char *cwd, *dir;     /* absolute */
    struct map process;        /* the environment: const char * */
    struct map dotenv;         /* .env or --env-file */
    struct map warned;         /* variables whose absence was said */
    size_t substituted;        /* bytes that interpolation made so far */
    const char *where;         /* "service 'web'": what is being read, for messages; or NULL */
    bool incomplete;           /* a file could not be read: what is not there may be in it */
    bool has_references;       /* a text asks for ${services...}: discovery.c's */
    bool has_tags;             /* a document uses !reset or !override */
    size_t env_bytes;          /* of env files read so far */
    size_t n_ports;            /* made of ranges so far */
    const struct scope *scope; /* whose variables env files see */
    const char *service;       /* the one that is being read, or NULL */
    struct map bases;          /* files that services extend: extends.c's */
    const struct including *including; /* include.c's */
    unsigned n_includes, n_nodes;
    size_t read_bytes, merged_bytes; /* by now: both are limited */
    bool keep_tags;                  /* merge.c's */
    struct map **maps;               /* made by load_map */
    size_t n_maps, cap_maps;
    struct not_acted *not_acted;
};

/* A variable: the process environment, then env files. NULL: unset. */
const char *load_var(const struct load *ld, const char *name);
/* The same as a file of that scope sees it. */
const char *scope_var(const struct load *ld, const struct scope *scope, const char *name);

/* Reading (files.c) adds a source; text is in the arena and ends in a NUL. */
struct source *load_source(struct load *ld, const char *name, const char *path, const char *text,
                           size_t size);
/* Where a line of it begins; NULL: it has none of that number. */
const char *source_line(const struct source *source, unsigned line);
/* The line at src, without its end, in the load's arena; NULL when unknown. */
const char *more_line(const struct stk_spec_more *more, struct stk_arena *arena,
                      struct stk_src src);

/* A problem of the file at a place, ready for stk_diags_add once it has its rule. len 0: what stands
 * there is measured. */
struct stk_diag diag_at(struct load *ld, struct stk_src src, unsigned len);
/* The same with a second place where it clashes. */
struct stk_diag diag_between(struct load *ld, struct stk_src src, unsigned len,
                             struct stk_src other);
/* Errors about a node or a key. Always false, so that failing is one statement. */
bool fail_node(struct load *ld, const struct node *node, const char *fmt, ...) STK_PRINTF(3, 4);
bool fail_key(struct load *ld, const struct pair *pair, const char *hint, const char *fmt, ...)
    STK_PRINTF(4, 5);
bool fail_src(struct load *ld, struct stk_src src, const char *fmt, ...) STK_PRINTF(3, 4);
/* The same with a hint, a rule of its own, or a second place where it clashes. */
bool fail_hint(struct load *ld, const struct node *node, const char *hint, const char *fmt, ...)
    STK_PRINTF(4, 5);
bool fail_rule(struct load *ld, enum stk_rule rule, const struct node *node, const char *fmt, ...)
    STK_PRINTF(4, 5);
bool fail_clash(struct load *ld, enum stk_rule rule, struct stk_src src, struct stk_src other,
                const char *fmt, ...) STK_PRINTF(5, 6);
/* A warning, if it is one of this command's: rules of lint are silent elsewhere. */
void warn_src(struct load *ld, enum stk_rule rule, struct stk_src src, unsigned len,
              const char *fmt, ...) STK_PRINTF(5, 6);
void warn_hint(struct load *ld, enum stk_rule rule, struct stk_src src, const char *hint,
               const char *fmt, ...) STK_PRINTF(5, 6);
/* Problems in the order of the files and their lines, however the steps found them. */
void sort_diags(struct load *ld);
/* "did you mean 'image'?" in the arena, or NULL. */
const char *did_you_mean(struct load *ld, const char *word, const char *const *names, size_t n);

/* A map that is cleared when the load ends. */
struct map *load_map(struct load *ld);

/* Small things of many steps. */
char *load_printf(struct load *ld, const char *fmt, ...) STK_PRINTF(2, 3);
const char *path_clean(struct load *ld, const char *path);
const char *path_dir(struct load *ld, const char *path); /* the directory it is in */
/* A path as it stands in a file: ~ is HOME, relative ones begin where those of its file do. */
const char *path_resolve(struct load *ld, const struct scope *scope, const char *path);
/* The same of a file that is to be read, whatever `config` asks for. */
const char *path_base(struct load *ld, const struct scope *scope, const char *path);
const char *path_join(struct load *ld, const char *dir,
                      const char *path);                   /* absolute path wins; cleaned */
const char *path_shown(struct load *ld, const char *path); /* relative to cwd when below it */

#endif
