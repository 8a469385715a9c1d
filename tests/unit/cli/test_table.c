/* Columns line up by what they take on a terminal. */
#include "buf.h"
#include "table.h"
#include "test.h"
#include "width.h"

static char *table_of(size_t columns, const char *const *cells, size_t n)
{
    struct table table = { .columns = columns };
    for (size_t i = 0; i < n; i++)
        table_add(&table, cells[i]);
    char *text = table_text(&table);
    table_clear(&table);
    return text;
}

START_TEST(columns_are_as_wide_as_their_widest_cell)
{
    static const char *const cells[] = { "NAME", "STATUS", "shop-web-1", "Up", "x", "Exited (3)" };
    char *text = table_of(2, cells, 6);
    ck_assert_str_eq(text, "NAME         STATUS\n"
                           "shop-web-1   Up\n"
                           "x            Exited (3)\n");
    free(text);
}
END_TEST

START_TEST(wide_and_combining_characters_keep_columns_in_line)
{
    static const char *const cells[] = { "A", "B", "日本", "1", "e\xcc\x81t", "2", "été", "3" };
    char *text = table_of(2, cells, 8);
    ck_assert_str_eq(text, "A      B\n"
                           "日本   1\n"
                           "e\xcc\x81t     2\n"
                           "été    3\n");
    free(text);
}
END_TEST

START_TEST(an_empty_last_cell_leaves_no_spaces)
{
    static const char *const cells[] = { "NAME", "PORTS", "web", NULL };
    char *text = table_of(2, cells, 4);
    ck_assert_str_eq(text, "NAME   PORTS\nweb\n");
    free(text);
}
END_TEST

START_TEST(control_characters_of_a_cell_are_shown)
{
    static const char *const cells[] = { "a\033[2J", "b" };
    char *text = table_of(2, cells, 2);
    ck_assert_str_eq(text, "a\\x1b[2J   b\n");
    free(text);
}
END_TEST

START_TEST(cutting_counts_columns_and_ends_in_an_ellipsis)
{
    static const struct {
        const char *text;
        size_t columns;
        const char *cut;
    } rows[] = { { "hello", 5, "hello" },   { "hello", 4, "hel…" }, { "日本語", 4, "日…" },
                 { "日本語", 6, "日本語" }, { "été", 2, "é…" },     { "abc", 0, "" } };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stk_buf out;
        stk_buf_init(&out, 100);
        stk_width_cut(&out, rows[i].text, rows[i].columns);
        ck_assert_str_eq(out.bytes ? out.bytes : "", rows[i].cut);
        stk_buf_clear(&out);
    }
}
END_TEST

START_TEST(bytes_that_are_no_text_count_one_column_each)
{
    ck_assert_uint_eq(stk_width("\xff\xc3"), 2);
    ck_assert_uint_eq(stk_width("\xf0\x9f\x98\x80"), 2);
    ck_assert_uint_eq(stk_width(""), 0);
}
END_TEST

STK_TESTS("table", columns_are_as_wide_as_their_widest_cell,
          wide_and_combining_characters_keep_columns_in_line, an_empty_last_cell_leaves_no_spaces,
          control_characters_of_a_cell_are_shown, cutting_counts_columns_and_ends_in_an_ellipsis,
          bytes_that_are_no_text_count_one_column_each)
