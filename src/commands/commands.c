/* commands.c — names all commands, in the order of the help. */
#include <string.h>

#include "command.h"

extern const struct command stk_cmd_up, stk_cmd_down, stk_cmd_ps, stk_cmd_logs, stk_cmd_plan,
    stk_cmd_start, stk_cmd_stop, stk_cmd_restart, stk_cmd_wait, stk_cmd_kill, stk_cmd_rm,
    stk_cmd_ls, stk_cmd_config, stk_cmd_graph, stk_cmd_version, stk_cmd_help, stk_cmd_create,
    stk_cmd_scale, stk_cmd_pause, stk_cmd_unpause, stk_cmd_top, stk_cmd_port, stk_cmd_lint,
    stk_cmd_diff;
extern const struct command stk_cmd_events;
extern const struct command stk_cmd_watch;
extern const struct command stk_cmd_stats;
extern const struct command stk_cmd_volumes;
extern const struct command stk_cmd_commit;
extern const struct command stk_cmd_export;
extern const struct command stk_cmd_doctor, stk_cmd_env, stk_cmd_status, stk_cmd_init, stk_cmd_dev;
extern const struct command stk_cmd_build, stk_cmd_pull, stk_cmd_push, stk_cmd_images;
extern const struct command stk_cmd_exec;
extern const struct command stk_cmd_run;
extern const struct command stk_cmd_attach;
extern const struct command stk_cmd_lock, stk_cmd_outdated;

const struct command *const stk_commands[] = {
    &stk_cmd_init,
    &stk_cmd_dev,
    &stk_cmd_up,
    &stk_cmd_down,
    &stk_cmd_ps,
    &stk_cmd_logs,
    &stk_cmd_plan,
    &stk_cmd_exec,
    &stk_cmd_run,
    &stk_cmd_attach,
    &stk_cmd_diff,
    &stk_cmd_start,
    &stk_cmd_stop,
    &stk_cmd_restart,
    &stk_cmd_wait,
    &stk_cmd_kill,
    &stk_cmd_create,
    &stk_cmd_scale,
    &stk_cmd_pause,
    &stk_cmd_unpause,
    &stk_cmd_top,
    &stk_cmd_port,
    &stk_cmd_export,
    &stk_cmd_commit,
    &stk_cmd_volumes,
    &stk_cmd_stats,
    &stk_cmd_events,
    &stk_cmd_watch,
    &stk_cmd_build,
    &stk_cmd_pull,
    &stk_cmd_push,
    &stk_cmd_images,
    &stk_cmd_lock,
    &stk_cmd_outdated,
    &stk_cmd_rm,
    &stk_cmd_ls,
    &stk_cmd_config,
    &stk_cmd_lint,
    &stk_cmd_graph,
    &stk_cmd_status,
    &stk_cmd_env,
    &stk_cmd_doctor,
    &stk_cmd_version,
    &stk_cmd_help,
    NULL,
};

const struct command *stk_command_find(const char *name)
{
    for (const struct command *const *c = stk_commands; *c; c++)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    return NULL;
}
