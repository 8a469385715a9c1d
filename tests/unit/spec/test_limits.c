/* Hostile and huge files: refused with a place, or loaded in good time. */
#include <time.h>

#include "given.h"

static void refused(const char *text, const char *msg)
{
    struct given g = given();
    given_file(&g, "compose.yaml", text);
    clock_t before = clock();
    given_load(&g);
    ck_assert_int_eq(g.rc, -STK_ECONFIG);
    ck_assert_msg(strstr(g.diags.v[0].msg, msg) != NULL, "%s", g.diags.v[0].msg);
    ck_assert_uint_gt(g.diags.v[0].src.line, 0);
    ck_assert(clock() - before < 10 * CLOCKS_PER_SEC); /* under sanitizers */
    given_end(&g);
}

START_TEST(aliases_of_aliases_are_refused)
{
    struct stk_buf b;
    stk_buf_init(&b, STK_MIB);
    stk_buf_puts(&b, "x-0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 9; i++) {
        stk_buf_printf(&b, "x-%d: &a%d [", i, i);
        for (int k = 0; k < 9; k++)
            stk_buf_printf(&b, "%s*a%d", k ? "," : "", i - 1);
        stk_buf_puts(&b, "]\n");
    }
    stk_buf_puts(&b, "services: {a: {image: x}}\n");
    refused(b.bytes, "too large once its aliases are written out");
    stk_buf_clear(&b);
}
END_TEST

START_TEST(merge_keys_that_copy_too_much_are_refused)
{
    struct stk_buf b;
    stk_buf_init(&b, 4 * STK_MIB);
    stk_buf_puts(&b, "x-0: &a {");
    for (int i = 0; i < 5000; i++)
        stk_buf_printf(&b, "k%d: 1,", i);
    stk_buf_puts(&b, "}\n");
    for (int i = 1; i < 5000; i++)
        stk_buf_printf(&b, "x-%d: {<<: *a}\n", i);
    refused(b.bytes, "too large once its merge keys are written out");
    stk_buf_clear(&b);
}
END_TEST

START_TEST(deep_nesting_is_refused)
{
    char text[1000] = "x: ";
    memset(text + 3, '[', 500);
    text[503] = '\0';
    refused(text, "nested too deeply");
}
END_TEST

START_TEST(variables_that_grow_too_large_are_refused)
{
    struct given g = given();
    struct stk_buf b, v;
    stk_buf_init(&b, STK_MIB);
    stk_buf_init(&v, STK_MIB);
    stk_buf_puts(&v, "BIG=");
    for (int i = 0; i < 100000; i++)
        stk_buf_putc(&v, 'x');
    stk_buf_puts(&b, "services: {a: {image: x, command: [");
    for (int i = 0; i < 2000; i++)
        stk_buf_puts(&b, "$BIG,");
    stk_buf_puts(&b, "]}}\n");
    given_file(&g, "compose.yaml", b.bytes);
    given_variable(&g, v.bytes);
    given_load(&g);
    ck_assert_int_eq(g.rc, -STK_ECONFIG);
    ck_assert_str_eq(g.diags.v[0].msg, "too large once its variables are put in");
    stk_buf_clear(&b);
    stk_buf_clear(&v);
    given_end(&g);
}
END_TEST

START_TEST(a_file_that_is_too_large_is_refused)
{
    struct given g = given();
    char path[256];
    given_file(&g, "compose.yaml", "services: {a: {image: x}}\n");
    snprintf(path, sizeof(path), "%s/compose.yaml", g.dir);
    ck_assert_int_eq(truncate(path, 8 * 1024 * 1024 + 1), 0);
    given_load(&g);
    ck_assert_int_eq(g.rc, -STK_ENOFILE);
    ck_assert_str_eq(g.diags.v[0].msg, "cannot read 'compose.yaml': larger than 8 MiB");
    ck_assert_int_eq(truncate(path, 100), 0);
    given_load(&g);
    ck_assert_int_eq(g.rc, -STK_ECONFIG);
    ck_assert_str_eq(g.diags.v[0].msg, "a NUL character: this is no text file");
    ck_assert_uint_eq(g.diags.v[0].src.line, 2);
    given_end(&g);
}
END_TEST

START_TEST(a_file_of_nothing_but_small_values_is_refused_before_it_fills_the_memory)
{
    struct given g = given();
    STK_CLEANUP(stk_buf_clearp) struct stk_buf text;
    stk_buf_init(&text, 8 * STK_MIB);
    stk_buf_puts(&text, "x-a: [");
    for (unsigned i = 0; i < 600000; i++)
        stk_buf_puts(&text, "x,");
    stk_buf_puts(&text, "]\n");
    given_file(&g, "compose.yaml", text.bytes);
    given_load(&g);
    ck_assert_int_eq(g.rc, -STK_ECONFIG);
    ck_assert_str_eq(g.diags.v[0].msg, "too many values in the files");
    given_end(&g);
}
END_TEST

START_TEST(ten_thousand_services_load_and_all_their_problems_are_counted)
{
    struct given g = given();
    struct stk_buf good, bad;
    stk_buf_init(&good, 8 * STK_MIB);
    stk_buf_init(&bad, 8 * STK_MIB);
    stk_buf_puts(&good, "services:\n");
    stk_buf_puts(&bad, "services:\n");
    for (int i = 0; i < 10000; i++) {
        stk_buf_printf(&good, "  s%d: {image: x, depends_on: [s%d], ports: ['%d:80']}\n", i,
                       i / 2 + (i == 0), 10000 + i);
        stk_buf_printf(&bad, "  s%d: {imgae: x, depends_on: [t%d]}\n", i, i);
    }
    *strstr(good.bytes, "[s1]") = ' ';
    memcpy(strstr(good.bytes, " s1]"), "[]  ", 4);
    given_file(&g, "compose.yaml", good.bytes);
    ck_assert_uint_eq(given_loads(&g)->n_services, 10000);
    given_file(&g, "compose.yaml", bad.bytes);
    given_load(&g);
    ck_assert_uint_eq(g.diags.errors, 20000);
    ck_assert_uint_eq(g.diags.n, STK_DIAGS_MAX);
    stk_buf_clear(&good);
    stk_buf_clear(&bad);
    given_end(&g);
}
END_TEST

STK_TESTS("limits", a_file_of_nothing_but_small_values_is_refused_before_it_fills_the_memory,
          aliases_of_aliases_are_refused, merge_keys_that_copy_too_much_are_refused,
          deep_nesting_is_refused, variables_that_grow_too_large_are_refused,
          a_file_that_is_too_large_is_refused,
          ten_thousand_services_load_and_all_their_problems_are_counted)
