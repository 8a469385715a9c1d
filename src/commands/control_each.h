/* control_each.h — pause, unpause and signals: one small thing done to every container that is named. */
#ifndef STK_CONTROL_EACH_H
#define STK_CONTROL_EACH_H

#include "command.h"
#include "stackctl/docker/control.h"

/* To those of the named services that run. signal: for STK_CONTROL_SIGNAL. The exit status. */
int control_each(struct cli *cli, enum stk_control what, int signal);

#endif
