/* base64.c — base 64 both ways, by OpenSSL. */
#include "base64.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "crypto_late.h"

char *stk_base64(const void *bytes, size_t size, bool url)
{
    char *text = stk_alloc(size / 3 * 4 + 5);
    stk_crypto_load();
    EVP_EncodeBlock((unsigned char *)text, bytes, (int)size);
    for (char *s = text; url && *s; s++)
        *s = *s == '+' ? '-' : *s == '/' ? '_' : *s;
    return text;
}

char *stk_base64_decode(const char *text, size_t *ret_size)
{
    size_t n = strlen(text), padding = 0;
    while (padding < 2 && padding < n && text[n - 1 - padding] == '=')
        padding++;
    unsigned char *bytes = stk_alloc(n / 4 * 3 + 4);
    stk_crypto_load();
    int size = n % 4 ? -1 : EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)n);
    if (size < (int)padding) {
        free(bytes);
        return NULL;
    }
    *ret_size = (size_t)size - padding;
    bytes[*ret_size] = '\0';
    return (char *)bytes;
}
