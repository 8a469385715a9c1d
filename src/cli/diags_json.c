/* diags_json.c — diagnostics as plain JSON. SARIF is diags_sarif.c's. */
#include "diags_json.h"

#include "buf.h"
#include "json_text.h"
#include "text.h"

static void add_place(json_t *object, struct stk_src src)
{
    if (!src.file)
        return;
    json_object_set_new(object, "file", stk_json_text_of(src.file));
    if (!src.line)
        return;
    json_object_set_new(object, "line", json_integer(src.line));
    json_object_set_new(object, "column", json_integer(src.col));
}

/* The source line as people are shown it: without what looks like a password. */
static void add_excerpt(json_t *object, const char *line)
{
    if (!line)
        return;
    struct stk_buf masked;
    stk_buf_init(&masked, STK_MIB);
    stk_mask_secrets(&masked, line);
    json_object_set_new(object, "excerpt", stk_json_textn(masked.bytes, masked.size));
    stk_buf_clear(&masked);
}

static json_t *via_json(const struct stk_diag *d)
{
    json_t *list = json_array();
    for (size_t i = 0; i < d->n_via; i++) {
        json_t *one = json_pack("{s:s}", "how", d->via[i].how);
        add_place(one, d->via[i].src);
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *diag_json(const struct stk_diag *d)
{
    json_t *object =
        json_pack("{s:s, s:s, s:o}", "severity", d->severity == STK_ERROR ? "error" : "warning",
                  "rule", stk_rule_info(d->rule)->id, "message", stk_json_text_of(d->msg));
    add_place(object, d->src);
    if (d->src.line)
        json_object_set_new(object, "end_column", json_integer(d->src.col + d->len));
    if (d->hint)
        json_object_set_new(object, "hint", stk_json_text_of(d->hint));
    add_excerpt(object, d->line);
    if (d->other.line) {
        json_t *other = json_object();
        add_place(other, d->other);
        json_object_set_new(other, "end_column", json_integer(d->other.col + d->other_len));
        add_excerpt(other, d->other_line);
        json_object_set_new(object, "other", other);
    }
    if (d->n_via)
        json_object_set_new(object, "via", via_json(d));
    return object;
}

json_t *stk_diags_json(const struct stk_diags *diags)
{
    json_t *list = json_array();
    size_t warnings = 0;
    for (size_t i = 0; i < diags->n; i++) {
        warnings += diags->v[i].severity == STK_WARNING;
        json_array_append_new(list, diag_json(&diags->v[i]));
    }
    return json_pack("{s:I, s:I, s:I, s:o}", "errors", (json_int_t)diags->errors, "warnings",
                     (json_int_t)warnings, "dropped", (json_int_t)diags->dropped, "diagnostics",
                     list);
}
