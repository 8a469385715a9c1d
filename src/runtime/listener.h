/* listener.h — which process of this machine listens on a port. */
#ifndef STK_LISTENER_H
#define STK_LISTENER_H

#include <stdbool.h>

/* Whether a port could be listened on now; true as well when that cannot be told. ip NULL: any. */
bool stk_port_is_free(const char *ip, unsigned port, const char *protocol);
/* "pid 4242 (node)", malloc'd; NULL when nobody is seen to, or it is somebody else's process. */
char *stk_port_listener(unsigned port, const char *protocol);

#endif
