/* project.h — what a project is called. */
#ifndef STK_SPEC_PROJECT_H
#define STK_SPEC_PROJECT_H

#include "load.h"

/* -p, COMPOSE_PROJECT_NAME, the last name: of the documents, else the directory's. NULL: a problem was
 * reported. dir may be NULL only when one of the others is sure to be there. */
const char *project_name(struct load *ld, struct node *const *docs, size_t n);

#endif
