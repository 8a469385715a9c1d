/* types_scalar.c — the types of single values. Numbers and booleans may be given as strings, since
 * that is what a variable leaves behind. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "buf.h"
#include "text.h"
#include "types.h"

json_t *text_json(const char *text, enum printing how)
{
    if (!text)
        return NULL;
    bool doubled = how == PRINT_CONFIG || how == PRINT_YAML;
    if (!doubled || !strchr(text, '$')) {
        json_t *plain = json_string(text);
        if (plain)
            return plain;
    }
    struct stk_buf out;
    stk_buf_init(&out, SIZE_MAX / 2);
    for (const char *p = text; *p; p++) {
        if (*p == '$' && doubled)
            stk_buf_putc(&out, '$');
        stk_buf_putc(&out, *p);
    }
    json_t *json = json_string(out.size ? out.bytes : "");
    for (size_t i = 0; !json && i < out.size; i++)
        if ((unsigned char)out.bytes[i] >= 0x80)
            out.bytes[i] = '?';
    if (!json)
        json = json_string(out.bytes);
    stk_buf_clear(&out);
    return json;
}

json_t *bytes_json(int64_t bytes)
{
    return json_sprintf("%lld", (long long)bytes);
}

static bool string_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    if (!node_is_string(node))
        return fail_type(ld, key, node);
    *FIELD(object, key, const char *) = node->text;
    return true;
}

static json_t *string_print(const struct key *key, const void *object, enum printing how)
{
    const char *text = *CONST_FIELD(object, key, char *);
    return text && *text ? text_json(text, how) : NULL;
}

/* "1d12h": numbers with a unit of w d h m s. */
static bool is_period(const char *s)
{
    if (!*s)
        return false;
    while (*s) {
        size_t digits = strspn(s, "0123456789");
        if (digits == 0 || !s[digits] || !strchr("wdhms", s[digits]))
            return false;
        s += digits + 1;
    }
    return true;
}

static bool pull_policy_parse(struct load *ld, const struct key *key, struct node *node,
                              void *object)
{
    static const char *const known[] = { "always", "never",   "missing", "if_not_present",
                                         "build",  "refresh", "daily",   "weekly",
                                         "newer" };
    if (!string_parse(ld, key, node, object))
        return false;
    for (size_t i = 0; i < STK_LEN(known); i++)
        if (strcmp(known[i], node->text) == 0)
            return true;
    if (stk_starts(node->text, "every_") && is_period(node->text + strlen("every_")))
        return true;
    return fail_hint(ld, node, did_you_mean(ld, node->text, known, STK_LEN(known)),
                     "'%s'%s must be always, missing, never, build, daily, weekly, newer or every_2h, "
                     "not '%s'",
                     key->name, where(ld), node->text);
}

/* That a service can only be built stands in no file. */
static json_t *pull_policy_print(const struct key *key, const void *object, enum printing how)
{
    return ((const struct stk_service *)object)->pull_policy_implied
               ? NULL
               : string_print(key, object, how);
}

const struct type type_pull_policy = { "a string", pull_policy_parse, pull_policy_print };

const struct type type_string = { "a string", string_parse, string_print };

bool read_bool(struct load *ld, const struct key *key, const struct node *node, bool *ret)
{
    static const char *const yes[] = { "true", "yes", "y", "on" }, *const no[] = { "false", "no",
                                                                                   "n", "off" };
    if (node->kind != NODE_SCALAR || (node->type != SCALAR_BOOL && node->type != SCALAR_STRING))
        return fail_type(ld, key, node);
    for (size_t i = 0; i < STK_LEN(yes); i++) {
        bool is = strcasecmp(node->text, yes[i]) == 0;
        if (!is && strcasecmp(node->text, no[i]) != 0)
            continue;
        *ret = is;
        if (i > 0)
            warn_src(ld, STK_RULE_OLD_BOOLEAN, node->src, node->len, "'%s' is taken for '%s'",
                     node->text, is ? "true" : "false");
        return true;
    }
    return fail_type(ld, key, node);
}

static bool bool_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    bool v;
    if (!read_bool(ld, key, node, &v))
        return false;
    *FIELD(object, key, struct stk_opt) = (struct stk_opt){ true, v };
    return true;
}

/* Where false differs from absent, the row says so. */
static json_t *bool_print(const struct key *key, const void *object, enum printing how)
{
    const struct stk_opt *opt = CONST_FIELD(object, key, struct stk_opt);
    (void)how;
    if (!opt->set || (!opt->v && !(key->flags & KEY_PRINT_FALSE)))
        return NULL;
    return json_boolean(opt->v);
}

const struct type type_bool = { "a boolean", bool_parse, bool_print };

static bool flag_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    return read_bool(ld, key, node, FIELD(object, key, bool));
}

json_t *type_flag_print(const struct key *key, const void *object, enum printing how)
{
    (void)how;
    return *CONST_FIELD(object, key, bool) ? json_true() : NULL;
}

const struct type type_flag = { "a boolean", flag_parse, type_flag_print };

