/* test.h — what every unit test starts with. A test file is:
 *
 *     START_TEST(stop_of_an_absent_unit_succeeds) { ... } END_TEST
 *     STK_TESTS("stop", stop_of_an_absent_unit_succeeds, ...)
 *
 * A test that lacks something it needs calls skip("what"), which ends the program with status 77. */
#ifndef STK_TEST_H
#define STK_TEST_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

int stk_run_tests(const char *suite, const TTest *const *tests, size_t n);

/* Up to any number of tests, by name. */
#define STK_TESTS(suite, ...)                                                                      \
    int main(void)                                                                                 \
    {                                                                                              \
        const TTest *const tests[] = { __VA_ARGS__ };                                              \
        return stk_run_tests(suite, tests, sizeof(tests) / sizeof(tests[0]));                      \
    }

_Noreturn void skip(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
