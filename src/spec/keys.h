/* keys.h — the tables of keys. Parser, did-you-mean, `config` and the canonical form come from them. */
#ifndef STK_SPEC_KEYS_H
#define STK_SPEC_KEYS_H

#include "types.h"

#define TABLE(what_, keys_)                                                                        \
    {                                                                                              \
        .what = (what_), .keys = (keys_), .n = sizeof(keys_) / sizeof((keys_)[0])                  \
    }
/* The items of a list, each a struct T. */
#define TABLE_OF(T, what_, keys_, ...)                                                             \
    {                                                                                              \
        .what = (what_), .keys = (keys_), .n = sizeof(keys_) / sizeof((keys_)[0]),                 \
        .size = sizeof(struct T), __VA_ARGS__                                                      \
    }

extern const struct table top_table, service_table, network_table, volume_table;
extern const struct table port_table, mount_table, attachment_table, depend_table;
extern const struct table secret_table, config_table, model_table;
/* Those of single types */
extern const struct table build_table, deploy_table, hook_table, develop_table, secret_ref_table,
    config_ref_table, device_table, request_table, gpu_table, blkio_table, model_ref_table,
    preference_table, soft_hard_table, env_file_table, external_table, provider_table, own_table;

/* The short forms of items, and rules across their keys. */
bool device_scalar(struct load *ld, const struct key *key, struct node *node, void *object);
bool device_finish(struct load *ld, struct node *node, void *object);
bool request_finish(struct load *ld, struct node *node, void *object);
bool file_ref_scalar(struct load *ld, const struct key *key, struct node *node, void *object);
bool file_ref_finish(struct load *ld, struct node *node, void *object);
bool file_finish(struct load *ld, struct node *node, void *object);
bool build_finish(struct load *ld, struct node *node, void *object);
bool watch_finish(struct load *ld, struct node *node, void *object);
bool own_watch_finish(struct load *ld, struct node *node, void *object);
bool ready_finish(struct load *ld, struct node *node, void *object);
bool own_finish(struct load *ld, struct node *node, void *object);
bool hook_finish(struct load *ld, struct node *node, void *object);

#endif