static bool int_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    struct stk_opt *opt = FIELD(object, key, struct stk_opt);
    bool number =
        node->kind == NODE_SCALAR && (node->type == SCALAR_INT || node->type == SCALAR_STRING);
    if (!number || !stk_parse_int(node->text, &opt->v))
        return fail_type(ld, key, node);
    opt->set = true;
    return true;
}

static json_t *int_print(const struct key *key, const void *object, enum printing how)
{
    const struct stk_opt *opt = CONST_FIELD(object, key, struct stk_opt);
    (void)how;
    return opt->set && (opt->v || !(key->flags & KEY_OMIT_ZERO)) ? json_integer(opt->v) : NULL;
}

const struct type type_int = { "a whole number", int_parse, int_print };

/* 644 is what people write for 0644, and is 01204. */
static void warn_decimal(struct load *ld, const struct key *key, const struct node *node)
{
    bool octal = node->type == SCALAR_INT && !node->written && strlen(node->text) >= 3 &&
                 strspn(node->text, "01234567") == strlen(node->text);
    if (octal)
        warn_hint(ld, STK_RULE_DECIMAL_MODE, node->src, load_printf(ld, "0%s?", node->text),
                  "'%s'%s is the decimal number %s: 0%lo as a file mode", key->name, where(ld),
                  node->text, strtoul(node->text, NULL, 10));
}

/* File modes: octal in a string, whatever the number says otherwise (YAML reads 0755 as octal itself). */
static bool octal_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    struct stk_opt *opt = FIELD(object, key, struct stk_opt);
    if (!node_is_string(node)) {
        warn_decimal(ld, key, node);
        return int_parse(ld, key, node, object);
    }
    char *end;
    opt->v = strtol(node->text, &end, 8);
    if (end == node->text || *end || opt->v < 0)
        return fail_type(ld, key, node);
    opt->set = true;
    return true;
}

const struct type type_octal = { "a file mode", octal_parse, int_print };

static bool float_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    struct stk_optf *opt = FIELD(object, key, struct stk_optf);
    bool number =
        node->kind == NODE_SCALAR &&
        (node->type == SCALAR_INT || node->type == SCALAR_FLOAT || node->type == SCALAR_STRING);
    char *end = NULL;
    double v = number ? strtod(node->text, &end) : 0;
    if (!number || end == node->text || *end || !isfinite(v) || strpbrk(node->text, "xX \t"))
        return fail_type(ld, key, node);
    *opt = (struct stk_optf){ true, v };
    return true;
}

static json_t *float_print(const struct key *key, const void *object, enum printing how)
{
    const struct stk_optf *opt = CONST_FIELD(object, key, struct stk_optf);
    (void)how;
    if (!opt->set || opt->v == 0)
        return NULL;
    bool whole = fabs(opt->v) < 1e15 && opt->v == (double)(json_int_t)opt->v;
    return whole ? json_integer((json_int_t)opt->v) : json_real(opt->v);
}

const struct type type_float = { "a number", float_parse, float_print };

static bool bytes_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    struct stk_opt *opt = FIELD(object, key, struct stk_opt);
    bool number =
        node->kind == NODE_SCALAR &&
        (node->type == SCALAR_INT || node->type == SCALAR_FLOAT || node->type == SCALAR_STRING);
    if (!number || !stk_parse_bytes(node->text, &opt->v))
        return fail_type(ld, key, node);
    opt->set = true;
    return true;
}

static json_t *bytes_print(const struct key *key, const void *object, enum printing how)
{
    const struct stk_opt *opt = CONST_FIELD(object, key, struct stk_opt);
    (void)how;
    return opt->set && opt->v ? bytes_json(opt->v) : NULL;
}

const struct type type_bytes = { "a size such as 512m", bytes_parse, bytes_print };

static bool duration_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    struct stk_opt *opt = FIELD(object, key, struct stk_opt);
    if (!node_is_string(node) || !stk_parse_duration(node->text, &opt->v)) {
        int64_t ignored;
        bool bare = node->kind == NODE_SCALAR && stk_parse_int(node->text, &ignored);
        fail_hint(ld, node, bare ? load_printf(ld, "'%ss' for seconds?", node->text) : NULL,
                  "'%s'%s must be %s, not '%s'", key->name, where(ld), key->type->what,
                  node->kind == NODE_SCALAR ? node->text : node_what(node));
        return false;
    }
    if (opt->v < 0)
        return fail_node(ld, node, "'%s'%s must not be negative", key->name, where(ld));
    opt->set = true;
    return true;
}

static json_t *duration_print(const struct key *key, const void *object, enum printing how)
{
    const struct stk_opt *opt = CONST_FIELD(object, key, struct stk_opt);
    (void)how;
    if (!opt->set || (!opt->v && key->flags & KEY_OMIT_ZERO))
        return NULL;
    STK_CLEANUP(stk_buf_clearp) struct stk_buf out;
    stk_buf_init(&out, 64);
    stk_format_duration(&out, opt->v);
    return json_string(out.bytes);
}

const struct type type_duration = { "a duration such as 1m30s", duration_parse, duration_print };
