/* test_ignore.c — which paths a .dockerignore leaves out: the rows are Docker's documented behaviour. */
#include "test.h"

#include <stdio.h>

#include "ignore.h"

static const struct {
    const char *text, *path;
    bool ignored;
} rows[] = {
    { "", "a", false },
    { "# a\n\n  \n", "a", false },
    { "a", "a", true },
    { "a", "a/b/c", true }, /* a folder stands for all that is in it */
    { "a", "ab", false },
    { "a", "b/a", false }, /* from the root, unlike git's */
    { "/a", "a", true },
    { "./a/", "a", true },
    { "a/../b", "b", true },
    { "*/temp*", "x/temporary.txt", true },
    { "*/temp*", "temporary.txt", false },
    { "*/*/temp*", "x/y/temp", true },
    { "temp?", "tempa", true },
    { "temp?", "temp", false },
    { "temp?", "temp/", false },
    { "*.md", "a.md", true },
    { "*.md", "x/a.md", false },
    { "**/*.md", "a.md", true },
    { "**/*.md", "x/y/a.md", true },
    { "**", "x/y", true },
    { "x/**", "x/y/z", true },
    { "x/**", "x", false },
    { "**/b", "a/bb", false },
    { "a/**/b", "a/b", true },
    { "a/**/b", "a/x/y/b", true },
    { "a/**/b", "axb", false },
    { "[a-c].txt", "b.txt", true },
    { "[^a-c].txt", "b.txt", false },
    { "[^a-c].txt", "d.txt", true },
    { "a.b", "aXb", false },
    { "\\!a", "!a", true },
    { "*.md\n!README.md", "README.md", false },
    { "*.md\n!README.md", "other.md", true },
    { "*.md\n!README*.md\nREADME-secret.md", "README-secret.md", true },
    { "*.md\nREADME-secret.md\n!README*.md", "README-secret.md", false },
    { "*\n!src", "src/a", false },
    { "*\n!src", "src", false },
    { "*\n! src/deep ", "src/deep/x", false },
    { "*\n!src/deep", "src/other", true },
    { "node_modules\n", "node_modules/x/index.js", true },
    { "a\r\nb\r\n", "b", true }, /* lines as Windows ends them */
    { "\xef\xbb\xbf"
      "a",
      "a", true },
};

START_TEST(paths_are_left_out_as_docker_does)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stk_ignore *ignore = NULL;
        struct stk_error err = { 0 };
        ck_assert_int_eq(stk_ignore_parse(rows[i].text, strlen(rows[i].text), &ignore, &err), 0);
        ck_assert_msg(stk_ignored(ignore, rows[i].path) == rows[i].ignored, "'%s' and '%s'",
                      rows[i].text, rows[i].path);
        stk_ignore_free(ignore);
    }
}
END_TEST

START_TEST(a_folder_left_out_is_looked_into_when_something_in_it_may_be_kept)
{
    static const struct {
        const char *text, *folder;
        bool looks;
    } cases[] = {
        { "a", "a", false },          { "a\n!a/b", "a", true },     { "a\n!b/c", "a", false },
        { "*\n!**/*.go", "x", true }, { "*\n!x/y/z", "x/y", true }, { "*\n!x/y/z", "x/w", false },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct stk_ignore *ignore = NULL;
        ck_assert_int_eq(stk_ignore_parse(cases[i].text, strlen(cases[i].text), &ignore, NULL), 0);
        ck_assert_msg(stk_ignore_looks_into(ignore, cases[i].folder) == cases[i].looks,
                      "'%s' and '%s'", cases[i].text, cases[i].folder);
        stk_ignore_free(ignore);
    }
}
END_TEST

START_TEST(a_malformed_pattern_is_told_with_its_line)
{
    static const char *const wrong[] = { "a\n[b\n", "a\n!\n", "a\n[]\n", "a\nb\\" };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct stk_ignore *ignore = NULL;
        struct stk_error err = { 0 };
        ck_assert_int_lt(stk_ignore_parse(wrong[i], strlen(wrong[i]), &ignore, &err), 0);
        ck_assert_uint_eq(err.src.line, 2);
        stk_error_clear(&err);
    }
}
END_TEST

/* What a backtracking matcher would not end with. */
START_TEST(no_pattern_is_slow)
{
    struct stk_ignore *ignore = NULL;
    static const char text[] = "**/a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b/**/x/**/y*y*y*y*y*z";
    char path[4001];
    memset(path, 'a', 4000);
    path[4000] = '\0';
    ck_assert_int_eq(stk_ignore_parse(text, strlen(text), &ignore, NULL), 0);
    ck_assert(!stk_ignored(ignore, path));
    stk_ignore_free(ignore);
}
END_TEST

START_TEST(what_is_kept_whatever_the_file_says_is_taken_literally)
{
    struct stk_ignore *ignore = NULL;
    ck_assert_int_eq(stk_ignore_parse("*", 1, &ignore, NULL), 0);
    stk_ignore_keep(ignore, "Docker[file]*");
    ck_assert(!stk_ignored(ignore, "Docker[file]*"));
    ck_assert(stk_ignored(ignore, "Dockerf"));
    stk_ignore_free(ignore);
}
END_TEST

STK_TESTS("ignore", paths_are_left_out_as_docker_does,
          a_folder_left_out_is_looked_into_when_something_in_it_may_be_kept,
          a_malformed_pattern_is_told_with_its_line, no_pattern_is_slow,
          what_is_kept_whatever_the_file_says_is_taken_literally)
