/* log_time.h — what --since and --until accept, as the engine takes it. */
#ifndef STK_LOG_TIME_H
#define STK_LOG_TIME_H

#include <stdbool.h>
#include <stdint.h>

/* "42m" (that long before now_ms), RFC 3339, a date or a date and time of here, or seconds since 1970.
 * *ret is malloc'd: seconds since 1970 with a fraction, or the text itself when it is RFC 3339. */
bool stk_log_time(const char *text, int64_t now_ms, char **ret);

#endif
