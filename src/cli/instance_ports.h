/* instance_ports.h — which host ports an instance of a stack has: a block of its own, remembered. */
#ifndef STK_INSTANCE_PORTS_H
#define STK_INSTANCE_PORTS_H

#include "stackctl/spec.h"

/* For stk_spec_opts.instance_port: the port of project that stands for key, the same every time. A new one is
 * free on this machine now. Kept in $XDG_STATE_HOME/stackctl/instances.json. */
int instance_port(const char *project, const char *dir, const char *key, unsigned *ret,
                  struct stk_error *reterr);

#endif
