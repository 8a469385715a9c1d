/* signals.h — the signals of Linux, where containers run, by name and number, whatever this machine
 * is. */
#ifndef STK_SIGNALS_H
#define STK_SIGNALS_H

#include <stdbool.h>

struct stk_buf;

/* "KILL", "SIGKILL", "sigkill", "9", "RTMIN+3"; false when there is no such signal. */
bool stk_signal_parse(const char *text, int *ret);
/* "SIGKILL", "SIGRTMIN+3"; nothing is added and false returned when there is no such signal. */
bool stk_signal_add_name(struct stk_buf *out, int signal);
/* "HUP, INT, QUIT, …": what may be given. */
void stk_signal_add_all(struct stk_buf *out);

#endif
