/* terminal.c — raw mode and the size of a terminal. What goes through it is talk.c. */
#include "terminal.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static struct termios before;
static int raw_fd = -1;

bool stk_terminal_is_ours(int fd)
{
    return isatty(fd) && tcgetpgrp(fd) == getpgrp();
}

bool stk_terminal_may_read(int fd)
{
    return !isatty(fd) || stk_terminal_is_ours(fd);
}

void stk_terminal_raw(int fd)
{
    static bool registered;
    if (raw_fd >= 0 || tcgetattr(fd, &before) != 0)
        return;
    if (!registered)
        atexit(stk_terminal_restore);
    registered = true;
    struct termios raw = before;
    cfmakeraw(&raw);
    if (tcsetattr(fd, TCSADRAIN, &raw) == 0)
        raw_fd = fd;
}

void stk_terminal_restore(void)
{
    if (raw_fd < 0)
        return;
    tcsetattr(raw_fd, TCSADRAIN, &before);
    raw_fd = -1;
}

bool stk_terminal_size(int fd, unsigned *ret_rows, unsigned *ret_columns)
{
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) != 0 || !size.ws_row || !size.ws_col)
        return false;
    *ret_rows = size.ws_row;
    *ret_columns = size.ws_col;
    return true;
}
