/* error.h — what can go wrong, where in the user's files it did, and the exit status it gives.
 *
 * One struct stk_error per failure, on the caller's stack, last argument, written only on failure.
 * Loaders, which report every problem they find, collect struct stk_diags instead. */
#ifndef STACKCTL_ERROR_H
#define STACKCTL_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "stackctl/rule.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Only what a caller does something different for. The exit status of each is in one table
 * (stk_code_info), from which the manual is generated. Numbers follow Docker Compose where it
 * has one. */
enum stk_code {
    STK_OK = 0,
    STK_EFAIL,     /* anything else, an engine's own error included */
    STK_EUSAGE,    /* the command line is wrong */
    STK_ENOFILE,   /* no stack file, or one that cannot be read */
    STK_ECONFIG,   /* a stack file that says something impossible */
    STK_ENOTREADY, /* exited, unhealthy, crash-looping, a dependency failed */
    STK_ECONFLICT, /* a port or a name is held by somebody else */
    STK_EIMAGE,    /* an image cannot be had */
    STK_EBUILD,    /* an image cannot be built */
    STK_ELOCKED,   /* another process changes the same project */
    STK_EENGINE,   /* no engine answers, or one too old or too new */
    STK_EABSENT,   /* what was named is not there */
    STK_ETIMEOUT,  /* a limit given by the user ran out */
    STK_ECANCELED, /* asked to end early */
    STK_ESKIPPED,  /* not tried, because something it needs failed */
    STK_CODE_COUNT
};

struct stk_code_info {
    int exit_status;
    const char *name;    /* "not-ready": one word for machines */
    const char *meaning; /* one line for people */
};
const struct stk_code_info *stk_code_info(enum stk_code code);

/* A place in a user's file. file is borrowed and lives as long as the spec it came from.
 * line 0: nowhere. Lines and columns count from 1; columns count characters, not bytes. */
struct stk_src {
    const char *file;
    unsigned line, col;
};

/* = { 0 } to begin with. msg is owned; stk_error_clear frees it. */
struct stk_error {
    enum stk_code code;
    struct stk_src src;
    char *msg;
};

#define STK_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Fills reterr (when not NULL) and returns -code, so that failing is one statement. */
int stk_fail(struct stk_error *reterr, enum stk_code code, struct stk_src src, const char *fmt, ...)
    STK_PRINTF(4, 5);
/* "context: message": adds what the caller was doing, once, on the way out. Returns -err->code. */
int stk_wrap(struct stk_error *err, const char *fmt, ...) STK_PRINTF(2, 3);
/* Moves *from to *to; *from is empty afterwards. Returns -code. */
int stk_error_move(struct stk_error *to, struct stk_error *from);
void stk_error_copy(struct stk_error *to, const struct stk_error *from);
void stk_error_clear(struct stk_error *err);

/* How a file was come by, when not by -f: "included" or "extended", and the place that says so. */
struct stk_via {
    const char *how;
    struct stk_src src;
};

/* One problem of a file. All strings are owned by the stk_diags it is in. */
struct stk_diag {
    enum stk_severity severity;
    enum stk_code code;
    enum stk_rule rule;
    struct stk_src src;
    unsigned len;         /* characters the caret line underlines, at least 1 */
    struct stk_src other; /* the second place when two clash; line 0: none */
    unsigned other_len;
    const char *msg;
    const char *hint;          /* "did you mean 'image'?", or NULL */
    const char *line;          /* the source line, without its end; NULL when unknown */
    const char *other_line;    /* that of the second place, likewise */
    const struct stk_via *via; /* what led to the file, nearest first */
    size_t n_via;
};

struct stk_arena;
enum { STK_DIAGS_MAX = 20 }; /* errors kept, unless more are asked for */

/* = { 0 } to begin with. */
struct stk_diags {
    struct stk_diag *v;
    size_t n, errors, dropped;
    size_t max; /* errors kept, and five times as many warnings; further ones are only counted. 0:
                   STK_DIAGS_MAX */
    struct stk_arena *arena; /* owns all strings; made at the first problem */
};
void stk_diags_clear(struct stk_diags *diags);
/* Whether one more error would be kept: else its line and hint need not be looked up. */
bool stk_diags_keep(const struct stk_diags *diags);

/* Adds *diag (its strings are copied, msg is overwritten by the formatted one). Returns -code for
 * an error, 0 for a warning. */
int stk_diags_add(struct stk_diags *diags, const struct stk_diag *diag, const char *fmt, ...)
    STK_PRINTF(3, 4);

#ifdef __cplusplus
}
#endif
#endif
