/* ssh.h — a way to an engine through the ssh program: `docker system dial-stdio` over there. On this
 * side it is a socket in a private folder, so that everything that speaks to an engine at a socket
 * speaks to one behind ssh. */
#ifndef STK_DOCKER_SSH_H
#define STK_DOCKER_SSH_H

#include "host.h"
#include "loop.h"

struct stk_ssh;
struct stk_buf;

/* Starts no ssh yet. NULL and an error when not even that can be prepared. */
struct stk_ssh *stk_ssh_new(struct stk_loop *loop, const struct stk_host *host,
                            struct stk_error *reterr);
/* The path of its socket. */
const char *stk_ssh_socket(const struct stk_ssh *ssh);
/* To be called when somebody is about to connect to the socket. data is a stk_ssh. */
void stk_ssh_expect(void *data);
/* What ssh has said since, in one line; nothing when it was silent. */
void stk_ssh_words(const struct stk_ssh *ssh, struct stk_buf *out);
/* Ends all it started. NULL is fine. */
void stk_ssh_free(struct stk_ssh *ssh);

#endif
