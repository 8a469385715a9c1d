/* cli.h — the command line: the only part that prints. */
#ifndef STK_CLI_H
#define STK_CLI_H

/* The exit status. */
int stk_cli_main(int argc, char **argv);

#endif
