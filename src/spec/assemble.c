/* assemble.c — the documents of files into one. Following extends and include is extends.c's and
 * include.c's, how two documents become one merge.c's. */
#include "assemble.h"

#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "files.h"
#include "merge.h"
#include "substitute.h"

void docs_clear(struct docs *docs)
{
    free(docs->v);
}

static bool add(struct load *ld, struct source *source, struct docs *docs)
{
    size_t before = docs->n, kept = before;
    if (!document_read(ld, source, &docs->v, &docs->n))
        return false;
    for (size_t i = before; i < docs->n; i++) {
        if (node_is_null(docs->v[i]))
            continue;
        if (docs->v[i]->kind != NODE_MAP)
            return fail_node(ld, docs->v[i], "a stack file must be a mapping, not %s",
                             node_what(docs->v[i]));
        docs->v[kept++] = docs->v[i];
    }
    docs->n = kept;
    return true;
}

bool docs_read(struct load *ld, const char *path, const struct scope *scope, struct docs *docs)
{
    struct source *source = file_read(ld, path, NULL);
    if (!source)
        return false;
    source->scope = scope;
    return add(ld, source, docs);
}

bool docs_add(struct load *ld, const char *name, const char *text, struct docs *docs)
{
    return add(ld, load_source(ld, name, "-", text, strlen(text)), docs);
}

/* What is wrong with a value stands for what follows from it: the rest is looked at all the same. */
static void substitute_all(struct load *ld, const struct docs *docs)
{
    for (size_t i = 0; i < docs->n && !ld->opts->no_interpolate; i++)
        (void)substitute(ld, docs->v[i]);
}

struct node *assemble(struct load *ld, const struct docs *docs)
{
    bool ok = true;
    struct node *root = NULL;
    substitute_all(ld, docs);
    for (size_t i = 0; ok && i < docs->n; i++) {
        root = merge(ld, root, include(ld, extend(ld, docs->v[i])));
        ok = root != NULL;
    }
    return ok ? root : NULL;
}

struct node *assemble_plainly(struct load *ld, const struct docs *docs)
{
    bool ok = true;
    struct node *root = NULL;
    substitute_all(ld, docs);
    for (size_t i = 0; ok && i < docs->n; i++) {
        root = root ? merge_keeping_tags(ld, NULL, root, docs->v[i]) : docs->v[i];
        ok = root != NULL;
    }
    return ok ? root : NULL;
}
