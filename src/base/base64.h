/* base64.h — bytes as text, as headers and configuration files have them. */
#ifndef STK_BASE64_H
#define STK_BASE64_H

#include <stddef.h>

/* url: with - and _ for + and /. Padded; malloc'd. */
char *stk_base64(const void *bytes, size_t size, _Bool url);
/* NULL: it is none; else malloc'd, with a NUL behind it. */
char *stk_base64_decode(const char *text, size_t *ret_size);

#endif
