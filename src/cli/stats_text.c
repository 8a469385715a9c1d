/* stats_text.c — words what containers use as `docker stats` does. */
#include "stats_text.h"

#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "json_text.h"
#include "table.h"
#include "text.h"

enum { COLUMNS = 8, ID_SHORT = 12, CELL = 64 };

struct cells {
    char id[CELL + 1], cpu[CELL], memory[CELL], memory_percent[CELL], net[CELL], block[CELL],
        pids[CELL];
};

static void add_size(char *text, double v, double base, int digits, const char *const *units)
{
    size_t i = 0;
    for (; v >= base && units[i + 1]; i++)
        v /= base;
    size_t n = strlen(text);
    snprintf(text + n, CELL - n, "%.*g%s", digits, v, units[i]);
}

/* "332KiB / 23.54GiB" */
static void binary_pair(char *text, int64_t a, int64_t b)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", NULL };
    *text = '\0';
    add_size(text, (double)a, 1024, 4, units);
    strcat(text, " / ");
    add_size(text, (double)b, 1024, 4, units);
}

/* "1.21kB / 0B" */
static void decimal_pair(char *text, int64_t a, int64_t b)
{
    static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB", NULL };
    *text = '\0';
    add_size(text, (double)a, 1000, 3, units);
    strcat(text, " / ");
    add_size(text, (double)b, 1000, 3, units);
}

static struct cells cells_of(const struct stats_row *row, bool full_ids)
{
    const struct stk_sample *s = row->sample;
    struct cells c;
    snprintf(c.id, sizeof(c.id), "%.*s", full_ids ? CELL : ID_SHORT, row->id);
    snprintf(c.cpu, sizeof(c.cpu), "%.2f%%", s->cpu_percent);
    snprintf(c.memory_percent, sizeof(c.memory_percent), "%.2f%%", s->memory_percent);
    snprintf(c.pids, sizeof(c.pids), "%lld", (long long)s->pids);
    binary_pair(c.memory, s->memory, s->memory_limit);
    decimal_pair(c.net, s->net_in, s->net_out);
    decimal_pair(c.block, s->block_in, s->block_out);
    return c;
}

/* Every line end becomes "clear to the end of the line" and a line end. */
static void add_clearing(struct stk_buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            stk_buf_puts(out, "\033[K");
        stk_buf_putc(out, *text);
    }
}

void stats_table(struct stk_buf *out, const struct stats_row *rows, size_t n, bool full_ids,
                 bool clears)
{
    static const char *const headers[COLUMNS] = { "CONTAINER ID",      "NAME",  "CPU %",
                                                  "MEM USAGE / LIMIT", "MEM %", "NET I/O",
                                                  "BLOCK I/O",         "PIDS" };
    struct table table = { .columns = COLUMNS };
    for (size_t i = 0; i < COLUMNS; i++)
        table_add(&table, headers[i]);
    for (size_t i = 0; i < n; i++) {
        struct cells c = cells_of(&rows[i], full_ids);
        const char *const cells[COLUMNS] = { c.id,  rows[i].name, c.cpu, c.memory, c.memory_percent,
                                             c.net, c.block,      c.pids };
        for (size_t k = 0; k < COLUMNS; k++)
            table_add(&table, cells[k]);
    }
    STK_CLEANUP(stk_charp) char *text = table_text(&table);
    if (clears)
        add_clearing(out, text);
    else
        stk_buf_puts(out, text);
    table_clear(&table);
}

static void set(json_t *object, const char *key, const char *text)
{
    json_object_set_new(object, key, stk_json_text_of(text));
}

void stats_json(struct stk_buf *out, const struct stats_row *rows, size_t n, bool full_ids)
{
    for (size_t i = 0; i < n; i++) {
        struct cells c = cells_of(&rows[i], full_ids);
        json_t *object = json_object();
        set(object, "BlockIO", c.block);
        set(object, "CPUPerc", c.cpu);
        set(object, "Container", rows[i].id);
        set(object, "ID", c.id);
        set(object, "MemPerc", c.memory_percent);
        set(object, "MemUsage", c.memory);
        set(object, "Name", rows[i].name);
        set(object, "NetIO", c.net);
        set(object, "PIDs", c.pids);
        STK_CLEANUP(stk_charp) char *line = stk_json_line(object);
        stk_buf_puts(out, line);
    }
}
