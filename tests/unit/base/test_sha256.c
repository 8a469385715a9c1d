/* The sums of so many "a", around every edge of a block. */
#include "sha256.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "arena.h"

static const struct {
    size_t n;
    const char *hex;
} rows[] = {
    { 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { 1, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb" },
    { 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318" },
    { 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a" },
    { 57, "f13b2d724659eb3bf47f2dd6af1accc87b81f09f59f2b75e5c0bed6589dfe8c6" },
    { 63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34" },
    { 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb" },
    { 65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0" },
    { 119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb" },
    { 120, "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c" },
    { 128, "6836cf13bac400e9105071cd6af47084dfacad4e5e302c94bfed24e013afb73e" },
    { 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
};

START_TEST(sums_are_those_of_the_standard)
{
    for (size_t i = 0; i < STK_LEN(rows); i++) {
        unsigned char sum[STK_SHA256_SIZE];
        char hex[2 * sizeof(sum) + 1];
        STK_CLEANUP(stk_charp) char *text = stk_alloc(rows[i].n + 1);
        memset(text, 'a', rows[i].n);
        stk_sha256(text, rows[i].n, sum);
        for (size_t k = 0; k < sizeof(sum); k++)
            snprintf(hex + 2 * k, 3, "%02x", sum[k]);
        ck_assert_str_eq(hex, rows[i].hex);
    }
}
END_TEST

STK_TESTS("sha256", sums_are_those_of_the_standard)
