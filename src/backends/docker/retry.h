/* retry.h — whether an exchange that went wrong is worth another try. Pure. */
#ifndef STK_RETRY_H
#define STK_RETRY_H

#include "engine.h"

/* After how many ms to send a call again that has just failed, call->tries times so far; 0: not again. */
unsigned stk_retry_after(const struct stk_call *call);

#endif
