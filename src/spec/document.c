/* document.c — libyaml's events to nodes: places, aliases within limits, merge keys, duplicate keys.
 * Leaves the meaning of everything to others; the words for syntax errors are in syntax.c. */
#include "document.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "arena.h"
#include "utf8.h"
#include "syntax.h"

enum { NODE_WEIGHT = 16, WEIGHT_FLOOR = 4 << 20, WEIGHT_PER_BYTE = 10 };

struct reader {
    struct load *ld;
    const struct source *source;
    yaml_parser_t parser;
    struct map anchors; /* of this document: struct node *, or &open while it is being read */
    size_t limit;       /* weight a document may have */
    size_t merged;      /* bytes that << copied so far */
    unsigned depth;
    bool failed; /* nothing more can be read */
};

static struct node open_anchor; /* stands for an anchor whose node is not complete */

static struct stk_src place(const struct reader *r, yaml_mark_t mark)
{
    return (struct stk_src){ r->source->name, (unsigned)mark.line + 1, (unsigned)mark.column + 1 };
}

static unsigned extent(const yaml_event_t *ev)
{
    if (ev->start_mark.line == ev->end_mark.line && ev->end_mark.column > ev->start_mark.column)
        return (unsigned)(ev->end_mark.column - ev->start_mark.column);
    return 1;
}

static void give_up(struct reader *r, yaml_mark_t mark, const char *what)
{
    fail_src(r->ld, place(r, mark), "%s", what);
    r->failed = true;
}

static bool next(struct reader *r, yaml_event_t *ev)
{
    if (r->failed)
        return false;
    if (yaml_parser_parse(&r->parser, ev))
        return true;
    syntax_report(r->ld, r->source, &r->parser);
    r->failed = true;
    return false;
}

static struct node *read_node(struct reader *r, const yaml_event_t *ev);

/* Adds up what a node weighs; false when aliases have made the document too large. */
static bool weigh(struct reader *r, struct node *node, yaml_mark_t mark)
{
    size_t weight = NODE_WEIGHT + (node->text ? strlen(node->text) : 0);
    for (size_t i = 0; i < node->n; i++)
        weight += node->kind == NODE_LIST
                      ? node->items[i]->weight
                      : strlen(node->pairs[i].key) + node->pairs[i].value->weight;
    node->weight = weight;
    if (weight <= r->limit)
        return true;
    give_up(r, mark, "too large once its aliases are written out");
    return false;
}

static void read_tag(struct reader *r, struct node *node, const char *tag)
{
    static const struct {
        const char *tag;
        enum node_tag means;
    } tags[] = { { "!reset", TAG_RESET }, { "!override", TAG_OVERRIDE } };
    for (size_t i = 0; i < STK_LEN(tags); i++)
        if (strcmp(tags[i].tag, tag) == 0) {
            node->tag = tags[i].means;
            r->ld->has_tags = true;
            return;
        }
    if (strncmp(tag, "tag:yaml.org,2002:", 18) != 0 && strcmp(tag, "!") != 0)
        warn_src(r->ld, STK_RULE_IGNORED, node->src, 1, "unknown tag '%s' is ignored", tag);
}

static struct node *begin_node(struct reader *r, struct node *node, const yaml_event_t *ev,
                               enum node_kind kind, const yaml_char_t *anchor,
                               const yaml_char_t *tag)
{
    node->kind = kind;
    node->src = place(r, ev->start_mark);
    node->len = kind == NODE_SCALAR ? extent(ev) : 1;
    node->scope = r->source->scope;
    if (!document_may_have(r->ld, 1))
        give_up(r, ev->start_mark, "too many values in the files");
    if (tag)
        read_tag(r, node, (const char *)tag);
    if (anchor)
        *map_at(&r->anchors, stk_arena_strdup(r->ld->arena, (const char *)anchor)) = &open_anchor;
    return node;
}

static void end_anchor(struct reader *r, const char *anchor, struct node *node)
{
    if (anchor)
        *map_at(&r->anchors, anchor) = node;
}

static struct node *new_node(struct reader *r)
{
    return stk_arena_alloc(r->ld->arena, sizeof(struct node));
}

