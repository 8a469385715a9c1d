/* needs.h — the variables that the stack files need, and where each comes from. Their values are shown
 * nowhere. */
#ifndef STK_NEEDS_H
#define STK_NEEDS_H

#include "command.h"

enum need_state {
    NEED_SET,
    NEED_DEFAULT,  /* the file has a default for it */
    NEED_OPTIONAL, /* only asked whether it is set */
    NEED_MISSING,
};

struct need {
    const char *name;
    const char *from; /* "environment", ".env", "default"; NULL: from nowhere */
    const char *why;  /* "required" by ${NAME:?}, else NULL */
    enum need_state state;
};

/* The name of a state for machines. */
const char *need_state_name(enum need_state state);

/* All that the files of cli's command line use, sorted by name; in cli's arena. A file that cannot be
 * loaded is told in diags: 0 or a negative code. *ret_dir: the project's directory. */
int needs_find(struct cli *cli, struct need **ret, size_t *ret_n, const char **ret_dir,
               struct stk_diags *diags);

/* The env files that such variables are looked for in, as to be named to people. */
const char *needs_env_file(struct cli *cli);

#endif
