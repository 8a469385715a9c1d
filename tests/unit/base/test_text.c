/* Numbers with units, nearness, escapes. */
#include "buf.h"
#include "test.h"
#include "text.h"

START_TEST(durations_are_read_as_go_reads_them)
{
    static const struct {
        const char *text;
        int64_t ns;
    } rows[] = { { "1m30s", 90 * STK_NS_PER_S },
                 { "1.5h", 5400 * STK_NS_PER_S },
                 { "500ms", 500 * STK_NS_PER_MS },
                 { "0", 0 },
                 { "10us", 10000 },
                 { "-1s", -STK_NS_PER_S },
                 { "1d", 86400 * STK_NS_PER_S } };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t ns = -7;
        ck_assert_msg(stk_parse_duration(rows[i].text, &ns), "%s", rows[i].text);
        ck_assert_int_eq(ns, rows[i].ns);
    }
    static const char *const wrong[] = {
        "", "5", "s", "1x", "1m 30s", "1..5s", "99999999999h", "-"
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        int64_t ns;
        ck_assert_msg(!stk_parse_duration(wrong[i], &ns), "'%s' was read", wrong[i]);
    }
}
END_TEST

START_TEST(durations_are_written_as_go_writes_them)
{
    static const struct {
        int64_t ns;
        const char *text;
    } rows[] = { { 90 * STK_NS_PER_S, "1m30s" },
                 { 3600 * STK_NS_PER_S, "1h0m0s" },
                 { 0, "0s" },
                 { 500 * STK_NS_PER_MS, "500ms" },
                 { 1500 * STK_NS_PER_MS, "1.5s" },
                 { 10000, "10\xc2\xb5s" } };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stk_buf out;
        stk_buf_init(&out, 100);
        stk_format_duration(&out, rows[i].ns);
        ck_assert_str_eq(out.bytes, rows[i].text);
        stk_buf_clear(&out);
    }
}
END_TEST

START_TEST(sizes_are_read_in_powers_of_1024)
{
    static const struct {
        const char *text;
        int64_t bytes;
    } rows[] = { { "512m", 536870912 }, { "1.5GiB", 1610612736 },
                 { "1024", 1024 },      { "64kb", 65536 },
                 { "-1", -1 },          { "7b", 7 },
                 { "2 G", 2147483648 } };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t v = -7;
        ck_assert_msg(stk_parse_bytes(rows[i].text, &v), "%s", rows[i].text);
        ck_assert_int_eq(v, rows[i].bytes);
    }
    static const char *const wrong[] = { "", "m", "5x", "1kbb", "-5", "99999999999t" };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        int64_t v;
        ck_assert_msg(!stk_parse_bytes(wrong[i], &v), "'%s' was read", wrong[i]);
    }
}
END_TEST

START_TEST(a_swap_or_a_missing_letter_finds_its_word)
{
    static const char *const words[] = { "image", "init", "command", "environment" };
    ck_assert_str_eq(stk_nearest("imgae", words, 4), "image");
    ck_assert_str_eq(stk_nearest("comand", words, 4), "command");
    ck_assert_str_eq(stk_nearest("enviroment", words, 4), "environment");
    ck_assert_ptr_null(stk_nearest("volumes", words, 4));
}
END_TEST

START_TEST(values_of_secret_names_become_stars)
{
    static const char *const rows[][2] = {
        { "  a: {environment: {DB_PASSWORD: hunter2, B: 1}}",
          "  a: {environment: {DB_PASSWORD: *******, B: 1}}" },
        { "- API_KEY=abc", "- API_KEY=***" },
        { "\"my_token\": \"a b\" # x", "\"my_token\": \"***\" # x" },
        { "image: nginx", "image: nginx" },
        { "secrets: [s]", "secrets: [s]" },
        { "DB_PASSWORD: [a, b]", "DB_PASSWORD: [*, *]" },
        { "token: { a: b c }", "token: { ** * * }" },
        { "URL: postgres://u:p:@x@db:1/a", "URL: postgres://u:****@db:1/a" },
        { "http://db:80/a@b", "http://db:80/a@b" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stk_buf out;
        stk_buf_init(&out, 200);
        stk_mask_secrets(&out, rows[i][0]);
        ck_assert_str_eq(out.bytes, rows[i][1]);
        stk_buf_clear(&out);
    }
}
END_TEST

START_TEST(engine_dates_are_read_with_fraction_and_offset)
{
    ck_assert_int_eq(stk_parse_rfc3339_ms("1970-01-01T00:00:01.250Z"), 1250);
    ck_assert_int_eq(stk_parse_rfc3339_ms("1970-01-01T02:00:01+02:00"), 1000);
    ck_assert_int_eq(stk_parse_rfc3339_ms("0001-01-01T00:00:00Z"), 0);
    ck_assert_int_eq(stk_parse_rfc3339_ms("yesterday"), 0);
}
END_TEST

STK_TESTS("text", durations_are_read_as_go_reads_them, durations_are_written_as_go_writes_them,
          sizes_are_read_in_powers_of_1024, a_swap_or_a_missing_letter_finds_its_word,
          values_of_secret_names_become_stars,
          engine_dates_are_read_with_fraction_and_offset)
