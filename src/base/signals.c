/* signals.c — the table of Linux's signals: the C library of this machine may number them otherwise. */
#include "signals.h"

#include <string.h>

#include "arena.h"
#include "buf.h"
#include "text.h"

enum { RTMIN = 34, RTMAX = 64 };

static const char *const names[] = {
    [1] = "HUP",   [2] = "INT",     [3] = "QUIT",  [4] = "ILL",     [5] = "TRAP",  [6] = "ABRT",
    [7] = "BUS",   [8] = "FPE",     [9] = "KILL",  [10] = "USR1",   [11] = "SEGV", [12] = "USR2",
    [13] = "PIPE", [14] = "ALRM",   [15] = "TERM", [16] = "STKFLT", [17] = "CHLD", [18] = "CONT",
    [19] = "STOP", [20] = "TSTP",   [21] = "TTIN", [22] = "TTOU",   [23] = "URG",  [24] = "XCPU",
    [25] = "XFSZ", [26] = "VTALRM", [27] = "PROF", [28] = "WINCH",  [29] = "IO",   [30] = "PWR",
    [31] = "SYS",
};

/* Older names of the same. */
static const struct {
    const char *name;
    int signal;
} aliases[] = { { "CLD", 17 }, { "IOT", 6 }, { "POLL", 29 }, { "UNUSED", 31 } };

/* "RTMIN", "RTMIN+3", "RTMAX-2". */
static bool parse_realtime(const char *text, int *ret)
{
    bool from_min = strncasecmp(text, "RTMIN", 5) == 0;
    int64_t offset = 0;
    if (!from_min && strncasecmp(text, "RTMAX", 5) != 0)
        return false;
    text += 5;
    if (*text && (*text != (from_min ? '+' : '-') || !stk_parse_int(text + 1, &offset)))
        return false;
    if (offset < 0 || offset > RTMAX - RTMIN)
        return false;
    *ret = from_min ? RTMIN + (int)offset : RTMAX - (int)offset;
    return true;
}

bool stk_signal_parse(const char *text, int *ret)
{
    int64_t number;
    if (stk_parse_int(text, &number)) {
        bool known = (number > 0 && number < (int64_t)STK_LEN(names)) ||
                     (number >= RTMIN && number <= RTMAX);
        *ret = known ? (int)number : *ret;
        return known;
    }
    if (strncasecmp(text, "SIG", 3) == 0)
        text += 3;
    for (size_t i = 1; i < STK_LEN(names); i++)
        if (strcasecmp(text, names[i]) == 0) {
            *ret = (int)i;
            return true;
        }
    for (size_t i = 0; i < STK_LEN(aliases); i++)
        if (strcasecmp(text, aliases[i].name) == 0) {
            *ret = aliases[i].signal;
            return true;
        }
    return parse_realtime(text, ret);
}

bool stk_signal_add_name(struct stk_buf *out, int signal)
{
    if (signal > 0 && signal < (int)STK_LEN(names))
        stk_buf_printf(out, "SIG%s", names[signal]);
    else if (signal == RTMIN)
        stk_buf_puts(out, "SIGRTMIN");
    else if (signal > RTMIN && signal <= RTMAX)
        stk_buf_printf(out, "SIGRTMIN+%d", signal - RTMIN);
    else
        return false;
    return true;
}

void stk_signal_add_all(struct stk_buf *out)
{
    for (size_t i = 1; i < STK_LEN(names); i++)
        stk_buf_printf(out, "%s%s", i == 1 ? "" : ", ", names[i]);
    stk_buf_puts(out, ", RTMIN to RTMIN+30");
}
