/* types_word.c — types of strings that are more than text: one of a few words, a path, a file mode, a
 * number of devices, the image, the name of a container. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "text.h"
#include "types.h"

/* One of the names of the rows in the key's table. */
static bool word_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    enum { MOST = 16 };
    const char *names[MOST];
    size_t n = 0;
    if (!node_is_string(node))
        return fail_type(ld, key, node);
    for (; n < key->sub->n && n < MOST; n++) {
        names[n] = key->sub->keys[n].name;
        if (!stk_streq(names[n], node->text))
            continue;
        *FIELD(object, key, const char *) = node->text;
        return true;
    }
    return fail_hint(ld, node, did_you_mean(ld, node->text, names, n),
                     "'%s'%s must be %s, not '%s'", key->name, where(ld), key->sub->what,
                     node->text);
}

static json_t *word_print(const struct key *key, const void *object, enum printing how)
{
    return type_string.print(key, object, how);
}

const struct type type_word = { "a word", word_parse, word_print };

/* A string, number or boolean, kept as text. */
static bool text_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    if (node->kind != NODE_SCALAR || node->type == SCALAR_TIME || node->type == SCALAR_NULL)
        return fail_type(ld, key, node);
    *FIELD(object, key, const char *) = node->text;
    return true;
}

const struct type type_text = { "a string", text_parse, word_print };

static bool path_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    if (!node_is_string(node))
        return fail_type(ld, key, node);
    *FIELD(object, key, const char *) =
        *node->text ? path_resolve(ld, node->scope, node->text) : node->text;
    return true;
}

const struct type type_path = { "a path", path_parse, word_print };

/* Owner and group may be given as numbers too; a mode in a string is octal. */
static bool file_mode_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    return type_octal.parse(ld, key, node, object);
}

static json_t *file_mode_print(const struct key *key, const void *object, enum printing how)
{
    const struct stk_opt *mode = CONST_FIELD(object, key, struct stk_opt);
    (void)how;
    return mode->set ? json_sprintf("0%llo", (unsigned long long)mode->v) : NULL;
}

const struct type type_file_mode = { "a file mode", file_mode_parse, file_mode_print };

static bool oom_score_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    const struct stk_opt *score = FIELD(object, key, struct stk_opt);
    if (!type_int.parse(ld, key, node, object))
        return false;
    return (score->v >= -1000 && score->v <= 1000) || fail_type(ld, key, node);
}

static json_t *oom_score_print(const struct key *key, const void *object, enum printing how)
{
    return type_int.print(key, object, how);
}

const struct type type_oom_score = { "a number from -1000 to 1000", oom_score_parse,
                                     oom_score_print };

/* A number, or all of them. */
static bool device_count_parse(struct load *ld, const struct key *key, struct node *node,
                               void *object)
{
    if (node_is_string(node) && stk_streq(node->text, "all")) {
        *FIELD(object, key, struct stk_opt) = (struct stk_opt){ true, -1 };
        return true;
    }
    return type_int.parse(ld, key, node, object);
}

static json_t *device_count_print(const struct key *key, const void *object, enum printing how)
{
    return type_int.print(key, object, how);
}

const struct type type_device_count = { "a whole number or 'all'", device_count_parse,
                                        device_count_print };

/* A letter or digit with another character of a name after it, somewhere: what Docker Compose asks. The
 * engine asks that of all of it. */
static bool container_name_parse(struct load *ld, const struct key *key, struct node *node,
                                 void *object)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    if (!type_string.parse(ld, key, node, object))
        return false;
    for (const char *p = node->text; *p && p[1]; p++)
        if (strchr(letters, *p) && (strchr(letters, p[1]) || strchr("_.-", p[1])))
            return true;
    return fail_node(ld, node, "'%s'%s must be %s, not '%s'", key->name, where(ld), key->type->what,
                     node->text);
}

const struct type type_container_name = {
    "two or more letters, digits, '_', '.' or '-', beginning with a letter or digit",
    container_name_parse, word_print
};

static bool image_parse(struct load *ld, const struct key *key, struct node *node, void *object)
{
    return type_string.parse(ld, key, node, object);
}

/* The name that is only there because the service is built stands in no file. */
static json_t *image_print(const struct key *key, const void *object, enum printing how)
{
    const struct stk_service *s = object;
    if (s->built && how != PRINT_CANON)
        return NULL;
    return type_string.print(key, object, how);
}

const struct type type_image = { "a string", image_parse, image_print };
