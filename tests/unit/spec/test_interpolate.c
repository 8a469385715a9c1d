/* Every form of a variable, against what is set, empty and unset. */
#include "interpolate.h"

#include "buf.h"
#include "test.h"

static const char *lookup(void *data, const char *name)
{
    (void)data;
    static const char *const set[][2] = {
        { "SET", "value" }, { "EMPTY", "" }, { "DOLLAR", "$SET" }, { "_a1", "x" }
    };
    for (size_t i = 0; i < 4; i++)
        if (strcmp(set[i][0], name) == 0)
            return set[i][1];
    return NULL;
}

static unsigned n_unset;
static void unset(void *data, const char *name, size_t offset, size_t size)
{
    (void)data, (void)name, (void)offset, (void)size;
    n_unset++;
}

static int run(const char *text, struct stk_buf *out, struct stk_error *err,
               struct interpolation *in)
{
    *in = (struct interpolation){ .lookup = lookup, .unset = unset };
    stk_buf_init(out, 1000);
    return interpolate(in, text, out, err);
}

START_TEST(every_form_gives_what_the_specification_says)
{
    static const char *const rows[][2] = {
        { "plain", "plain" },
        { "$SET", "value" },
        { "${SET}", "value" },
        { "a${SET}b", "avalueb" },
        { "$SET-x", "value-x" },
        { "${EMPTY}", "" },
        { "${UNSET}", "" },
        { "${SET:-d}", "value" },
        { "${EMPTY:-d}", "d" },
        { "${UNSET:-d}", "d" },
        { "${SET-d}", "value" },
        { "${EMPTY-d}", "" },
        { "${UNSET-d}", "d" },
        { "${UNSET-}", "" },
        { "${SET:+a}", "a" },
        { "${EMPTY:+a}", "" },
        { "${UNSET:+a}", "" },
        { "${SET+a}", "a" },
        { "${EMPTY+a}", "a" },
        { "${UNSET+a}", "" },
        { "${SET?no}", "value" },
        { "${SET:?no}", "value" },
        { "${EMPTY?no}", "" },
        { "${UNSET:-${SET}}", "value" },
        { "${UNSET:-${ALSO:-${SET}}}", "value" },
        { "${UNSET:-a b:c-d?e}", "a b:c-d?e" },
        { "${UNSET:-{\"a\":1}}", "{\"a\":1}" },
        { "${SET:+${EMPTY:-x}}", "x" },
        { "${SET:-${MISSING:?lazy}}", "value" },
        { "$$", "$" },
        { "$$SET", "$SET" },
        { "$$$SET", "$value" },
        { "$${SET}", "${SET}" },
        { "${DOLLAR}", "$SET" },
        { "$1 $- a$.b $", "$1 $- a$.b $" },
        { "${_a1}$_a1", "xx" },
        { "${UNSET:-$$}", "$" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stk_buf out;
        struct stk_error err = { 0 };
        struct interpolation in;
        ck_assert_msg(run(rows[i][0], &out, &err, &in) == 0, "%s: %s", rows[i][0], err.msg);
        ck_assert_msg(strcmp(out.size ? out.bytes : "", rows[i][1]) == 0, "%s gave '%s'",
                      rows[i][0], out.bytes);
        stk_buf_clear(&out);
    }
}
END_TEST

START_TEST(wrong_forms_fail_at_their_place)
{
    static const struct {
        const char *text, *msg;
        size_t offset, size;
    } rows[] = {
        { "ab${", "is not closed", 2, 2 },
        { "${SET", "is not closed", 0, 5 },
        { "x${}", "invalid variable name", 1, 3 },
        { "${1}", "invalid variable name", 0, 4 },
        { "${A B}", "invalid variable", 0, 6 },
        { "${SET/x/y}", "invalid variable", 0, 10 },
        { "-${UNSET?}", "required variable UNSET is missing a value", 1, 9 },
        { "${EMPTY:?say $SET}", "required variable EMPTY is missing a value: say value", 0, 18 },
        { "${UNSET?why}", "required variable UNSET is missing a value: why", 0, 12 },
        { "${UNSET:-${A B}}", "invalid variable", 9, 6 },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stk_buf out;
        struct stk_error err = { 0 };
        struct interpolation in;
        ck_assert_msg(run(rows[i].text, &out, &err, &in) == -STK_ECONFIG, "%s was taken",
                      rows[i].text);
        ck_assert_msg(strstr(err.msg, rows[i].msg) != NULL, "%s: %s", rows[i].text, err.msg);
        ck_assert_msg(in.offset == rows[i].offset && in.size == rows[i].size, "%s: at %zu+%zu",
                      rows[i].text, in.offset, in.size);
        stk_error_clear(&err);
        stk_buf_clear(&out);
    }
}
END_TEST

START_TEST(only_plain_uses_of_an_unset_variable_are_told)
{
    struct stk_buf out;
    struct stk_error err = { 0 };
    struct interpolation in;
    n_unset = 0;
    ck_assert_int_eq(run("${UNSET:-a} ${UNSET+b} ${SET:-$UNSET} $EMPTY", &out, &err, &in), 0);
    ck_assert_uint_eq(n_unset, 0);
    stk_buf_clear(&out);
    ck_assert_int_eq(run("$UNSET ${UNSET}", &out, &err, &in), 0);
    ck_assert_uint_eq(n_unset, 2);
    stk_buf_clear(&out);
}
END_TEST

START_TEST(deep_nesting_is_refused)
{
    char text[4000] = "";
    for (int i = 0; i < 100; i++)
        strcat(text, "${U:-");
    for (int i = 0; i < 100; i++)
        strcat(text, "}");
    struct stk_buf out;
    struct stk_error err = { 0 };
    struct interpolation in;
    ck_assert_int_eq(run(text, &out, &err, &in), -STK_ECONFIG);
    stk_error_clear(&err);
    stk_buf_clear(&out);
}
END_TEST

STK_TESTS("interpolate", every_form_gives_what_the_specification_says,
          wrong_forms_fail_at_their_place, only_plain_uses_of_an_unset_variable_are_told,
          deep_nesting_is_refused)
