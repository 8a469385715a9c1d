/* utf8.h — texts that files hold must be UTF-8. */
#ifndef STK_SPEC_UTF8_H
#define STK_SPEC_UTF8_H

#include "load.h"

/* UTF-8 without NULs, else a problem at its place. */
bool utf8_valid(const char *s, size_t n);
bool source_is_text(struct load *ld, const struct source *source);

#endif
