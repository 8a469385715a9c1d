/* resolve.h — from a struct stk_ref to what the engine calls it. */
#ifndef STK_DOCKER_RESOLVE_H
#define STK_DOCKER_RESOLVE_H

#include "engine.h"
#include "seen.h"

/* What the engine knows it by without asking: its id, or the reference of an image; else NULL. */
const char *stk_ref_id(const struct stk_ref *ref);
/* Asks, by labels, for what the ref names in the project that the runtime was opened for. */
void stk_find(struct stk_task *task, int step, const struct stk_ref *ref);
/* The one in the answer to stk_find, or NULL. */
const json_t *stk_found(enum stk_kind kind, const json_t *answer);
char *stk_found_id(enum stk_kind kind, const json_t *answer); /* malloc'd, or NULL */
/* Asks for all there is about one. */
void stk_look(struct stk_task *task, int step, enum stk_kind kind, const char *id);
/* Adds what stk_look found (of the ref's kind), or its absence. */
void stk_see_one(struct stk_seeing *seeing, struct stk_ref ref, const json_t *found);

#endif