/* Into *node, which is zeroed. */
static struct node *read_scalar(struct reader *r, const yaml_event_t *ev, struct node *node)
{
    static const char str_tag[] = "tag:yaml.org,2002:str";
    const yaml_char_t *tag = ev->data.scalar.tag;
    begin_node(r, node, ev, NODE_SCALAR, ev->data.scalar.anchor, tag);
    yaml_scalar_style_t style = ev->data.scalar.style;
    node->text =
        stk_arena_strndup(r->ld->arena, (char *)ev->data.scalar.value, ev->data.scalar.length);
    node->type = SCALAR_STRING;
    if (strlen(node->text) != ev->data.scalar.length)
        (void)fail_node(r->ld, node, "a NUL character in a value");
    if (style == YAML_PLAIN_SCALAR_STYLE && !(tag && strcmp((char *)tag, str_tag) == 0)) {
        const char *written = node->text;
        node->type = scalar_resolve(r->ld, &node->text);
        node->written = strcmp(written, node->text) == 0 ? NULL : written;
    }
    node->inside =
        style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    size_t length = 0;
    for (const char *p = node->text; *p; p++)
        length += (*p & 0xc0) != 0x80;
    node->verbatim =
        ev->start_mark.line == ev->end_mark.line && length + 2 * node->inside == node->len;
    if (ev->data.scalar.anchor)
        end_anchor(r, stk_arena_strdup(r->ld->arena, (char *)ev->data.scalar.anchor), node);
    return weigh(r, node, ev->start_mark) ? node : NULL;
}

static struct node *read_alias(struct reader *r, const yaml_event_t *ev)
{
    const char *name = (const char *)ev->data.alias.anchor;
    struct node *node = map_get(&r->anchors, name);
    if (node && node != &open_anchor)
        return node;
    struct stk_diag d = diag_at(r->ld, place(r, ev->start_mark), extent(ev));
    d.rule = STK_RULE_SYNTAX;
    stk_diags_add(r->ld->diags, &d,
                  node ? "alias '*%s' is inside of what it stands for" : "unknown alias '*%s'",
                  name);
    r->failed = true;
    return NULL;
}

struct items {
    struct node **v;
    size_t n, cap;
};

static void items_clear(struct items *items)
{
    free(items->v);
}

static struct node *read_list(struct reader *r, const yaml_event_t *start)
{
    struct node *node =
        begin_node(r, new_node(r), start, NODE_LIST, start->data.sequence_start.anchor,
                   start->data.sequence_start.tag);
    const char *anchor = stk_arena_strdup(r->ld->arena, (char *)start->data.sequence_start.anchor);
    STK_CLEANUP(items_clear) struct items items = { 0 };
    yaml_event_t ev;
    while (next(r, &ev)) {
        bool end = ev.type == YAML_SEQUENCE_END_EVENT;
        struct node *item = end ? NULL : read_node(r, &ev);
        yaml_event_delete(&ev);
        if (!item)
            break;
        items.v = stk_grow(items.v, items.n, &items.cap, sizeof(*items.v));
        items.v[items.n++] = item;
    }
    node->items = stk_arena_array(r->ld->arena, items.n, sizeof(*items.v));
    if (items.n)
        memcpy(node->items, items.v, items.n * sizeof(*items.v));
    node->n = items.n;
    end_anchor(r, anchor, node);
    return !r->failed && weigh(r, node, start->start_mark) ? node : NULL;
}

struct pairs {
    struct pair *v;
    size_t n, cap;
    struct map seen; /* size_t index + 1 */
    struct node **merges;
    size_t n_merges, cap_merges;
};

static void pairs_clear(struct pairs *p)
{
    free(p->v);
    free(p->merges);
    map_clear(&p->seen);
}

static void add_pair(struct pairs *p, struct pair pair)
{
    p->v = stk_grow(p->v, p->n, &p->cap, sizeof(*p->v));
    p->v[p->n++] = pair;
    *map_at(&p->seen, pair.key) = (void *)p->n;
}

/* What << names: a map, or a list of them, the first winning. Keys that are there already stay. */
static bool merge_in(struct reader *r, struct pairs *p, const struct node *from)
{
    if (from->kind == NODE_LIST) {
        for (size_t i = 0; i < from->n; i++) {
            if (from->items[i]->kind != NODE_MAP)
                return fail_node(r->ld, from->items[i], "'<<' takes mappings, not %s",
                                 node_what(from->items[i]));
            if (!merge_in(r, p, from->items[i]))
                return false;
        }
        return true;
    }
    if (from->kind != NODE_MAP)
        return fail_node(r->ld, from, "'<<' takes a mapping or a list of them, not %s",
                         node_what(from));
    r->merged += from->n * sizeof(struct pair);
    if (r->merged > r->limit) {
        r->failed = true;
        return fail_node(r->ld, from, "too large once its merge keys are written out");
    }
    for (size_t i = 0; i < from->n; i++)
        if (!map_get(&p->seen, from->pairs[i].key))
            add_pair(p, from->pairs[i]);
    return true;
}

