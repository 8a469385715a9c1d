/* files.h — which files make the stack, and reading them within limits. */
#ifndef STK_SPEC_FILES_H
#define STK_SPEC_FILES_H

#include "load.h"

/* Reads a whole regular file (or "-", standard input) and makes it a source. NULL: a problem was
 * reported. absent_ok: a missing file is no problem; *ret_absent tells. */
struct source *file_read(struct load *ld, const char *path, bool *ret_absent);

/* The stack files, in order, absolute (or "-"), and ld->dir. -f, COMPOSE_FILE, then discovery.
 * False: a problem was reported. */
bool files_find(struct load *ld, struct stk_strs *ret);

/* Whether there is anything of that name. */
bool file_is_there(const char *path);

/* Whether discovery would find a stack file. */
bool files_are_there(struct load *ld);

/* Reads --env-file, COMPOSE_ENV_FILES or .env of the directory into ld->dotenv. */
bool files_read_env(struct load *ld, const char *dir);

/* Adds the variables of an env file, relative to the working directory, to *into; later ones win. */
bool files_read_variables(struct load *ld, const char *path, struct map *into);

/* The names that are looked for beside a file that was not named, one after the other; NULL: no more. */
const char *file_override(size_t i);

#endif
