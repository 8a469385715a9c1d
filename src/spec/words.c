/* words.c — a command given as one string, split as Docker Compose splits it: quotes and backslashes,
 * but no shell. What a shell would act on ends the command there; that is told. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "document.h"
#include "types.h"

struct words {
    struct load *ld;
    struct stk_buf word;
    const char **v;
    size_t n, cap;
    bool inside; /* a word has begun, perhaps an empty one */
    bool escaped, in_single, in_double, in_back, in_dollar;
};

static void end_word(struct words *w)
{
    if (!w->inside)
        return;
    w->v = stk_grow(w->v, w->n, &w->cap, sizeof(*w->v));
    w->v[w->n++] = stk_arena_strdup(w->ld->arena, w->word.size ? w->word.bytes : "");
    stk_buf_reset(&w->word);
    w->inside = false;
}

static void put(struct words *w, char c)
{
    stk_buf_putc(&w->word, c);
    w->inside = true;
}

/* One character inside or outside of quotes; false: it cannot stand there. */
static bool take(struct words *w, char c)
{
    bool quoted = w->in_single || w->in_double;
    if (w->escaped) {
        w->escaped = false;
        put(w, c == 't' ? '\t' : c == 'n' ? '\n' : c);
    } else if (c == '\\') {
        if (w->in_single)
            put(w, c);
        else
            w->escaped = true;
    } else if (strchr(" \t\r\n", c)) {
        if (quoted || w->in_back || w->in_dollar)
            put(w, c);
        else
            end_word(w);
    } else if (c == '"' && !w->in_single && !w->in_dollar) {
        w->in_double = !w->in_double;
        w->inside = true;
    } else if (c == '\'' && !w->in_double && !w->in_dollar) {
        w->in_single = !w->in_single;
        w->inside = true;
    } else {
        if (c == '`' && !quoted && !w->in_dollar)
            w->in_back = !w->in_back;
        if (c == ')' && !quoted && !w->in_back)
            w->in_dollar = false;
        if (c == '(' && !quoted && !w->in_back) {
            if (w->in_dollar || !w->word.size || w->word.bytes[w->word.size - 1] != '$')
                return false;
            w->in_dollar = true;
        }
        put(w, c);
    }
    return true;
}

bool split_words(struct load *ld, const struct node *node, const char *text, struct stk_strs *ret)
{
    struct words w = { .ld = ld };
    stk_buf_init(&w.word, SIZE_MAX / 2);
    bool ok = true;
    for (const char *p = text; *p && ok && w.n <= DOCUMENT_MAX_VALUES; p++) {
        bool plain = !w.escaped && !w.in_single && !w.in_double && !w.in_back && !w.in_dollar;
        if (plain && strchr(";&|<>", *p)) {
            warn_src(ld, STK_RULE_NO_SHELL, node->src, node->len,
                     "everything from '%c' on is dropped: no shell runs this; for one write "
                     "[\"sh\", \"-c\", \"...\"]",
                     *p);
            break;
        }
        ok = take(&w, *p);
    }
    end_word(&w);
    stk_buf_clear(&w.word);
    if (!document_may_have(ld, w.n)) {
        free(w.v);
        return fail_node(ld, node, "too many values in the files");
    }
    *ret = (struct stk_strs){ .set = true, .n = w.n, .v = keep_array(ld, w.v, w.n, sizeof(*w.v)) };
    if (ok && !w.escaped && !w.in_single && !w.in_double && !w.in_back && !w.in_dollar)
        return true;
    return fail_node(ld, node, "a quote or a bracket in this command%s is not closed", where(ld));
}
