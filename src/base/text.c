/* text.c — strings: numbers with units, comparing, escaping, hashing, the clock. */
#include "text.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "arena.h"
#include "buf.h"
#include "sha256.h"

bool stk_streq(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool stk_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool stk_ends(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);
    return n >= m && strcmp(s + n - m, suffix) == 0;
}

bool stk_glob(const char *pattern, const char *s)
{
    return fnmatch(pattern, s, 0) == 0;
}

bool stk_parse_int(const char *s, int64_t *ret)
{
    char *end;
    errno = 0;
    long long v = strtoll(s, &end, 10);
    if (errno || end == s || *end || *s == ' ' || *s == '\t')
        return false;
    *ret = v;
    return true;
}

struct scale {
    const char *unit;
    double factor;
};

/* A decimal number at *s, advanced past; false when there is none. No sign, exponent, or hex. */
static bool take_number(const char **s, double *ret)
{
    size_t n = strspn(*s, "0123456789.");
    char digits[64];
    if (n == 0 || n >= sizeof(digits))
        return false;
    memcpy(digits, *s, n);
    digits[n] = '\0';
    char *end;
    *ret = strtod(digits, &end);
    if (*end || strcmp(digits, ".") == 0)
        return false;
    *s += n;
    return true;
}

bool stk_parse_duration(const char *s, int64_t *ret_ns)
{
    static const struct scale scales[] = {
        { "ns", 1 },   { "us", 1e3 },   { "\xc2\xb5s", 1e3 }, { "ms", 1e6 },     { "s", 1e9 },
        { "m", 60e9 }, { "h", 3.6e12 }, { "d", 86.4e12 },     { "w", 604.8e12 },
    };
    double total = 0;
    bool negative = *s == '-';
    if (*s == '-' || *s == '+')
        s++;
    if (strcmp(s, "0") == 0) {
        *ret_ns = 0;
        return true;
    }
    if (!*s)
        return false;
    while (*s) {
        double v;
        if (!take_number(&s, &v))
            return false;
        size_t n = strcspn(s, "0123456789."), i;
        for (i = 0; i < STK_LEN(scales); i++)
            if (strlen(scales[i].unit) == n && strncmp(s, scales[i].unit, n) == 0)
                break;
        if (i == STK_LEN(scales))
            return false;
        total += v * scales[i].factor;
        s += n;
    }
    if (total > 9.2e18)
        return false;
    int64_t ns = (int64_t)(total + 0.5);
    *ret_ns = negative ? -ns : ns;
    return true;
}

bool stk_parse_bytes(const char *s, int64_t *ret)
{
    static const char units[] = "bkmgtp";
    double v;
    if (strcmp(s, "-1") == 0) {
        *ret = -1;
        return true;
    }
    if (!take_number(&s, &v))
        return false;
    s += strspn(s, " ");
    if (*s) {
        const char *unit = strchr(units, *s | 0x20);
        if (!unit)
            return false;
        for (long i = unit - units; i > 0; i--)
            v *= 1024;
        s++;
        if (*unit != 'b' && (*s == 'i' || *s == 'I') && (s[1] == 'b' || s[1] == 'B'))
            s += 2;
        else if (*unit != 'b' && (*s == 'b' || *s == 'B'))
            s++;
    }
    if (*s || v > 9.2e18)
        return false;
    *ret = (int64_t)v;
    return true;
}

static void add_fraction(struct stk_buf *out, int64_t v, int64_t one, const char *unit)
{
    char digits[32];
    snprintf(digits, sizeof(digits), "%.9f", (double)(v % one) / (double)one);
    size_t n = strlen(digits);
    while (digits[n - 1] == '0')
        n--;
    digits[n] = '\0';
    stk_buf_printf(out, "%lld%s%s", (long long)(v / one), n > 2 ? digits + 1 : "", unit);
}

