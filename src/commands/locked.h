/* locked.h — the images of a file that come from a registry, and what is known of their digests. */
#ifndef STK_LOCKED_H
#define STK_LOCKED_H

#include <jansson.h>

#include "stackctl/docker/image.h"
#include "together.h"

/* One image of the file that comes from a registry, with what is known of it. */
struct locked_image {
    const struct stk_unit *unit;
    const char *pinned; /* the digest that its name has, or NULL */
    const char *locked; /* what the lock file says, or NULL */
    struct stk_image_req has;
    struct stk_digest_req newest;
};

/* The images of the services named as arguments and of what they depend on, unless --no-deps, in the order
 * of their names. What is built here comes from no registry and is left out. The command's arena's. */
struct locked_image *locked_images(struct cli *cli, const json_t *locked, size_t *ret_n);
/* Asks what an image's registry has of it, or what the engine has: one request, to be run by the caller. */
void locked_ask_registry(struct together *together, struct locked_image *image);
void locked_ask_engine(struct together *together, struct locked_image *image);
/* Whether the engine was seen to have it with that digest. */
bool locked_has(const struct locked_image *image, const char *digest);
void locked_clear(struct locked_image *images, size_t n);

/* up --locked: every image is, or will be pulled as, what the lock file says; else each that is not is told.
 * 0 or the exit status. */
int locked_hold(struct cli *cli);

#endif
