/* login.h — who the user is to a registry: asked once for each registry, sent to no other. */
#ifndef STK_DOCKER_LOGIN_H
#define STK_DOCKER_LOGIN_H

#include "engine.h"

/* A request: who am I to the registry of that image? */
struct stk_login_req {
    struct stk_op op;
    const char *image; /* a reference */
    /* results */
    const json_t *login; /* {"username", "password", "serveraddress"}, as the engine takes it; NULL: nobody */
    /* private */
    struct stk_login_req *next;
    struct stk_login *of;
};
/* Fails with STK_EIMAGE when the login is kept by a program that cannot tell it. */
void stk_login_ask(struct stk_docker *docker, struct stk_login_req *req);
/* At closing time. */
void stk_logins_close(struct stk_docker *docker);

/* The registry of an image reference, "docker.io" when it names none; malloc'd. */
char *stk_registry_of(const char *image);
/* What a header takes: base 64 of the JSON; malloc'd. */
char *stk_login_text(const json_t *login);
/* Under which key the engine looks for the login of that registry. */
const char *stk_login_key(const char *registry);

#endif