void stk_format_duration(struct stk_buf *out, int64_t ns)
{
    if (ns < 0) {
        stk_buf_putc(out, '-');
        ns = -ns;
    }
    if (ns == 0)
        stk_buf_puts(out, "0s");
    else if (ns < 1000)
        stk_buf_printf(out, "%lldns", (long long)ns);
    else if (ns < STK_NS_PER_MS)
        add_fraction(out, ns, 1000, "\xc2\xb5s");
    else if (ns < STK_NS_PER_S)
        add_fraction(out, ns, STK_NS_PER_MS, "ms");
    else {
        int64_t minutes = ns / (60 * STK_NS_PER_S);
        if (minutes >= 60)
            stk_buf_printf(out, "%lldh", (long long)(minutes / 60));
        if (minutes > 0)
            stk_buf_printf(out, "%lldm", (long long)(minutes % 60));
        add_fraction(out, ns % (60 * STK_NS_PER_S), STK_NS_PER_S, "s");
    }
}

void stk_format_age(struct stk_buf *out, int64_t s)
{
    int64_t minutes = s / 60, hours = (s + 1800) / 3600, days = hours / 24;
    if (s < 1)
        stk_buf_puts(out, "Less than a second");
    else if (s == 1)
        stk_buf_puts(out, "1 second");
    else if (s < 60)
        stk_buf_printf(out, "%lld seconds", (long long)s);
    else if (minutes == 1)
        stk_buf_puts(out, "About a minute");
    else if (minutes < 60)
        stk_buf_printf(out, "%lld minutes", (long long)minutes);
    else if (hours == 1)
        stk_buf_puts(out, "About an hour");
    else if (hours < 48)
        stk_buf_printf(out, "%lld hours", (long long)hours);
    else if (hours < 24 * 14)
        stk_buf_printf(out, "%lld days", (long long)days);
    else if (hours < 24 * 60)
        stk_buf_printf(out, "%lld weeks", (long long)(days / 7));
    else if (hours < 24 * 365 * 2)
        stk_buf_printf(out, "%lld months", (long long)(days / 30));
    else
        stk_buf_printf(out, "%lld years", (long long)(days / 365));
}

void stk_format_size(struct stk_buf *out, int64_t bytes)
{
    static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB" };
    double v = (double)bytes;
    size_t i = 0;
    while (v >= 1000 && i + 1 < STK_LEN(units)) {
        v /= 1000;
        i++;
    }
    stk_buf_printf(out, "%.4g%s", v, units[i]);
}

