/* log_time.c — reads a point in time as people write it. */
#include "log_time.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arena.h"
#include "text.h"

static char *seconds(int64_t ns)
{
    int64_t s = ns / STK_NS_PER_S, rest = ns % STK_NS_PER_S;
    return ns < 0 ? stk_strdup("0") : stk_printf("%lld.%09lld", (long long)s, (long long)rest);
}

static bool is_rfc3339(const char *text)
{
    size_t n = strlen(text);
    bool offset = n > 6 && strchr("+-", text[n - 6]) && text[n - 3] == ':';
    return n >= 20 && (text[n - 1] == 'Z' || offset) && stk_parse_rfc3339_ms(text) > 0;
}

static bool is_unix(const char *text)
{
    size_t whole = strspn(text, "0123456789");
    if (whole == 0 || whole > 11)
        return false;
    text += whole;
    return !*text ||
           (*text == '.' && text[1] && strspn(text + 1, "0123456789") == strlen(text + 1));
}

/* A date, or a date and time, without a zone: of here. */
static bool parse_local(const char *text, int64_t *ret_ns)
{
    static const char *const formats[] = { "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S",
                                           "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d" };
    for (size_t i = 0; i < STK_LEN(formats); i++) {
        struct tm tm = { .tm_isdst = -1 };
        const char *end = strptime(text, formats[i], &tm);
        if (!end || *end)
            continue;
        *ret_ns = (int64_t)mktime(&tm) * STK_NS_PER_S;
        return true;
    }
    return false;
}

bool stk_log_time(const char *text, int64_t now_ms, char **ret)
{
    int64_t ns;
    if (is_rfc3339(text) || is_unix(text))
        *ret = stk_strdup(text);
    else if (stk_parse_duration(text, &ns))
        *ret = seconds(now_ms * STK_NS_PER_MS - ns);
    else if (parse_local(text, &ns))
        *ret = seconds(ns);
    else
        return false;
    return true;
}
