/* run_overlay.h — the options of run as a document over the stack file. */
#ifndef STK_RUN_OVERLAY_H
#define STK_RUN_OVERLAY_H

#include "command.h"

#define RUN_OVERLAY_NAME "command line"

/* The arguments of cli are the service and its command; *ret is the command's arena's. 0 or the exit
 * status, after telling what is wrong with an env file. */
int run_overlay(struct cli *cli, bool tty, const char **ret);

#endif
