/* compose_hash.c — writes JSON byte for byte as Go's encoding/json does, since it is hashed. */
#include "compose_hash.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_string(struct stk_buf *out, const char *s)
{
    static const char short_forms[] = "\b\f\n\r\t\"\\", letters[] = "bfnrt\"\\";
    stk_buf_putc(out, '"');
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        const char *form = strchr(short_forms, c);
        if (form)
            stk_buf_printf(out, "\\%c", letters[form - short_forms]);
        else if (c < 0x20 || c == '<' || c == '>' || c == '&')
            stk_buf_printf(out, "\\u%04x", c);
        else if (strncmp(s, "\xe2\x80\xa8", 3) == 0 || strncmp(s, "\xe2\x80\xa9", 3) == 0) {
            stk_buf_puts(out, (unsigned char)s[2] == 0xa8 ? "\\u2028" : "\\u2029");
            s += 2;
        } else
            stk_buf_putc(out, *s);
    }
    stk_buf_putc(out, '"');
}

/* The shortest text that reads back as the same number; Compose keeps processors as 32-bit floats. */
static void add_real(struct stk_buf *out, double v)
{
    char text[64];
    for (int digits = 1; digits <= 9; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, v);
        if (strtof(text, NULL) == (float)v)
            break;
    }
    stk_buf_puts(out, text);
}

static void add_object(struct stk_buf *out, const json_t *json)
{
    const char *key, *sep = "";
    json_t *value;
    stk_buf_putc(out, '{');
    json_object_foreach((json_t *)json, key, value)
    {
        stk_buf_puts(out, sep);
        add_string(out, key);
        stk_buf_putc(out, ':');
        go_json(out, value);
        sep = ",";
    }
    stk_buf_putc(out, '}');
}

static void add_array(struct stk_buf *out, const json_t *json)
{
    stk_buf_putc(out, '[');
    for (size_t i = 0; i < json_array_size(json); i++) {
        if (i)
            stk_buf_putc(out, ',');
        go_json(out, json_array_get(json, i));
    }
    stk_buf_putc(out, ']');
}

void go_json(struct stk_buf *out, const json_t *json)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        add_object(out, json);
        break;
    case JSON_ARRAY:
        add_array(out, json);
        break;
    case JSON_STRING:
        add_string(out, json_string_value(json));
        break;
    case JSON_INTEGER:
        stk_buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
        break;
    case JSON_REAL:
        add_real(out, json_real_value(json));
        break;
    case JSON_TRUE:
        stk_buf_puts(out, "true");
        break;
    case JSON_FALSE:
        stk_buf_puts(out, "false");
        break;
    case JSON_NULL:
        stk_buf_puts(out, "null");
        break;
    }
}
