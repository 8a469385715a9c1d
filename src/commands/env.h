/* env.h — the forms of `env`, each in a file of its own. Each returns the exit status. */
#ifndef STK_ENV_H
#define STK_ENV_H

#include "command.h"

int env_init(struct cli *cli);  /* env_init.c: .env from .env.example */
/* The same as a step of something larger: what is left open is only told. */
int env_prepare(struct cli *cli);
int env_check(struct cli *cli); /* env_check.c: what the stack needs, and what is missing */

/* An address of a service as a process of this machine reaches it. */
struct address {
    const char *service, *host;
    unsigned port, target;
    const char *protocol;
    const char *url; /* with its login, of a known image; or NULL */
};
/* Of all services named as arguments (all without), in cli's arena; env_addresses.c. */
size_t env_addresses(struct cli *cli, const struct stk_seen *seen, struct address **ret);

#endif
