/* scalar.c — what type a plain scalar has, as go-yaml decides it, and its one spelling. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "load.h"

static const struct {
    const char *word;
    enum scalar_type type;
    const char *spelling;
} words[] = {
    { "", SCALAR_NULL, "" },           { "~", SCALAR_NULL, "" },
    { "null", SCALAR_NULL, "" },       { "Null", SCALAR_NULL, "" },
    { "NULL", SCALAR_NULL, "" },       { "true", SCALAR_BOOL, "true" },
    { "True", SCALAR_BOOL, "true" },   { "TRUE", SCALAR_BOOL, "true" },
    { "false", SCALAR_BOOL, "false" }, { "False", SCALAR_BOOL, "false" },
    { "FALSE", SCALAR_BOOL, "false" }, { ".nan", SCALAR_FLOAT, "NaN" },
    { ".NaN", SCALAR_FLOAT, "NaN" },   { ".NAN", SCALAR_FLOAT, "NaN" },
    { ".inf", SCALAR_FLOAT, "+Inf" },  { ".Inf", SCALAR_FLOAT, "+Inf" },
    { ".INF", SCALAR_FLOAT, "+Inf" },  { "+.inf", SCALAR_FLOAT, "+Inf" },
    { "-.inf", SCALAR_FLOAT, "-Inf" }, { "-.Inf", SCALAR_FLOAT, "-Inf" },
};

/* A date with an optional time. */
static bool is_date(const char *s)
{
    unsigned year, month, day;
    int n = 0;
    for (int i = 0; i < 4; i++)
        if (!isdigit((unsigned char)s[i]))
            return false;
    if (s[4] != '-' || sscanf(s, "%4u-%2u-%2u%n", &year, &month, &day, &n) != 3 || n == 0)
        return false;
    if (month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    s += n;
    if (!*s)
        return true;
    if (*s != 'T' && *s != 't' && *s != ' ')
        return false;
    unsigned hour, minute, second;
    return sscanf(s + 1, "%2u:%2u:%2u", &hour, &minute, &second) == 3;
}

static bool is_float(const char *s)
{
    if (*s == '+' || *s == '-')
        s++;
    size_t whole = strspn(s, "0123456789"), part = 0;
    s += whole;
    if (*s == '.') {
        part = strspn(s + 1, "0123456789");
        s += 1 + part;
    }
    if (whole + part == 0)
        return false;
    if (*s == 'e' || *s == 'E') {
        s++;
        if (*s == '+' || *s == '-')
            s++;
        size_t n = strspn(s, "0123456789");
        if (n == 0)
            return false;
        s += n;
    }
    return !*s;
}

/* Decimal, or 0x 0o 0b or a leading 0 for octal, with a sign. */
static bool is_int(const char *s, char out[32])
{
    const char *digits = s + (*s == '+' || *s == '-');
    int base = 10;
    if (digits[0] == '0' && digits[1]) {
        char c = (char)tolower((unsigned char)digits[1]);
        base = c == 'x' ? 16 : c == 'b' ? 2 : 8;
        digits += c == 'x' || c == 'b' || c == 'o' ? 2 : 1;
    }
    if (!isxdigit((unsigned char)*digits))
        return false;
    char *end;
    errno = 0;
    unsigned long long v = strtoull(digits, &end, base);
    if (errno || *end || (*s == '-' && v > (1ULL << 63)))
        return false;
    snprintf(out, 32, "%s%llu", *s == '-' && v ? "-" : "", v);
    return true;
}

/* "-1.23e+05" as "-123000": the digits that are known, then zeros. */
static const char *whole_digits(struct load *ld, const char *digits, int exponent)
{
    char out[40], *p = out;
    int n = 0;
    for (; *digits != 'e'; digits++) {
        if (*digits == '.')
            continue;
        n += *digits != '-';
        *p++ = *digits;
    }
    for (; n <= exponent; n++)
        *p++ = '0';
    *p = '\0';
    return stk_arena_strdup(ld->arena, out);
}

const char *scalar_float(struct load *ld, double v)
{
    char digits[40];
    int precision = 1;
    do
        snprintf(digits, sizeof(digits), "%.*e", precision - 1, v);
    while (strtod(digits, NULL) != v && ++precision <= 17);
    int exponent = atoi(strchr(digits, 'e') + 1);
    if (exponent < -4 || exponent >= 21)
        return stk_arena_strdup(ld->arena, digits);
    return exponent >= precision - 1 ? whole_digits(ld, digits, exponent)
                                     : load_printf(ld, "%.*f", precision - 1 - exponent, v);
}

enum scalar_type scalar_resolve(struct load *ld, const char **text)
{
    const char *s = *text;
    for (size_t i = 0; i < STK_LEN(words); i++)
        if (strcmp(words[i].word, s) == 0) {
            *text = words[i].spelling;
            return words[i].type;
        }
    if (!strchr("+-.0123456789", *s))
        return SCALAR_STRING;
    size_t n = strlen(s);
    if (n > 64)
        return SCALAR_STRING;
    if (is_date(s))
        return SCALAR_TIME;
    char plain[65], number[32];
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        if (s[i] != '_')
            plain[k++] = s[i];
    plain[k] = '\0';
    if (is_int(plain, number)) {
        *text = stk_arena_strdup(ld->arena, number);
        return SCALAR_INT;
    }
    if (!is_float(plain))
        return SCALAR_STRING;
    double v = strtod(plain, NULL);
    if (!isfinite(v))
        return SCALAR_STRING;
    *text = scalar_float(ld, v);
    return SCALAR_FLOAT;
}
