/* help.c — help, printed from the rows. */
#include <stdio.h>
#include <string.h>

#include "command.h"

static void print_rows(const struct option_row *rows)
{
    for (; rows && rows->name; rows++) {
        if (!rows->help)
            continue;
        char left[64];
        snprintf(left, sizeof(left), "%c%c%s --%s %s", rows->letter ? '-' : ' ',
                 rows->letter ? rows->letter : ' ', rows->letter ? "," : " ", rows->name,
                 rows->value ? rows->value : "");
        printf("  %-32s %s\n", left, rows->help);
    }
}

void stk_help_command(const struct command *command)
{
    printf("Usage: stackctl [OPTIONS] %s [OPTIONS]%s%s\n\n%s.\n", command->name,
           *command->args ? " " : "", command->args, command->help);
    if (command->options) {
        puts("\nOptions:");
        print_rows(command->options);
    }
    if (command->more)
        printf("\n%s", command->more);
    puts("\nGlobal options: see 'stackctl help'.");
}

void stk_help_all(void)
{
    puts(
        "Usage: stackctl [OPTIONS] COMMAND [OPTIONS] [ARGUMENTS]\n\n"
        "Brings service stacks written as compose files up, shows what they do, takes them down.\n\n"
        "Commands:");
    for (const struct command *const *c = stk_commands; *c; c++)
        printf("  %-10s %s\n", (*c)->name, (*c)->help);
    puts("\nGlobal options, before or after the command:");
    print_rows(stk_global_options);
    puts("\n'stackctl help COMMAND' tells about one command; exit statuses are in stackctl(1).");
}
