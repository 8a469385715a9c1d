/* error.c — the table of codes, single errors, and collected diagnostics. */
#include "stackctl/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

static const struct stk_code_info codes[STK_CODE_COUNT] = {
    [STK_OK] = { 0, "ok", "done; ready; nothing to change" },
    [STK_EFAIL] = { 1, "failed", "the engine reported an error, or something else failed" },
    [STK_EUSAGE] = { 2, "usage", "the command line is wrong" },
    [STK_ENOTREADY] = { 5, "not-ready",
                        "a container exited, is unhealthy or never got ready, or what it depends "
                        "on" },
    [STK_ECONFLICT] = { 6, "conflict", "a port or a name is held by somebody else" },
    [STK_ELOCKED] = { 8, "locked", "another process is changing the same project" },
    [STK_EENGINE] = { 9, "engine", "no engine answers, or it is too old or too new" },
    [STK_ENOFILE] = { 14, "no-file", "no stack file was found, or a file cannot be read" },
    [STK_ECONFIG] = { 15, "config", "a stack file is invalid" },
    [STK_EIMAGE] = { 18, "image", "an image could not be pulled" },
    [STK_EBUILD] = { 17, "build", "an image could not be built" },
    [STK_EABSENT] = { 1, "absent", "what was named is not there" },
    [STK_ETIMEOUT] = { 124, "timeout", "a limit such as --wait-timeout ran out" },
    [STK_ECANCELED] = { 130, "interrupted",
                        "interrupted by Ctrl-C; by another signal, 128 and its number" },
    [STK_ESKIPPED] = { 5, "skipped", "not tried, because something it needs failed" },
};

const struct stk_code_info *stk_code_info(enum stk_code code)
{
    return &codes[code];
}

static char *format(const char *fmt, va_list ap)
{
    char *s = NULL;
    if (vasprintf(&s, fmt, ap) < 0)
        stk_out_of_memory();
    return s;
}

int stk_fail(struct stk_error *reterr, enum stk_code code, struct stk_src src, const char *fmt, ...)
{
    if (!reterr)
        return -(int)code;
    va_list ap;
    va_start(ap, fmt);
    char *msg = format(fmt, ap);
    va_end(ap);
    stk_error_clear(reterr);
    *reterr = (struct stk_error){ .code = code, .src = src, .msg = msg };
    return -(int)code;
}

int stk_wrap(struct stk_error *err, const char *fmt, ...)
{
    if (!err || err->code == STK_OK)
        return 0;
    va_list ap;
    va_start(ap, fmt);
    STK_CLEANUP(stk_charp) char *context = format(fmt, ap);
    va_end(ap);
    char *msg = stk_printf("%s: %s", context, err->msg ? err->msg : "failed");
    free(err->msg);
    err->msg = msg;
    return -(int)err->code;
}

int stk_error_move(struct stk_error *to, struct stk_error *from)
{
    int rc = -(int)from->code;
    if (to) {
        stk_error_clear(to);
        *to = *from;
    } else {
        free(from->msg);
    }
    *from = (struct stk_error){ 0 };
    return rc;
}

void stk_error_copy(struct stk_error *to, const struct stk_error *from)
{
    stk_error_clear(to);
    *to = *from;
    to->msg = from->msg ? stk_strdup(from->msg) : NULL;
}

void stk_error_clear(struct stk_error *err)
{
    free(err->msg);
    *err = (struct stk_error){ 0 };
}

void stk_diags_clear(struct stk_diags *diags)
{
    free(diags->v);
    stk_arena_free(diags->arena);
    *diags = (struct stk_diags){ 0 };
}

static size_t most(const struct stk_diags *diags)
{
    return diags->max ? diags->max : STK_DIAGS_MAX;
}

bool stk_diags_keep(const struct stk_diags *diags)
{
    return diags->errors < most(diags);
}

/* The strings of a diagnostic as the collection's own. */
static void own_strings(struct stk_arena *arena, struct stk_diag *d)
{
    struct stk_via *via = stk_arena_array(arena, d->n_via, sizeof(*via));
    for (size_t i = 0; i < d->n_via; i++) {
        via[i] = d->via[i];
        via[i].how = stk_arena_strdup(arena, d->via[i].how);
        via[i].src.file = stk_arena_strdup(arena, d->via[i].src.file);
    }
    d->via = via;
    d->hint = stk_arena_strdup(arena, d->hint);
    d->line = stk_arena_strdup(arena, d->line);
    d->other_line = stk_arena_strdup(arena, d->other_line);
    d->src.file = stk_arena_strdup(arena, d->src.file);
    d->other.file = stk_arena_strdup(arena, d->other.file);
}

int stk_diags_add(struct stk_diags *diags, const struct stk_diag *diag, const char *fmt, ...)
{
    int rc = diag->severity == STK_ERROR ? -(int)diag->code : 0;
    if (diag->severity == STK_ERROR)
        diags->errors++;
    if (diag->severity == STK_ERROR ? diags->errors > most(diags) : diags->n > 5 * most(diags)) {
        diags->dropped++;
        return rc;
    }
    if (!diags->arena)
        diags->arena = stk_arena_new();
    diags->v = stk_realloc(diags->v, (diags->n + 1) * sizeof(*diags->v));
    struct stk_diag *d = &diags->v[diags->n++];
    *d = *diag;
    va_list ap;
    va_start(ap, fmt);
    STK_CLEANUP(stk_charp) char *msg = format(fmt, ap);
    va_end(ap);
    d->msg = stk_arena_strdup(diags->arena, msg);
    own_strings(diags->arena, d);
    d->len = d->len ? d->len : 1;
    d->other_len = d->other_len ? d->other_len : 1;
    return rc;
}
