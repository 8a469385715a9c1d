/* json_text.c — jansson takes valid UTF-8 only; names, labels and logs of an engine need not be. */
#include "json_text.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "escape.h"

json_t *stk_json_textn(const char *s, size_t size)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf out;
    stk_buf_init(&out, 64 * STK_MIB);
    for (size_t i = 0, n; i < size; i += n ? n : 1) {
        unsigned c;
        n = stk_utf8_decode(s + i, size - i, &c);
        if (n)
            stk_buf_add(&out, s + i, n);
        else
            stk_buf_puts(&out, "\xef\xbf\xbd");
    }
    json_t *value = json_stringn_nocheck(out.bytes ? out.bytes : "", out.size);
    if (!value)
        stk_out_of_memory();
    return value;
}

json_t *stk_json_text_of(const char *s)
{
    return s ? stk_json_textn(s, strlen(s)) : json_null();
}

char *stk_json_line(json_t *value)
{
    STK_CLEANUP(stk_charp)
    char *text = stk_escape_json_taken(json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY));
    json_decref(value);
    return stk_printf("%s\n", text);
}
