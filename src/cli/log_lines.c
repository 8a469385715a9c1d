/* log_lines.c — cuts chunks into lines and dresses them: prefix, colour, timestamp, nothing that could
 * hurt a terminal. Keeping the lines of many apart on one descriptor is log_out.c. */
#include "log_lines.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "log_out.h"
#include "text.h"
#include "width.h"

/* A longer line is written in pieces of this size. */
enum { PIECE_MAX = 64 * 1024 };

struct stream {
    struct log_source *source;
    struct log_out *out;
    struct stk_buf text;   /* of the line, not yet given to out */
    char timestamp[64];    /* of the line's beginning */
    struct stk_buf prefix; /* as it was last, and how wide the column was then */
    size_t width;
    bool begun; /* a part of the line is out already */
};

struct log_source {
    struct log_source *next;
    struct log_printer *printer;
    char *name;
    const char *colour;
    struct stream streams[2];
};

struct log_printer {
    struct log_out outs[2];
    struct log_out *out_of[2]; /* both the same when both descriptors are the same file */
    struct log_source *sources;
    struct stk_buf line; /* being dressed */
    size_t width;
    bool no_prefix, timestamps;
};

static const char *const palette[] = {
    "\033[36m",   "\033[33m",   "\033[32m",   "\033[35m",   "\033[34m",
    "\033[36;1m", "\033[33;1m", "\033[32;1m", "\033[35;1m", "\033[34;1m",
};

/* The same service has the same colour in every run (FNV-1a). */
static const char *colour_of(const char *service)
{
    uint32_t hash = 2166136261u;
    for (; *service; service++)
        hash = (hash ^ (unsigned char)*service) * 16777619u;
    return palette[(hash ^ hash >> 16) % STK_LEN(palette)];
}

static bool same_file(int a, int b)
{
    struct stat at, bt;
    return fstat(a, &at) == 0 && fstat(b, &bt) == 0 && at.st_dev == bt.st_dev &&
           at.st_ino == bt.st_ino;
}

struct log_printer *log_printer_open(const struct log_look *look)
{
    struct log_printer *printer = stk_alloc(sizeof(*printer));
    printer->no_prefix = look->no_prefix;
    printer->timestamps = look->timestamps;
    stk_buf_init(&printer->line, 8 * STK_MIB);
    for (size_t i = 0; i < 2; i++) {
        log_out_init(&printer->outs[i], look->loop, look->to[i].fd);
        printer->outs[i].colour = look->to[i].colour;
        printer->outs[i].terminal = look->to[i].terminal;
        printer->out_of[i] = &printer->outs[i];
    }
    if (same_file(look->to[0].fd, look->to[1].fd))
        printer->out_of[1] = &printer->outs[0];
    return printer;
}

struct log_printer *log_printer_new(const struct cli *cli)
{
    struct log_look look = {
        .loop = cli->loop,
        .no_prefix = cli->o.no_log_prefix,
        .timestamps = cli->o.timestamps,
    };
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
        look.to[fd - 1].fd = fd;
        look.to[fd - 1].colour = !cli->o.no_color && stk_colours(cli, fd);
        look.to[fd - 1].terminal = isatty(fd) && !cli->o.raw;
    }
    return log_printer_open(&look);
}

void log_printer_watch(struct log_printer *printer)
{
    log_out_watch(&printer->outs[0]);
}

void log_printer_widen(struct log_printer *printer, const char *name)
{
    size_t width = stk_width(name);
    printer->width = width > printer->width ? width : printer->width;
}

static char *escaped(const char *name)
{
    struct stk_buf out;
    stk_buf_init(&out, STK_MIB);
    stk_escape_control(&out, name, strlen(name));
    return stk_buf_take(&out);
}

struct log_source *log_source_new(struct log_printer *printer, const char *name,
                                  const char *service)
{
    struct log_source *source = stk_alloc(sizeof(*source));
    source->printer = printer;
    source->name = escaped(name);
    source->colour = colour_of(service);
    for (size_t i = 0; i < 2; i++) {
        source->streams[i].source = source;
        source->streams[i].out = printer->out_of[i];
        stk_buf_init(&source->streams[i].text, 2 * PIECE_MAX);
        stk_buf_init(&source->streams[i].prefix, 64 * STK_KIB);
    }
    source->next = printer->sources;
    printer->sources = source;
    log_printer_widen(printer, source->name);
    return source;
}

/* Bytes for a terminal: colours stay, and are reset at the line's end; nothing else acts on it. */
static void add_safe(struct stk_buf *out, const char *s, size_t size)
{
    bool coloured = false;
    for (size_t n, colours; size; s += n + colours, size -= n + colours) {
        colours = 0;
        for (n = 0; n < size && !(colours = stk_sgr_length(s + n, size - n)); n++)
            ;
        stk_escape_control(out, s, n);
        stk_buf_add(out, s + n, colours);
        coloured |= colours > 0;
    }
    if (coloured)
        stk_buf_puts(out, "\033[0m");
}

