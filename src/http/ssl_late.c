/* ssl_late.c — where the functions of libssl are kept. */
#define STK_SSL_LATE_ITSELF
#include "ssl_late.h"

struct stk_ssl stk_ssl;

void stk_ssl_load(void)
{
    static const char *const names[] = { STK_SSL_LATE_FUNCTIONS(STK_LATE_NAME) };
    if (!stk_ssl.SSL_shutdown)
        stk_late_load(STK_SSL_LIBRARY, names, sizeof(names) / sizeof(*names), &stk_ssl);
}
