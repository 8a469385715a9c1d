/* fake_json.c — reads and writes JSON objects by rows of fields. */
#include "fake_json.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "stackctl/spec.h"

#include "arena.h"
#include "text.h"

void fake_decref(json_t **value)
{
    json_decref(*value);
}

int fake_bad(struct fake_reader *r, const char *where, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char words[500];
    vsnprintf(words, sizeof(words), fmt, ap);
    va_end(ap);
    return stk_fail(r->err, STK_EUSAGE, (struct stk_src){ 0 }, "%s%s%s", where, *where ? ": " : "",
                    words);
}

int fake_want_array(struct fake_reader *r, json_t *value, const char *where)
{
    return json_is_array(value) ? 0 : fake_bad(r, where, "must be a list");
}

int fake_want_object(struct fake_reader *r, json_t *value, const char *where)
{
    return json_is_object(value) ? 0 : fake_bad(r, where, "must be an object");
}

static int read_list(struct fake_reader *r, json_t *value, struct stk_strs *list, const char *where)
{
    if (fake_want_array(r, value, where) < 0)
        return -STK_EUSAGE;
    *list = (struct stk_strs){ .set = true, .n = json_array_size(value) };
    list->v = stk_arena_array(r->arena, list->n, sizeof(*list->v));
    for (size_t i = 0; i < list->n; i++) {
        json_t *item = json_array_get(value, i);
        if (!json_is_string(item))
            return fake_bad(r, where, "must be a list of strings");
        list->v[i] = stk_arena_strdup(r->arena, json_string_value(item));
    }
    return 0;
}

static int read_word(struct fake_reader *r, json_t *value, const struct fake_field *f,
                     unsigned *word, const char *where)
{
    const char *text = json_string_value(value);
    for (unsigned i = 0; text && f->words[i]; i++) {
        if (stk_streq(text, f->words[i])) {
            *word = i;
            return 0;
        }
    }
    return fake_bad(r, where, "unknown word '%s'", text ? text : "");
}

static int read_field(struct fake_reader *r, json_t *value, const struct fake_field *f,
                      void *object, const char *where)
{
    void *at = (char *)object + f->offset;
    switch (f->type) {
    case FAKE_STR:
        if (!json_is_string(value))
            return fake_bad(r, where, "must be a string");
        *(const char **)at = stk_arena_strdup(r->arena, json_string_value(value));
        return 0;
    case FAKE_INT:
        if (!json_is_integer(value))
            return fake_bad(r, where, "must be a whole number");
        *(int64_t *)at = json_integer_value(value);
        return 0;
    case FAKE_BOOL:
        if (!json_is_boolean(value))
            return fake_bad(r, where, "must be true or false");
        *(bool *)at = json_is_true(value);
        return 0;
    case FAKE_WORD:
        return read_word(r, value, f, at, where);
    case FAKE_LIST:
        return read_list(r, value, at, where);
    case FAKE_OTHER:
        return f->read(r, value, object, where);
    }
    return 0;
}

static int unknown_key(struct fake_reader *r, const char *key, const struct fake_field *fields,
                       size_t n, const char *where)
{
    const char *names[64];
    for (size_t i = 0; i < n && i < STK_LEN(names); i++)
        names[i] = fields[i].key;
    const char *near = stk_nearest(key, names, n < STK_LEN(names) ? n : STK_LEN(names));
    if (near)
        return fake_bad(r, where, "unknown key '%s', did you mean '%s'?", key, near);
    return fake_bad(r, where, "unknown key '%s'", key);
}

int fake_read(struct fake_reader *r, json_t *value, const struct fake_field *fields, size_t n,
              void *object, const char *where)
{
    if (fake_want_object(r, value, where) < 0)
        return -STK_EUSAGE;
    const char *key;
    json_t *member;
    json_object_foreach(value, key, member)
    {
        size_t i = 0;
        while (i < n && strcmp(fields[i].key, key) != 0)
            i++;
        if (i == n)
            return unknown_key(r, key, fields, n, where);
        STK_CLEANUP(stk_charp) char *path = stk_printf("%s%s%s", where, *where ? "." : "", key);
        int rc = read_field(r, member, &fields[i], object, path);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static json_t *write_list(const struct stk_strs *list)
{
    if (!list->n)
        return NULL;
    json_t *value = json_array();
    for (size_t i = 0; i < list->n; i++)
        json_array_append_new(value, json_string(list->v[i]));
    return value;
}

static json_t *write_field(const struct fake_field *f, const void *object)
{
    const void *at = (const char *)object + f->offset;
    switch (f->type) {
    case FAKE_STR:
        return *(const char *const *)at ? json_string(*(const char *const *)at) : NULL;
    case FAKE_INT:
        return *(const int64_t *)at ? json_integer(*(const int64_t *)at) : NULL;
    case FAKE_BOOL:
        return *(const bool *)at ? json_true() : NULL;
    case FAKE_WORD:
        return json_string(f->words[*(const unsigned *)at]);
    case FAKE_LIST:
        return write_list(at);
    case FAKE_OTHER:
        return f->write ? f->write(object) : NULL;
    }
    return NULL;
}

json_t *fake_write(const struct fake_field *fields, size_t n, const void *object)
{
    json_t *value = json_object();
    for (size_t i = 0; i < n; i++) {
        json_t *member = write_field(&fields[i], object);
        if (member)
            json_object_set_new(value, fields[i].key, member);
    }
    return value;
}

int fake_load(const char *path, json_t **ret, struct stk_error *reterr)
{
    struct stk_src nowhere = { 0 };
    json_error_t where;
    json_t *value = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
    if (!value && where.line < 0)
        return stk_fail(reterr, STK_ENOFILE, nowhere, "reading '%s': %s", path, where.text);
    if (!value)
        return stk_fail(reterr, STK_EUSAGE, nowhere, "reading '%s': line %d, column %d: %s", path,
                        where.line, where.column, where.text);
    *ret = value;
    return 0;
}
