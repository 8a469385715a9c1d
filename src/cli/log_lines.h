/* log_lines.h — log chunks of many instances become whole lines: prefixed and coloured by service,
 * what was written to stderr on standard error, the rest on standard output. Used by logs and by
 * attached up. */
#ifndef STK_LOG_LINES_H
#define STK_LOG_LINES_H

#include "command.h"

struct log_printer;
struct log_source;

/* Looks at o.no_color, o.no_log_prefix, o.raw, o.timestamps and --ansi. */
struct log_printer *log_printer_new(const struct cli *cli);
void log_printer_free(struct log_printer *printer); /* its sources too; writes what is left */

/* What log_printer_new makes of a command line. */
struct log_look {
    struct stk_loop *loop; /* NULL: nothing is written before the buffer is full, or the end */
    struct {
        int fd;
        bool colour;   /* of the prefix */
        bool terminal; /* control characters but tabs and colours are made visible */
    } to[2];           /* of stdout, of stderr */
    bool no_prefix, timestamps;
};
struct log_printer *log_printer_open(const struct log_look *look);

/* From now on the program ends when nobody reads standard output any more, without waiting for the
 * next line: for `logs -f | grep -m1 ready`. */
void log_printer_watch(struct log_printer *printer);

/* One instance; name is its prefix ("web-1") and is copied, service decides the colour. The prefix
 * column is as wide as the widest name told so far. */
void log_printer_widen(struct log_printer *printer, const char *name); /* as if told */
struct log_source *log_source_new(struct log_printer *printer, const char *name,
                                  const char *service);
void log_source_chunk(struct log_source *source, const struct stk_log_chunk *chunk);
/* Prints a last line that had no end; the source stays usable. */
void log_source_flush(struct log_source *source);
/* A line of our own, such as "exited with code 1": "web-1 exited with code 1". */
void log_source_note(struct log_source *source, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
