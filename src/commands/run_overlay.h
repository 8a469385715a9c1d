/* run_overlay.h — the options of run as a document over the stack file. */
#ifndef STK_RUN_OVERLAY_H
#define STK_RUN_OVERLAY_H

#include "command.h"

#define RUN_OVERLAY_NAME "command line"

/* The arguments of cli are the service and its command; the text is the command's arena's. */
const char *run_overlay(struct cli *cli, bool tty);

#endif
