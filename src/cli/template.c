/* template.c — fills the fields of objects into a template. What the fields are is others' business. */
#include "template.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "table.h"
#include "text.h"

/* What stands between two braces: its field, "" for the whole object, and whether as JSON. */
struct action {
    char *field;
    bool json;
};

static const char *skip_blanks(const char *p)
{
    return p + strspn(p, " \t");
}

/* p is behind "{{"; the end behind "}}", or NULL when it is nothing we know. The field is malloc'd. */
static const char *parse_action(const char *p, struct action *ret)
{
    p = skip_blanks(p);
    bool json = stk_starts(p, "json ");
    if (json)
        p = skip_blanks(p + strlen("json "));
    if (*p++ != '.')
        return NULL;
    size_t n = 0;
    while (isalnum((unsigned char)p[n]))
        n++;
    const char *end = skip_blanks(p + n);
    if (!stk_starts(end, "}}") || (n == 0 && !json))
        return NULL;
    *ret = (struct action){ .field = stk_strndup(p, n), .json = json };
    return end + 2;
}

bool template_check(const char *text, const json_t *example, const char **ret_wrong)
{
    for (const char *open; (open = strstr(text, "{{"));) {
        struct action action = { 0 };
        text = parse_action(open + 2, &action);
        bool known = text && (!*action.field || json_object_get(example, action.field));
        free(action.field);
        if (!known) {
            *ret_wrong = open;
            return false;
        }
    }
    return true;
}

static void add_json(struct stk_buf *out, const json_t *value)
{
    STK_CLEANUP(stk_charp) char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    stk_escape_json(out, text ? text : "");
}

static void add_value(struct stk_buf *out, const struct action *action, const json_t *object)
{
    const json_t *value = *action->field ? json_object_get(object, action->field) : object;
    const char *text = json_string_value(value);
    if (text && !action->json)
        stk_escape_control(out, text, strlen(text));
    else
        add_json(out, value);
}

/* Text between actions: a backslash with t or n is the character, as docker has it. */
static size_t add_text(struct stk_buf *out, const char *p)
{
    bool escape = *p == '\\' && (p[1] == 't' || p[1] == 'n');
    stk_buf_putc(out, !escape ? *p : p[1] == 't' ? '\t' : '\n');
    return escape ? 2 : 1;
}

/* object NULL: the headers. */
static void add_row(struct stk_buf *out, const char *p, const json_t *object)
{
    while (*p) {
        struct action action = { 0 };
        const char *end = stk_starts(p, "{{") ? parse_action(p + 2, &action) : NULL;
        if (!end) {
            p += add_text(out, p);
            continue;
        }
        if (object)
            add_value(out, &action, object);
        for (const char *c = object ? "" : action.field; *c; c++)
            stk_buf_putc(out, (char)toupper((unsigned char)*c));
        free(action.field);
        p = end;
    }
}

static size_t count_columns(const char *text)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf row;
    stk_buf_init(&row, STK_MIB);
    add_row(&row, text, NULL);
    size_t n = 1;
    for (const char *c = row.bytes ? row.bytes : ""; *c; c++)
        n += *c == '\t';
    return n;
}

/* A value with a tab in it cannot make a column: control characters were made visible before. */
static void add_cells(struct table *table, const char *text, const json_t *object)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf row;
    stk_buf_init(&row, 16 * STK_MIB);
    add_row(&row, text, object);
    char *cell = row.bytes;
    for (size_t i = 0; i < table->columns; i++) {
        char *tab = cell ? strchr(cell, '\t') : NULL;
        if (tab)
            *tab = '\0';
        table_add(table, cell);
        cell = tab ? tab + 1 : NULL;
    }
}

static void print_table(struct stk_buf *out, const char *text, const json_t *objects)
{
    struct table table = { .columns = count_columns(text) };
    add_cells(&table, text, NULL);
    for (size_t i = 0; i < json_array_size(objects); i++)
        add_cells(&table, text, json_array_get(objects, i));
    STK_CLEANUP(stk_charp) char *all = table_text(&table);
    stk_buf_puts(out, all);
    table_clear(&table);
}

void template_print(struct stk_buf *out, const char *text, const json_t *objects)
{
    if (stk_starts(text, "table ")) {
        print_table(out, skip_blanks(text + strlen("table ")), objects);
        return;
    }
    for (size_t i = 0; i < json_array_size(objects); i++) {
        add_row(out, text, json_array_get(objects, i));
        stk_buf_putc(out, '\n');
    }
}
