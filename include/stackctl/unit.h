/* unit.h — what is started and removed: service instances, images, networks, volumes. */
#ifndef STACKCTL_UNIT_H
#define STACKCTL_UNIT_H

#include "stackctl/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

enum stk_kind { STK_SERVICE, STK_IMAGE, STK_NETWORK, STK_VOLUME };

/* Names a unit. For a service: its name and instance number from 1. id is the engine's own name for
 * it when an inspect told one: it spares a look-up, and reaches what our naming would not. */
struct stk_ref {
    enum stk_kind kind;
    const char *name;
    unsigned index;
    const char *id;
};

struct stk_image_unit {
    const char *name, *pull_policy; /* pull_policy NULL: missing */
    const char *service;            /* one that wants it, for messages; the one that builds it */
    const char *platform;           /* that service's, or NULL */
    const char *digest;             /* nothing but this may be pulled, "sha256:…"; or NULL: whatever
                                       its registry has */
    const struct stk_build *build;  /* how it is made, or NULL: it can only be pulled */
    bool built;                     /* has a name only because it is built: never pulled */
};

/* A unit as the file wants it. Owned by the graph; borrowed by everybody else. */
struct stk_unit {
    struct stk_ref ref;         /* name: the service, image reference, or key in the file */
    const char *name;           /* on the engine: "shop-web-1", "shop_default", "postgres:16" */
    struct stk_src src;         /* where the file says so */
    const char *config, *hash;  /* canonical form; Docker Compose's hash; NULL for images */
    const struct stk_spec *spec;
    union {
        const struct stk_service *service;
        const struct stk_network *network;
        const struct stk_volume *volume;
        struct stk_image_unit image;
    };
};

#ifdef __cplusplus
}
#endif
#endif
