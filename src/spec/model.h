/* model.h — what the steps after reading share: services with what only loading needs. */
#ifndef STK_SPEC_MODEL_H
#define STK_SPEC_MODEL_H

#include "dotenv.h"
#include "load.h"

enum { MODEL_MAX_REPLICAS = 10000, MODEL_MAX_THINGS = 10000 /* services, networks and so on */ };

struct env_file {
    const char *path; /* absolute */
    bool required;
    enum dotenv_how how;
    struct stk_src src;
    unsigned len;
};

struct service {
    struct stk_service s; /* first: the key tables take its offsets */
    struct env_file *env_files;
    size_t n_env_files;
    struct env_file *label_files;
    size_t n_label_files;
    struct node *node;    /* as it was read */
    bool enabled, broken; /* broken: a problem was reported about it */
    bool wanted;          /* named on the command line, or needed by one that is */
    unsigned mark;        /* of the search for cycles */
};

struct network {
    struct stk_network n;
    bool declared, used;
    const char *external_name; /* the old external: {name: x} */
};

struct volume {
    struct stk_volume v;
    bool used;
    const char *external_name;
    struct stk_opt other_keys; /* an external one may say nothing else */
};

struct file { /* a secret or config */
    struct stk_file f;
    struct node *node; /* as it was read */
    bool used;
    const char *external_name;
};

/* Everything the files say, before names are resolved. Sorted by name. */
struct model {
    struct service *services;
    size_t n_services;
    struct network *networks;
    size_t n_networks;
    struct volume *volumes;
    size_t n_volumes;
    struct file *secrets;
    size_t n_secrets;
    struct file *configs;
    size_t n_configs;
    struct stk_model *models;
    size_t n_models;
};

struct service *model_service(const struct model *m, const char *name);
struct network *model_network(const struct model *m, const char *key);
struct volume *model_volume(const struct model *m, const char *key);
struct file *model_secret(const struct model *m, const char *key);
struct file *model_config(const struct model *m, const char *key);
struct stk_model *model_model(const struct model *m, const char *key);

/* model.c: reads the sections of the merged document. */
bool model_read(struct load *ld, struct node *root, struct model *ret);
/* profiles.c: which services take part. */
void model_enable(struct load *ld, struct model *m);
/* derive.c: names, replicas, environments, what is used. */
bool model_derive(struct load *ld, struct model *m);
/* depends.c: dependencies that follow from other keys. */
void derive_depends(struct load *ld, struct service *s);
/* check.c, check_ports.c, check_own.c: rules across keys. Report every problem. */
void model_check(struct load *ld, struct model *m);
void check_ports(struct load *ld, const struct model *m);
void check_own(struct load *ld, struct model *m);
void check_cycles(struct load *ld, const struct model *m);
/* lint.c, lint_unused.c: what is allowed and will be regretted. */
void model_lint(struct load *ld, const struct model *m);
void lint_unused(struct load *ld, const struct model *m);
/* canon.c: config and hash of everything. */
void model_canon(struct load *ld, struct model *m);
/* publish.c: the enabled and the used into the spec. */
void model_publish(struct load *ld, const struct model *m);

#endif
