/* position.c — tells events that come again from new ones, by their time and their digest. */
#include "position.h"

#include <string.h>

#include "arena.h"
#include "text.h"

void stk_position_clear(struct stk_position *position)
{
    *position = (struct stk_position){ 0 };
}

void stk_position_begin(struct stk_position *position, int64_t time_ns)
{
    *position = (struct stk_position){ .time_ns = time_ns };
}

static bool is_known(const struct stk_position *position, const char *digest)
{
    size_t n = position->n < STK_POSITION_SAME ? position->n : STK_POSITION_SAME;
    for (size_t i = 0; i < n; i++)
        if (strcmp(position->same[i], digest) == 0)
            return true;
    return false;
}

static void remember(struct stk_position *position, int64_t time_ns, const char *digest)
{
    if (time_ns > position->time_ns)
        position->n = 0;
    position->time_ns = time_ns;
    memcpy(position->same[position->n % STK_POSITION_SAME], digest, sizeof(position->same[0]));
    position->n++;
}

enum stk_position_verdict stk_position_take(struct stk_position *position, int64_t time_ns,
                                            const char *bytes, size_t size)
{
    char digest[65];
    stk_sha256_hex(bytes, size, digest);
    if (position->resumed && time_ns < position->time_ns)
        return STK_POSITION_SEEN;
    if (position->resumed && time_ns == position->time_ns && is_known(position, digest)) {
        position->met = true;
        return STK_POSITION_SEEN;
    }
    bool gap = position->resumed && position->n && !position->met;
    if (time_ns > position->time_ns || !position->resumed)
        position->resumed = false;
    if (time_ns >= position->time_ns)
        remember(position, time_ns, digest);
    return gap ? STK_POSITION_GAP : STK_POSITION_NEW;
}

void stk_position_resume(struct stk_position *position)
{
    position->resumed = true;
    position->met = false;
}

char *stk_position_since(const struct stk_position *position, const char *first)
{
    if (position->time_ns)
        return stk_printf("%lld.%09lld", (long long)(position->time_ns / STK_NS_PER_S),
                          (long long)(position->time_ns % STK_NS_PER_S));
    return first ? stk_strdup(first) : NULL;
}
