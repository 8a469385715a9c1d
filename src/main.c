/* main.c — options, the command they name, its exit status. Everything else is in cli/. */
#include "cli.h"

int main(int argc, char **argv)
{
    return stk_cli_main(argc, argv);
}
