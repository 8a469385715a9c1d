/* preflight.h — what would stop a plan in the middle, told before anything is touched. Pure. */
#ifndef STK_PREFLIGHT_H
#define STK_PREFLIGHT_H

#include "plan.h"

/* Whether the plan makes or starts anything that could be in somebody's way. */
bool stk_preflight_needed(const struct stk_plan *plan);

/* all: every container and network that the engine has. The first name, port or subnet that is
 * somebody else's: an error with its place in the file, STK_ECONFLICT. */
int stk_preflight(const struct stk_plan *plan, const struct stk_seen *all,
                  struct stk_error *reterr);

/* A port that an action is going to have on the host. */
struct stk_preflight_port {
    const struct stk_action *action;
    const struct stk_port *port;
    unsigned number;
};
/* Calls each for those that no container has published; until it returns other than 0. */
int stk_preflight_ports(const struct stk_plan *plan, const struct stk_seen *all,
                        int (*each)(const struct stk_preflight_port *port,
                                    struct stk_error *reterr),
                        struct stk_error *reterr);

#endif
