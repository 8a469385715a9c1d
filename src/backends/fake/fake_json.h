/* fake_json.h — JSON objects read into and written from structs by rows. Knows nothing of the
 * engine. */
#ifndef STK_FAKE_JSON_H
#define STK_FAKE_JSON_H

#include <jansson.h>

#include "stackctl/error.h"

struct stk_arena;

struct fake_reader {
    struct stk_arena *arena; /* owns the strings read */
    struct stk_error *err;
};

enum fake_type {
    FAKE_STR,   /* const char * */
    FAKE_INT,   /* int64_t */
    FAKE_BOOL,  /* bool */
    FAKE_WORD,  /* an enum, by its place in words */
    FAKE_LIST,  /* struct stk_strs */
    FAKE_OTHER, /* by read and write */
};

struct fake_field {
    const char *key;
    enum fake_type type;
    size_t offset;
    const char *const *words; /* FAKE_WORD; ended by NULL */
    int (*read)(struct fake_reader *r, json_t *value, void *object, const char *where);
    json_t *(*write)(const void *object); /* NULL or returning NULL: nothing is written */
};

/* Reads value into object. where names it in messages: "services.db". An unknown key is an error.
 */
int fake_read(struct fake_reader *r, json_t *value, const struct fake_field *fields, size_t n,
              void *object, const char *where);
/* Writes what differs from zero. */
json_t *fake_write(const struct fake_field *fields, size_t n, const void *object);

/* Checks that value is an array or object, naming where if not. */
int fake_want_array(struct fake_reader *r, json_t *value, const char *where);
int fake_want_object(struct fake_reader *r, json_t *value, const char *where);
int fake_bad(struct fake_reader *r, const char *where, const char *fmt, ...) STK_PRINTF(3, 4);

/* Reads a file; a JSON error is told with its line and column. *ret is a new reference. */
int fake_load(const char *path, json_t **ret, struct stk_error *reterr);
void fake_decref(json_t **value); /* for STK_CLEANUP */

#endif
