/* text.h — small things about strings: numbers with units, nearness of names, escaping, hashing. */
#ifndef STK_TEXT_H
#define STK_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "escape.h"

struct stk_buf;

#define STK_NS_PER_MS INT64_C(1000000)
#define STK_NS_PER_S INT64_C(1000000000)

bool stk_streq(const char *a, const char *b); /* two NULLs are equal */
bool stk_starts(const char *s, const char *prefix);
bool stk_ends(const char *s, const char *suffix);

/* Whole strings only; false on anything else, overflow included. */
bool stk_parse_int(const char *s, int64_t *ret);
bool stk_parse_duration(const char *s, int64_t *ret_ns); /* Go's: "1m30s", "1.5h", "500ms", "0" */
bool stk_parse_bytes(const char *s, int64_t *ret);       /* "512m", "1.5GiB", "1024"; 1024-based */

/* Go's spelling: "1m30s", "1h0m0s", "500ms", "0s". */
void stk_format_duration(struct stk_buf *out, int64_t ns);
/* "3 minutes", "About an hour", "2 weeks": as docker ps has it. */
void stk_format_age(struct stk_buf *out, int64_t seconds);
/* "12.3MB", base 1000, as Docker shows progress. */
void stk_format_size(struct stk_buf *out, int64_t bytes);

/* The candidate nearest to word within 1 + length/4 edits (a swap counts as one), or NULL. */
const char *stk_nearest(const char *word, const char *const *candidates, size_t n);

/* A name whose value should not be shown: PASSWORD, API_KEY, … */
bool stk_looks_secret(const char *name);
/* Adds a line with the values of such names, and passwords in addresses, as stars, one for each byte. */
void stk_mask_secrets(struct stk_buf *out, const char *line);

/* Milliseconds since 1970 of "2006-01-02T15:04:05.999999999Z" (any offset); 0 when it is no date or
 * Docker's zero date 0001-01-01. */
int64_t stk_parse_rfc3339_ms(const char *s);

/* SHA-256, lower-case hex. */
void stk_sha256_hex(const void *bytes, size_t size, char ret_hex[65]);

/* fnmatch-like names with * ? [..]: what service arguments may be. */
bool stk_glob(const char *pattern, const char *s);

int64_t stk_now_ms(void);     /* wall clock */
int64_t stk_monotonic_ms(void);

#endif