static void make_prefix(struct stream *stream, size_t width)
{
    const struct log_source *source = stream->source;
    stk_buf_reset(&stream->prefix);
    stk_buf_puts(&stream->prefix, stream->out->colour ? source->colour : "");
    stk_width_pad(&stream->prefix, source->name, width);
    stk_buf_puts(&stream->prefix, stream->out->colour ? "  | \033[0m" : "  | ");
    stream->width = width;
}

static void add_prefix(struct log_printer *printer, struct stream *stream)
{
    struct stk_buf *line = &printer->line;
    if (!printer->no_prefix) {
        if (!stream->prefix.size || stream->width != printer->width)
            make_prefix(stream, printer->width);
        stk_buf_add(line, stream->prefix.bytes, stream->prefix.size);
    }
    if (printer->timestamps && *stream->timestamp)
        stk_buf_printf(line, "%s ", stream->timestamp);
}

/* Gives so much of the line to its descriptor. */
static void put(struct stream *stream, const char *text, size_t size, bool ends)
{
    struct log_printer *printer = stream->source->printer;
    struct stk_buf *line = &printer->line;
    bool broken = stream->begun && !log_out_holds(stream->out, stream);
    stream->begun = !ends;
    if (broken && ends && !size)
        return; /* its end was written when the line was broken */
    stk_buf_reset(line);
    if (!log_out_holds(stream->out, stream))
        add_prefix(printer, stream);
    if (ends && size && stream->out->terminal && text[size - 1] == '\r')
        size--;
    if (stream->out->terminal)
        add_safe(line, text, size);
    else
        stk_buf_add(line, text, size);
    if (ends)
        stk_buf_putc(line, '\n');
    log_out_add(stream->out, stream, line, ends);
}

/* What was gathered of it; a character that has not come as a whole waits for its rest. */
static void put_text(struct stream *stream, bool ends)
{
    struct stk_buf *text = &stream->text;
    size_t held = ends || !text->size ? 0 : stk_utf8_unfinished(text->bytes, text->size);
    size_t size = text->size - held;
    put(stream, text->bytes ? text->bytes : "", size, ends);
    stk_buf_drop(text, size);
}

void log_source_chunk(struct log_source *source, const struct stk_log_chunk *chunk)
{
    struct stream *stream = &source->streams[chunk->is_stderr];
    const char *at = chunk->bytes, *end = at + chunk->size;
    while (at < end) {
        if (!stream->begun && stream->text.size == 0 && source->printer->timestamps &&
            chunk->timestamp)
            snprintf(stream->timestamp, sizeof(stream->timestamp), "%s", chunk->timestamp);
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t n = (size_t)((newline ? newline : end) - at);
        if (newline && n <= PIECE_MAX && !stream->text.size) {
            put(stream, at, n, true); /* as it is, uncopied */
            at = newline + 1;
            continue;
        }
        size_t room = PIECE_MAX - stream->text.size;
        if (n > room) {
            stk_buf_add(&stream->text, at, room);
            at += room;
            put_text(stream, false);
            continue;
        }
        stk_buf_add(&stream->text, at, n);
        at += n + (newline != NULL);
        if (newline)
            put_text(stream, true);
    }
}

void log_source_flush(struct log_source *source)
{
    for (size_t i = 0; i < 2; i++)
        if (source->streams[i].text.size || source->streams[i].begun)
            put_text(&source->streams[i], true);
}

void log_source_note(struct log_source *source, const char *fmt, ...)
{
    struct stk_buf *line = &source->printer->line;
    struct log_out *out = source->printer->out_of[0];
    char *note = NULL;
    va_list ap;
    log_source_flush(source);
    va_start(ap, fmt);
    if (vasprintf(&note, fmt, ap) < 0)
        stk_out_of_memory();
    va_end(ap);
    stk_buf_reset(line);
    stk_buf_printf(line, "%s%s ", out->colour ? source->colour : "", source->name);
    stk_escape_control(line, note, strlen(note));
    stk_buf_puts(line, out->colour ? "\033[0m\n" : "\n");
    free(note);
    log_out_add(out, line, line, true);
}

void log_printer_free(struct log_printer *printer)
{
    if (!printer)
        return;
    while (printer->sources) {
        struct log_source *source = printer->sources;
        printer->sources = source->next;
        log_source_flush(source);
        for (size_t i = 0; i < 2; i++) {
            stk_buf_clear(&source->streams[i].text);
            stk_buf_clear(&source->streams[i].prefix);
        }
        free(source->name);
        free(source);
    }
    log_out_clear(&printer->outs[0]);
    log_out_clear(&printer->outs[1]);
    stk_buf_clear(&printer->line);
    free(printer);
}
