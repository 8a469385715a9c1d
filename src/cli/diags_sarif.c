/* diags_sarif.c — diagnostics as SARIF 2.1.0 (Static Analysis Results Interchange Format), which code
 * hosts and editors show at their lines. */
#include <ctype.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "diags_json.h"
#include "json_text.h"

static const char *level_of(enum stk_severity severity)
{
    return severity == STK_ERROR ? "error" : "warning";
}

static json_t *rules_json(void)
{
    json_t *list = json_array();
    for (int i = 0; i < STK_RULE_COUNT; i++) {
        const struct stk_rule_info *info = stk_rule_info((enum stk_rule)i);
        json_array_append_new(
            list, json_pack("{s:s, s:{s:s}, s:{s:s}}", "id", info->id, "shortDescription", "text",
                            info->help, "defaultConfiguration", "level", level_of(info->severity)));
    }
    return list;
}

/* A path as a URI reference: relative as it is shown, or file:// with an absolute one. */
static json_t *uri_of(const char *path)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf uri;
    stk_buf_init(&uri, STK_MIB);
    stk_buf_puts(&uri, *path == '/' ? "file://" : "");
    for (const unsigned char *p = (const unsigned char *)path; *p; p++)
        if (isalnum(*p) || strchr("-._~/", *p))
            stk_buf_putc(&uri, (char)*p);
        else
            stk_buf_printf(&uri, "%%%02X", *p);
    return stk_json_textn(uri.bytes, uri.size);
}

static json_t *location_json(struct stk_src src, unsigned len)
{
    json_t *place = json_pack("{s:{s:o}}", "artifactLocation", "uri", uri_of(src.file));
    if (src.line)
        json_object_set_new(place, "region",
                            json_pack("{s:I, s:I, s:I}", "startLine", (json_int_t)src.line,
                                      "startColumn", (json_int_t)src.col, "endColumn",
                                      (json_int_t)src.col + len));
    return json_pack("{s:o}", "physicalLocation", place);
}

static void add_related(json_t *list, struct stk_src src, unsigned len, const char *text)
{
    json_t *location = location_json(src, len);
    json_object_set_new(location, "id", json_integer((json_int_t)json_array_size(list) + 1));
    json_object_set_new(location, "message", json_pack("{s:s}", "text", text));
    json_array_append_new(list, location);
}

static json_t *message_of(const struct stk_diag *d)
{
    STK_CLEANUP(stk_charp)
    char *text = d->hint ? stk_printf("%s (%s)", d->msg, d->hint) : stk_strdup(d->msg);
    return json_pack("{s:o}", "text", stk_json_text_of(text));
}

static json_t *result_json(const struct stk_diag *d)
{
    json_t *result =
        json_pack("{s:s, s:i, s:s, s:o}", "ruleId", stk_rule_info(d->rule)->id, "ruleIndex",
                  (int)d->rule, "level", level_of(d->severity), "message", message_of(d));
    if (d->src.file)
        json_object_set_new(result, "locations", json_pack("[o]", location_json(d->src, d->len)));
    json_t *related = json_array();
    if (d->other.line)
        add_related(related, d->other, d->other_len, "the other place is here");
    for (size_t i = 0; i < d->n_via; i++)
        add_related(related, d->via[i].src, 1, d->via[i].how);
    if (json_array_size(related))
        json_object_set(result, "relatedLocations", related);
    json_decref(related);
    return result;
}

json_t *stk_diags_sarif(const struct stk_diags *diags, const char *version)
{
    json_t *results = json_array();
    for (size_t i = 0; i < diags->n; i++)
        json_array_append_new(results, result_json(&diags->v[i]));
    json_t *driver =
        json_pack("{s:s, s:s, s:o}", "name", "stackctl", "version", version, "rules", rules_json());
    json_t *run = json_pack("{s:{s:o}, s:s, s:o}", "tool", "driver", driver, "columnKind",
                            "unicodeCodePoints", "results", results);
    return json_pack("{s:s, s:s, s:[o]}", "$schema",
                     "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0", "runs",
                     run);
}
