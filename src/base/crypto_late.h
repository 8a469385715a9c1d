/* crypto_late.h — libcrypto, loaded when it is first needed (late.h). Call stk_crypto_load before anything of it;
 * its functions have their own names then. */
#ifndef STK_CRYPTO_LATE_H
#define STK_CRYPTO_LATE_H

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "late.h"

#define STK_CRYPTO_LATE_FUNCTIONS(X)                                                               \
    X(EVP_DecodeBlock)                                                                             \
    X(EVP_EncodeBlock)                                                                             \
    X(EVP_PBE_scrypt)                                                                              \
    X(RAND_bytes)

struct stk_crypto {
    STK_CRYPTO_LATE_FUNCTIONS(STK_LATE_POINTER)
};
extern struct stk_crypto stk_crypto;

void stk_crypto_load(void); /* idempotent */

#ifndef STK_CRYPTO_LATE_ITSELF
#define EVP_DecodeBlock stk_crypto.EVP_DecodeBlock
#define EVP_EncodeBlock stk_crypto.EVP_EncodeBlock
#define EVP_PBE_scrypt  stk_crypto.EVP_PBE_scrypt
#define RAND_bytes      stk_crypto.RAND_bytes
#endif

#endif
