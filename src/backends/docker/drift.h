/* drift.h — what differs between a unit of the file and what an engine has of it, field by field, as
 * `up` would make it now. Pure: who asks the engine is compare.c. */
#ifndef STK_DOCKER_DRIFT_H
#define STK_DOCKER_DRIFT_H

#include "create.h"
#include "stackctl/status.h"

struct stk_drift_in {
    const struct stk_create *create; /* inherit: the Mounts of found */
    const json_t *found;             /* single inspect of the container */
    const json_t *image;             /* single inspect of the image it runs, or NULL: it is gone */
    const json_t *info;              /* of the engine, or NULL */
    struct stk_arena *arena;         /* of the results */
};

/* What differs, engine → file; its number is returned. */
size_t stk_drift_container(const struct stk_drift_in *in, const struct stk_change **ret);
size_t stk_drift_network(const struct stk_unit *unit, const json_t *found, struct stk_arena *arena,
                         const struct stk_change **ret);
size_t stk_drift_volume(const struct stk_unit *unit, const json_t *found, struct stk_arena *arena,
                        const struct stk_change **ret);

/* drift_fill.c: the container that the engine would make of the request, in the shape of a single
 * inspect; a new object. What is the engine's to choose is taken from found. */
json_t *stk_drift_wanted(const struct stk_drift_in *in);

/* drift_read.c: one field out of a single inspect, in a form that can be compared; a new value. */
typedef json_t *stk_drift_read(const json_t *container);
stk_drift_read stk_drift_environment, stk_drift_labels, stk_drift_expose, stk_drift_ports,
    stk_drift_restart, stk_drift_security, stk_drift_ulimits, stk_drift_devices, stk_drift_volumes,
    stk_drift_mount_modes, stk_drift_mount_options, stk_drift_networks, stk_drift_image,
    stk_drift_image_id, stk_drift_working_dir, stk_drift_name, stk_drift_state;
/* The settings of the attachments, of those networks that other is on as well. */
json_t *stk_drift_attachments(const json_t *container, const json_t *other);

#endif
