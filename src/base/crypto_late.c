/* crypto_late.c — where the functions of libcrypto are kept. */
#define STK_CRYPTO_LATE_ITSELF
#include "crypto_late.h"

struct stk_crypto stk_crypto;

void stk_crypto_load(void)
{
    static const char *const names[] = { STK_CRYPTO_LATE_FUNCTIONS(STK_LATE_NAME) };
    if (!stk_crypto.RAND_bytes)
        stk_late_load(STK_CRYPTO_LIBRARY, names, sizeof(names) / sizeof(*names), &stk_crypto);
}