/* Optimal string alignment: insert, delete, replace, swap of neighbours. Rows of at most 64. */
static unsigned distance(const char *a, const char *b, unsigned limit)
{
    enum { MAX = 64 };
    size_t n = strlen(a), m = strlen(b);
    if (n >= MAX || m >= MAX || (n > m ? n - m : m - n) > limit)
        return limit + 1;
    unsigned rows[3][MAX + 1], *before = rows[0], *prev = rows[1], *row = rows[2];
    for (unsigned j = 0; j <= m; j++)
        prev[j] = j;
    for (unsigned i = 1; i <= n; i++) {
        row[0] = i;
        for (unsigned j = 1; j <= m; j++) {
            unsigned best = prev[j - 1] + (a[i - 1] != b[j - 1]);
            if (prev[j] + 1 < best)
                best = prev[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            row[j] = best;
        }
        unsigned *oldest = before;
        before = prev, prev = row, row = oldest;
    }
    return prev[m];
}

const char *stk_nearest(const char *word, const char *const *candidates, size_t n)
{
    unsigned best = 1 + (unsigned)strlen(word) / 4;
    const char *found = NULL;
    for (size_t i = 0; i < n; i++) {
        unsigned d = distance(word, candidates[i], best);
        if (d <= best && (d < best || !found)) {
            best = d;
            found = candidates[i];
        }
    }
    return found;
}

bool stk_looks_secret(const char *name)
{
    static const char *const words[] = { "PASS",    "SECRET",  "TOKEN",  "CREDENTIAL",
                                         "PRIVATE", "API_KEY", "APIKEY", "ACCESS_KEY" };
    for (size_t i = 0; i < STK_LEN(words); i++)
        if (strcasestr(name, words[i]))
            return true;
    return false;
}

/* "DB_PASSWORD: x," "DB_PASSWORD=x": what follows, up to what ends a value in YAML. */
static size_t mask_value(struct stk_buf *out, const char *name, const char *s)
{
    size_t n = strspn(s, " \t");
    stk_buf_add(out, s, n);
    bool many = s[n] == '[' || s[n] == '{';
    if (many && stk_streq(name, "secrets"))
        return n; /* secrets: [db]: names, no values */
    if (many) {
        for (stk_buf_putc(out, s[n++]); s[n]; n++)
            stk_buf_putc(out, strchr(" []{},", s[n]) ? s[n] : '*');
        return n;
    }
    bool quoted = s[n] == '"' || s[n] == '\'';
    char quote[2] = { s[n], '\0' };
    if (quoted)
        stk_buf_putc(out, s[n++]);
    size_t end = n + strcspn(s + n, quoted ? quote : ",}] \t");
    for (; n < end; n++)
        stk_buf_putc(out, '*');
    return n;
}

/* "://user:password@host": what stands before the host. */
static size_t mask_password(struct stk_buf *out, const char *s)
{
    size_t sign = strlen("://"), all = sign + strcspn(s + sign, "/?# \t\"'"), at = all;
    while (at > sign && s[at] != '@')
        at--;
    const char *colon = memchr(s + sign, ':', at - sign);
    size_t n = colon ? (size_t)(colon - s) + 1 : sign;
    stk_buf_add(out, s, n);
    for (; colon && n < at; n++)
        stk_buf_putc(out, '*');
    return n;
}

void stk_mask_secrets(struct stk_buf *out, const char *line)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    while (*line) {
        size_t n = strspn(line, letters);
        if (stk_starts(line, "://")) {
            line += mask_password(out, line);
            continue;
        }
        if (n == 0) {
            stk_buf_putc(out, *line++);
            continue;
        }
        STK_CLEANUP(stk_charp) char *name = stk_strndup(line, n);
        stk_buf_add(out, line, n);
        line += n;
        size_t sign = strspn(line, "\"'");
        if ((line[sign] != ':' && line[sign] != '=') || !stk_looks_secret(name))
            continue;
        stk_buf_add(out, line, sign + 1);
        line += sign + 1;
        line += mask_value(out, name, line);
    }
}

int64_t stk_parse_rfc3339_ms(const char *s)
{
    struct tm tm = { 0 };
    int read = 0, off_h = 0, off_m = 0;
    if (!s ||
        sscanf(s, "%4d-%2d-%2dT%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
               &tm.tm_min, &tm.tm_sec, &read) != 6 ||
        tm.tm_year < 1970)
        return 0;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    s += read;
    int64_t ms = 0;
    if (*s == '.') {
        int64_t unit = 100;
        for (s++; *s >= '0' && *s <= '9'; s++, unit /= 10)
            ms += (*s - '0') * unit;
    }
    if ((*s == '+' || *s == '-') && sscanf(s + 1, "%2d:%2d", &off_h, &off_m) == 2) {
        int64_t offset = (int64_t)off_h * 3600 + (int64_t)off_m * 60;
        ms -= (*s == '+' ? offset : -offset) * 1000;
    }
    return (int64_t)timegm(&tm) * 1000 + ms;
}

void stk_sha256_hex(const void *bytes, size_t size, char ret_hex[65])
{
    unsigned char sum[STK_SHA256_SIZE];
    stk_sha256(bytes, size, sum);
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < sizeof(sum); i++) {
        ret_hex[2 * i] = digits[sum[i] >> 4];
        ret_hex[2 * i + 1] = digits[sum[i] & 15];
    }
    ret_hex[64] = '\0';
}

static int64_t clock_ms(clockid_t clock)
{
    struct timespec ts;
    clock_gettime(clock, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / STK_NS_PER_MS;
}

int64_t stk_now_ms(void)
{
    return clock_ms(CLOCK_REALTIME);
}

int64_t stk_monotonic_ms(void)
{
    return clock_ms(CLOCK_MONOTONIC);
}
