/* node.h — a YAML document as a tree that knows where everything stands.
 *
 * Aliases share nodes, so the tree is really a directed acyclic graph; weight is what it would take
 * written out, which is what the limit on aliases looks at. Nobody changes a node that was read,
 * except interpolation, which visits each once. */
#ifndef STK_SPEC_NODE_H
#define STK_SPEC_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "stackctl/error.h"

struct load;
struct scope;

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };
enum scalar_type { SCALAR_NULL, SCALAR_BOOL, SCALAR_INT, SCALAR_FLOAT, SCALAR_TIME, SCALAR_STRING };
enum node_tag { TAG_NONE, TAG_RESET, TAG_OVERRIDE };

struct node;
struct pair {
    const char *key;
    struct stk_src src;
    unsigned len;
    struct node *value;
};

/* Packed, since a large file has hundreds of thousands of them. */
struct node {
    enum node_kind kind : 8;
    enum scalar_type type : 8; /* of a scalar */
    enum node_tag tag : 8;
    bool verbatim;        /* the text stands in the file as it is, on one line */
    bool visited;         /* interpolated already */
    bool bad;             /* a problem was told, and stands for all that follow from it */
    unsigned char inside; /* where the text of a scalar begins, in characters after src */
    unsigned len;         /* characters on its first line, at least 1 */
    unsigned n;
    struct stk_src src;
    const struct scope *scope; /* how its file was come by: where its relative paths begin */
    const char *written; /* of a scalar that YAML reads as another text: as it stands; else NULL */
    const char *text; /* of a scalar: the string, or a number or bool as Go would print it */
    union {
        struct node **items;
        struct pair *pairs;
    };
    struct pair **sorted; /* by key; made at the first look-up of a large map */
    size_t weight;        /* bytes it would take with all aliases written out */
};

/* The pair of that key, or NULL (also when map is no map). */
struct pair *node_pair(struct load *ld, struct node *map, const char *key);
struct node *node_get(struct load *ld, struct node *map, const char *key);

/* Where a key stands below a map, by its names: "deploy.replicas"; as far as they are there, else src. */
struct stk_src node_place(struct load *ld, struct node *map, const char *keys, struct stk_src src);

/* "a string", "a list": what a node is, for messages. */
const char *node_what(const struct node *node);
static inline bool node_is_null(const struct node *node)
{
    return node->kind == NODE_SCALAR && node->type == SCALAR_NULL;
}
static inline bool node_is_string(const struct node *node)
{
    return node->kind == NODE_SCALAR && node->type == SCALAR_STRING;
}

/* New nodes in the load's arena, standing where like stands. */
struct node *node_scalar(struct load *ld, const struct node *like, const char *text);
struct node *node_list(struct load *ld, const struct node *like, size_t n);
struct node *node_map(struct load *ld, const struct node *like, size_t n);

/* Type of a plain scalar as the YAML 1.2 core schema (with go-yaml's leftovers of 1.1) has it;
 * *text becomes the value's one spelling. */
enum scalar_type scalar_resolve(struct load *ld, const char **text);
/* The shortest decimal that reads back as v, with Go's choice of exponent. */
const char *scalar_float(struct load *ld, double v);

#endif
