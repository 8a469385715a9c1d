/* seen.h — from the engine's JSON to struct stk_status. Nothing in an answer is taken for
 * granted. */
#ifndef STK_DOCKER_SEEN_H
#define STK_DOCKER_SEEN_H

#include <jansson.h>

#include "arena.h"
#include "stackctl/status.h"

/* A struct stk_seen being filled. */
struct stk_seeing {
    struct stk_arena *arena;
    struct stk_status *v;
    size_t n, cap;
};

/* Each adds one status, or none when the answer does not even say what it is about. */
void stk_see_listed(struct stk_seeing *seeing, const json_t *container);   /* of a list */
void stk_see_detailed(struct stk_seeing *seeing, const json_t *container); /* of a single inspect */
void stk_see_network(struct stk_seeing *seeing, const json_t *network);
void stk_see_volume(struct stk_seeing *seeing, const json_t *volume);
/* name: the reference that was asked for; image NULL: absent. */
void stk_see_image(struct stk_seeing *seeing, const char *name, const json_t *image);
void stk_see_absent(struct stk_seeing *seeing, struct stk_ref ref);

/* The image of a list (GET /images/json) that a reference names, or NULL. */
const json_t *stk_image_find(const json_t *images, const char *ref);

/* Sorts, and hands over; seeing is empty afterwards. */
struct stk_seen *stk_seen_finish(struct stk_seeing *seeing);
void stk_seeing_clear(struct stk_seeing *seeing);

#endif
