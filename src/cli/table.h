/* table.h — rows of text in columns that line up. Nothing is ever cut. */
#ifndef STK_TABLE_H
#define STK_TABLE_H

#include <stddef.h>

struct table {
    size_t columns, n, cap;
    size_t gap;   /* spaces between columns; 0: 3 */
    char **cells; /* row after row */
};

/* = { .columns = 3 } to begin with; the first cells are the headers. The cell is copied, its control
 * characters made visible; NULL is an empty one. */
void table_add(struct table *table, const char *cell);
char *table_text(const struct table *table); /* malloc'd */
void table_clear(struct table *table);

#endif
