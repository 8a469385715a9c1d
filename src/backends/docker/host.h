/* host.h — where an engine is and how it is reached: addresses, and the choice between them. */
#ifndef STK_DOCKER_HOST_H
#define STK_DOCKER_HOST_H

#include "stackctl/error.h"

/* Strings are malloc'd. */
struct stk_host {
    char *shown;                          /* "tcp://10.0.0.1:2375" */
    char *base;                           /* for http/ */
    char *unix_path;                      /* or NULL */
    char *ca_file, *cert_file, *key_file; /* those that are there; NULL: none */
    bool tls, skip_verify;
    struct {
        char *user, *host, *port, *socket; /* user, port, socket: or NULL */
    } ssh;                                 /* host NULL: not through ssh */
};

/* How tcp:// is to be spoken. */
struct stk_host_tls {
    bool on, skip_verify;
    const char *folder; /* of ca.pem, cert.pem, key.pem */
};

/* host.c: one address. */
int stk_host_parse(const char *address, const struct stk_host_tls *tls, struct stk_host *ret,
                   struct stk_error *reterr);
void stk_host_clear(struct stk_host *host);

/* context.c: the address that is meant, as docker finds it: --host, --context, DOCKER_HOST,
 * DOCKER_CONTEXT, the current context of config.json, the default socket. env is getenv or a
 * test's. */
int stk_host_find(const char *host, const char *context, const char *(*env)(const char *),
                  struct stk_host *ret, struct stk_error *reterr);

#endif
