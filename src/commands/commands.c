/* commands.c — names all commands, in the order of the help. */
#include <string.h>

#include "command.h"

/* clang-format off */
#define COMMANDS(X)                                                                                \
    X(up) X(down) X(plan) X(diff) X(watch)                                                         \
    X(ps) X(logs) X(status) X(events) X(stats) X(top) X(port) X(images) X(volumes) X(ls)           \
    X(exec) X(run) X(attach) X(cp)                                                                 \
    X(start) X(stop) X(restart) X(pause) X(unpause) X(kill) X(wait) X(create) X(scale) X(rm)       \
    X(build) X(pull) X(push) X(lock) X(outdated) X(commit) X(export)                               \
    X(init) X(dev) X(env) X(doctor)                                                                \
    X(config) X(lint) X(graph) X(version) X(help)
/* clang-format on */

#define DECLARED(name) extern const struct command stk_cmd_##name;
COMMANDS(DECLARED)

#define LISTED(name) &stk_cmd_##name,
const struct command *const stk_commands[] = { COMMANDS(LISTED) NULL };

const struct command *stk_command_find(const char *name)
{
    for (const struct command *const *c = stk_commands; *c; c++)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    return NULL;
}
