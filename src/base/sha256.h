/* sha256.h — SHA-256 (FIPS 180-4), for telling texts apart. What guards secrets is libcrypto's. */
#ifndef STK_SHA256_H
#define STK_SHA256_H

#include <stddef.h>

enum { STK_SHA256_SIZE = 32 };

void stk_sha256(const void *bytes, size_t size, unsigned char ret[STK_SHA256_SIZE]);

#endif
