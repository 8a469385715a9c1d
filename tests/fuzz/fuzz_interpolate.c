/* fuzz_interpolate.c — any bytes as a text with variables. */
#include <string.h>

#include "buf.h"
#include "fuzz.h"
#include "interpolate.h"

static const char *lookup(void *data, const char *name)
{
    (void)data;
    if (!*name)
        abort();
    return *name == 'U' ? NULL : *name == 'E' ? "" : "value";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size);
    struct interpolation in = { .lookup = lookup };
    struct stk_buf out;
    struct stk_error err = { 0 };
    stk_buf_init(&out, STK_MIB);
    int rc = interpolate(&in, text, &out, &err);
    if ((rc != 0) != (err.msg != NULL) || (rc && in.offset + in.size > strlen(text)))
        abort();
    if (!rc && !strchr(text, '$') && strcmp(out.size ? out.bytes : "", text) != 0 && !out.full)
        abort();
    stk_error_clear(&err);
    stk_buf_clear(&out);
    free(text);
    return 0;
}
