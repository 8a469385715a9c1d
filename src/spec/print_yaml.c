/* print_yaml.c — JSON values to YAML through libyaml's emitter; quotes only what would read as
 * something else. */
#include "print_yaml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "arena.h"
#include "buf.h"
#include "escape.h"

static int write_out(void *data, unsigned char *bytes, size_t size)
{
    return stk_buf_add(data, bytes, size);
}

static void emit(yaml_emitter_t *out, yaml_event_t *ev, int made)
{
    if (!made || !yaml_emitter_emit(out, ev))
        stk_out_of_memory(); /* events are well-formed and the buffer unlimited: nothing else fails */
}

/* Whether a plain scalar of these characters could be read as something else than this string. */
static bool needs_quotes(const char *s)
{
    static const char *const words[] = { "null", "true", "false", "yes", "no", "on",
                                         "off",  "y",    "n",     "~",   "<<" };
    if (!*s || strchr("+-.0123456789", *s))
        return true;
    for (size_t i = 0; i < STK_LEN(words); i++)
        if (strcasecmp(s, words[i]) == 0)
            return true;
    return false;
}

/* Such a character can be escaped in double quotes only. */
static bool acts_on_a_terminal(const char *s)
{
    unsigned c = 0;
    for (size_t size = strlen(s), n; size; s += n ? n : 1, size -= n ? n : 1) {
        n = stk_utf8_decode(s, size, &c);
        if (n && stk_is_control(c))
            return true;
    }
    return false;
}

static void emit_scalar(yaml_emitter_t *out, const char *text, bool string)
{
    yaml_event_t ev;
    bool quote = string && (needs_quotes(text) || acts_on_a_terminal(text));
    yaml_scalar_style_t style = quote                ? YAML_DOUBLE_QUOTED_SCALAR_STYLE
                                : strchr(text, '\n') ? YAML_DOUBLE_QUOTED_SCALAR_STYLE
                                                     : YAML_PLAIN_SCALAR_STYLE;
    emit(out, &ev,
         yaml_scalar_event_initialize(&ev, NULL, NULL, (const yaml_char_t *)text, (int)strlen(text),
                                      1, 1, style));
}

static void emit_value(yaml_emitter_t *out, json_t *value);

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void emit_map(yaml_emitter_t *out, json_t *map)
{
    yaml_event_t ev;
    size_t n = 0;
    const char **keys = stk_alloc((json_object_size(map) + 1) * sizeof(*keys));
    const char *key;
    json_t *value;
    json_object_foreach(map, key, value) keys[n++] = key;
    qsort(keys, n, sizeof(*keys), by_text);
    emit(out, &ev,
         yaml_mapping_start_event_initialize(
             &ev, NULL, NULL, 1, n ? YAML_BLOCK_MAPPING_STYLE : YAML_FLOW_MAPPING_STYLE));
    for (size_t i = 0; i < n; i++) {
        emit_scalar(out, keys[i], true);
        emit_value(out, json_object_get(map, keys[i]));
    }
    emit(out, &ev, yaml_mapping_end_event_initialize(&ev));
    free(keys);
}

static void emit_list(yaml_emitter_t *out, json_t *list)
{
    yaml_event_t ev;
    size_t n = json_array_size(list);
    emit(out, &ev,
         yaml_sequence_start_event_initialize(
             &ev, NULL, NULL, 1, n ? YAML_BLOCK_SEQUENCE_STYLE : YAML_FLOW_SEQUENCE_STYLE));
    for (size_t i = 0; i < n; i++)
        emit_value(out, json_array_get(list, i));
    emit(out, &ev, yaml_sequence_end_event_initialize(&ev));
}

/* Depth is that of the file, which document.c limits. */
static void emit_value(yaml_emitter_t *out, json_t *value)
{
    if (json_is_object(value)) {
        emit_map(out, value);
    } else if (json_is_array(value)) {
        emit_list(out, value);
    } else if (json_is_string(value)) {
        emit_scalar(out, json_string_value(value), true);
    } else {
        STK_CLEANUP(stk_charp) char *text = json_dumps(value, JSON_ENCODE_ANY);
        emit_scalar(out, text, false);
    }
}

char *yaml_print(json_t *root)
{
    yaml_emitter_t out;
    yaml_event_t ev;
    struct stk_buf text;
    stk_buf_init(&text, SIZE_MAX / 2);
    if (!yaml_emitter_initialize(&out))
        stk_out_of_memory();
    yaml_emitter_set_output(&out, write_out, &text);
    yaml_emitter_set_unicode(&out, 1);
    yaml_emitter_set_width(&out, -1);
    emit(&out, &ev, yaml_stream_start_event_initialize(&ev, YAML_UTF8_ENCODING));
    emit(&out, &ev, yaml_document_start_event_initialize(&ev, NULL, NULL, NULL, 1));
    emit_value(&out, root);
    emit(&out, &ev, yaml_document_end_event_initialize(&ev, 1));
    emit(&out, &ev, yaml_stream_end_event_initialize(&ev));
    yaml_emitter_delete(&out);
    return stk_escape_json_taken(stk_buf_take(&text)); /* libyaml leaves what turns text as it is */
}