static bool read_key(struct reader *r, const yaml_event_t *ev, struct pair *ret, bool *ret_merge,
                     bool *ret_usable)
{
    struct node plain = { 0 }; /* nobody sees it again, unless it has an anchor */
    bool kept = ev->type == YAML_SCALAR_EVENT && ev->data.scalar.anchor;
    struct node *key = ev->type == YAML_ALIAS_EVENT ? read_alias(r, ev)
                       : ev->type == YAML_SCALAR_EVENT
                           ? read_scalar(r, ev, kept ? new_node(r) : &plain)
                           : NULL;
    if (!key || key->kind != NODE_SCALAR) {
        if (!r->failed)
            give_up(r, ev->start_mark, "a key must be a string");
        return false;
    }
    *ret = (struct pair){ .key = key->text, .src = place(r, ev->start_mark), .len = extent(ev) };
    *ret_merge = strcmp(key->text, "<<") == 0 && key->inside == 0;
    if (key->type != SCALAR_STRING)
        fail_hint(r->ld, key, "put it in quotes", "a key must be a string, not %s", node_what(key));
    *ret_usable = key->type == SCALAR_STRING;
    return true;
}

static void take_pair(struct reader *r, struct pairs *p, struct pair pair, bool merge)
{
    size_t before = (size_t)map_get(&p->seen, pair.key);
    if (merge) {
        p->merges = stk_grow(p->merges, p->n_merges, &p->cap_merges, sizeof(*p->merges));
        p->merges[p->n_merges++] = pair.value;
    } else if (before) {
        struct stk_diag d = diag_between(r->ld, pair.src, pair.len, p->v[before - 1].src);
        d.rule = STK_RULE_DUPLICATE_KEY;
        stk_diags_add(r->ld->diags, &d, "key '%s' is there twice (first at line %u)", pair.key,
                      d.other.line);
    } else {
        add_pair(p, pair);
    }
}

static struct node *read_map(struct reader *r, const yaml_event_t *start)
{
    struct node *node = begin_node(r, new_node(r), start, NODE_MAP,
                                   start->data.mapping_start.anchor, start->data.mapping_start.tag);
    const char *anchor = stk_arena_strdup(r->ld->arena, (char *)start->data.mapping_start.anchor);
    STK_CLEANUP(pairs_clear) struct pairs p = { 0 };
    yaml_event_t ev;
    while (next(r, &ev)) {
        struct pair pair;
        bool merge = false, usable = true;
        bool more = ev.type != YAML_MAPPING_END_EVENT && read_key(r, &ev, &pair, &merge, &usable);
        yaml_event_delete(&ev);
        if (!more || !next(r, &ev))
            break;
        pair.value = read_node(r, &ev);
        yaml_event_delete(&ev);
        if (!pair.value)
            break;
        if (usable)
            take_pair(r, &p, pair, merge);
    }
    for (size_t i = 0; i < p.n_merges && !r->failed; i++)
        (void)merge_in(r, &p, p.merges[i]);
    node->pairs = stk_arena_array(r->ld->arena, p.n, sizeof(*p.v));
    if (p.n)
        memcpy(node->pairs, p.v, p.n * sizeof(*p.v));
    node->n = p.n;
    end_anchor(r, anchor, node);
    return !r->failed && weigh(r, node, start->start_mark) ? node : NULL;
}

static struct node *read_node(struct reader *r, const yaml_event_t *ev)
{
    struct node *node = NULL;
    if (++r->depth > DOCUMENT_MAX_DEPTH)
        give_up(r, ev->start_mark, "nested too deeply");
    else if (ev->type == YAML_SCALAR_EVENT)
        node = read_scalar(r, ev, new_node(r));
    else if (ev->type == YAML_ALIAS_EVENT)
        node = read_alias(r, ev);
    else if (ev->type == YAML_SEQUENCE_START_EVENT)
        node = read_list(r, ev);
    else if (ev->type == YAML_MAPPING_START_EVENT)
        node = read_map(r, ev);
    r->depth--;
    return node;
}

bool document_read(struct load *ld, const struct source *source, struct node ***docs, size_t *n)
{
    struct reader r = { .ld = ld, .source = source };
    r.limit = WEIGHT_FLOOR + WEIGHT_PER_BYTE * source->size;
    if (!source_is_text(ld, source))
        return false;
    if (!yaml_parser_initialize(&r.parser))
        stk_out_of_memory();
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)source->text, source->size);
    size_t cap = 0;
    yaml_event_t ev;
    for (bool more = true; more && next(&r, &ev);) {
        more = ev.type != YAML_STREAM_END_EVENT;
        bool content = ev.type != YAML_STREAM_START_EVENT && ev.type != YAML_DOCUMENT_START_EVENT &&
                       ev.type != YAML_DOCUMENT_END_EVENT && more;
        struct node *root = content ? read_node(&r, &ev) : NULL;
        if (ev.type == YAML_DOCUMENT_END_EVENT)
            map_clear(&r.anchors);
        yaml_event_delete(&ev);
        if (!root)
            continue;
        if (*n >= cap)
            *docs = stk_realloc(*docs, (cap = 2 * *n + 8) * sizeof(**docs));
        (*docs)[(*n)++] = root;
    }
    map_clear(&r.anchors);
    yaml_parser_delete(&r.parser);
    return !r.failed;
}
