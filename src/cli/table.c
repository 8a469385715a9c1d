/* table.c — lines columns up by what they take on a terminal. What is in them is others' business. */
#include "table.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "text.h"
#include "width.h"

enum { GAP = 3 };

void table_add(struct table *table, const char *cell)
{
    struct stk_buf text;
    stk_buf_init(&text, STK_MIB);
    if (cell)
        stk_escape_control(&text, cell, strlen(cell));
    table->cells = stk_grow(table->cells, table->n, &table->cap, sizeof(*table->cells));
    table->cells[table->n++] = stk_buf_take(&text);
}

static size_t column_width(const struct table *table, size_t column)
{
    size_t widest = 0;
    for (size_t i = column; i < table->n; i += table->columns) {
        size_t width = stk_width(table->cells[i]);
        widest = width > widest ? width : widest;
    }
    return widest;
}

char *table_text(const struct table *table)
{
    struct stk_buf out;
    stk_buf_init(&out, 64 * STK_MIB);
    size_t *widths = stk_alloc(table->columns * sizeof(*widths));
    for (size_t i = 0; i < table->columns; i++)
        widths[i] = column_width(table, i) + (table->gap ? table->gap : GAP);
    for (size_t i = 0; i < table->n; i++) {
        size_t column = i % table->columns;
        if (column + 1 < table->columns)
            stk_width_pad(&out, table->cells[i], widths[column]);
        else
            stk_buf_puts(&out, table->cells[i]);
        if (column + 1 < table->columns)
            continue;
        while (out.size && out.bytes[out.size - 1] == ' ')
            out.bytes[--out.size] = '\0';
        stk_buf_putc(&out, '\n');
    }
    free(widths);
    return stk_buf_take(&out);
}

void table_clear(struct table *table)
{
    for (size_t i = 0; i < table->n; i++)
        free(table->cells[i]);
    free(table->cells);
    *table = (struct table){ .columns = table->columns, .gap = table->gap };
}
