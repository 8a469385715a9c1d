/* substitute.c — walks a document and interpolates its strings; problems get their place here. */
#include "substitute.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "discovery.h"
#include "interpolate.h"
#include "origin.h"

enum { MAX_VALUE = 4 << 20, MAX_TOTAL = SUBSTITUTE_MAX_TOTAL };

struct site {
    struct load *ld;
    const struct node *node;
};

static const char *lookup(void *data, const char *name)
{
    const struct site *site = data;
    const char *value = scope_var(site->ld, site->node->scope, name);
    origin_used(site->ld, site->node->src, name, value);
    return value;
}

/* The place of a part of a scalar, exact when the text stands in the file as it is. */
static struct stk_src inside(const struct node *node, size_t offset, size_t size, unsigned *ret_len)
{
    struct stk_src src = node->src;
    *ret_len = node->len;
    if (!node->verbatim)
        return src;
    unsigned before = node->inside, len = 0;
    for (size_t i = 0; node->text[i] && i < offset + size; i++) {
        bool first = (node->text[i] & 0xc0) != 0x80;
        before += first && i < offset;
        len += first && i >= offset;
    }
    src.col += before;
    *ret_len = len;
    return src;
}

static void unset(void *data, const char *name, size_t offset, size_t size)
{
    struct site *site = data;
    if (map_get(&site->ld->warned, name))
        return;
    *map_at(&site->ld->warned, stk_arena_strdup(site->ld->arena, name)) = site->ld;
    unsigned len;
    struct stk_src src = inside(site->node, offset, size, &len);
    warn_src(site->ld, STK_RULE_UNSET_VARIABLE, src, len,
             "variable '%s' is not set, so it is left blank", name);
}

static void reference(void *data, const char *name, size_t size, struct stk_buf *out)
{
    discovery_keep(((struct site *)data)->ld, name, size, out);
}

const char *substitute_text(struct load *ld, const struct node *node)
{
    if (!strchr(node->text, '$'))
        return node->text;
    struct site site = { .ld = ld, .node = node };
    struct interpolation in = {
        .lookup = lookup, .unset = unset, .reference = reference, .data = &site
    };
    STK_CLEANUP(stk_buf_clearp) struct stk_buf out;
    stk_buf_init(&out, MAX_VALUE);
    struct stk_error err = { 0 };
    if (interpolate(&in, node->text, &out, &err)) {
        unsigned len;
        struct stk_src src = inside(node, in.offset, in.size, &len);
        struct stk_diag d = diag_at(ld, src, len);
        d.rule = STK_RULE_VARIABLE;
        stk_diags_add(ld->diags, &d, "%s", err.msg);
        stk_error_clear(&err);
        return NULL;
    }
    ld->substituted += out.size;
    if (out.full || ld->substituted > MAX_TOTAL) {
        fail_node(ld, node, "too large once its variables are put in");
        return NULL;
    }
    return stk_arena_strdup(ld->arena, out.size ? out.bytes : "");
}

bool substitute(struct load *ld, struct node *node)
{
    bool ok = true;
    if (node->visited || ld->substituted > MAX_TOTAL)
        return true;
    node->visited = true;
    if (node->kind == NODE_SCALAR && node->type == SCALAR_STRING) {
        const char *text = substitute_text(ld, node);
        ok = text != NULL;
        node->verbatim = node->verbatim && text == node->text;
        node->text = ok ? text : "";
        node->bad = !ok;
    }
    for (size_t i = 0; i < node->n && node->kind != NODE_SCALAR; i++)
        ok &= substitute(ld, node->kind == NODE_LIST ? node->items[i] : node->pairs[i].value);
    return ok;
}
