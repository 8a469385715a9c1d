/* dotenv.h — .env files and env_file: KEY=VALUE, quotes, escapes, variables. */
#ifndef STK_SPEC_DOTENV_H
#define STK_SPEC_DOTENV_H

#include "load.h"

enum dotenv_how {
    DOTENV_PLAIN,
    DOTENV_RAW,   /* every line as it stands */
    DOTENV_ALONE, /* variables are those of the file itself, as for labels */
};

/* Adds what the source defines to *into (const char *, in the arena), later definitions winning.
 * Variables are looked up with load_var first, then in *into. raw: every line is KEY=VALUE as it
 * stands. False when a problem was reported. */
bool dotenv_read(struct load *ld, struct source *source, enum dotenv_how how, struct map *into);

#endif
