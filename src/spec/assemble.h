/* assemble.h — the documents of files into one: with variables put in, extends and include followed. */
#ifndef STK_SPEC_ASSEMBLE_H
#define STK_SPEC_ASSEMBLE_H

#include "load.h"

struct docs {
    struct node **v;
    size_t n;
};
void docs_clear(struct docs *docs);

/* Adds the documents of a file. False: a problem was reported. */
bool docs_read(struct load *ld, const char *path, const struct scope *scope, struct docs *docs);
/* Adds a text as if it were a file of that name. */
bool docs_add(struct load *ld, const char *name, const char *text, struct docs *docs);

/* All of them as one, with the problems of all of them reported; NULL after one. Some must be there. */
struct node *assemble(struct load *ld, const struct docs *docs);
/* The same without following extends and include: what a service of the file is based on, that one
 * says later. */
struct node *assemble_plainly(struct load *ld, const struct docs *docs);

/* extends.c: the document with every service that extends another one merged with it. */
struct node *extend(struct load *ld, struct node *doc);
/* include.c: the document with what its include names brings. */
struct node *include(struct load *ld, struct node *doc);

#endif
