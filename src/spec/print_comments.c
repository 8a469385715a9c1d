/* print_comments.c — comments on printed YAML, one on the line of each value. libyaml's emitter has none,
 * so the text is read again for the lines of its values, which come in the order they were printed in. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "arena.h"
#include "buf.h"
#include "print_yaml.h"

struct commenting {
    yaml_parser_t parser;
    const char *text, *end; /* what is not written yet */
    size_t line;            /* where it begins */
    struct stk_buf out;
    comment_fn *words;
};

static void next(struct commenting *c, yaml_event_t *ev)
{
    if (!yaml_parser_parse(&c->parser, ev))
        stk_out_of_memory(); /* it is what the emitter wrote: nothing else fails */
}

/* Everything to the end of that line, and the comment. */
static void comment(struct commenting *c, size_t line, const json_t *leaf)
{
    const char *p = c->text;
    for (; c->line < line; c->line++) {
        const char *newline = memchr(p, '\n', (size_t)(c->end - p));
        p = newline ? newline + 1 : c->end;
    }
    const char *newline = memchr(p, '\n', (size_t)(c->end - p));
    p = newline ? newline : c->end;
    stk_buf_add(&c->out, c->text, (size_t)(p - c->text));
    stk_buf_puts(&c->out, " # ");
    c->words(leaf, &c->out);
    c->text = p;
}

static void walk(struct commenting *c, const json_t *leaves);

/* The members, in the order of the text. */
static void walk_map(struct commenting *c, const json_t *leaves)
{
    for (;;) {
        yaml_event_t key;
        next(c, &key);
        if (key.type == YAML_MAPPING_END_EVENT)
            return;
        walk(c, json_object_get(leaves, (const char *)key.data.scalar.value));
        yaml_event_delete(&key);
    }
}

/* To the end of an empty list or mapping; its line. */
static size_t end_of_empty(struct commenting *c)
{
    yaml_event_t ev;
    next(c, &ev);
    return ev.end_mark.line;
}

static void walk_list(struct commenting *c, const json_t *leaves)
{
    for (size_t i = 0; i < json_array_size(leaves); i++)
        walk(c, json_array_get(leaves, i));
    (void)end_of_empty(c);
}

static void walk(struct commenting *c, const json_t *leaves)
{
    yaml_event_t ev;
    next(c, &ev);
    if (json_is_array(leaves))
        walk_list(c, leaves);
    else if (ev.type == YAML_MAPPING_START_EVENT &&
             ev.data.mapping_start.style != YAML_FLOW_MAPPING_STYLE)
        walk_map(c, leaves);
    else
        comment(c, ev.type == YAML_SCALAR_EVENT ? ev.end_mark.line : end_of_empty(c), leaves);
    yaml_event_delete(&ev);
}

char *yaml_print_with_comments(json_t *root, const json_t *leaves, comment_fn *words)
{
    STK_CLEANUP(stk_charp) char *text = yaml_print(root);
    struct commenting c = { .text = text, .end = text + strlen(text), .words = words };
    yaml_event_t ev;
    stk_buf_init(&c.out, SIZE_MAX / 2);
    if (!yaml_parser_initialize(&c.parser))
        stk_out_of_memory();
    yaml_parser_set_encoding(&c.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&c.parser, (const unsigned char *)text, strlen(text));
    next(&c, &ev); /* the stream, then the document */
    next(&c, &ev);
    walk(&c, leaves);
    stk_buf_puts(&c.out, c.text);
    yaml_parser_delete(&c.parser);
    return stk_buf_take(&c.out);
}
