/* interpolate.c — variables put into a text. Knows neither YAML nor where values come from. */
#include "interpolate.h"

#include <ctype.h>
#include <string.h>

#include "arena.h"
#include "buf.h"

enum { MAX_DEPTH = 32, MAX_NAME = 256 };

struct run {
    struct interpolation *in;
    const char *text; /* the whole, for offsets */
    struct stk_buf *out;
    struct stk_error *reterr;
    unsigned depth;
};

static int expand(struct run *r, const char *p, const char *end);

static int fail(struct run *r, const char *from, const char *to, const char *what)
{
    r->in->offset = (size_t)(from - r->text);
    r->in->size = (size_t)(to - from);
    return stk_fail(r->reterr, STK_ECONFIG, (struct stk_src){ 0 }, "%s", what);
}

size_t interpolate_name(const char *p, const char *end)
{
    size_t n = 0;
    while (p + n < end) {
        char c = p[n];
        bool letter = c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(n > 0 && c >= '0' && c <= '9'))
            break;
        n++;
    }
    return n;
}

const char *interpolate_closing(const char *p, const char *end)
{
    for (unsigned open = 1; p < end; p++) {
        if (*p == '{')
            open++;
        else if (*p == '}' && --open == 0)
            return p;
    }
    return NULL;
}

static void put_plain(struct run *r, const char *value, const char *name, const char *from,
                      const char *to)
{
    if (value)
        stk_buf_puts(r->out, value);
    else if (r->in->unset)
        r->in->unset(r->in->data, name, (size_t)(from - r->text), (size_t)(to - from));
}

/* ${V:?message} of a missing variable: the message is a template of its own. */
static int fail_required(struct run *r, const char *name, const char *from, const char *word,
                         const char *end)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf message;
    stk_buf_init(&message, STK_MIB);
    struct run inner = *r;
    inner.out = &message;
    int rc = expand(&inner, word, end);
    if (rc)
        return rc;
    STK_CLEANUP(stk_charp)
    char *what = message.size ? stk_printf("required variable %s is missing a value: %s", name,
                                           message.bytes)
                              : stk_printf("required variable %s is missing a value", name);
    return fail(r, from, end + 1, what);
}

/* What follows the name in ${...}: an operator with its word, up to end. */
static int put_operator(struct run *r, const char *name, const char *from, const char *op,
                        const char *end)
{
    const char *value = r->in->lookup(r->in->data, name);
    bool colon = *op == ':' && op + 1 < end && strchr("-?+", op[1]);
    const char *word = op + 1 + colon;
    bool there = value && (!colon || *value);
    switch (op[colon]) {
    case '-':
        if (there) {
            stk_buf_puts(r->out, value);
            return 0;
        }
        return expand(r, word, end);
    case '+':
        return there ? expand(r, word, end) : 0;
    case '?':
        if (!there)
            return fail_required(r, name, from, word, end);
        stk_buf_puts(r->out, value);
        return 0;
    }
    return fail(r, from, end + 1,
                "invalid variable: after its name comes '}' or one of :- - :? ? :+ +");
}

/* ${services.db.host}: the name behind "services." up to close; 0: it is none. */
static size_t reference_length(const struct run *r, const char *name, size_t n, const char *close)
{
    if (!r->in->reference || n != 8 || strncmp(name, "services.", 9) != 0)
        return 0;
    for (const char *p = name + 9; p < close; p++)
        if (!isalnum((unsigned char)*p) && !strchr("._-", *p))
            return 0;
    return (size_t)(close - name) - 9;
}

/* A variable that begins at the '$' at from; *next is what follows it. */
static int put_variable(struct run *r, const char *from, const char *end, const char **next)
{
    bool braced = from[1] == '{';
    const char *start = from + 1 + braced;
    const char *close = braced ? interpolate_closing(start, end) : NULL;
    if (braced && !close)
        return fail(r, from, end,
                    "a variable '${' is not closed by '}'; write $$ for a $ that is meant so");
    size_t n = interpolate_name(start, braced ? close : end);
    char name[MAX_NAME];
    if (n == 0)
        return fail(r, from, close + 1, "invalid variable name; write $$ for a $ that is meant so");
    if (n >= sizeof(name))
        return fail(r, from, start + n, "the name of a variable is too long");
    memcpy(name, start, n);
    name[n] = '\0';
    *next = braced ? close + 1 : start + n;
    size_t reference = braced ? reference_length(r, start, n, close) : 0;
    if (reference) {
        r->in->reference(r->in->data, start + 9, reference, r->out);
        return 0;
    }
    if (braced && start + n < close)
        return put_operator(r, name, from, start + n, close);
    put_plain(r, r->in->lookup(r->in->data, name), name, from, *next);
    return 0;
}

static int expand(struct run *r, const char *p, const char *end)
{
    if (++r->depth > MAX_DEPTH)
        return fail(r, p, end, "variables are nested too deeply");
    while (p < end) {
        const char *dollar = memchr(p, '$', (size_t)(end - p));
        if (!dollar)
            dollar = end;
        stk_buf_add(r->out, p, (size_t)(dollar - p));
        p = dollar;
        if (p == end)
            break;
        bool variable = p + 1 < end && (p[1] == '{' || interpolate_name(p + 1, end) > 0);
        if (!variable) {
            stk_buf_putc(r->out, '$');
            p += p + 1 < end && p[1] == '$' ? 2 : 1;
            continue;
        }
        int rc = put_variable(r, p, end, &p);
        if (rc)
            return rc;
    }
    r->depth--;
    return 0;
}

int interpolate(struct interpolation *in, const char *text, struct stk_buf *out,
                struct stk_error *reterr)
{
    struct run r = { .in = in, .text = text, .out = out, .reterr = reterr };
    return expand(&r, text, text + strlen(text));
}
