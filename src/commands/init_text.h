/* init_text.h — a first stack file, written out of what a folder holds. */
#ifndef STK_INIT_TEXT_H
#define STK_INIT_TEXT_H

#include "buf.h"
#include "stackctl/spec.h"

/* A service that is ready to be used: "postgres". NULL: there is none of that name. */
struct init_template;
const struct init_template *init_template_find(const char *name);
/* "postgres, mysql, ..." */
const char *init_template_names(void);

/* What was found in a folder. */
struct init_findings {
    const char *by[8]; /* the files that told: "package.json" */
    size_t n_by;
    const char *build;   /* a Dockerfile is there */
    const char *image;   /* else, what runs the sources */
    const char *command; /* as YAML */
    unsigned port;       /* 0: unknown */
    const struct init_template *with[8];
    size_t n_with;
    struct {
        const char *name, *command;
    } processes[16]; /* of a Procfile */
    size_t n_processes;
};
void init_add(struct init_findings *found, const struct init_template *template);
/* Looks at the files of a folder (names below dir); strings in the arena. */
struct stk_arena;
void init_look(struct stk_arena *arena, const char *dir, struct init_findings *ret);
void init_write(struct stk_buf *out, const char *project, const struct init_findings *found);

#endif
