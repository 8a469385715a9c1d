/* Diagnostics for machines: what a SARIF reader requires, and that plain JSON leaves nothing out. */
#include <string.h>

#include "diags_json.h"
#include "test.h"

static const struct stk_via via = { "included", { "compose.yaml", 1, 11 } };

static void add_two(struct stk_diags *diags)
{
    struct stk_diag clash = { .severity = STK_ERROR,
                              .code = STK_ECONFIG,
                              .rule = STK_RULE_DUPLICATE_KEY,
                              .src = { "sub dir/é.yaml", 4, 5 },
                              .len = 6,
                              .other = { "sub dir/é.yaml", 3, 5 },
                              .hint = "take one",
                              .line = "    PASSWORD: hunter2hunter2",
                              .via = &via,
                              .n_via = 1 };
    struct stk_diag nowhere = { .severity = STK_WARNING, .rule = STK_RULE_SEVERAL_FILES };
    stk_diags_add(diags, &clash, "key '%s' is there twice", "image");
    stk_diags_add(diags, &nowhere, "several");
}

static json_t *at(json_t *json, const char *path)
{
    char key[32];
    while (json && *path) {
        size_t n = strcspn(path, ".");
        snprintf(key, sizeof(key), "%.*s", (int)n, path);
        json = json_is_array(json) ? json_array_get(json, (size_t)atoi(key))
                                   : json_object_get(json, key);
        path += n + (path[n] == '.');
    }
    return json;
}

static const char *text_at(json_t *json, const char *path)
{
    const char *text = json_string_value(at(json, path));
    return text ? text : "(none)";
}

START_TEST(a_sarif_log_has_what_the_standard_requires)
{
    struct stk_diags diags = { 0 };
    add_two(&diags);
    json_t *log = stk_diags_sarif(&diags, "9.9");
    ck_assert_str_eq(text_at(log, "version"), "2.1.0");
    ck_assert_str_eq(text_at(log, "runs.0.tool.driver.name"), "stackctl");
    ck_assert_str_eq(text_at(log, "runs.0.tool.driver.version"), "9.9");
    ck_assert_str_eq(text_at(log, "runs.0.columnKind"), "unicodeCodePoints");
    json_t *result = at(log, "runs.0.results.0");
    ck_assert_str_eq(text_at(result, "ruleId"), "duplicate-key");
    ck_assert_str_eq(text_at(result, "level"), "error");
    ck_assert_str_eq(text_at(result, "message.text"), "key 'image' is there twice (take one)");
    json_t *place = at(result, "locations.0.physicalLocation");
    ck_assert_str_eq(text_at(place, "artifactLocation.uri"), "sub%20dir/%C3%A9.yaml");
    ck_assert_int_eq(json_integer_value(at(place, "region.startLine")), 4);
    ck_assert_int_eq(json_integer_value(at(place, "region.startColumn")), 5);
    ck_assert_int_eq(json_integer_value(at(place, "region.endColumn")), 11);
    ck_assert_int_eq(
        json_integer_value(at(result, "relatedLocations.0.physicalLocation.region.startLine")), 3);
    ck_assert_str_eq(text_at(result, "relatedLocations.1.message.text"), "included");
    ck_assert_ptr_null(at(log, "runs.0.results.1.locations"));
    ck_assert_str_eq(text_at(log, "runs.0.results.1.level"), "warning");
    json_decref(log);
    stk_diags_clear(&diags);
}
END_TEST

START_TEST(a_sarif_result_names_a_rule_that_is_listed_at_its_index)
{
    struct stk_diags diags = { 0 };
    for (int i = 0; i < STK_RULE_COUNT; i++) {
        struct stk_diag d = { .severity = STK_WARNING, .rule = (enum stk_rule)i };
        stk_diags_add(&diags, &d, "x");
    }
    json_t *log = stk_diags_sarif(&diags, "9.9"), *result;
    json_t *rules = at(log, "runs.0.tool.driver.rules");
    size_t i;
    json_array_foreach(at(log, "runs.0.results"), i, result)
    {
        json_t *rule = json_array_get(rules, (size_t)json_integer_value(at(result, "ruleIndex")));
        ck_assert_str_eq(text_at(result, "ruleId"), text_at(rule, "id"));
        ck_assert_uint_gt(strlen(text_at(rule, "shortDescription.text")), 10);
        for (size_t k = 0; k < i; k++)
            ck_assert_str_ne(text_at(json_array_get(rules, k), "id"), text_at(rule, "id"));
    }
    ck_assert_uint_eq(i, STK_RULE_COUNT);
    json_decref(log);
    stk_diags_clear(&diags);
}
END_TEST

START_TEST(plain_json_has_both_places_and_what_led_there)
{
    struct stk_diags diags = { 0 };
    add_two(&diags);
    json_t *json = stk_diags_json(&diags);
    ck_assert_int_eq(json_integer_value(at(json, "errors")), 1);
    ck_assert_int_eq(json_integer_value(at(json, "warnings")), 1);
    json_t *d = at(json, "diagnostics.0");
    ck_assert_str_eq(text_at(d, "rule"), "duplicate-key");
    ck_assert_str_eq(text_at(d, "file"), "sub dir/é.yaml");
    ck_assert_int_eq(json_integer_value(at(d, "line")), 4);
    ck_assert_int_eq(json_integer_value(at(d, "end_column")), 11);
    ck_assert_int_eq(json_integer_value(at(d, "other.line")), 3);
    ck_assert_str_eq(text_at(d, "via.0.how"), "included");
    ck_assert_str_eq(text_at(d, "via.0.file"), "compose.yaml");
    ck_assert_ptr_null(strstr(text_at(d, "excerpt"), "hunter2"));
    json_decref(json);
    stk_diags_clear(&diags);
}
END_TEST

STK_TESTS("diags_json", a_sarif_log_has_what_the_standard_requires,
          a_sarif_result_names_a_rule_that_is_listed_at_its_index,
          plain_json_has_both_places_and_what_led_there)
