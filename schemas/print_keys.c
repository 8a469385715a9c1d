/* print_keys.c — writes the reference of keys, in Markdown, to the file named: a section for each table of
 * keys, with the rows that the parser walks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "keys.h"
#include "schema.h"
#include "text.h"

enum { MAX_DEPTH = 12 };

/* Between a key and those below it: there is one of them for each name, or each item of a list. */
static const char *between(const struct key *key)
{
    const char *schema = schema_of_type(key->type);
    if (schema && strstr(schema, "additionalProperties"))
        return ".NAME";
    return schema && strstr(schema, "\"array\"") ? "[]" : "";
}

static bool has_keys(const struct key *key)
{
    return key->sub && key->type != &type_word;
}

/* A cell: what would end it is escaped. */
static void put(struct stk_buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '|')
            stk_buf_putc(out, '\\');
        stk_buf_putc(out, *text);
    }
}

static void put_row(struct stk_buf *out, const struct key *key, bool idle)
{
    bool word = key->type == &type_word && key->sub->what;
    stk_buf_printf(out, "| `%s` | ", key->name);
    put(out, word ? key->sub->what : key->type->what);
    stk_buf_puts(out, " | ");
    put(out, key->fallback ? key->fallback : "");
    stk_buf_puts(out, " | ");
    put(out, key->help);
    if (key->flags & KEY_REQUIRED)
        stk_buf_puts(out, "; must be there");
    if (idle || key->flags & KEY_NOT_ACTED)
        stk_buf_puts(out, " (*not acted upon*)");
    stk_buf_puts(out, " |\n");
}

static void put_table(struct stk_buf *out, const struct table *table, const char *path, bool idle,
                      unsigned depth)
{
    stk_buf_printf(out, "\n## %s\n\n| key | takes | default | |\n|---|---|---|---|\n",
                   *path ? path : "The top level");
    for (size_t i = 0; i < table->n; i++)
        put_row(out, &table->keys[i], idle);
    for (size_t i = 0; i < table->n && depth < MAX_DEPTH; i++) {
        const struct key *key = &table->keys[i];
        if (!has_keys(key))
            continue;
        STK_CLEANUP(stk_charp)
        char *below = stk_printf("%s%s%s%s", path, *path ? "." : "", key->name, between(key));
        put_table(out, key->sub, below, idle || key->flags & KEY_NOT_ACTED, depth + 1);
    }
}

int main(int argc, char **argv)
{
    FILE *file = argc == 2 ? fopen(argv[1], "w") : NULL;
    if (!file) {
        perror(argc == 2 ? argv[1] : "usage: print_keys FILE");
        return 1;
    }
    STK_CLEANUP(stk_buf_clearp) struct stk_buf out;
    stk_buf_init(&out, 4 * STK_MIB);
    stk_buf_puts(
        &out, "# Keys of a stack file\n\n"
              "Printed from the tables that the program reads files with (`ninja schema`). Every "
              "mapping takes keys that\nbegin with `x-`, too, and shows them at the top level "
              "only. A key without a default leaves its matter to the\nimage or the engine. What "
              "is *not acted upon* is read, checked and shown by `config`, and `up` says that "
              "it\nhas no effect.\n");
    put_table(&out, &top_table, "", false, 0);
    int failed = fwrite(out.bytes, out.size, 1, file) != 1;
    return fclose(file) != 0 || failed;
}
