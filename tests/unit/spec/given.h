/* given.h — a directory of files for one test, and what loading it gives.
 *
 *     struct given g = given();
 *     given_file(&g, "compose.yaml", "services: ...");
 *     const struct stk_spec *spec = given_loads(&g);
 *     given_end(&g); */
#ifndef STK_TEST_GIVEN_H
#define STK_TEST_GIVEN_H

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "stackctl/spec.h"
#include "test.h"

struct given {
    char dir[64];
    const char *environ[16]; /* ended by NULL; HOME is set */
    struct stk_spec_opts opts;
    const char *files[8];
    struct stk_diags diags;
    struct stk_spec *spec;
    int rc;
};

static inline struct given given(void)
{
    struct given g = { .dir = "/tmp/stackctl-spec-XXXXXX", .environ = { "HOME=/home/me" } };
    ck_assert_ptr_nonnull(mkdtemp(g.dir));
    return g;
}

static inline void given_file(struct given *g, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", g->dir, name);
    for (char *p = path + strlen(g->dir) + 1; (p = strchr(p, '/')); p++) {
        *p = '\0';
        (void)mkdir(path, 0777); /* may be there already */
        *p = '/';
    }
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    ck_assert_int_eq(fclose(f), 0);
}

static inline void given_variable(struct given *g, const char *assignment)
{
    size_t i = 0;
    while (g->environ[i])
        i++;
    ck_assert_uint_lt(i, 15);
    g->environ[i] = assignment;
}

/* One more -f. */
static inline void given_f(struct given *g, const char *file)
{
    g->files[g->opts.files.n++] = file;
    g->opts.files.v = g->files;
}

static inline void given_load(struct given *g)
{
    stk_spec_free(g->spec);
    g->spec = NULL;
    stk_diags_clear(&g->diags);
    g->opts.environ = (char *const *)(uintptr_t)g->environ;
    if (!g->opts.cwd)
        g->opts.cwd = g->dir;
    g->rc = stk_spec_load(&g->opts, &g->spec, &g->diags);
}

static inline const struct stk_spec *given_loads(struct given *g)
{
    given_load(g);
    for (size_t i = 0; g->rc && i < g->diags.n; i++)
        printf("%s:%u:%u: %s\n", g->diags.v[i].src.file, g->diags.v[i].src.line,
               g->diags.v[i].src.col, g->diags.v[i].msg);
    ck_assert_int_eq(g->rc, 0);
    return g->spec;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static inline void given_end(struct given *g)
{
    stk_spec_free(g->spec);
    stk_diags_clear(&g->diags);
    (void)nftw(g->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS); /* best effort */
}

/* The value of a variable in a service's environment, "(none)" when it is named without one, NULL
 * when it is not there. */
static inline const char *variable_of(const struct stk_service *s, const char *name)
{
    for (size_t i = 0; i < s->environment.n; i++)
        if (strcmp(s->environment.v[i].key, name) == 0)
            return s->environment.v[i].value ? s->environment.v[i].value : "(none)";
    return NULL;
}

#endif
