/* state_folder.h — where the program remembers what no engine can tell it. Losing it loses a convenience. */
#ifndef STK_STATE_FOLDER_H
#define STK_STATE_FOLDER_H

#include <stdbool.h>

/* $XDG_STATE_HOME/stackctl, else below HOME; malloc'd. NULL: neither is set. It may not be there. */
char *stk_state_folder(void);
/* Makes it, and the folders on the way there. */
bool stk_make_state_folder(const char *path);

#endif
