/* terminal.h — the user's terminal while a program elsewhere has it: every key goes there. */
#ifndef STK_TERMINAL_H
#define STK_TERMINAL_H

#include <stdbool.h>

/* Is it a terminal that is ours to read from (not one of a job in the background)? */
bool stk_terminal_is_ours(int fd);
/* May it be read without being stopped for it? */
bool stk_terminal_may_read(int fd);
/* Keys as they come, none of them a signal. However the program ends, the terminal is restored. */
void stk_terminal_raw(int fd);
void stk_terminal_restore(void); /* idempotent */
/* False when it cannot tell. */
bool stk_terminal_size(int fd, unsigned *ret_rows, unsigned *ret_columns);

#endif
