/* ssl_late.h — what libcurl's own TLS library is asked for beside it, loaded when it is first needed (late.h). Call
 * stk_ssl_load before anything of it; its functions have their own names then. */
#ifndef STK_SSL_LATE_H
#define STK_SSL_LATE_H

#include <openssl/ssl.h>

#include "late.h"

#define STK_SSL_LATE_FUNCTIONS(X) X(SSL_shutdown)

struct stk_ssl {
    STK_SSL_LATE_FUNCTIONS(STK_LATE_POINTER)
};
extern struct stk_ssl stk_ssl;

void stk_ssl_load(void); /* idempotent */

#ifndef STK_SSL_LATE_ITSELF
#define SSL_shutdown stk_ssl.SSL_shutdown
#endif

#endif
