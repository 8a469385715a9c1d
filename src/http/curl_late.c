/* curl_late.c — where the functions of libcurl are kept. */
#define STK_CURL_LATE_ITSELF
#include "curl_late.h"

struct stk_curl stk_curl;

void stk_curl_load(void)
{
    static const char *const names[] = { STK_CURL_LATE_FUNCTIONS(STK_LATE_NAME) };
    if (!stk_curl.curl_easy_cleanup)
        stk_late_load(STK_CURL_LIBRARY, names, sizeof(names) / sizeof(*names), &stk_curl);
}
